import type { AccountId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_DAY } from '../base/time.ts'
import { accountOf, theAccount } from '../state/account.ts'
import { schedule } from '../state/agenda.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'
import { closeWhere } from '../trading/cancel.ts'

/**
 * Sets, moves or (with 0) stops an account's dead-man's timer: unless it is set again in time, every order of
 * the account is cancelled.
 */
export function setCancelTimer(state: State, command: CommandOf<'cancel_timer.set'>): Event[] | Refusal {
  const account = accountOf(state, command.account)
  if (command.after < 0 || command.after > MICROS_PER_DAY) return refuse('timer_out_of_bounds')
  if (account === undefined) return refuse('account_not_found')

  // Nothing below this line can fail.
  const at = command.after === 0 ? null : later(state.at, command.after)
  account.cancelAt = at ?? (0 as Instant)
  if (at !== null) schedule(state, { at, kind: 'timer', id: account.id })
  return [{ kind: 'cancel_timer.set', account: account.id, at }]
}

/** The timer has run out: the account's orders are cancelled, newest first, and the timer is off. */
export function fireCancelTimer(state: State, id: AccountId, events: EventLog): void {
  const account = theAccount(state, id)
  account.cancelAt = 0 as Instant
  events.push({ kind: 'cancel_timer.fired', account: id })
  closeWhere(state, account, 'cancel_timer', () => true, events)
}
