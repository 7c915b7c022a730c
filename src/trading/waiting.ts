import type { AccountId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Ticks } from '../base/money.ts'
import { freeCash, theAccount, theInstrument } from '../state/account.ts'
import { crosses } from '../state/book.ts'
import type { CloseReason, Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Slot } from '../state/order.ts'
import { BUY, findOrder, NO_SLOT, termsOf } from '../state/order.ts'
import type { Instrument, State } from '../state/state.ts'
import { firstReached, stopWaiting } from '../state/waiting.ts'
import { slidTo } from './band.ts'
import { budgetFault } from '../mandate/budget.ts'
import { enterBook } from './enter.ts'
import { buyHold, raiseHold } from './hold.ts'
import { orderFault } from './market-state.ts'
import { aggressorAt, closeOrder, reduceOrder, releaseUnits, walk } from './match.ts'
import { reducible } from './plan.ts'
import { bandCeiling, bandFloor, valueOf } from './risk.ts'
import { fillsWhole } from './wait.ts'

/**
 * Lets what waits enter its book, one order after another: stop orders that trades have reached, those whose
 * price was reached first and of those of one price the older; then all-or-none orders that the book fills
 * whole, bids before asks, the best limit first. What they trade may let others enter.
 */
export function enterWaiting(state: State, events: EventLog): void {
  for (const instrument of state.instruments) {
    while (instrument.status === 'open') {
      const stop = firstReached(state, instrument)
      if (stop !== NO_SLOT) {
        trigger(state, instrument, stop, events)
        continue
      }
      const block = firstFillable(state, instrument)
      if (block === NO_SLOT) break
      stopWaiting(state, instrument, block)
      events.push(enteredEvent(state, block))
      finish(state, instrument, block, fundsFault(state, instrument, block), true, events)
    }
  }
}

/** The delay of a taker is over: it enters if the market still takes it, as if it had come now. */
export function releaseTaker(state: State, order: OrderId, events: EventLog): void {
  const pool = state.orders
  const slot = findOrder(pool, order)
  const instrument = theInstrument(state, pool.instrument[slot] as Instrument['id'])
  stopWaiting(state, instrument, slot)
  events.push(enteredEvent(state, slot))
  const isTaken =
    orderFault(instrument, termsOf(pool, slot)) === undefined &&
    !(instrument.status === 'post_only' && wouldTrade(state, instrument, slot))
  const fault = isTaken ? entryFault(state, instrument, slot, events) : 'market_state'
  finish(state, instrument, slot, fault, false, events)
}

function trigger(state: State, instrument: Instrument, slot: Slot, events: EventLog): void {
  const pool = state.orders
  stopWaiting(state, instrument, slot)
  events.push({
    kind: 'order.triggered',
    order: pool.id[slot] as OrderId,
    account: pool.account[slot] as AccountId,
    instrument: instrument.id,
    price: instrument.lastPrice,
  })
  const isInBand = drawnIntoBand(state, instrument, slot)
  const fault = isInBand ? entryFault(state, instrument, slot, events) : 'price_band'
  finish(state, instrument, slot, fault, true, events)
}

/** It enters, or ends because it cannot. */
function finish(
  state: State,
  instrument: Instrument,
  slot: Slot,
  fault: CloseReason | undefined,
  delays: boolean,
  events: EventLog,
): void {
  if (fault === undefined) enterBook(state, instrument, slot, events, delays)
  else closeOrder(state, instrument, slot, fault, false, events)
}

const enteredEvent = ({ orders: pool }: State, slot: Slot): Event => ({
  kind: 'order.entered',
  order: pool.id[slot] as OrderId,
  account: pool.account[slot] as AccountId,
  instrument: pool.instrument[slot] as Instrument['id'],
})

/** The first all-or-none order that the book would fill whole, or `NO_SLOT`. */
function firstFillable(state: State, instrument: Instrument): Slot {
  const pool = state.orders
  const { buyBlocks, sellBlocks } = instrument.waiting
  for (const blocks of [buyBlocks, sellBlocks])
    for (const id of blocks) {
      const slot = findOrder(pool, id)
      // They stand best limit first: none behind this one can trade either.
      if (!wouldTrade(state, instrument, slot)) break
      if (fillsWhole(state, instrument, slot)) return slot
    }
  return NO_SLOT
}

const wouldTrade = ({ orders: pool }: State, { book }: Instrument, slot: Slot): boolean =>
  crosses(book, pool.side[slot] as number, pool.price[slot] as number)

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

/** Why an order that waited cannot enter as it is; what it may no longer take is taken off it here. */
function entryFault(
  state: State,
  instrument: Instrument,
  slot: Slot,
  events: EventLog,
): CloseReason | undefined {
  const pool = state.orders
  const { special, postOnly, timeInForce } = termsOf(pool, slot)
  if (special?.reduceOnly === true && !reduceToFit(state, instrument, slot, events)) return 'reduce_only'
  if (postOnly !== 'none' && wouldTrade(state, instrument, slot)) {
    if (postOnly === 'reject') return 'post_only'
    const slid = slidTo(state, instrument, pool.side[slot] as number, pool.price[slot] as Ticks)
    if (typeof slid !== 'number') return 'post_only'
    pool.price[slot] = slid
  }
  const isWhole = () => walk(state, instrument, aggressorAt(state, slot)).filled === pool.remaining[slot]
  if (timeInForce === 'fok' && !isWhole()) return 'fok_unfilled'
  return fundsFault(state, instrument, slot)
}

/** Takes off a reduce-only order what would no longer reduce. Returns whether anything is left. */
function reduceToFit(state: State, instrument: Instrument, slot: Slot, events: EventLog): boolean {
  const pool = state.orders
  const remaining = pool.remaining[slot] as Lots
  const account = theAccount(state, pool.account[slot] as AccountId)
  const most = reducible(state, account, instrument, pool.side[slot] as number, remaining)
  if (most === 0) return false
  if (most < remaining) {
    const over = (remaining - most) as Lots
    releaseUnits(state, instrument, slot, over)
    events.push(reduceOrder(state, instrument, slot, over, 'reduce_only'))
  }
  return true
}

/** Where fees were raised while a buy waited, it takes what it lacks, or ends because it cannot. */
function fundsFault(state: State, instrument: Instrument, slot: Slot): 'insufficient_funds' | undefined {
  const pool = state.orders
  if (pool.side[slot] !== BUY) return undefined
  const account = theAccount(state, pool.account[slot] as AccountId)
  const ahead = walk(state, instrument, aggressorAt(state, slot))
  const rests = (pool.remaining[slot] as number) - ahead.filled - ahead.prevented
  const value = ahead.value + ahead.transferred + valueOf(instrument, pool.price[slot] as number, rests)
  const needed = buyHold(state, account.positions[instrument.id], value)
  const more = needed - (pool.held[slot] as number)
  if (more <= 0) return undefined
  const over = budgetFault(state, pool.mandate[slot] as MandateId, state.at, more, needed)
  if (over !== undefined || more > freeCash(state, account)) return 'insufficient_funds'
  raiseHold(state, slot, more)
  return undefined
}
