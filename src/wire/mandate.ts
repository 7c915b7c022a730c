import { z } from 'zod'
import type { ApprovalId, MandateId } from '../base/ids.ts'
import { decimalIn, decimalOut, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentIn, instrumentOut } from './instrument.ts'
import { label } from './label.ts'
import { side } from './order.ts'
import { pageOf, pageQuery } from './page.ts'

export const budgetWindow = z.enum(['order', 'hour', 'day', 'week', 'month', 'lifetime'])

const count = z.number().int().min(0).max(1_000_000)

/** Authority lent to a key: `spent + reserved ≤ budget` holds always, on this mandate and all above it. */
export const mandateRequest = z.strictObject({
  name: label(64),
  parent: idIn<MandateId>('mandate').optional(),
  /** Dollars per calendar window (UTC). A window left out is unbounded, or bounded by the parent. */
  budget: z.partialRecord(budgetWindow, decimalIn).default({}),
  /** Left out: every instrument. */
  instruments: z.array(instrumentIn).max(100).optional(),
  sides: z
    .array(z.enum(['buy', 'sell']))
    .min(1)
    .max(2)
    .default(['buy']),
  /** Contract kinds. Another kind that is listed later is not covered by what names none. */
  products: z
    .array(z.enum(['spot']))
    .length(1)
    .default(['spot']),
  /** Highest price a buy may name, and lowest a sell may, dollars per unit. */
  price_limit: decimalIn.optional(),
  price_floor: decimalIn.optional(),
  /** The same as shares of the last fixing: `1.05` is 5 % above it. Without a fixing nothing passes. */
  fixing_most: decimalIn.optional(),
  fixing_least: decimalIn.optional(),
  /** Units of one instrument bought under it and neither used nor sold, open buys included. */
  position: decimalIn.optional(),
  open_orders: count.optional(),
  /** Orders, amendments and draws taken within a calendar minute. */
  per_minute: count.optional(),
  /** Points of the scorecard, 0 to 100, that a supplier must have to serve it. */
  score_least: z.number().int().min(0).max(100).optional(),
  /** What costs more waits for a person; how many seconds for at most, by default a day. */
  approval_above: decimalIn.optional(),
  approval_wait: z.number().int().min(1).max(2_592_000).optional(),
  /** Whether a request for completion may buy the units it lacks. */
  auto_buy: z.boolean().default(false),
  expires_in: z.number().int().min(1).max(315_360_000).optional(),
})

export const budgetLine = z.object({
  window: budgetWindow,
  limit: decimalOut,
  spent: decimalOut,
  reserved: decimalOut,
  remaining: decimalOut,
})

export const mandate = z
  .object({
    id: idOut('mandate'),
    name: z.string(),
    account: idOut('account'),
    parent: idOut('mandate').nullable(),
    budget: z.array(budgetLine),
    instruments: z.array(instrumentOut).nullable(),
    sides: z.array(z.enum(['buy', 'sell'])),
    products: z.array(z.enum(['spot'])),
    price_limit: decimalOut.nullable(),
    price_floor: decimalOut.nullable(),
    fixing_most: decimalOut.nullable(),
    fixing_least: decimalOut.nullable(),
    position: decimalOut.nullable(),
    open_orders: z.number().int().nullable(),
    per_minute: z.number().int().nullable(),
    score_least: z.number().int().nullable(),
    approval_above: decimalOut.nullable(),
    approval_wait: z.number().int().nullable(),
    auto_buy: z.boolean(),
    expires_at: timeOut.nullable(),
    status: z.enum(['active', 'revoked', 'expired']),
    seq: z.number().int(),
  })
  .meta({ id: 'Mandate' })
export const mandates = z.object({ data: z.array(mandate), seq: z.number().int() })
export const mandatePath = z.strictObject({ id: idIn<MandateId>('mandate') })

export const approvalStatus = z.enum(['pending', 'approved', 'done', 'refused', 'lapsed'])

/** An order or a request that costs more than its mandate lets pass without a person. It holds nothing. */
export const approval = z
  .object({
    id: idOut('approval'),
    mandate: idOut('mandate'),
    /** The mandate whose threshold it passes: a key of no mandate, or of one above this, may decide. */
    threshold_of: idOut('mandate'),
    /** A request may be drawn once after it was approved; an order is placed as it is approved. */
    kind: z.enum(['order', 'request']),
    instrument: instrumentOut,
    side,
    /** The limit of an order, or of what a request may buy; null: at market. */
    price: decimalOut.nullable(),
    quantity: decimalOut,
    client_order_id: z.string().nullable(),
    /** What it would have cost at worst when it was asked, and the threshold that this passes. */
    cost: decimalOut,
    threshold: decimalOut,
    status: approvalStatus,
    /** What whoever decided said, or why it lapsed. */
    reason: z.string(),
    /** What was placed or delivered. */
    order: idOut('order').nullable(),
    delivery: idOut('delivery').nullable(),
    asked_at: timeOut,
    expires_at: timeOut,
    seq: z.number().int(),
  })
  .meta({ id: 'Approval' })
export const approvals = pageOf(approval)
export const approvalPath = z.strictObject({ id: idIn<ApprovalId>('approval') })
export const approvalQuery = z.strictObject({
  ...pageQuery,
  status: approvalStatus.optional(),
  mandate: idIn<MandateId>('mandate').optional(),
})
export const approvalAnswer = z.strictObject({ reason: label(200).optional() })

export type ApprovalOut = z.infer<typeof approval>
export type MandateRequest = z.input<typeof mandateRequest>
export type MandateOut = z.infer<typeof mandate>
