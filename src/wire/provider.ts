import { z } from 'zod'
import { region } from './supply.ts'

const names = z.array(z.string().trim().min(1).max(64)).min(1).max(32)

/**
 * Whom a buyer wants to be served by: `provider` in the body of a completion. The same can be said in
 * `x-busbar-…` headers by clients whose bodies are fixed. Unknown fields are refused, never ignored.
 */
export const provider = z.strictObject({
  /** Names of suppliers: nobody else. */
  only: names.optional(),
  /** Names of suppliers: not these. */
  ignore: names.optional(),
  /** Where the request is processed: `eu` takes `eu-west` too. */
  region: region.optional(),
  /** Only suppliers that declare to keep nothing of a request. */
  zdr: z.boolean().optional(),
  /** Longest expected wait for the first token. */
  max_latency_ms: z.number().int().min(1).max(3_600_000).optional(),
})

export type Provider = z.output<typeof provider>
