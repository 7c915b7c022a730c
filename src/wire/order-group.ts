import { z } from 'zod'
import type { GroupId } from '../base/ids.ts'
import { decimalIn, decimalOut, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Orders that end together once they have filled `limit` units within the rolling window. */
export const groupRequest = z.strictObject({
  name: z.string().min(1).max(64),
  limit: decimalIn,
  window_ms: z.int().min(1).max(HOUR_MS).default(15_000),
  /** How long no order is taken once the group has reached its limit. */
  freeze_ms: z.int().min(0).max(DAY_MS).default(0),
})
export const groupPath = z.strictObject({ id: idIn<GroupId>('group') })

export const orderGroup = z
  .object({
    id: idOut('group'),
    name: z.string(),
    /** Units that its orders may fill within the window before they are cancelled, and what they have. */
    limit: decimalOut,
    filled: decimalOut,
    window_ms: z.number().int(),
    freeze_ms: z.number().int(),
    frozen_until: timeOut.nullable(),
    open_orders: z.array(idOut('order')),
    seq: z.number().int(),
  })
  .meta({ id: 'OrderGroup' })
export const orderGroups = z.object({ data: z.array(orderGroup), seq: z.number().int() })
export const closedGroup = z.object({
  id: idOut('group'),
  canceled: z.array(idOut('order')),
  seq: z.number().int(),
})

/** In so many milliseconds every order of the account is cancelled, unless it is set again; 0: off. */
export const cancelTimerRequest = z.strictObject({ timeout_ms: z.int().min(0).max(DAY_MS) })
export const cancelTimer = z
  .object({ cancels_at: timeOut.nullable(), seq: z.number().int() })
  .meta({ id: 'CancelTimer' })

export type GroupRequest = z.input<typeof groupRequest>
export type GroupOut = z.infer<typeof orderGroup>
