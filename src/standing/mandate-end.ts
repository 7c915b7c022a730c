import type { MandateId } from '../base/ids.ts'
import { isUnder } from '../mandate/budget.ts'
import { accountOf, mandateOf, theAccount } from '../state/account.ts'
import type { CommandOf } from '../state/command.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Mandate } from '../state/mandate.ts'
import type { Slot } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'
import { closeWhere } from '../trading/cancel.ts'
import { lapseUnder } from './approval.ts'

/**
 * Ends a mandate and everything below it at once: the orders placed under them are cancelled, and nothing
 * that waits under them can be approved. Draws under way end by themselves: what was delivered is owed.
 */
export function revokeMandate(
  state: State,
  command: CommandOf<'mandate.revoke'>,
  events: EventLog,
): Refusal | undefined {
  const account = accountOf(state, command.account)
  if (account === undefined) return refuse('account_not_found')
  const mandate = mandateOf(state, command.mandate)
  if (mandate === undefined || mandate.terms.account !== command.account) return refuse('mandate_not_found')
  if (mandate.revoked) return refuse('mandate_revoked')

  // Nothing below this line can fail.
  mandate.revoked = true
  events.push({ kind: 'mandate.revoked', mandate: mandate.id, account: account.id })
  end(state, mandate, 'mandate_revoked', events)
  return undefined
}

/** A mandate has come to its time: it ends as if it were revoked. */
export function expireMandate(state: State, mandate: Mandate, events: EventLog): void {
  events.push({ kind: 'mandate.expired', mandate: mandate.id, account: mandate.terms.account })
  end(state, mandate, 'mandate_expired', events)
}

function end(
  state: State,
  mandate: Mandate,
  reason: 'mandate_revoked' | 'mandate_expired',
  events: EventLog,
): void {
  const pool = state.orders
  const isBelow = (slot: Slot) => isUnder(state, pool.mandate[slot] as MandateId, mandate.id)
  closeWhere(state, theAccount(state, mandate.terms.account), reason, isBelow, events)
  lapseUnder(state, mandate, reason, events)
}
