import { z } from 'zod'
import { receiptFault } from '../delivery/receipt.ts'
import { OPERATIONS } from '../operations/operations.ts'
import { faultsOf } from './infer.ts'
import type { Tool } from './tool.ts'
import { askedOf, objectSchema } from './tool.ts'

const input = z.strictObject({
  receipt: z.looseObject({}).describe('As get_receipt gave it, unchanged.'),
  public_key: z
    .string()
    .max(64)
    .optional()
    .describe('Base64 of the receipt key that you trust. Left out: the one that the venue publishes.'),
})
const output = z.object({ valid: z.boolean(), reason: z.string().nullable(), public_key: z.string() })

const venueStatus = OPERATIONS.find(({ id }) => id === 'venue.status')

/** Checks a receipt's signature, so that an agent need not take our word for what it paid. */
export const verifyReceipt: Tool = {
  name: 'verify_receipt',
  description: 'Check the Ed25519 signature of a receipt against a public key.',
  scope: null,
  input: objectSchema(input, 'input'),
  output: objectSchema(output, 'output'),
  reads: true,
  async run(port, given) {
    const parsed = input.safeParse(given)
    if (!parsed.success) return { ok: false, problem: faultsOf(parsed.error) }
    let key = parsed.data.public_key
    if (key === undefined) {
      if (venueStatus === undefined) throw new Error('the table has venue.status')
      const told = await port.ask(venueStatus, askedOf(venueStatus, {}))
      if (!told.ok) return told
      key = String(told.value.receipt_public_key)
    }
    const reason = receiptFault(given.receipt, key) ?? null
    return { ok: true, value: { valid: reason === null, reason, public_key: key } }
  },
}
