import { assert, known, unreachable } from '../base/assert.ts'
import type { AccountId, DrawId, InstrumentId, MandateId, OfferId, OrderId, TradeId } from '../base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import { lots, micros, wt, WT_PER_UNIT } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type {
  Command,
  OrderType,
  PostOnly,
  SelfTrade,
  Side,
  SpecialTerms,
  TimeInForce,
} from '../state/command.ts'
import type {
  CloseReason,
  Event,
  EventOf,
  OrderAccepted,
  OrderAmended,
  OrderClosed,
  Trade,
} from '../state/event.ts'
import type { HourBook, TradeFacts } from '../index/hour-book.ts'
import { foldHour, foldTradeHour } from '../index/hour-book.ts'
import { isOfOrderAlone } from '../index/order-event.ts'
import type { Declaration } from '../state/declaration.ts'
import type { FixingPrint } from '../state/fixing.ts'
import type { Owners } from './account-event.ts'
import { fillsOf } from './account-event.ts'
import { ToldLog } from './told-log.ts'

/** One applied command, as far as history looks at it. */
export type Applied = {
  readonly seq: number
  readonly at: Instant
  readonly command: Command
  readonly events: readonly Event[]
}

/** One order, open or long done. */
export type OrderRecord = {
  readonly id: OrderId
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly mandate: MandateId
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly postOnly: PostOnly
  readonly selfTrade: SelfTrade
  readonly clientOrderId: string | null
  special: SpecialTerms | null
  price: Ticks
  filled: Lots
  remaining: Lots
  /** µ$ of the fills, fees aside, and the fees. */
  value: Micros
  fees: Micros
  status: 'open' | 'pending' | OrderClosed['status']
  reason: CloseReason | null
  /** What the last amendment did to its place, or null. */
  priority: OrderAmended['priority'] | null
  version: number
  readonly createdSeq: number
  /** Of the last change. */
  seq: number
  readonly createdAt: Instant
  updatedAt: Instant
}

/** Whether an order may still trade. */
export const isLive = ({ status }: Readonly<OrderRecord>): boolean =>
  status === 'open' || status === 'pending'

/** One side of a trade, as its account sees it. */
export type FillRecord = {
  trade: TradeId
  account: AccountId
  order: OrderId
  clientOrderId: string | null
  instrument: InstrumentId
  side: Side
  price: Ticks
  lots: Lots
  fee: Micros
  liquidity: 'maker' | 'taker'
  /** Of a sale: what raised the seller's escrowed quantity, so that its proceeds went to escrow. */
  primary: Wt
  seq: number
  at: Instant
}

/** How a called request ended. */
export type DrawOutcome = EventOf<'draw.settled' | 'draw.failed' | 'draw.released'>

/** One called request, from the hold of its units to its end. */
export type DeliveryRecord = {
  readonly draw: DrawId
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly mandate: MandateId
  readonly request: string
  supplier: AccountId
  offer: OfferId
  /** Held for it, extensions included. */
  wt: Wt
  status: 'open' | 'settled' | 'failed' | 'released'
  outcome: DrawOutcome | null
  readonly openedSeq: number
  readonly openedAt: Instant
  /** Of the last change. */
  seq: number
  at: Instant
}

/** One published fixing, or the correction of one. */
export type FixingRecord = { seq: number; publishedAt: Instant; print: FixingPrint }

/** One statement on the record. */
export type DeclarationRecord = { seq: number; at: Instant } & Declaration

/** Everything that changed since it was last taken. */
export type Changes = {
  orders: Set<OrderRecord>
  fills: FillRecord[]
  fixings: FixingRecord[]
  declarations: DeclarationRecord[]
  deliveries: Set<DeliveryRecord>
  told: ToldLog
  instruments: { id: InstrumentId; lotTick: number; lotWt: number }[]
  offers: { id: OfferId; account: AccountId }[]
}

/** History in the making: what is open, and what is not yet written. */
export type Projection = {
  /** The last command folded in. */
  seq: number
  /** Open orders, and done ones that are not yet written. */
  orders: Map<OrderId, OrderRecord>
  deliveries: Map<DrawId, DeliveryRecord>
  /** µ$ that one lot costs per tick. */
  lotTicks: Map<InstrumentId, number>
  offers: Map<OfferId, AccountId>
  /** The accounts of the hours under way, and the time of the last command. */
  book: HourBook
  at: Instant
  changes: Changes
}

export const newChanges = (): Changes => ({
  orders: new Set(),
  fills: [],
  fixings: [],
  declarations: [],
  deliveries: new Set(),
  told: new ToldLog(),
  instruments: [],
  offers: [],
})

/** Folds one command in. Throws if one is missing before it: history has no holes. */
export function foldApplied(projection: Projection, applied: Applied): void {
  const { seq, at, events } = applied
  assert(seq === projection.seq + 1, `history goes on at ${projection.seq + 1}, not at ${seq}`)
  projection.seq = seq
  projection.at = at
  if (events.length === 0) return
  for (const event of events) {
    foldEvent(projection, applied, event)
    if (!isOfOrderAlone(event)) foldHour(projection.book, at, event)
  }
  projection.changes.told.add(seq, at, events, ownersOf(projection))
}

/** Who owns orders and offers that history holds in memory. */
export const ownersOf = ({ orders, offers }: Projection): Owners => ({
  ofOrder: (order) => known(orders.get(order), `order ${order} is known to history`).account,
  ofOffer: (offer) => known(offers.get(offer), `offer ${offer} is known to history`),
})

function foldEvent(projection: Projection, applied: Applied, event: Event): void {
  const { changes } = projection
  switch (event.kind) {
    case 'instrument.listed': {
      const lotTick = (event.spec.tick * event.spec.lot) / WT_PER_UNIT
      projection.lotTicks.set(event.instrument, lotTick)
      changes.instruments.push({ id: event.instrument, lotTick, lotWt: event.spec.lot })
      return
    }
    case 'offer.registered':
      projection.offers.set(event.offer, event.terms.account)
      changes.offers.push({ id: event.offer, account: event.terms.account })
      return
    case 'fixing.published': {
      const { kind: _, ...print } = event
      changes.fixings.push({ seq: applied.seq, publishedAt: applied.at, print })
      return
    }
    case 'declaration.made': {
      const { kind: _, ...declaration } = event
      changes.declarations.push({ ...declaration, seq: applied.seq, at: applied.at })
      return
    }
    case 'order.accepted':
      acceptOrder(projection, applied, event)
      return
    case 'trade':
      recordTrade(projection, applied, event)
      return
    case 'order.pending':
      touchOrder(projection, applied, event.order).status = 'pending'
      return
    case 'order.triggered':
    case 'order.entered':
      touchOrder(projection, applied, event.order).status = 'open'
      return
    case 'order.reduced': {
      const order = touchOrder(projection, applied, event.order)
      order.remaining = lots(order.remaining - event.by)
      return
    }
    case 'order.amended': {
      const order = touchOrder(projection, applied, event.order)
      order.price = event.price
      order.remaining = event.remaining
      order.priority = event.priority
      if (event.special !== undefined) order.special = event.special
      order.version++
      return
    }
    case 'order.closed': {
      const order = touchOrder(projection, applied, event.order)
      order.status = event.status
      order.reason = event.reason
      order.remaining = event.remaining
      return
    }
    default:
      foldDraw(projection, applied, event)
  }
}

function acceptOrder(projection: Projection, { seq, at, command }: Applied, event: OrderAccepted): void {
  const { order: id, lots: quantity } = event
  const order: OrderRecord = {
    id,
    account: event.account,
    instrument: event.instrument,
    mandate: event.mandate,
    side: event.side,
    type: event.type,
    timeInForce: event.timeInForce,
    postOnly: event.postOnly,
    clientOrderId: event.clientOrderId,
    special: event.special,
    price: event.price,
    // The one term that the event leaves out. A draw's own purchase steps over its member's orders.
    selfTrade: command.kind === 'order.place' ? command.selfTrade : 'cancel_newest',
    filled: lots(0),
    remaining: quantity,
    value: micros(0),
    fees: micros(0),
    status: 'open',
    reason: null,
    priority: null,
    version: 1,
    createdSeq: seq,
    seq,
    createdAt: at,
    updatedAt: at,
  }
  projection.orders.set(id, order)
  projection.changes.orders.add(order)
}

function touchOrder(projection: Projection, { seq, at }: Applied, id: OrderId): OrderRecord {
  const order = known(projection.orders.get(id), `order ${id} is known to history`)
  order.seq = seq
  order.updatedAt = at
  projection.changes.orders.add(order)
  return order
}

/** The trade with the limits of its two orders, which history knows. */
function tradeFacts({ orders }: Projection, trade: Trade, lotTick: number): TradeFacts {
  const { instrument, lots: quantity, price, aggressorFee, restingFee } = trade
  const limitOf = (id: OrderId): number | null => {
    const order = orders.get(id)
    return order?.type === 'limit' ? order.price : null
  }
  const [buyer, seller] =
    trade.side === 'buy' ? [trade.aggressor, trade.resting] : [trade.resting, trade.aggressor]
  return {
    instrument,
    lots: quantity,
    value: price * quantity * lotTick,
    fees: aggressorFee + restingFee,
    buyerLimit: limitOf(buyer),
    sellerLimit: limitOf(seller),
    price,
    lotTick,
  }
}

function recordTrade(projection: Projection, applied: Applied, trade: Trade): void {
  const { seq, at } = applied
  const lotTick = known(projection.lotTicks.get(trade.instrument), 'a traded instrument is listed')
  foldTradeHour(projection.book, at, tradeFacts(projection, trade, lotTick))
  for (const fill of fillsOf(trade)) {
    const order = touchOrder(projection, applied, fill.order)
    order.filled = lots(order.filled + fill.lots)
    order.remaining = lots(order.remaining - fill.lots)
    order.value = micros(order.value + fill.price * fill.lots * lotTick)
    order.fees = micros(order.fees + fill.fee)
    projection.changes.fills.push({ ...fill, clientOrderId: order.clientOrderId, seq, at })
  }
}

function foldDraw(projection: Projection, applied: Applied, event: Event): void {
  switch (event.kind) {
    case 'draw.opened': {
      const delivery = newDelivery(applied, event)
      projection.deliveries.set(event.draw, delivery)
      projection.changes.deliveries.add(delivery)
      return
    }
    case 'draw.extended': {
      const delivery = touchDelivery(projection, applied, event.draw)
      delivery.wt = wt(delivery.wt + event.wt)
      return
    }
    case 'draw.covered':
    case 'draw.rerouted': {
      const delivery = touchDelivery(projection, applied, event.draw)
      delivery.offer = event.to
      delivery.supplier = ownersOf(projection).ofOffer(event.to)
      return
    }
    case 'draw.settled':
    case 'draw.failed':
    case 'draw.released': {
      const delivery = touchDelivery(projection, applied, event.draw)
      delivery.status = statusOf(event)
      delivery.outcome = event
      return
    }
    default:
  }
}

// Field by field: a record that is put together from parts lies in a slow form, at many times its size.
const newDelivery = ({ seq, at }: Applied, event: EventOf<'draw.opened'>): DeliveryRecord => ({
  draw: event.draw,
  account: event.account,
  instrument: event.instrument,
  mandate: event.mandate,
  request: event.request,
  supplier: event.supplier,
  offer: event.offer,
  wt: event.wt,
  status: 'open',
  outcome: null,
  openedSeq: seq,
  openedAt: at,
  seq,
  at,
})

function statusOf({ kind }: DrawOutcome): DeliveryRecord['status'] {
  switch (kind) {
    case 'draw.settled':
      return 'settled'
    case 'draw.failed':
      return 'failed'
    case 'draw.released':
      return 'released'
    default:
      return unreachable(kind)
  }
}

function touchDelivery(projection: Projection, { seq, at }: Applied, draw: DrawId): DeliveryRecord {
  const delivery = known(projection.deliveries.get(draw), `draw ${draw} is known to history`)
  delivery.seq = seq
  delivery.at = at
  projection.changes.deliveries.add(delivery)
  return delivery
}
