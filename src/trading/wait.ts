import type { AccountId, OrderId } from '../base/ids.ts'
import { later } from '../base/time.ts'
import { schedule } from '../state/agenda.ts'
import { crosses } from '../state/book.ts'
import type { OrderPending } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Slot } from '../state/order.ts'
import { termsOf } from '../state/order.ts'
import type { Instrument, State } from '../state/state.ts'
import { DELAY, startWaiting, WHOLE } from '../state/waiting.ts'
import { settleHold } from './hold.ts'
import { aggressorAt, walk } from './match.ts'

/** Microseconds that an order which would trade at once waits before it does: in an open market alone. */
export const delayOf = ({ status, rules }: Instrument): number => (status === 'open' ? rules.takerDelay : 0)

/** Whether the book would fill an all-or-none order whole now. */
export const fillsWhole = (state: State, instrument: Instrument, slot: Slot): boolean =>
  instrument.status === 'open' &&
  walk(state, instrument, aggressorAt(state, slot)).filled === state.orders.remaining[slot]

/** What an order has to wait for before it may enter the book; 0: nothing. */
export function waitBefore(state: State, instrument: Instrument, slot: Slot, delays: boolean): number {
  const pool = state.orders
  if (termsOf(pool, slot).special?.allOrNone === true && !fillsWhole(state, instrument, slot)) return WHOLE
  if (!delays || delayOf(instrument) === 0) return 0
  return crosses(instrument.book, pool.side[slot] as number, pool.price[slot] as number) ? DELAY : 0
}

/** An order waits outside the book for a stop price, `WHOLE` or `DELAY`, and holds what it may cost. */
export function wait(state: State, instrument: Instrument, slot: Slot, what: number, events: EventLog): void {
  const pool = state.orders
  const id = pool.id[slot] as OrderId
  startWaiting(state, instrument, slot, what)
  settleHold(state, instrument, slot)
  if (what === DELAY) schedule(state, { at: later(state.at, instrument.rules.takerDelay), kind: 'delay', id })
  const account = pool.account[slot] as AccountId
  events.push({
    kind: 'order.pending',
    order: id,
    account,
    instrument: instrument.id,
    reason: reasonOf(what),
  })
}

const reasonOf = (what: number): OrderPending['reason'] =>
  what === DELAY ? 'taker_delay' : what === WHOLE ? 'all_or_none' : 'stop'
