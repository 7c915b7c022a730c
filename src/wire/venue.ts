import { z } from 'zod'
import { timeOut } from './decimal.ts'
import { label } from './label.ts'

/** Whether the venue trades, and how far it has come. */
export const status = z
  .object({
    status: z.enum(['open', 'halted']),
    seq: z.number().int(),
    at: timeOut,
    instruments: z.number().int(),
    version: z.string(),
    /** Base64 of the raw Ed25519 public key that signs receipts. */
    receipt_public_key: z.string(),
  })
  .meta({ id: 'Status' })

export const time = z.object({ now: timeOut, milliseconds: z.number().int(), seq: z.number().int() })

export const haltRequest = z.strictObject({ reason: label(200) })

export const tradingStatus = z.object({
  instrument: z.string(),
  status: z.enum(['open', 'halted']),
  reason: z.string(),
  seq: z.number().int(),
})

export type StatusOut = z.infer<typeof status>
