import type { MandateId, OrderId } from '../base/ids.ts'
import type { Ticks } from '../base/money.ts'
import { freeCash, theAccount } from '../state/account.ts'
import type { Event } from '../state/event.ts'
import type { Slot } from '../state/order.ts'
import { BUY, NO_SLOT, termsOf } from '../state/order.ts'
import type { Instrument, State } from '../state/state.ts'
import { dropStop, firstReached } from '../state/stop.ts'
import { budgetFault } from './budget.ts'
import { enterBook } from './enter.ts'
import { buyHold, raiseHold } from './hold.ts'
import { closeOrder, walk } from './match.ts'
import { bandCeiling, bandFloor, valueOf } from './risk.ts'

/**
 * Lets the stop orders that trades have reached enter their books, one after another: those whose price was
 * reached first, and of those of one price the older. What they trade may reach others.
 */
export function triggerStops(state: State, events: Event[]): void {
  for (const instrument of state.instruments) {
    while (instrument.status === 'open') {
      const slot = firstReached(state, instrument)
      if (slot === NO_SLOT) break
      trigger(state, instrument, slot, events)
    }
  }
}

function trigger(state: State, instrument: Instrument, slot: Slot, events: Event[]): void {
  const pool = state.orders
  dropStop(state, instrument, slot)
  events.push({
    kind: 'order.triggered',
    order: pool.id[slot] as OrderId,
    account: theAccount(state, pool.account[slot] as never).id,
    instrument: instrument.id,
    price: instrument.lastPrice,
  })
  const reason = drawnIntoBand(state, instrument, slot) ? fundsFault(state, instrument, slot) : 'price_band'
  if (reason === undefined) enterBook(state, instrument, slot, events)
  else events.push(closeOrder(state, instrument, slot, reason, false))
}

/** A stop that names no limit is drawn in to the band; one that does, and lies outside, cannot enter. */
function drawnIntoBand(state: State, instrument: Instrument, slot: Slot): boolean {
  const pool = state.orders
  const { band } = state.settings
  const price = pool.price[slot] as number
  const floor = bandFloor(instrument, band)
  const ceiling = bandCeiling(instrument, band)
  if (price >= floor && price <= ceiling) return true
  if (termsOf(pool, slot).type === 'limit') return false
  pool.price[slot] = Math.max(floor, Math.min(ceiling, price)) as Ticks
  return true
}

/** Where fees were raised while a buy waited, it takes what it lacks, or ends because it cannot. */
function fundsFault(state: State, instrument: Instrument, slot: Slot): 'insufficient_funds' | undefined {
  const pool = state.orders
  if (pool.side[slot] !== BUY) return undefined
  const account = theAccount(state, pool.account[slot] as never)
  const limit = pool.price[slot] as number
  const lots = pool.remaining[slot] as number
  const { selfTrade } = termsOf(pool, slot)
  const order = { side: BUY, limit, lots, account: account.id, member: account.member, selfTrade }
  const ahead = walk(state, instrument, order)
  const rests = lots - ahead.filled - ahead.prevented
  const value = ahead.value + ahead.transferred + valueOf(instrument, limit, rests)
  const needed = buyHold(state, account.positions[instrument.id], value)
  const more = needed - (pool.held[slot] as number)
  if (more <= 0) return undefined
  const over = budgetFault(state, pool.mandate[slot] as MandateId, state.at, more, needed)
  if (over !== undefined || more > freeCash(state, account)) return 'insufficient_funds'
  raiseHold(state, slot, more)
  return undefined
}
