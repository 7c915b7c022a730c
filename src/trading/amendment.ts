import type { AccountId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { freeCash, openPosition, theAccount } from '../state/account.ts'
import { crosses } from '../state/book.ts'
import type { SpecialTerms } from '../state/command.ts'
import type { EventLog } from '../state/event-log.ts'
import { balanceOf, move } from '../state/ledger.ts'
import type { Slot } from '../state/order.ts'
import { BUY, NO_SLOT, SELL, sideName, termsOf } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { shownOf } from '../state/slice.ts'
import type { Instrument, State } from '../state/state.ts'
import { applyTerms } from './terms.ts'
import { approvalFault, boundFault, countTaken, isBounded } from '../mandate/bound.ts'
import { budgetFault, priceFault } from '../mandate/budget.ts'
import { buyHold, lowerHold, raiseHold, settleHold } from './hold.ts'
import { Aggressor, aggressorAt, newWalk, NOTHING_AHEAD, releaseUnits, walk } from './match.ts'
import { backingAt, sellHold } from './plan.ts'
import { valueOf } from './risk.ts'

/** An order as an amendment would leave it, before it trades. */
export class Change {
  instrument!: Instrument
  slot: Slot = NO_SLOT
  price = 0 as Ticks
  remaining = 0 as Lots
  special: SpecialTerms | null = null
  /** What it will hold, in µ$, and per lot for its bond: as in a plan. */
  hold = 0 as Micros
  backing = 0
}

/** The changed order as it would come to the book: one for all, so that amending allocates nothing. */
const ORDER = new Aggressor()
const AHEAD = newWalk()

/** Plans what the changed order will hold, or why that cannot be had. One that waits meets nobody yet. */
export function planHolds(state: State, change: Change, waits: boolean): Refusal | undefined {
  const { instrument, slot, price, remaining } = change
  const pool = state.orders
  const side = pool.side[slot] as number
  const account = theAccount(state, pool.account[slot] as AccountId)
  const position = account.positions[instrument.id]
  const mandate = pool.mandate[slot] as MandateId
  const order = aggressorAt(state, slot, ORDER)
  order.limit = price
  order.lots = remaining
  const isNear = !waits && crosses(instrument.book, side, price)
  const ahead = isNear ? walk(state, instrument, order, AHEAD) : NOTHING_AHEAD
  const value =
    ahead.value + ahead.transferred + valueOf(instrument, price, remaining - ahead.filled - ahead.prevented)
  const owing = side === SELL && (pool.backing[slot] as number) >= 0
  const backing = owing ? Math.max(0, backingAt(state, instrument, position, price)) : -1
  const hold =
    side === BUY ? buyHold(state, position, value) : sellHold(state, position, value, backing, remaining)
  const more = hold - (pool.held[slot] as number)
  const spent = side === BUY ? (pool.value[slot] as number) + (pool.fees[slot] as number) : 0
  const fault =
    priceFault(state, mandate, instrument.id, side, price) ??
    (side === BUY ? budgetFault(state, mandate, state.at, more, spent + hold) : undefined)
  if (fault !== undefined) return fault
  const cash = freeCash(state, account)
  if (more > cash) return refuse('insufficient_funds', { needed: more, free: cash })
  if (side === SELL) {
    const units = (remaining - (pool.remaining[slot] as number)) * instrument.spec.lot
    const free = position === undefined ? 0 : balanceOf(state.ledger, position.free)
    if (units > free) return refuse('insufficient_units', { needed: units, free })
  }
  if (isBounded(state, mandate)) {
    const changed = { account, instrument, side, price, lots: remaining, isNew: false, slot }
    const worst = side === BUY ? spent + hold : value
    const beyond = boundFault(state, mandate, changed) ?? approvalFault(state, mandate, worst)
    if (beyond !== undefined) return beyond
  }
  change.hold = hold
  change.backing = backing
  return undefined
}

/** Less at the same price: the order stays where it stands. */
export function reduceInPlace(
  state: State,
  { instrument, slot, price, remaining, special }: Change,
  events: EventLog,
): undefined {
  const pool = state.orders
  const before = termsOf(pool, slot).special
  const oldRemaining = pool.remaining[slot] as Lots
  releaseUnits(state, instrument, slot, oldRemaining - remaining)
  // A slice that is to be larger is so from the next one on: nobody is overtaken. What waits shows nothing.
  const display = pool.waits[slot] === 0 ? special?.display : undefined
  const shown = Math.min(shownOf(pool, slot), remaining, display ?? Infinity)
  pool.remaining[slot] = remaining
  pool.hidden[slot] = remaining - shown
  settleHold(state, instrument, slot)
  applyTerms(state, slot, special)
  stamp(state, slot)
  sayAmended(state, slot, price, oldRemaining, before, true, events)
}

/** Gives an order that has left its place its new price, quantity, terms and holds. */
export function restate(
  state: State,
  { instrument, slot, price, remaining, special, hold, backing }: Change,
  events: EventLog,
): void {
  const pool = state.orders
  const oldPrice = pool.price[slot] as Ticks
  const oldRemaining = pool.remaining[slot] as Lots
  const before = termsOf(pool, slot).special
  takeUnits(state, instrument, slot, remaining - oldRemaining)
  pool.price[slot] = price
  pool.remaining[slot] = remaining
  pool.hidden[slot] = 0
  pool.backing[slot] = backing
  const more = hold - (pool.held[slot] as number)
  if (more > 0) raiseHold(state, slot, more)
  else lowerHold(state, slot, hold)
  countTaken(state, pool.mandate[slot] as MandateId)
  applyTerms(state, slot, special)
  stamp(state, slot)
  sayAmended(state, slot, oldPrice, oldRemaining, before, false, events)
}

/** Takes more of a seller's units for sale, or with a negative quantity gives some back. */
function takeUnits(state: State, instrument: Instrument, slot: Slot, more: number): void {
  const pool = state.orders
  if (more < 0) releaseUnits(state, instrument, slot, -more)
  if (more <= 0 || pool.side[slot] !== SELL) return
  const account = theAccount(state, pool.account[slot] as AccountId)
  const position = openPosition(state, account, instrument.id)
  move(state.ledger, position.free, position.held, more * instrument.spec.lot)
  if ((pool.backing[slot] as number) < 0) position.unbackedSells = (position.unbackedSells + more) as Lots
}

function stamp(state: State, slot: Slot): void {
  const pool = state.orders
  pool.version[slot] = (pool.version[slot] as number) + 1
  pool.updatedAt[slot] = state.at
  pool.updatedSeq[slot] = state.seq
}

/** Says what has changed. `kept`: it stands where it stood. */
function sayAmended(
  state: State,
  slot: Slot,
  oldPrice: Ticks,
  oldRemaining: Lots,
  before: SpecialTerms | null,
  kept: boolean,
  events: EventLog,
): void {
  const pool = state.orders
  const { special } = termsOf(pool, slot)
  if (special === before) {
    events.amended(pool, slot, oldPrice, oldRemaining, kept)
    return
  }
  const remaining = pool.remaining[slot] as Lots
  events.push({
    kind: 'order.amended',
    order: pool.id[slot] as OrderId,
    account: pool.account[slot] as AccountId,
    instrument: pool.instrument[slot] as Instrument['id'],
    side: sideName(pool.side[slot] as number),
    oldPrice,
    oldRemaining,
    price: pool.price[slot] as Ticks,
    lots: ((pool.filled[slot] as number) + remaining) as Lots,
    remaining,
    shown: kept ? shownOf(pool, slot) : (0 as Lots),
    priority: kept ? 'kept' : 'lost',
    ...(special !== null && { special }),
  })
}
