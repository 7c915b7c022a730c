import { z } from 'zod'

/** One fault of a request: a JSON pointer to the place, what is wrong, and what was found there. */
export const fault = z.object({
  pointer: z.string(),
  detail: z.string(),
  value: z.string().optional(),
})

/** RFC 9457. `outcome` says whether the request had an effect: `rejected` had none, `unknown` needs a safe retry. */
export const problem = z.object({
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
})

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
