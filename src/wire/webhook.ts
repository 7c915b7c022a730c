import { z } from 'zod'
import { decimalIn, decimalOut, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'

/** Event types that a webhook may ask for: those of `GET /v1/events`, and a balance that has become low. */
const eventType = z
  .string()
  .max(64)
  .regex(/^[a-z_]+\.?[a-z_]+$/, 'an event type such as "trade" or "lot.expired"')

export const webhookRequest = z.strictObject({
  /** Where events are posted to. `https`, and no private address unless the venue allows those. */
  url: z.string().min(1).max(2_048),
  types: z
    .array(eventType)
    .min(1)
    .max(100)
    .default(['trade', 'lot.expired', 'penalty.charged', 'balance.low', 'approval.asked']),
  /** Dollars: when free money falls below, a `balance.low` is told, once until it is above again. */
  low_balance: decimalIn.optional(),
  /** Events after this sequence number are told. Left out: those from now on. */
  after: z.int().min(0).optional(),
})
export const webhookPath = z.strictObject({ id: idIn<number>('webhook') })

/** Tell everything again from here on: a consumer that lost what it was told. Ends a rest after failures. */
export const webhookReplay = z.strictObject({ after: z.int().min(0) })

export const webhook = z
  .object({
    id: idOut('webhook'),
    url: z.string(),
    types: z.array(z.string()),
    low_balance: decimalOut.nullable(),
    /** Everything up to this sequence number has been told. */
    cursor: z.number().int(),
    status: z.enum(['active', 'retrying', 'resting']),
    failing_since: timeOut.nullable(),
    failure: z.string().nullable(),
    created_at: timeOut,
  })
  .meta({ id: 'Webhook' })
export const webhooks = z.object({
  data: z.array(webhook),
  /** Base64 of the raw Ed25519 key that signs what is told. */
  public_key: z.string(),
})

export type WebhookOut = z.infer<typeof webhook>
