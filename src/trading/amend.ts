import { NO_MANDATE } from '../base/ids.ts'
import type { AccountId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { accountOf, freeCash, openPosition, theAccount, theInstrument } from '../state/account.ts'
import { bestAgainst, crosses, unrest } from '../state/book.ts'
import { budgetFault, isUnder, lapseFault, priceFault } from './budget.ts'
import type { OrderAmend } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import { buyHold, lowerHold, raiseHold, settleHold } from './hold.ts'
import { balanceOf, move } from '../state/ledger.ts'
import { enterBook } from './enter.ts'
import { killFault } from './kill.ts'
import { sizeFault } from './limit.ts'
import { closeOrder, releaseUnits, walk } from './match.ts'
import type { Slot } from '../state/order.ts'
import { BUY, findOrder, NO_SLOT, SELL, sideName, termsOf } from '../state/order.ts'
import { bandFault, slidTo } from './band.ts'
import { backingAt, sellHold } from './place.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { valueOf } from './risk.ts'
import type { Instrument, State } from '../state/state.ts'
import { ADMITS } from '../state/status.ts'

/** An order as an amendment would leave it, before it trades. */
type Change = { instrument: Instrument; slot: Slot; price: Ticks; remaining: Lots }
type Holds = { hold: Micros; backing: number }

/**
 * Changes price or total quantity of a resting order. It keeps its place if the price stays and the quantity
 * is not raised; else it goes to the back of its new price, and may trade on the way. A total that is already
 * filled ends it.
 */
export function amendOrder(state: State, command: OrderAmend): Event[] | Refusal {
  if (command.lots !== null && command.lots <= 0) return refuse('quantity_not_positive')
  if (command.price !== null && command.price <= 0) return refuse('price_not_positive')
  if (command.lots === null && command.price === null) return refuse('nothing_to_amend')
  if (accountOf(state, command.account) === undefined) return refuse('account_not_found')
  const slot = slotOf(state, command)
  if (slot === NO_SLOT) return refuse('order_not_found')
  const pool = state.orders
  const instrument = theInstrument(state, pool.instrument[slot] as Instrument['id'])
  const filled = pool.filled[slot] as number
  const remaining = command.lots === null ? (pool.remaining[slot] as Lots) : ((command.lots - filled) as Lots)
  const named = command.price ?? (pool.price[slot] as Ticks)
  const { amends, refusal } = ADMITS[instrument.status]
  if (amends === 'none') return refuse(refusal)
  const lapsed =
    killFault(state, theAccount(state, command.account), instrument) ??
    lapseFault(state, command.mandate, state.at)
  if (lapsed !== undefined) return lapsed
  if ((pool.stop[slot] as number) > 0) return refuse('order_pending')
  const slides = termsOf(pool, slot).postOnly === 'slide'
  const price = slides ? slidTo(state, instrument, pool.side[slot] as number, named) : named
  if (typeof price !== 'number') return price
  const change = { instrument, slot, price, remaining }
  const moved = price !== pool.price[slot]
  if (remaining <= 0) return [closeOrder(state, instrument, slot, 'amended_below_filled', true)]
  if (!moved && remaining <= (pool.remaining[slot] as number)) return reduceInPlace(state, change)
  if (amends === 'less') return refuse(refusal)
  const fault = moved ? priceRuleFault(state, change) : undefined
  if (fault !== undefined) return fault
  if (remaining + filled > instrument.spec.orderMax)
    return refuse('quantity_above_maximum', { maximum: instrument.spec.orderMax })
  const sized = {
    side: pool.side[slot] as number,
    price,
    lots: remaining + filled,
    entering: remaining,
    slot,
  }
  const oversize = sizeFault(state, theAccount(state, command.account), instrument, sized)
  if (oversize !== undefined) return oversize
  const holds = planHolds(state, change)
  if ('reason' in holds) return holds

  // Nothing below this line can fail.
  return reenter(state, change, holds)
}

/** The account's live order, if the mandate that amends it is the order's own or stands above it. */
function slotOf(state: State, { account, order, mandate }: OrderAmend): Slot {
  const pool = state.orders
  const slot = findOrder(pool, order)
  if (slot === NO_SLOT || pool.account[slot] !== account) return NO_SLOT
  if (mandate === NO_MANDATE) return slot
  return isUnder(state, pool.mandate[slot] as typeof mandate, mandate) ? slot : NO_SLOT
}

function priceRuleFault(state: State, { instrument, slot, price }: Change): Refusal | undefined {
  const { postOnly } = termsOf(state.orders, slot)
  const side = state.orders.side[slot] as number
  if (price > instrument.spec.priceMax)
    return refuse('price_above_maximum', { maximum: instrument.spec.priceMax })
  const banded = bandFault(state, instrument, price)
  if (banded !== undefined) return banded
  const crossing = crosses(instrument.book, side, price)
  if (postOnly === 'reject' && crossing)
    return refuse('post_only_would_cross', { best: bestAgainst(instrument.book, side) })
  if (crossing && instrument.status === 'post_only') return refuse('market_post_only')
  return undefined
}

/** What the changed order will hold, or why that cannot be had. */
function planHolds(state: State, { instrument, slot, price, remaining }: Change): Holds | Refusal {
  const pool = state.orders
  const side = pool.side[slot] as number
  const account = theAccount(state, pool.account[slot] as AccountId)
  const position = account.positions[instrument.id]
  const { selfTrade } = termsOf(pool, slot)
  const mandate = pool.mandate[slot] as MandateId
  const ahead = walk(state, instrument, {
    side,
    limit: price,
    lots: remaining,
    account: account.id,
    member: account.member,
    selfTrade,
  })
  const value =
    ahead.value + ahead.transferred + valueOf(instrument, price, remaining - ahead.filled - ahead.prevented)
  const owing = side === SELL && (pool.backing[slot] as number) >= 0
  const backing = owing ? Math.max(0, backingAt(state, instrument, position, price)) : -1
  const hold =
    side === BUY ? buyHold(state, position, value) : sellHold(state, position, value, backing, remaining)
  const more = hold - (pool.held[slot] as number)
  if (side === BUY) {
    const spent = (pool.value[slot] as number) + (pool.fees[slot] as number)
    const fault =
      priceFault(state, mandate, instrument.id, price) ??
      budgetFault(state, mandate, state.at, more, spent + hold)
    if (fault !== undefined) return fault
  }
  const cash = freeCash(state, account)
  if (more > cash) return refuse('insufficient_funds', { needed: more, free: cash })
  if (side === SELL) {
    const units = (remaining - (pool.remaining[slot] as number)) * instrument.spec.lot
    const free = position === undefined ? 0 : balanceOf(state.ledger, position.free)
    if (units > free) return refuse('insufficient_units', { needed: units, free })
  }
  return { hold, backing }
}

/** Less at the same price: the order stays where it stands. */
function reduceInPlace(state: State, { instrument, slot, price, remaining }: Change): Event[] {
  const pool = state.orders
  const oldRemaining = pool.remaining[slot] as Lots
  releaseUnits(state, instrument, slot, oldRemaining - remaining)
  pool.remaining[slot] = remaining
  settleHold(state, instrument, slot)
  stamp(state, slot)
  return [amendedEvent(state, slot, price, oldRemaining, 'kept')]
}

/** Out of its place, with its new terms, and in again as if it had just come. */
function reenter(state: State, { instrument, slot, price, remaining }: Change, holds: Holds): Event[] {
  const pool = state.orders
  const oldPrice = pool.price[slot] as Ticks
  const oldRemaining = pool.remaining[slot] as Lots
  unrest(instrument.book, pool, slot)
  takeUnits(state, instrument, slot, remaining - oldRemaining)
  pool.price[slot] = price
  pool.remaining[slot] = remaining
  pool.backing[slot] = holds.backing
  const more = holds.hold - (pool.held[slot] as number)
  if (more > 0) raiseHold(state, slot, more)
  else lowerHold(state, slot, holds.hold)
  stamp(state, slot)
  const events = [amendedEvent(state, slot, oldPrice, oldRemaining, 'lost')]
  enterBook(state, instrument, slot, events)
  return events
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

function amendedEvent(
  state: State,
  slot: Slot,
  oldPrice: Ticks,
  oldRemaining: Lots,
  priority: 'kept' | 'lost',
): Event {
  const pool = state.orders
  const remaining = pool.remaining[slot] as Lots
  return {
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
    priority,
  }
}
