import type { AccountId } from '../base/ids.ts'
import type { Lots, Ticks } from '../base/money.ts'
import { freeCash, theAccount } from '../state/account.ts'
import { firstAgainst, restingOrders } from '../state/book.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Slot } from '../state/order.ts'
import { BUY, SELL } from '../state/order.ts'
import { clampHidden, shownOf } from '../state/slice.ts'
import type { Instrument, State } from '../state/state.ts'
import type { Interest, UniformPrice } from '../state/uniform-price.ts'
import { uniformPrice } from '../state/uniform-price.ts'
import { fillOrders } from './fill.ts'
import { coreHold, feeHold, raiseHold, settleHold } from './hold.ts'
import { closeOrder, endSlice } from './match.ts'
import { referencePrice, valueOf } from './risk.ts'

/** Where a call would trade if it ended now, or nothing. */
export function indication({ orders: pool }: State, instrument: Instrument): UniformPrice | undefined {
  const side = (of: number): Interest[] =>
    [...restingOrders(instrument.book, pool, of)].map((slot) => [
      pool.price[slot] as number,
      pool.remaining[slot] as number,
    ])
  return uniformPrice(side(BUY), side(SELL), referencePrice(instrument))
}

/**
 * Ends a call: what can trade does, at one price, best limits first and oldest first within them. No member
 * meets itself, because a call collects no orders of one member that cross. The later order of a pair counts
 * as its aggressor.
 */
export function uncross(state: State, instrument: Instrument, events: EventLog): void {
  const found = indication(state, instrument)
  for (let left = found?.lots ?? 0; found !== undefined && left > 0; )
    left -= fillFirst(state, instrument, found.price, left, events)
  for (const side of [BUY, SELL]) showAgain(state, instrument, side, events)
  if (found !== undefined) instrument.auctionPrice = found.price
  events.push({
    kind: 'auction.uncrossed',
    instrument: instrument.id,
    price: found?.price ?? null,
    lots: found?.lots ?? (0 as Lots),
    imbalance: found?.imbalance ?? 0,
  })
}

/** A call trades icebergs whole, in their place; the one that it leaves in part shows its next slice. */
function showAgain(state: State, instrument: Instrument, side: number, events: EventLog): void {
  const [first] = restingOrders(instrument.book, state.orders, side)
  if (first !== undefined && shownOf(state.orders, first) === 0)
    endSlice(state, instrument, first, 'filled', events)
}

/** The first of both sides meet at the uniform price. Returns how much of `left` they trade. */
function fillFirst(
  state: State,
  instrument: Instrument,
  price: Ticks,
  left: number,
  events: EventLog,
): number {
  const pool = state.orders
  const bid = firstAgainst(instrument.book, SELL)
  const ask = firstAgainst(instrument.book, BUY)
  const part = Math.min(left, pool.remaining[bid] as number, pool.remaining[ask] as number) as Lots
  const isBidLater = (pool.id[bid] as number) > (pool.id[ask] as number)
  const [later, earlier] = isBidLater ? [bid, ask] : [ask, bid]
  topUpFee(state, instrument, ask, price, part)
  fillOrders(state, instrument, later, earlier, part, events, price)
  for (const slot of [earlier, later])
    if (pool.remaining[slot] === 0) closeOrder(state, instrument, slot, 'filled', true, events)
    else {
      clampHidden(pool, slot)
      settleHold(state, instrument, slot)
    }
  return part
}

/**
 * A supplier holds the fee of its limit. A uniform price above it costs more: what is lacking comes out of
 * free cash, as far as that goes.
 */
function topUpFee(state: State, instrument: Instrument, ask: Slot, price: Ticks, part: Lots): void {
  const pool = state.orders
  if ((pool.backing[ask] as number) < 0) return
  const rest = (pool.remaining[ask] as number) - part
  const forFee = (pool.held[ask] as number) - coreHold(state, instrument, ask, rest)
  const lacking = feeHold(state, valueOf(instrument, price, part)) + 1 - forFee
  const free = freeCash(state, theAccount(state, pool.account[ask] as AccountId))
  if (lacking > 0 && free > 0) raiseHold(state, ask, Math.min(lacking, free))
}
