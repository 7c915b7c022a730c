import type {
  AccountId,
  DrawId,
  GroupId,
  InstrumentId,
  LotId,
  MandateId,
  MemberId,
  OfferId,
  OrderId,
  ProcurementId,
  TradeId,
} from '../base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type {
  CommandOf,
  Fault,
  Notice,
  OrderType,
  PostOnly,
  Reading,
  Role,
  Settings,
  Side,
  SpecialTerms,
  TimeInForce,
} from './command.ts'
import type { ConductEvent } from './conduct-event.ts'
import type { DeclarationEvent } from './declaration.ts'
import type { FixingEvent } from './fixing.ts'
import type { Spec } from './instrument.ts'
import type { MandateEvent } from './mandate.ts'
import type { Reject } from './reject.ts'
import type { MarketEvent } from './status.ts'

export type CloseReason =
  | 'filled'
  | 'user'
  | 'mass_cancel'
  | 'self_trade'
  | 'ioc_remainder'
  | 'sweep'
  | 'mandate_revoked'
  | 'mandate_expired'
  | 'amended_below_filled'
  | 'instrument_closed'
  | 'kill_switch'
  | 'expired'
  | 'group_limit'
  | 'group_closed'
  | 'cancel_timer'
  | 'price_band'
  | 'insufficient_funds'
  | 'default'
  | 'fok_unfilled'
  | 'post_only'
  | 'reduce_only'
  | 'market_state'

/** How a called request ended, for money and for the scorecard. */
export type Verdict = 'conforming' | 'soft_miss' | 'rejected' | 'excused'

/** Everything that can have happened. */
export type Event =
  | { kind: 'command.rejected'; reason: Reject; detail: Record<string, number | string> }
  | { kind: 'venue.configured'; settings: Settings }
  | { kind: 'member.admitted'; member: MemberId; name: string }
  | { kind: 'account.opened'; account: AccountId; member: MemberId; name: string; roles: readonly Role[] }
  | { kind: 'cash.deposited'; account: AccountId; amount: Micros; reference: string }
  | { kind: 'cash.withdrawn'; account: AccountId; amount: Micros; reference: string }
  | { kind: 'cash.unwithheld'; account: AccountId; amount: Micros }
  | { kind: 'instrument.listed'; instrument: InstrumentId; spec: Spec }
  | MarketEvent
  | FixingEvent
  | DeclarationEvent
  | { kind: 'offer.registered'; offer: OfferId; terms: CommandOf<'offer.register'> }
  | {
      kind: 'offer.certified'
      offer: OfferId
      account: AccountId
      instrument: InstrumentId
      expiresAt: Instant
      evidence: CommandOf<'offer.certify'>['evidence']
    }
  | { kind: 'offer.suspended'; offer: OfferId; account: AccountId; reason: string }
  | { kind: 'offer.lifted'; offer: OfferId; account: AccountId; reason: string }
  | { kind: 'offer.noticed'; offer: OfferId; account: AccountId; notice: Notice | null }
  | ConductEvent
  | {
      kind: 'units.issued'
      account: AccountId
      offer: OfferId
      instrument: InstrumentId
      wt: Wt
      bond: Micros
    }
  | {
      kind: 'units.redeemed'
      account: AccountId
      instrument: InstrumentId
      wt: Wt
      bond: Micros
      reason: 'user' | 'sweep' | 'default'
    }
  | OrderAccepted
  | { kind: 'order.repeated'; account: AccountId; order: OrderId; first: FirstAnswer }
  | Trade
  /** It stands in the book behind the others at its price, and shows so many lots: also its next slice. */
  | { kind: 'order.rested'; order: OrderId; instrument: InstrumentId; side: Side; price: Ticks; lots: Lots }
  | OrderAmended
  | OrderPending
  /** Its delay is over, or the book fills it whole: it enters. */
  | { kind: 'order.entered'; order: OrderId; account: AccountId; instrument: InstrumentId }
  /** A trade at `price` has reached its stop price: it enters. */
  | {
      kind: 'order.triggered'
      order: OrderId
      account: AccountId
      instrument: InstrumentId
      price: Ticks
    }
  | {
      kind: 'order.reduced'
      order: OrderId
      account: AccountId
      instrument: InstrumentId
      by: Lots
      reason: 'self_trade' | 'reduce_only'
    }
  | OrderClosed
  | {
      kind: 'self_trade.prevented'
      instrument: InstrumentId
      aggressor: OrderId
      resting: OrderId
      price: Ticks
      lots: Lots
    }
  | SelfTradeTransferred
  | {
      kind: 'group.created'
      group: GroupId
      account: AccountId
      name: string
      limit: Wt
      /** Microseconds. */
      window: number
      freeze: number
    }
  | { kind: 'group.closed'; group: GroupId; account: AccountId }
  /** It has filled as much as it may: its orders end, and none are taken before `until`. */
  | { kind: 'group.tripped'; group: GroupId; account: AccountId; filled: Wt; until: Instant }
  | ({ kind: 'procurement.set'; procurement: ProcurementId } & Omit<CommandOf<'procurement.set'>, 'kind'>)
  /** What is short cannot be bid for, or what is spare not offered, for this reason; null: now it can. */
  | {
      kind: 'procurement.held_up'
      procurement: ProcurementId
      account: AccountId
      side: Side
      /** A refusal, or that it would trade with an order of its own member. */
      reason: Reject | 'self_trade' | null
    }
  | { kind: 'procurement.ended'; procurement: ProcurementId; account: AccountId }
  /** When the account's orders will be cancelled unless it is set again; null: it is off. */
  | { kind: 'cancel_timer.set'; account: AccountId; at: Instant | null }
  | { kind: 'cancel_timer.fired'; account: AccountId }
  | {
      kind: 'lot.opened'
      lot: LotId
      account: AccountId
      instrument: InstrumentId
      wt: Wt
      expiresAt: Instant
      reason: 'transfer' | 'sweep' | 'restored'
    }
  | { kind: 'lot.expired'; lot: LotId; account: AccountId; instrument: InstrumentId; wt: Wt }
  | {
      kind: 'standby.paid'
      account: AccountId
      instrument: InstrumentId
      wt: Wt
      proceeds: Micros
      fee: Micros
    }
  | {
      kind: 'obligation.moved'
      from: AccountId
      to: AccountId
      instrument: InstrumentId
      wt: Wt
      escrow: Micros
    }
  | MandateEvent
  | DrawOpened
  | { kind: 'draw.extended'; draw: DrawId; account: AccountId; wt: Wt; bought: Lots }
  | {
      kind: 'draw.rerouted'
      draw: DrawId
      account: AccountId
      from: OfferId
      to: OfferId
      /** Who was called before. */
      supplier: AccountId
      instrument: InstrumentId
      wt: Wt
      failure: string
      fault: Fault
    }
  /** Lots were bought for a draw at the cost of the supplier that failed it, whose obligation they end. */
  | {
      kind: 'draw.covered'
      draw: DrawId
      account: AccountId
      from: OfferId
      to: OfferId
      supplier: AccountId
      instrument: InstrumentId
      wt: Wt
      failure: string
      lots: Lots
      /** µ$ paid for them, the fee included. */
      cost: Micros
    }
  | DrawSettled
  | {
      kind: 'draw.failed'
      draw: DrawId
      account: AccountId
      instrument: InstrumentId
      offer: OfferId
      supplier: AccountId
      request: string
      wt: Wt
      failure: string
      fault: Fault
    }
  | {
      kind: 'draw.released'
      draw: DrawId
      account: AccountId
      instrument: InstrumentId
      request: string
      wt: Wt
      reason: string
    }
  | { kind: 'window.swept'; instrument: InstrumentId; at: Instant }

export type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>

export type OrderAccepted = {
  kind: 'order.accepted'
  order: OrderId
  account: AccountId
  instrument: InstrumentId
  side: Side
  type: OrderType
  timeInForce: TimeInForce
  postOnly: PostOnly
  /** The limit; for a market order, the protection limit it got. */
  price: Ticks
  lots: Lots
  clientOrderId: string | null
  mandate: MandateId
  special: SpecialTerms | null
}

/** It waits outside the book: for its stop price, for a book that fills it whole, or for a taker's delay. */
export type OrderPending = {
  kind: 'order.pending'
  order: OrderId
  account: AccountId
  instrument: InstrumentId
  reason: 'stop' | 'all_or_none' | 'taker_delay'
}

/**
 * Two orders of one member met, and its units changed accounts at the resting price: no trade, no fee, and
 * nothing on the tape.
 */
export type SelfTradeTransferred = {
  kind: 'self_trade.transferred'
  instrument: InstrumentId
  aggressor: OrderId
  resting: OrderId
  price: Ticks
  lots: Lots
  seller: AccountId
  buyer: AccountId
  /** The part that raised the seller's escrowed quantity: its proceeds stand in escrow. */
  primary: Wt
}

/** One fill: a resting order met an aggressor, at the resting order's price. */
export type Trade = {
  kind: 'trade'
  trade: TradeId
  instrument: InstrumentId
  price: Ticks
  lots: Lots
  /** Side of the aggressor. */
  side: Side
  aggressor: OrderId
  resting: OrderId
  aggressorAccount: AccountId
  restingAccount: AccountId
  aggressorFee: Micros
  restingFee: Micros
  /** The part that raised the seller's escrowed quantity: its proceeds stand in escrow. */
  primary: Wt
}

/**
 * Priority kept: the order stands where it stood, with less. Lost: it has left its place, and what it then
 * trades and where it rests again (`order.rested`) follow as events of their own.
 */
export type OrderAmended = {
  kind: 'order.amended'
  order: OrderId
  account: AccountId
  instrument: InstrumentId
  side: Side
  oldPrice: Ticks
  oldRemaining: Lots
  price: Ticks
  /** New total, filled part included. */
  lots: Lots
  remaining: Lots
  /** What it shows in its place; 0 once it has left it. */
  shown: Lots
  priority: 'kept' | 'lost'
  /** Left out where its terms stay. */
  special?: SpecialTerms
}

export type OrderClosed = {
  kind: 'order.closed'
  order: OrderId
  account: AccountId
  instrument: InstrumentId
  side: Side
  price: Ticks
  status: 'filled' | 'canceled' | 'expired'
  reason: CloseReason
  /** What had not been filled. */
  remaining: Lots
  /** Whether that remainder stood in the book. */
  rested: boolean
}

export type DrawOpened = {
  kind: 'draw.opened'
  draw: DrawId
  account: AccountId
  mandate: MandateId
  instrument: InstrumentId
  offer: OfferId
  supplier: AccountId
  request: string
  wt: Wt
  bought: Lots
  deadline: Instant
}

/** The facts of a receipt: what was delivered, how it was judged, and what moved. */
export type DrawSettled = {
  kind: 'draw.settled'
  draw: DrawId
  account: AccountId
  mandate: MandateId
  instrument: InstrumentId
  offer: OfferId
  supplier: AccountId
  request: string
  reading: Reading
  verdict: Verdict
  used: Wt
  returned: Wt
  /** What the buyer had paid for the units used, fees included. */
  cost: Micros
  /** Escrow released at the supplier's own lot prices. */
  proceeds: Micros
  deliveryFee: Micros
  /** Soft-miss discount paid back to the buyer out of the proceeds. */
  refund: Micros
}

/** What the first submission of a client order id was told. */
export type FirstAnswer = {
  seq: number
  at: Instant
  accepted: OrderAccepted
  filled: Lots
  /** µ$ of the fills, fees aside. */
  value: Micros
  fees: Micros
  closed: { status: OrderClosed['status']; reason: CloseReason } | null
  /** Whether it waited. */
  pending: boolean
}
