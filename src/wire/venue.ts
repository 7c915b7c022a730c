import { z } from 'zod'
import { timeOut } from './decimal.ts'

/** Whether the venue trades, and how far it has come. */
export const status = z.object({
  status: z.enum(['open', 'halted']),
  seq: z.number().int(),
  at: timeOut,
  instruments: z.number().int(),
  version: z.string(),
  /** Base64 of the raw Ed25519 public key that signs receipts. */
  receipt_public_key: z.string(),
})

export const time = z.object({ now: timeOut, milliseconds: z.number().int(), seq: z.number().int() })

export const haltRequest = z.strictObject({ reason: z.string().min(1).max(200) })

export type StatusOut = z.infer<typeof status>
