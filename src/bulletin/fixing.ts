import { z } from 'zod'
import { decimalIn, decimalOut, timeOut } from '../wire/decimal.ts'
import { idIn, idOut } from '../wire/id.ts'
import { instrumentIn, instrumentOut } from '../wire/instrument.ts'
import { label } from '../wire/label.ts'
import { pageOf, pageQuery } from '../wire/page.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const fixingPeriod = z.enum(['hour', 'day'])
export const fixingTier = z.enum(['hour', 'four_hours', 'book', 'previous', 'no_settle', 'day'])

/** A published fixing. Null as a price: no settle. Its hour is a real one where `hour_seconds` is 3600. */
export const fixing = z
  .object({
    id: idOut('fixing'),
    instrument: instrumentOut,
    period: fixingPeriod,
    at: timeOut,
    hour_seconds: z.number(),
    /** How many hours pass in one. */
    pace: z.number(),
    price: decimalOut.nullable(),
    tier: fixingTier,
    /** SHA-256 of the method's numbers, and of the inputs. */
    methodology_sha256: sha256,
    inputs_root: sha256,
    /** Of a correction: why. It stands beside the print, which is never revised. */
    corrects: z.string().nullable(),
    published_at: timeOut,
    seq: z.number().int(),
  })
  .meta({ id: 'Fixing' })
export const fixings = pageOf(fixing)

/** What the exchange signs of a fixing. */
export const fixingReceipt = fixing.extend({
  version: z.literal('busbar-fixing-receipt-1'),
  public_key: z.string(),
  signature: z.string(),
})

/** A fixing with the text it was computed from, which is what was hashed, and its receipt. */
export const fixingProof = fixing
  .extend({ inputs: z.string(), receipt: fixingReceipt })
  .meta({ id: 'FixingProof' })

export const fixingPath = z.strictObject({ id: idIn<number>('fixing') })
export const fixingQuery = z.strictObject({
  instrument: instrumentIn.optional(),
  period: fixingPeriod.optional(),
  ...pageQuery,
})
export const correctionRequest = z.strictObject({ price: decimalIn.nullable(), reason: label(200) })

export type FixingOut = z.infer<typeof fixing>
export type FixingProofOut = z.infer<typeof fixingProof>
export type FixingReceipt = z.infer<typeof fixingReceipt>
