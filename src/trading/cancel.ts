import type { MandateId } from '../base/ids.ts'
import { isUnder } from '../mandate/budget.ts'
import { accountOf, instrumentOf, theInstrument } from '../state/account.ts'
import type { CommandOf } from '../state/command.ts'
import type { CloseReason } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import { closeOrder } from './match.ts'
import type { Slot } from '../state/order.ts'
import { findOrder, NO_SLOT, sideCode } from '../state/order.ts'
import { olderOf } from '../state/order-link.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Account, Instrument, State } from '../state/state.ts'

/** Cancelling is always allowed, in a halted market too, and needs nothing but the account. */
export function cancelOrder(
  state: State,
  command: CommandOf<'order.cancel'>,
  events: EventLog,
): Refusal | undefined {
  const pool = state.orders
  if (accountOf(state, command.account) === undefined) return refuse('account_not_found')
  const slot = findOrder(pool, command.order)
  if (slot === NO_SLOT || pool.account[slot] !== command.account) return refuse('order_not_found')

  // Nothing below this line can fail.
  closeResting(state, slot, 'user', events)
  return undefined
}

/** Cancels every order of an account, or those of one market, side, group or mandate. Newest first. */
export function cancelAll(
  state: State,
  command: CommandOf<'order.cancel_all'>,
  events: EventLog,
): Refusal | undefined {
  const account = accountOf(state, command.account)
  if (account === undefined) return refuse('account_not_found')
  if (command.instrument !== null && instrumentOf(state, command.instrument) === undefined)
    return refuse('instrument_not_found')

  // Nothing below this line can fail.
  const pool = state.orders
  const { instrument, side, group, mandate } = command
  closeWhere(
    state,
    account,
    'mass_cancel',
    (slot) =>
      (instrument === null || pool.instrument[slot] === instrument) &&
      (side === null || pool.side[slot] === sideCode(side)) &&
      (group === undefined || pool.group[slot] === group) &&
      (mandate === undefined || isUnder(state, pool.mandate[slot] as MandateId, mandate)),
    events,
  )
  return undefined
}

/** Closes the account's orders that a test picks, newest first. */
export function closeWhere(
  state: State,
  account: Account,
  reason: CloseReason,
  picks: (slot: Slot) => boolean,
  events: EventLog,
): void {
  for (let slot = account.orderHead; slot !== NO_SLOT; ) {
    const older = olderOf(state.orders.links, slot)
    if (picks(slot)) closeResting(state, slot, reason, events)
    slot = older
  }
}

const closeResting = (state: State, slot: Slot, reason: CloseReason, events: EventLog): void =>
  closeOrder(
    state,
    theInstrument(state, state.orders.instrument[slot] as Instrument['id']),
    slot,
    reason,
    true,
    events,
  )
