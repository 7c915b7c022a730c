import type { AccountId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { micros } from '../base/money.ts'
import { openPosition, theAccount } from '../state/account.ts'
import { crosses, firstAgainst, nextAgainst, rest, unrest } from '../state/book.ts'
import type { SelfTrade } from '../state/command.ts'
import type { CloseReason, Event, EventOf } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import { reachOf } from './corridor.ts'
import { fillOrders, transferOwn } from './fill.ts'
import { lowerHold, settleHold } from './hold.ts'
import { lotTick } from '../state/instrument.ts'
import { move } from '../state/ledger.ts'
import type { OrderPool, Slot } from '../state/order.ts'
import { BUY, freeSlot, NO_SLOT, SELL, termsOf } from '../state/order.ts'
import { leaveAccount } from '../state/order-link.ts'
import { clampHidden, hideRest, shownOf, turnsAgainst } from '../state/slice.ts'
import type { Account, Instrument, State } from '../state/state.ts'
import { stopWaiting } from '../state/waiting.ts'
import { isCall } from '../state/status.ts'

/**
 * What an aggressor would do: what it fills, its value in µ$, and what self-trade prevention would take from
 * it; of that, the value of what would change accounts within its member.
 */
export type Walk = { filled: Lots; value: Micros; prevented: Lots; transferred: Micros }

/** The walk of an order that meets nobody. */
export const newWalk = (): Walk => ({
  filled: 0 as Lots,
  value: 0 as Micros,
  prevented: 0 as Lots,
  transferred: 0 as Micros,
})

/** An order as matching sees it. */
export class Aggressor {
  side = 0
  limit = 0
  lots = 0
  account!: Account
  selfTrade: SelfTrade = 'cancel_newest'
}

/** An order that is not in the book, as it would come to it. */
export function aggressorAt(state: State, slot: Slot, order = new Aggressor()): Aggressor {
  const pool = state.orders
  order.side = pool.side[slot] as number
  order.limit = pool.price[slot] as number
  order.lots = pool.remaining[slot] as number
  order.account = theAccount(state, pool.account[slot] as AccountId)
  order.selfTrade = termsOf(pool, slot).selfTrade
  return order
}

/** Of an order that meets nobody. */
export const NOTHING_AHEAD: Readonly<Walk> = newWalk()

/**
 * Walks the book as `matchOrder` would, touching nothing, and returns `ahead` with what it came to. In a call
 * nobody meets on the way in.
 */
export function walk(state: State, instrument: Instrument, order: Aggressor, ahead = newWalk()): Walk {
  const pool = state.orders
  const { side } = order
  begin(order)
  if (isCall(instrument.status)) return finish(instrument, order, ahead)
  const limit = reachOf(state, instrument, side, order.limit)
  for (let slot = firstAgainst(instrument.book, side); slot !== NO_SLOT && SUM.left > 0; ) {
    const price = pool.price[slot] as number
    if (side === BUY ? price > limit : price < limit) break
    if ((pool.hidden[slot] as number) > 0) return walkInTurns(state, instrument, order, limit, ahead)
    if (meet(pool, order, slot, pool.remaining[slot] as number)) break
    slot = nextAgainst(instrument.book, pool, side, slot)
  }
  return finish(instrument, order, ahead)
}

/** The same where an iceberg stands in the way, and order of meeting is by slices. */
function walkInTurns(
  state: State,
  instrument: Instrument,
  order: Aggressor,
  limit: number,
  ahead: Walk,
): Walk {
  const pool = state.orders
  const { side } = order
  begin(order)
  for (const { slot, lots } of turnsAgainst(instrument.book, pool, side)) {
    const price = pool.price[slot] as number
    if (SUM.left === 0 || (side === BUY ? price > limit : price < limit)) break
    if (meet(pool, order, slot, lots)) break
  }
  return finish(instrument, order, ahead)
}

/** The sums of the walk under way: one for all, so that walking allocates nothing. */
const SUM = { left: 0, filled: 0, ticksTimesLots: 0, transferred: 0 }

function begin({ lots }: Aggressor): void {
  SUM.left = lots
  SUM.filled = 0
  SUM.ticksTimesLots = 0
  SUM.transferred = 0
}

function finish({ spec }: Instrument, { lots }: Aggressor, ahead: Walk): Walk {
  ahead.filled = SUM.filled as Lots
  ahead.value = micros(SUM.ticksTimesLots * lotTick(spec))
  ahead.prevented = (lots - SUM.left - SUM.filled) as Lots
  ahead.transferred = micros(SUM.transferred * lotTick(spec))
  return ahead
}

/** Counts one meeting of a walk. Returns whether self-trade prevention ends the order there. */
function meet(pool: OrderPool, order: Aggressor, slot: Slot, lots: number): boolean {
  const part = Math.min(SUM.left, lots)
  const price = pool.price[slot] as number
  const { account, selfTrade } = order
  if (pool.member[slot] !== account.member) {
    SUM.filled += part
    SUM.ticksTimesLots += price * part
    SUM.left -= part
    return false
  }
  if (selfTrade === 'cancel_newest' || selfTrade === 'cancel_both') {
    SUM.left = 0
    return true
  }
  if (selfTrade === 'transfer' && pool.account[slot] !== account.id) SUM.transferred += price * part
  if (selfTrade !== 'cancel_oldest') SUM.left -= part
  return false
}

/**
 * Trades an order that is not in the book against the other side, best price first and oldest first within
 * it, down to its limit or the edge of the corridor. Returns why the order must end now, or nothing if it may
 * rest with what remains.
 */
export function matchOrder(
  state: State,
  instrument: Instrument,
  slot: Slot,
  selfTrade: SelfTrade,
  events: EventLog,
): CloseReason | undefined {
  const pool = state.orders
  const { book } = instrument
  const side = pool.side[slot] as number
  const named = pool.price[slot] as number
  if (!crosses(book, side, named)) return undefined
  const limit = reachOf(state, instrument, side, named)
  const member = pool.member[slot] as number
  while ((pool.remaining[slot] as number) > 0) {
    const resting = firstAgainst(book, side)
    if (resting === NO_SLOT) return undefined
    const price = pool.price[resting] as number
    if (side === BUY ? price > limit : price < limit) return undefined
    if (pool.member[resting] === member) {
      const end = preventSelfTrade(state, instrument, slot, resting, selfTrade, events)
      if (end !== undefined) return end
      continue
    }
    const shown = (pool.remaining[resting] as number) - (pool.hidden[resting] as number)
    const quantity = Math.min(pool.remaining[slot] as number, shown) as Lots
    fillOrders(state, instrument, slot, resting, quantity, events)
    if (quantity === shown) endSlice(state, instrument, resting, 'filled', events)
    else settleHold(state, instrument, resting)
  }
  return 'filled'
}

/** All that a resting order showed is gone: it ends, or shows its next slice behind the others. */
export function endSlice(
  state: State,
  instrument: Instrument,
  slot: Slot,
  reason: CloseReason,
  events: EventLog,
): void {
  if (state.orders.remaining[slot] === 0) {
    closeOrder(state, instrument, slot, reason, true, events)
    return
  }
  unrest(instrument.book, state.orders, slot)
  restOrder(state, instrument, slot, events)
}

/** Puts an order in the book behind the others at its price, with no more held than it needs there. */
export function restOrder(state: State, instrument: Instrument, slot: Slot, events: EventLog): void {
  const pool = state.orders
  hideRest(pool, slot)
  rest(instrument.book, pool, slot)
  settleHold(state, instrument, slot)
  events.rested(pool, slot)
}

/** Two orders of one member meet: one gives way, as the aggressor chose. */
export function preventSelfTrade(
  state: State,
  instrument: Instrument,
  slot: Slot,
  resting: Slot,
  mode: SelfTrade,
  events: EventLog,
): CloseReason | undefined {
  const pool = state.orders
  // A call trades orders whole, whatever they show.
  const stands = isCall(instrument.status) ? (pool.remaining[resting] as Lots) : shownOf(pool, resting)
  const quantity = Math.min(pool.remaining[slot] as number, stands) as Lots
  events.push({
    kind: 'self_trade.prevented',
    instrument: instrument.id,
    aggressor: pool.id[slot] as OrderId,
    resting: pool.id[resting] as OrderId,
    price: pool.price[resting] as Ticks,
    lots: quantity,
  })
  if (mode === 'decrement' || mode === 'transfer') {
    const moves = mode === 'transfer' && pool.account[slot] !== pool.account[resting]
    if (moves) events.push(transferOwn(state, instrument, slot, resting, quantity))
    for (const each of [slot, resting]) {
      if (!moves) releaseUnits(state, instrument, each, quantity)
      events.push(reduceOrder(state, instrument, each, quantity, 'self_trade'))
    }
    clampHidden(pool, resting)
    if (shownOf(pool, resting) === 0) endSlice(state, instrument, resting, 'self_trade', events)
    else settleHold(state, instrument, resting)
    return pool.remaining[slot] === 0 ? 'self_trade' : undefined
  }
  if (mode !== 'cancel_newest') closeOrder(state, instrument, resting, 'self_trade', true, events)
  return mode === 'cancel_oldest' ? undefined : 'self_trade'
}

/** Takes lots off an order without a trade. What becomes of a seller's units is the caller's. */
export function reduceOrder(
  state: State,
  instrument: Instrument,
  slot: Slot,
  by: Lots,
  reason: EventOf<'order.reduced'>['reason'],
): Event {
  const pool = state.orders
  pool.remaining[slot] = (pool.remaining[slot] as number) - by
  pool.updatedAt[slot] = state.at
  pool.updatedSeq[slot] = state.seq
  return {
    kind: 'order.reduced',
    order: pool.id[slot] as OrderId,
    account: pool.account[slot] as AccountId,
    instrument: instrument.id,
    by,
    reason,
  }
}

/** Frees a seller's units that are no longer for sale. */
export function releaseUnits(state: State, instrument: Instrument, slot: Slot, by: number): void {
  const pool = state.orders
  if (pool.side[slot] !== SELL) return
  const position = openPosition(state, theAccount(state, pool.account[slot] as AccountId), instrument.id)
  move(state.ledger, position.held, position.free, by * instrument.spec.lot)
  if (pool.backing[slot] === -1) position.unbackedSells = (position.unbackedSells - by) as Lots
}

/** Ends an order: out of the book and of its account's list, its holds given back, its place freed. */
export function closeOrder(
  state: State,
  instrument: Instrument,
  slot: Slot,
  reason: CloseReason,
  rested: boolean,
  events: EventLog,
): void {
  const pool = state.orders
  const account = theAccount(state, pool.account[slot] as AccountId)
  const remaining = pool.remaining[slot] as Lots
  const waits = pool.waits[slot] !== 0
  events.closed(pool, slot, reason, rested && !waits)
  if (waits) stopWaiting(state, instrument, slot)
  else if (rested) unrest(instrument.book, pool, slot)
  lowerHold(state, slot, micros(0))
  releaseUnits(state, instrument, slot, remaining)
  account.orderHead = leaveAccount(pool.links, account.orderHead, slot)
  account.openOrders--
  freeSlot(pool, slot)
}
