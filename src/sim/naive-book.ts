import type { OrderType, PostOnly, SelfTrade, Side, TimeInForce } from '../state/command.ts'
import type { InstrumentStatus } from '../state/status.ts'

/** An order of the twin: what matching needs and nothing else. */
export type NaiveOrder = {
  id: number
  account: number
  member: number
  side: Side
  price: number
  remaining: number
  /** What of it is shown in its place, and how much it asks to show at a time. */
  shown: number
  display: number
  filled: number
  /** 0: none. */
  group: number
  /** What it waits for outside the book, and the price or the time of that. */
  waits: 'nothing' | 'price' | 'whole' | 'delay'
  stop: number
  due: number
  allOrNone: boolean
  type: OrderType
  timeInForce: TimeInForce
  /** Whether it rests once it has traded what it can. */
  stays: boolean
  /** When it ends by itself; Infinity: never. */
  expiresAt: number
  postOnly: PostOnly
  selfTrade: SelfTrade
}

/**
 * The twin of book and matching, written to be read: each side is one array, best price first and oldest
 * first within a price. It knows nothing of money, so it judges the engine only where money and units
 * suffice.
 */
export type NaiveMarket = {
  bids: NaiveOrder[]
  asks: NaiveOrder[]
  /** Orders that wait outside the book, in the order in which they began to. */
  waiting: NaiveOrder[]
  nextOrder: number
  last: number
  status: InstrumentStatus
  /** When a call that the market went into by itself ends; Infinity: somebody ends the status. */
  until: number
  /** Every trade's time and price, for the corridor. */
  trades: { at: number; price: number }[]
  /** Of the last call that traded. */
  called: number
  /** The time and the lot of the command under way. */
  now: number
  lot: number
  groups: NaiveGroup[]
  /** When whose orders are cancelled unless it is set again. */
  timers: Map<number, number>
}

/** Every fill it ever had: what is within the window is counted when it matters. */
export type NaiveGroup = {
  account: number
  limit: number
  window: number
  freeze: number
  frozenUntil: number
  isOpen: boolean
  fills: { at: number; wt: number }[]
}

/** A market with nobody in it. */
export const newNaiveMarket = (): NaiveMarket => ({
  bids: [],
  asks: [],
  waiting: [],
  nextOrder: 1,
  last: 0,
  status: 'open',
  until: Infinity,
  trades: [],
  called: 0,
  now: 0,
  lot: 0,
  groups: [],
  timers: new Map(),
})

const sideOf = (market: NaiveMarket, side: Side): NaiveOrder[] => (side === 'buy' ? market.bids : market.asks)
/** The side that an order of this side trades against. */
export const against = (market: NaiveMarket, side: Side): NaiveOrder[] =>
  side === 'buy' ? market.asks : market.bids
/** Whether a limit of this side allows the price. */
export const reaches = (side: Side, limit: number, price: number): boolean =>
  side === 'buy' ? limit >= price : limit <= price
/** A resting order by its id. */
export const find = (market: NaiveMarket, id: number): NaiveOrder | undefined =>
  [...market.bids, ...market.asks, ...market.waiting].find((order) => order.id === id)

/** Ends the orders that a test picks, newest first. */
export const closeAll = (
  market: NaiveMarket,
  reason: string,
  picks: (order: NaiveOrder) => boolean,
): string[] =>
  [...market.bids, ...market.asks, ...market.waiting]
    .filter(picks)
    .sort((a, b) => b.id - a.id)
    .map((order) => close(market, order, reason))

/** Behind every order that is as good or better, showing a slice of itself. */
export function insert(market: NaiveMarket, order: NaiveOrder): string {
  order.shown = Math.min(order.remaining, order.display)
  const orders = sideOf(market, order.side)
  const behind = orders.findIndex((other) => !reaches(order.side, other.price, order.price))
  orders.splice(behind < 0 ? orders.length : behind, 0, order)
  return `rested #${order.id} ${order.shown} @ ${order.price}`
}

/** Takes an order out of its side, or from among those that wait. */
export function remove(market: NaiveMarket, order: NaiveOrder): void {
  const orders = order.waits === 'nothing' ? sideOf(market, order.side) : market.waiting
  orders.splice(orders.indexOf(order), 1)
}

/** What a resting order showed is gone: it ends, or shows its next slice. */
export function endSlice(market: NaiveMarket, order: NaiveOrder, reason: string): string {
  if (order.remaining === 0) return close(market, order, reason)
  remove(market, order)
  return insert(market, order)
}

/** Ends a resting order. */
export function close(market: NaiveMarket, order: NaiveOrder, reason: string): string {
  remove(market, order)
  return closed(order, reason, order.waits === 'nothing')
}

/** An order waits outside the book. */
export function wait(market: NaiveMarket, order: NaiveOrder, what: NaiveOrder['waits']): string {
  order.waits = what
  market.waiting.push(order)
  return `waits #${order.id}`
}

/** An order waits no longer. */
export function stopWaiting(market: NaiveMarket, order: NaiveOrder): void {
  remove(market, order)
  order.waits = 'nothing'
}

/** How the end of an order is told. */
export const closed = (order: NaiveOrder, reason: string, rested: boolean): string =>
  `closed #${order.id} ${reason}, ${order.remaining} left${rested ? ', rested' : ''}`

/** Counts a fill for the order's group. */
export function fills(market: NaiveMarket, { group }: NaiveOrder, lots: number): void {
  market.groups[group - 1]?.fills.push({ at: market.now, wt: lots * market.lot })
}

/** A trade printed at this price. Those that left the corridor's five minutes are forgotten now and then. */
export function printed(market: NaiveMarket, price: number): void {
  if (market.trades.length > 2_000)
    market.trades = market.trades.filter(({ at }) => at > market.now - 330_000_000)
  market.last = price
  market.trades.push({ at: market.now, price })
}
