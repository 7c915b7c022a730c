import type { MandateId } from '../base/ids.ts'
import { accountOf, instrumentOf, mandateOf, theAccount } from '../state/account.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Slot } from '../state/order.ts'
import type { Refusal, Reject } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Account, Instrument, State } from '../state/state.ts'
import type { KillScope } from '../state/status.ts'
import { isUnder } from '../mandate/budget.ts'
import { closeWhere } from './cancel.ts'

/**
 * Why nothing new is taken of an account in a market, or nothing. A mandate's own switch ends it (budget.ts).
 */
export function killFault(state: State, account: Account, instrument: Instrument): Refusal | undefined {
  if (state.killed !== null) return refuse('kill_switch', { scope: 'venue', reason: state.killed })
  if (account.killed !== null) return refuse('kill_switch', { scope: 'account', reason: account.killed })
  if (instrument.killed !== null)
    return refuse('kill_switch', { scope: 'instrument', reason: instrument.killed })
  return undefined
}

/** What a scope names: everything that keeps a switch, or why it names nothing. */
function switchOf(state: State, scope: KillScope): { killed: string | null } | Reject {
  switch (scope.kind) {
    case 'venue':
      return state
    case 'instrument':
      return instrumentOf(state, scope.instrument) ?? 'instrument_not_found'
    case 'account':
      return accountOf(state, scope.account) ?? 'account_not_found'
    case 'mandate':
      return mandateOf(state, scope.mandate) ?? 'mandate_not_found'
  }
}

/**
 * Turns a kill switch on: from this command on no order and no draw of its scope is taken, and its resting
 * orders are cancelled. Draws under way end by themselves: what was delivered is owed.
 */
export function engageKill(
  state: State,
  { scope, reason }: CommandOf<'kill.engage'>,
  events: EventLog,
): Refusal | undefined {
  const holder = switchOf(state, scope)
  if (typeof holder === 'string') return refuse(holder)

  // Nothing below this line can fail.
  holder.killed = reason
  events.push({ kind: 'kill.engaged', scope, reason })
  for (const account of accountsIn(state, scope))
    closeWhere(state, account, 'kill_switch', (slot) => isIn(state, scope, slot), events)
  return undefined
}

/** Turns a kill switch off. What it had cancelled stays cancelled. */
export function releaseKill(state: State, { scope, reason }: CommandOf<'kill.release'>): Event[] | Refusal {
  const holder = switchOf(state, scope)
  if (typeof holder === 'string') return refuse(holder)

  // Nothing below this line can fail.
  holder.killed = null
  return [{ kind: 'kill.released', scope, reason }]
}

function accountsIn(state: State, scope: KillScope): readonly Account[] {
  if (scope.kind === 'account') return [theAccount(state, scope.account)]
  if (scope.kind !== 'mandate') return state.accounts
  const mandate = mandateOf(state, scope.mandate)
  return mandate === undefined ? [] : [theAccount(state, mandate.terms.account)]
}

function isIn(state: State, scope: KillScope, slot: Slot): boolean {
  const pool = state.orders
  if (scope.kind === 'instrument') return pool.instrument[slot] === scope.instrument
  if (scope.kind === 'mandate') return isUnder(state, pool.mandate[slot] as MandateId, scope.mandate)
  return true
}
