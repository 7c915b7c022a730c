import type { AccountId, InstrumentId, MandateId } from '../base/ids.ts'
import type { Lots, Micros, Ppm, Ticks, Wt } from '../base/money.ts'
import { PPM, ppm } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from '../base/time.ts'
import type { Reject } from './reject.ts'

/** What a market lets its members do. Each is a row of `ADMITS`. */
export type InstrumentStatus =
  | 'open'
  | 'post_only'
  | 'auction'
  | 'volatility_auction'
  | 'cancel_only'
  | 'halted'
  | 'closed'

/**
 * What a status admits. `orders`: any; those that rest without trading; those that a call collects; none.
 * `amends`: any; only to less at the same price; none. `trades`: whether orders meet, so that the book must
 * not be crossed. Cancelling is always admitted, and so is using units that are owned: delivery is owed
 * whatever the market does. `refusal` is what everything else is told.
 */
export type Admission = {
  orders: 'any' | 'resting' | 'collected' | 'none'
  amends: 'any' | 'less' | 'none'
  trades: boolean
  refusal: Reject
}

/** The one table of what each status admits. */
export const ADMITS: Record<InstrumentStatus, Admission> = {
  open: { orders: 'any', amends: 'any', trades: true, refusal: 'market_halted' },
  post_only: { orders: 'resting', amends: 'any', trades: true, refusal: 'market_post_only' },
  auction: { orders: 'collected', amends: 'any', trades: false, refusal: 'market_in_auction' },
  volatility_auction: { orders: 'collected', amends: 'any', trades: false, refusal: 'market_in_auction' },
  cancel_only: { orders: 'none', amends: 'less', trades: false, refusal: 'market_cancel_only' },
  halted: { orders: 'none', amends: 'none', trades: false, refusal: 'market_halted' },
  closed: { orders: 'none', amends: 'none', trades: false, refusal: 'market_closed' },
}

/** The one table of what may follow a status. A status may be renewed with another reason or end. */
export const FOLLOWS: Record<InstrumentStatus, readonly InstrumentStatus[]> = {
  open: ['open', 'post_only', 'auction', 'volatility_auction', 'cancel_only', 'halted', 'closed'],
  post_only: ['open', 'post_only', 'auction', 'cancel_only', 'halted', 'closed'],
  auction: ['open', 'post_only', 'auction', 'cancel_only', 'halted', 'closed'],
  volatility_auction: [
    'open',
    'post_only',
    'auction',
    'volatility_auction',
    'cancel_only',
    'halted',
    'closed',
  ],
  cancel_only: ['open', 'post_only', 'auction', 'cancel_only', 'halted', 'closed'],
  halted: ['open', 'post_only', 'auction', 'cancel_only', 'halted', 'closed'],
  closed: ['auction', 'cancel_only', 'halted', 'closed'],
}

/** Whether orders are collected for one uniform price. */
export const isCall = (status: InstrumentStatus): boolean =>
  status === 'auction' || status === 'volatility_auction'

/** A status and when it ends by itself; null: when somebody ends it. */
export type Phase = { status: InstrumentStatus; until: Instant | null }

/** The protections of one market. A share of 0 and an amount of 0 ask for nothing. */
export type InstrumentRules = {
  /** Smallest value of an order, in µ$. */
  notionalMin: Micros
  /** Static collar: no trade outside this share of the last auction's price, or of the listing price. */
  collar: Ppm
  /** Dynamic collar: no trade further than this from the last price and from any price of five minutes. */
  volatility: Ppm
  /** How long an order that would trade at once waits before it does, in microseconds; 0: not at all. */
  takerDelay: number
  /** How long the call lasts that reopens a market after such a move, in microseconds. */
  callTime: number
}

export const DEFAULT_RULES: InstrumentRules = {
  notionalMin: 0 as Micros,
  collar: ppm(500_000),
  volatility: ppm(100_000),
  takerDelay: 0,
  callTime: MICROS_PER_HOUR / 30,
}

/** The first rule that is out of its bounds, or nothing. */
export function rulesFault({
  notionalMin,
  collar,
  volatility,
  takerDelay,
  callTime,
}: InstrumentRules): string | undefined {
  const isWhole = (value: number, most: number) => Number.isSafeInteger(value) && value >= 0 && value <= most
  if (!isWhole(notionalMin, Number.MAX_SAFE_INTEGER)) return 'notionalMin'
  if (!isWhole(collar, 10 * PPM)) return 'collar'
  if (!isWhole(volatility, 10 * PPM)) return 'volatility'
  if (!isWhole(takerDelay, 10 * MICROS_PER_SECOND)) return 'takerDelay'
  if (!isWhole(callTime, 24 * MICROS_PER_HOUR) || callTime === 0) return 'callTime'
  return undefined
}

/** Lowest and highest price of each half minute of the last five, by number modulo ten; 0: no trade. */
export type Moves = { bucket: number; low: number[]; high: number[] }

/** What a kill switch stops. */
export type KillScope =
  | { kind: 'venue' }
  | { kind: 'instrument'; instrument: InstrumentId }
  | { kind: 'account'; account: AccountId }
  | { kind: 'mandate'; mandate: MandateId }

/** Bounds of one account, checked in the engine. Null: unbounded, but for what binds everybody. */
export type AccountLimits = {
  /** Open orders over all instruments. */
  openOrders: number | null
  /** Units of one order, and what it may be worth, in µ$. */
  orderUnits: Wt | null
  orderNotional: Micros | null
  /** What all open orders may be worth together, in µ$ at their limits. */
  openNotional: Micros | null
  /** Units of one instrument: in trading, in consumption, and what open buys would add. */
  position: Wt | null
}

export const NO_LIMITS: AccountLimits = {
  openOrders: null,
  orderUnits: null,
  orderNotional: null,
  openNotional: null,
  position: null,
}

/** Commands of the states and protections of the market. */
export type MarketCommand =
  | {
      kind: 'instrument.transition'
      instrument: InstrumentId
      to: InstrumentStatus
      reason: string
      /** When it ends by itself, and what follows then; `open` once the list is through. */
      until: Instant | null
      next: readonly Phase[]
    }
  | { kind: 'instrument.configure'; instrument: InstrumentId; rules: InstrumentRules }
  | { kind: 'account.limit'; account: AccountId; limits: AccountLimits }
  | { kind: 'kill.engage'; scope: KillScope; reason: string }
  | { kind: 'kill.release'; scope: KillScope; reason: string }

/** Events of the states and protections of the market. */
export type MarketEvent =
  | {
      kind: 'instrument.status_changed'
      instrument: InstrumentId
      from: InstrumentStatus
      status: InstrumentStatus
      reason: string
      until: Instant | null
    }
  | {
      kind: 'auction.uncrossed'
      instrument: InstrumentId
      /** Null: nobody met. */
      price: Ticks | null
      lots: Lots
      /** Lots left over at the price: above zero of buyers, below of sellers. */
      imbalance: number
    }
  | { kind: 'instrument.configured'; instrument: InstrumentId; rules: InstrumentRules }
  | { kind: 'account.limited'; account: AccountId; limits: AccountLimits }
  | { kind: 'kill.engaged'; scope: KillScope; reason: string }
  | { kind: 'kill.released'; scope: KillScope; reason: string }
