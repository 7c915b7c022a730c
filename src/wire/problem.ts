import { z } from 'zod'

/**
 * One fault of a request: a JSON pointer to the place in the body (or `/query/limit`, `/path/id`,
 * `/headers/x-nonce`), what is wrong, what was found there, and the nearest value that would do.
 */
export const fault = z
  .object({
    pointer: z.string(),
    detail: z.string(),
    value: z.string().optional(),
    nearest: z.string().optional(),
  })
  .meta({ id: 'Fault' })

/**
 * RFC 9457. `outcome` says whether the request had an effect: `rejected` had none, `unknown` needs a safe
 * retry.
 */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    outcome: z.enum(['rejected', 'accepted', 'unknown']),
    retryable: z.boolean(),
    request_id: z.string(),
    seq: z.number().int().optional(),
    errors: z.array(fault).optional(),
    /** The refusal's own numbers, decimal text where they are amounts. */
    facts: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'Problem' })

/** One line of the error catalogue. `number` is permanent; requests refused before the engine have none. */
export const errorEntry = z.object({
  code: z.string(),
  number: z.number().int().nullable(),
  status: z.number().int(),
  title: z.string(),
  retryable: z.boolean(),
})
export const errorCatalogue = z.object({ data: z.array(errorEntry) })

export type ProblemOut = z.infer<typeof problem>
export type Fault = z.infer<typeof fault>

/** The OpenAI surface's own error shape. */
export const openaiError = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
})
