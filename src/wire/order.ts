import { z } from 'zod'
import type { GroupId, OrderId } from '../base/ids.ts'
import { decimalIn, decimalOut, timeIn, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentIn, instrumentOut } from './instrument.ts'
import { pageOf, pageQuery } from './page.ts'

export const side = z.enum(['buy', 'sell'])
export const orderType = z.enum(['limit', 'market', 'stop', 'stop_limit'])
export const timeInForce = z.enum(['gtc', 'ioc', 'fok', 'gtd', 'day'])
export const postOnly = z.enum(['none', 'reject', 'slide'])
export const selfTrade = z.enum(['cancel_newest', 'cancel_oldest', 'cancel_both', 'decrement', 'transfer'])
/** `pending`: it waits outside the book for a price, for a book that fills it, or as a delayed taker. */
export const orderStatus = z.enum(['pending', 'open', 'filled', 'canceled', 'expired'])

/** An id of the client's own, unique per account for ever. */
export const clientOrderId = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, '1 to 64 printable ASCII characters without spaces')
  .meta({ examples: ['quote-20261125-0001'] })

/**
 * A market order takes the best prices within the venue's protection, or within `price` where it is given.
 */
export const orderRequest = z.strictObject({
  client_order_id: clientOrderId.optional(),
  instrument: instrumentIn,
  side,
  type: orderType.default('limit'),
  time_in_force: timeInForce.optional(),
  post_only: postOnly.default('none'),
  self_trade_prevention: selfTrade.default('cancel_newest'),
  price: decimalIn.optional(),
  quantity: decimalIn,
  /** With `stop` and `stop_limit`: it waits until a trade reaches this price. */
  stop_price: decimalIn.optional(),
  /** With `gtd`, when the order ends. */
  expires_at: timeIn.optional(),
  /** Only what brings the account nearer to owing and owning nothing; not with an order that may rest. */
  reduce_only: z.boolean().default(false),
  /** An order group: the order ends with the others of it. */
  group: idIn<GroupId>('group').optional(),
  /** An iceberg shows so much of itself at a time: at least a twentieth of the quantity. */
  display_quantity: decimalIn.optional(),
  /** Trades whole or not at all: it waits outside the book until the book fills all of it. */
  all_or_none: z.boolean().default(false),
})

/** What is left out stays. `quantity` is the new total, filled part included. */
export const orderAmendment = z.strictObject({
  price: decimalIn.optional(),
  quantity: decimalIn.optional(),
  /** Of an iceberg, or to make the order one. A larger slice is shown from the next one on. */
  display_quantity: decimalIn.optional(),
  /** Of a `gtd` order. */
  expires_at: timeIn.optional(),
  /** Of an order that waits for one. */
  stop_price: decimalIn.optional(),
})

export const orderPath = z.strictObject({ id: idIn<OrderId>('order') })
export const clientOrderPath = z.strictObject({ client_order_id: clientOrderId })
export const orderQuery = z.strictObject({
  ...pageQuery,
  instrument: instrumentIn.optional(),
  side: side.optional(),
  status: orderStatus.optional(),
})
export const cancelRequest = z.strictObject({
  instrument: instrumentIn.optional(),
  side: side.optional(),
  group: idIn<GroupId>('group').optional(),
})

export const amount = z.object({ asset: z.string(), amount: decimalOut })

export const order = z
  .object({
    id: idOut('order'),
    client_order_id: z.string().nullable(),
    instrument: instrumentOut,
    side,
    type: orderType,
    time_in_force: timeInForce,
    post_only: postOnly,
    self_trade_prevention: selfTrade,
    stop_price: decimalOut.nullable(),
    expires_at: timeOut.nullable(),
    reduce_only: z.boolean(),
    all_or_none: z.boolean(),
    group: idOut('group').nullable(),
    price: decimalOut,
    quantity: decimalOut,
    filled_quantity: decimalOut,
    remaining_quantity: decimalOut,
    /** What an iceberg shows at a time; null: the order shows itself whole. */
    display_quantity: decimalOut.nullable(),
    average_price: decimalOut.nullable(),
    /** What the fills cost or brought, before fees. */
    filled_value: decimalOut,
    fees: z.array(amount),
    status: orderStatus,
    /** Why a finished order finished; null while it is open. */
    reason: z.string().nullable(),
    /** What stands before it at its price; only told of an order that is read by itself. */
    queue_ahead: decimalOut.nullable(),
    /** After an amendment: whether the order kept its place in the queue. */
    priority: z.enum(['kept', 'lost']).nullable(),
    mandate: idOut('mandate').nullable(),
    version: z.number().int(),
    seq: z.number().int(),
    created_at: timeOut,
    updated_at: timeOut,
  })
  .meta({ id: 'Order' })
export const orders = pageOf(order)
export const canceledOrders = z.object({ canceled: z.array(idOut('order')), seq: z.number().int() })

/** What an order would do against the book as it stands, and a body ready to submit. Binding on nobody. */
export const orderPreview = z
  .object({
    seq: z.number().int(),
    fill_quantity: decimalOut,
    rest_quantity: decimalOut,
    average_price: decimalOut.nullable(),
    worst_price: decimalOut.nullable(),
    value: decimalOut,
    fee: decimalOut,
    /** What the order would hold until it is filled or cancelled. */
    hold: z.array(amount),
    /** The refusal the order would meet, or null. */
    refusal: z.object({ code: z.string(), detail: z.string() }).nullable(),
    order: z.record(z.string(), z.union([z.string(), z.boolean()])),
  })
  .meta({ id: 'OrderPreview' })

export const fill = z
  .object({
    id: idOut('trade'),
    order: idOut('order'),
    client_order_id: z.string().nullable(),
    instrument: instrumentOut,
    side,
    price: decimalOut,
    quantity: decimalOut,
    fee: amount,
    liquidity: z.enum(['maker', 'taker']),
    seq: z.number().int(),
    at: timeOut,
  })
  .meta({ id: 'Fill' })
export const fills = pageOf(fill)
export const fillQuery = z.strictObject({
  ...pageQuery,
  instrument: instrumentIn.optional(),
  order: idIn<OrderId>('order').optional(),
})

export type OrderRequest = z.input<typeof orderRequest>
export type OrderAmendment = z.input<typeof orderAmendment>
export type OrderOut = z.infer<typeof order>
export type FillOut = z.infer<typeof fill>
export type PreviewOut = z.infer<typeof orderPreview>
