import type { OrderId } from '../base/ids.ts'
import type { OrderPool, Slot } from './order.ts'
import { BUY, findOrder, NO_SLOT } from './order.ts'
import type { Instrument, State, Stops } from './state.ts'

/** Nothing waits. */
export const newStops = (): Stops => ({ buys: [], sells: [] })

const stopPrice = (pool: OrderPool, id: OrderId): number => pool.stop[findOrder(pool, id)] as number

/** Lets an order wait until a trade reaches `price`. */
export function addStop(state: State, instrument: Instrument, slot: Slot, price: number): void {
  const pool = state.orders
  const waiting = pool.side[slot] === BUY ? instrument.stops.buys : instrument.stops.sells
  const isLater = (other: number) => (pool.side[slot] === BUY ? other > price : other < price)
  let low = 0
  let high = waiting.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isLater(stopPrice(pool, waiting[middle] as OrderId))) high = middle
    else low = middle + 1
  }
  waiting.splice(low, 0, pool.id[slot] as OrderId)
  pool.stop[slot] = price
  state.waiting++
}

/** The order waits no longer. */
export function dropStop(state: State, instrument: Instrument, slot: Slot): void {
  const pool = state.orders
  const waiting = pool.side[slot] === BUY ? instrument.stops.buys : instrument.stops.sells
  waiting.splice(waiting.indexOf(pool.id[slot] as OrderId), 1)
  pool.stop[slot] = 0
  state.waiting--
}

/** Whether the last trade has reached a stop price: from below for a buy, from above for a sale. */
export const hasReached = (last: number, side: number, stop: number): boolean =>
  last > 0 && (side === BUY ? last >= stop : last <= stop)

/** The next stop order that the last trade has reached, or `NO_SLOT`. */
export function firstReached(state: State, { stops, lastPrice }: Instrument): Slot {
  const pool = state.orders
  for (const id of [stops.buys[0], stops.sells[0]]) {
    if (id === undefined) continue
    const slot = findOrder(pool, id)
    if (hasReached(lastPrice, pool.side[slot] as number, pool.stop[slot] as number)) return slot
  }
  return NO_SLOT
}

/** Every waiting order of a market, for readers outside the hot path. */
export const waitingOrders = (pool: OrderPool, { stops }: Instrument): Slot[] =>
  [...stops.buys, ...stops.sells].map((id) => findOrder(pool, id))
