import { z } from 'zod'
import { decimalIn } from '../wire/decimal.ts'
import type { Tool } from './tool.ts'
import { objectSchema, refused } from './tool.ts'

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().min(1),
})

const input = z.strictObject({
  instrument: z.string().min(1).max(64).describe('Such as text-prime. list_instruments names them.'),
  messages: z.array(message).min(1).max(1_000),
  max_tokens: z.number().int().min(1).max(1_000_000).describe('The longest answer that you will pay for.'),
  max_price: decimalIn.describe('Dollars per unit (a million weighted tokens) that missing units may cost.'),
  temperature: z.number().min(0).max(2).optional(),
})

const output = z.object({
  text: z.string(),
  finish_reason: z.string().nullable(),
  usage: z.unknown(),
  receipt: z.string().nullable().describe('For get_receipt, once the delivery has settled.'),
  supplier: z.string().nullable(),
  units: z.string().nullable(),
  average_price: z.string().nullable(),
})

/** Inference itself: what the market is for. */
export const infer: Tool = {
  name: 'infer',
  description:
    'Get a completion of a stated grade. Uses units you hold, soonest to expire first; what is missing is bought at ' +
    'market, at most at max_price, if your key may. Charged only when the answer meets the grade.',
  scope: 'inference:consume',
  input: objectSchema(input, 'input'),
  output: objectSchema(output, 'output'),
  reads: false,
  async run(port, given) {
    const parsed = input.safeParse(given)
    if (!parsed.success) return { ok: false, problem: faultsOf(parsed.error) }
    const { instrument, messages, max_tokens, max_price, temperature } = parsed.data
    const heat = temperature === undefined ? {} : { temperature }
    return port.infer({ body: { model: instrument, messages, max_tokens, ...heat }, maxPrice: max_price })
  },
}

/** Every fault of a tool's own arguments, with its place. */
export function faultsOf(error: z.ZodError) {
  const errors = error.issues.map(({ path, message: detail }) => ({
    pointer: path.map((step) => `/${String(step)}`).join(''),
    detail,
  }))
  return refused(errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '), errors)
}
