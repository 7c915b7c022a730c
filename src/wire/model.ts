import { z } from 'zod'
import { decimalOut } from './decimal.ts'
import { instrumentOut, instrumentStatus, spec } from './instrument.ts'

/** An instrument as OpenAI's clients list models, with what a buyer wants to know besides. */
export const model = z
  .object({
    id: z.string().meta({ examples: ['text-prime'] }),
    object: z.literal('model'),
    /** Seconds since 1970 of its listing. */
    created: z.number().int(),
    owned_by: z.literal('busbar'),
    instrument: instrumentOut,
    name: z.string(),
    context_window: z.number().int(),
    max_output_tokens: z.number().int(),
    capabilities: z.array(z.string()),
    best_bid: decimalOut.nullable(),
    best_ask: decimalOut.nullable(),
    last: decimalOut.nullable(),
    status: instrumentStatus,
    /** Suppliers that could be called now. */
    suppliers: z.number().int(),
    spec,
  })
  .meta({ id: 'Model' })
export const models = z.object({ object: z.literal('list'), data: z.array(model) })

export type ModelOut = z.infer<typeof model>
