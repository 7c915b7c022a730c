import { z } from 'zod'
import type { AccountId, MandateId } from '../base/ids.ts'
import { decimalIn, decimalOut, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentIn, instrumentOut, instrumentStatus } from './instrument.ts'
import { label } from './label.ts'

/** A market's state, what it admits, and how it goes on. */
export const marketState = z
  .object({
    instrument: instrumentOut,
    status: instrumentStatus,
    reason: z.string(),
    /** When the state ends by itself; null: when somebody ends it. */
    expected_until: timeOut.nullable(),
    /** What follows then, in order; after the last one trading is open. */
    next: z.array(z.object({ status: instrumentStatus, expected_until: timeOut.nullable() })),
    /** Orders that are taken: any; those that rest without trading; those that a call collects; none. */
    orders: z.enum(['any', 'resting', 'collected', 'none']),
    amends: z.enum(['any', 'less', 'none']),
    trades: z.boolean(),
    /** Why a kill switch has stopped the market; null: none has. */
    killed: z.string().nullable(),
    seq: z.number().int(),
  })
  .meta({ id: 'MarketState' })

/** Where a call would trade if it ended now. Outside a call there is no price. */
export const auction = z
  .object({
    instrument: instrumentOut,
    status: instrumentStatus,
    indicative_price: decimalOut.nullable(),
    indicative_quantity: decimalOut,
    imbalance_side: z.enum(['buy', 'sell']).nullable(),
    imbalance_quantity: decimalOut,
    reference_price: decimalOut,
    /** The price of the last call that traded. */
    last_auction_price: decimalOut.nullable(),
    ends_at: timeOut.nullable(),
    seq: z.number().int(),
  })
  .meta({ id: 'Auction' })

const seconds = z.number().int().min(1).max(604_800)

/** Another state for a market. Without `seconds` it lasts until somebody ends it. */
export const transitionRequest = z.strictObject({
  to: instrumentStatus,
  reason: label(200),
  seconds: seconds.optional(),
  next: z
    .array(z.strictObject({ status: instrumentStatus, seconds: seconds.optional() }))
    .max(8)
    .default([]),
})

/** The protections of one market. Shares are of 1; a share or an amount of 0 asks for nothing. */
export const marketRules = z
  .object({
    instrument: instrumentOut,
    min_notional: decimalOut,
    collar: decimalOut,
    volatility: decimalOut,
    /** How long an order that would trade at once waits before it does. */
    taker_delay_ms: z.number(),
    call_seconds: z.number(),
    seq: z.number().int(),
  })
  .meta({ id: 'MarketRules' })

/** What is left out stays as it is. */
export const marketRulesRequest = z.strictObject({
  min_notional: decimalIn.optional(),
  collar: decimalIn.optional(),
  volatility: decimalIn.optional(),
  taker_delay_ms: z.number().int().min(0).max(10_000).optional(),
  call_seconds: z.number().int().min(1).max(86_400).optional(),
})

const bound = <Value extends z.ZodType>(value: Value) => value.nullable().default(null)

/** Bounds of an account. Null: unbounded, but for what binds everybody. */
export const limitsRequest = z.strictObject({
  open_orders: bound(z.number().int().min(0).max(10_000)),
  order_quantity: bound(decimalIn),
  order_notional: bound(decimalIn),
  open_notional: bound(decimalIn),
  position: bound(decimalIn),
})

const rate = z.object({ per_second: z.number(), burst: z.number() }).nullable()

export const accountLimits = z
  .object({
    account: idOut('account'),
    open_orders: z.number().int(),
    order_quantity: decimalOut.nullable(),
    order_notional: decimalOut.nullable(),
    open_notional: decimalOut.nullable(),
    position: decimalOut.nullable(),
    /** What of them is taken: open orders, and what they are worth at their limits. */
    used: z.object({ open_orders: z.number().int(), open_notional: decimalOut }),
    /** Requests of each kind per second and at once; null: as many as it likes. */
    rates: z.object({ read: rate, order: rate, cancel: rate, subscribe: rate }),
    /** Why a kill switch has stopped the account; null: none has. */
    killed: z.string().nullable(),
    seq: z.number().int(),
  })
  .meta({ id: 'AccountLimits' })

export const accountFees = z
  .object({
    maker: decimalOut,
    taker: decimalOut,
    /** Of either side in a call auction. */
    auction: decimalOut,
    delivery: decimalOut,
    seq: z.number().int(),
  })
  .meta({ id: 'AccountFees' })

export const position = z
  .object({
    instrument: instrumentOut,
    /** Units in trading, those in open sells included. */
    quantity: decimalOut,
    for_sale: decimalOut,
    consumption: decimalOut,
    drawn: decimalOut,
    /** Units still to be delivered, and of those what has been sold. */
    obligation: decimalOut,
    sold: decimalOut,
    /** What the units in trading had cost, fees included, together and per unit. */
    cost: decimalOut,
    average_price: decimalOut.nullable(),
  })
  .meta({ id: 'Position' })
export const positions = z.object({ data: z.array(position), seq: z.number().int() })

/** What to stop: the venue, or exactly one market, account, mandate or key. */
export const killRequest = z.strictObject({
  scope: z.enum(['venue', 'instrument', 'account', 'mandate', 'key']),
  instrument: instrumentIn.optional(),
  account: idIn<AccountId>('account').optional(),
  mandate: idIn<MandateId>('mandate').optional(),
  key: z
    .string()
    .regex(/^key_[1-9]\d{0,14}$/)
    .optional(),
  reason: label(200),
})
export const killReleaseRequest = killRequest.omit({ key: true }).extend({
  scope: z.enum(['venue', 'instrument', 'account', 'mandate']),
})
export const ownKillRequest = z.strictObject({ reason: label(200) })

export const kill = z
  .object({
    scope: z.enum(['venue', 'instrument', 'account', 'mandate', 'key']),
    /** The name or id of what was stopped; null: the venue. */
    target: z.string().nullable(),
    engaged: z.boolean(),
    reason: z.string(),
    canceled_orders: z.number().int(),
    seq: z.number().int(),
  })
  .meta({ id: 'Kill' })
export const accountPath = z.strictObject({ id: idIn<AccountId>('account') })

export type MarketStateOut = z.infer<typeof marketState>
export type AuctionOut = z.infer<typeof auction>
export type AccountLimitsOut = z.infer<typeof accountLimits>
export type PositionOut = z.infer<typeof position>
export type KillOut = z.infer<typeof kill>
