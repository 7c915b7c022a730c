import { NO_MANDATE } from '../base/ids.ts'
import type { AccountId } from '../base/ids.ts'
import type { Lots, Ticks } from '../base/money.ts'
import { accountOf, theAccount, theInstrument } from '../state/account.ts'
import { bestAgainst, crosses, unrest } from '../state/book.ts'
import type { AmendedTerms, OrderAmend, SpecialTerms } from '../state/command.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Slot } from '../state/order.ts'
import { findOrder, NO_SLOT, termsOf } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Instrument, State } from '../state/state.ts'
import { ADMITS } from '../state/status.ts'
import { DELAY, hasReached, startWaiting, stopWaiting, WHOLE } from '../state/waiting.ts'
import { Change, planHolds, reduceInPlace, restate } from './amendment.ts'
import { amendedTerms } from './terms.ts'
import { bandFault, slidTo } from './band.ts'
import { isUnder, lapseFault } from '../mandate/budget.ts'
import { enterBook } from './enter.ts'
import { settleHold } from './hold.ts'
import { killFault } from './kill.ts'
import { sizeFault } from './limit.ts'
import { closeOrder } from './match.ts'
import { protectedFrom } from './risk.ts'
import { delayOf } from './wait.ts'

/**
 * Changes price, total quantity or terms of an open order. It keeps its place if the price stays and the
 * quantity is not raised; else it goes to the back of its new price, and may trade on the way. A total that
 * is already filled ends it.
 */
export function amendOrder(state: State, command: OrderAmend, events: EventLog): Refusal | undefined {
  const { account, lots, special: asked } = command
  if (lots !== null && lots <= 0) return refuse('quantity_not_positive')
  if (command.price !== null && command.price <= 0) return refuse('price_not_positive')
  if (lots === null && command.price === null && asked === undefined) return refuse('nothing_to_amend')
  if (accountOf(state, account) === undefined) return refuse('account_not_found')
  const slot = slotOf(state, command)
  if (slot === NO_SLOT) return refuse('order_not_found')
  const pool = state.orders
  const instrument = theInstrument(state, pool.instrument[slot] as Instrument['id'])
  const filled = pool.filled[slot] as number
  const remaining = lots === null ? (pool.remaining[slot] as Lots) : ((lots - filled) as Lots)
  const { amends, refusal } = ADMITS[instrument.status]
  if (amends === 'none') return refuse(refusal)
  const lapsed =
    killFault(state, theAccount(state, account), instrument) ??
    (command.mandate === NO_MANDATE ? undefined : lapseFault(state, command.mandate, state.at))
  if (lapsed !== undefined) return lapsed
  const waits = pool.waits[slot] !== 0
  if (pool.waits[slot] === DELAY) return refuse('order_pending')
  const price = waits
    ? waitingPrice(state, instrument, slot, command)
    : standingPrice(state, instrument, slot, command)
  if (typeof price !== 'number') return price
  if (remaining <= 0) {
    closeOrder(state, instrument, slot, 'amended_below_filled', true, events)
    return undefined
  }
  const special = amendedTerms(state, slot, asked, (remaining + filled) as Lots)
  if (special !== null && 'reason' in special) return special
  const change = changeTo(instrument, slot, price, remaining, special)
  const stays = price === pool.price[slot] && !isMoved(state, slot, asked)
  if (stays && remaining <= (pool.remaining[slot] as number)) return reduceInPlace(state, change, events)
  if (amends === 'less') return refuse(refusal)
  const fault =
    marketFault(state, change, filled, waits) ?? planHolds(state, change, waits || isDelayed(state, change))
  if (fault !== undefined) return fault

  // Nothing below this line can fail.
  if (waits) waitAnew(state, change, events)
  else reenter(state, change, events)
  return undefined
}

/** The change under way: one for all, so that amending allocates nothing. */
const CHANGE = new Change()

function changeTo(
  instrument: Instrument,
  slot: Slot,
  price: Ticks,
  remaining: Lots,
  special: SpecialTerms | null,
): Change {
  CHANGE.instrument = instrument
  CHANGE.slot = slot
  CHANGE.price = price
  CHANGE.remaining = remaining
  CHANGE.special = special
  return CHANGE
}

/** Whether the changed order would trade at once where takers are delayed. */
const isDelayed = ({ orders }: State, { instrument, slot, price }: Change): boolean =>
  delayOf(instrument) > 0 && crosses(instrument.book, orders.side[slot] as number, price)

/** The price that an order in the book would have: named or its own, or where it slides to. */
function standingPrice(
  state: State,
  instrument: Instrument,
  slot: Slot,
  { price }: OrderAmend,
): Ticks | Refusal {
  const pool = state.orders
  const named = price ?? (pool.price[slot] as Ticks)
  const slides = termsOf(pool, slot).postOnly === 'slide'
  return slides ? slidTo(state, instrument, pool.side[slot] as number, named) : named
}

/** The limit that a waiting order would have; one that names none is protected from its stop price. */
function waitingPrice(
  state: State,
  instrument: Instrument,
  slot: Slot,
  { price, special }: OrderAmend,
): Ticks | Refusal {
  const pool = state.orders
  const own = pool.price[slot] as Ticks
  if (termsOf(pool, slot).type === 'limit') return price ?? own
  if (price !== null) return refuse('stop_terms')
  const stop = special?.stop
  return stop === undefined ? own : protectedFrom(state, instrument, pool.side[slot] as number, stop)
}

/** Whether the order waits for another price than before. */
const isMoved = ({ orders }: State, slot: Slot, asked: AmendedTerms | undefined): boolean =>
  asked?.stop !== undefined && asked.stop !== orders.waits[slot]

/** The first rule of the market, or bound of the account, that the changed order would break. */
function marketFault(state: State, change: Change, filled: number, waits: boolean): Refusal | undefined {
  const { instrument, slot, price, remaining } = change
  const pool = state.orders
  const fault = waits
    ? waitingFault(state, change)
    : price === pool.price[slot]
      ? undefined
      : priceRuleFault(state, change)
  if (fault !== undefined) return fault
  if (remaining + filled > instrument.spec.orderMax)
    return refuse('quantity_above_maximum', { maximum: instrument.spec.orderMax })
  const account = theAccount(state, pool.account[slot] as AccountId)
  const lots = remaining + filled
  return sizeFault(state, account, instrument, pool.side[slot] as number, price, lots, remaining, slot)
}

function waitingFault(state: State, { instrument, slot, price, special }: Change): Refusal | undefined {
  const { spec, lastPrice } = instrument
  const { orders: pool } = state
  const isBlock = pool.waits[slot] === WHOLE
  const stop = isBlock ? 0 : (special?.stop ?? 0)
  if (Math.max(stop, price) > spec.priceMax) return refuse('price_above_maximum', { maximum: spec.priceMax })
  if (isBlock) return price === pool.price[slot] ? undefined : bandFault(state, instrument, price)
  return hasReached(lastPrice, pool.side[slot] as number, stop)
    ? refuse('stop_already_reached', { last: lastPrice })
    : undefined
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

/** Out of its place, with its new terms, and in again as if it had just come. */
function reenter(state: State, change: Change, events: EventLog): void {
  const { instrument, slot } = change
  unrest(instrument.book, state.orders, slot)
  restate(state, change, events)
  enterBook(state, instrument, slot, events)
}

/** It goes on waiting, with its new terms, behind the others that wait for the same. */
function waitAnew(state: State, change: Change, events: EventLog): void {
  const { instrument, slot, special } = change
  const isBlock = state.orders.waits[slot] === WHOLE
  stopWaiting(state, instrument, slot)
  restate(state, change, events)
  startWaiting(state, instrument, slot, isBlock ? WHOLE : (special?.stop ?? 0))
  settleHold(state, instrument, slot)
}
