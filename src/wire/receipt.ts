import { z } from 'zod'
import { decimalOut, timeOut } from './decimal.ts'
import { idOut } from './id.ts'
import { instrumentOut } from './instrument.ts'
import { pageOf } from './page.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)

/**
 * What the exchange signs of one delivery: what was asked and delivered, how it was judged, and what moved.
 */
export const receiptBody = z.object({
  version: z.literal('busbar-receipt-1'),
  id: idOut('delivery'),
  request_id: z.string(),
  /** The settlement's place in the one order of the exchange, and its time. */
  seq: count,
  settled_at: timeOut,
  instrument: instrumentOut,
  account: idOut('account'),
  mandate: idOut('mandate').nullable(),
  supplier: z.string(),
  /** The model's name, where the offer tells it. */
  model: z.string().nullable(),
  verdict: z.enum(['conforming', 'soft_miss', 'rejected', 'excused']),
  finish_reason: z.enum(['stop', 'length', 'tool_calls', 'aborted']),
  /** Suppliers that were called, the last of which delivered. */
  attempts: count,
  tokenizer: z.object({ name: z.string(), sha256 }),
  input_tokens: count,
  cached_input_tokens: count,
  output_tokens: count,
  /** Microseconds from the request to the first content token, and from there to the last. */
  first_token_us: count,
  generation_us: count,
  /** What the supplier claims to have read and written, and whether that is usual of it. Pays nothing. */
  claimed_input_tokens: count.nullable(),
  claimed_output_tokens: count.nullable(),
  claim_fits: z.boolean().nullable(),
  units: decimalOut,
  /** Dollars per unit, the average of the units used. */
  price: decimalOut,
  cost: decimalOut,
  refund: decimalOut,
  prompt_sha256: sha256,
  output_sha256: sha256,
})

/** A receipt: the body, and the exchange's Ed25519 signature over its canonical JSON, both keys in base64. */
export const signedReceipt = receiptBody.extend({
  public_key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
})

export const receipts = pageOf(signedReceipt)

export type ReceiptBody = z.infer<typeof receiptBody>
export type Receipt = z.infer<typeof signedReceipt>
