import type { OrderId } from '../base/ids.ts'
import type { OrderPool, Slot } from './order.ts'
import { BUY, findOrder, NO_SLOT } from './order.ts'
import type { Instrument, State, Waiting } from './state.ts'

/** What an order waits for outside the book, where it is not a stop price: a book that fills it whole. */
export const WHOLE = -1
/** Likewise: the end of the delay of takers. */
export const DELAY = -2

/** Nothing waits. */
export const newWaiting = (): Waiting => ({
  buyStops: [],
  sellStops: [],
  buyBlocks: [],
  sellBlocks: [],
  delayed: [],
})

/** The list that an order which waits for this stands in. */
function listOf({ waiting }: Instrument, side: number, what: number): OrderId[] {
  if (what === DELAY) return waiting.delayed
  if (what === WHOLE) return side === BUY ? waiting.buyBlocks : waiting.sellBlocks
  return side === BUY ? waiting.buyStops : waiting.sellStops
}

/** How far back an order stands in its list; of equals the one that came first goes first. */
export function rankOf(pool: OrderPool, slot: Slot): number {
  const what = pool.waits[slot] as number
  const sign = pool.side[slot] === BUY ? 1 : -1
  if (what === DELAY) return 0
  return what === WHOLE ? -sign * (pool.price[slot] as number) : sign * what
}

/** Lets an order wait for a stop price, or for `WHOLE` or `DELAY`. */
export function startWaiting(state: State, instrument: Instrument, slot: Slot, what: number): void {
  const pool = state.orders
  pool.waits[slot] = what
  const list = listOf(instrument, pool.side[slot] as number, what)
  const rank = rankOf(pool, slot)
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rankOf(pool, findOrder(pool, list[middle] as OrderId)) > rank) high = middle
    else low = middle + 1
  }
  list.splice(low, 0, pool.id[slot] as OrderId)
  state.waiting++
}

/** The order waits no longer. */
export function stopWaiting(state: State, instrument: Instrument, slot: Slot): void {
  const pool = state.orders
  const list = listOf(instrument, pool.side[slot] as number, pool.waits[slot] as number)
  list.splice(list.indexOf(pool.id[slot] as OrderId), 1)
  pool.waits[slot] = 0
  state.waiting--
}

/** Whether the last trade has reached a stop price: from below for a buy, from above for a sale. */
export const hasReached = (last: number, side: number, stop: number): boolean =>
  last > 0 && (side === BUY ? last >= stop : last <= stop)

/** The next stop order that the last trade has reached, or `NO_SLOT`. */
export function firstReached({ orders: pool }: State, { waiting, lastPrice }: Instrument): Slot {
  for (const id of [waiting.buyStops[0], waiting.sellStops[0]]) {
    if (id === undefined) continue
    const slot = findOrder(pool, id)
    if (hasReached(lastPrice, pool.side[slot] as number, pool.waits[slot] as number)) return slot
  }
  return NO_SLOT
}

/** Every waiting order of a market, for readers outside the hot path. */
export const waitingOrders = (pool: OrderPool, { waiting }: Instrument): Slot[] => {
  const { buyStops, sellStops, buyBlocks, sellBlocks, delayed } = waiting
  return [buyStops, sellStops, buyBlocks, sellBlocks, delayed].flat().map((id) => findOrder(pool, id))
}
