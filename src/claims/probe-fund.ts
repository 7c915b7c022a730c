import { micros } from '../base/money.ts'
import { accountOf } from '../state/account.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { Events } from '../state/event-log.ts'
import { balanceOf, move } from '../state/ledger.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'
import { shareFees } from './insurance.ts'

/**
 * Gives the account that the exchange probes with cash out of fee income, of which the insurance fund has had
 * its share first. The units it buys with that conserve like anybody's.
 */
export function fundProbes(
  state: State,
  { account: id, amount }: CommandOf<'probe.fund'>,
  events: Events,
): Refusal | Event[] {
  const account = accountOf(state, id)
  if (amount <= 0) return refuse('amount_not_positive')
  if (account === undefined) return refuse('account_not_found')
  if (!account.roles.includes('operator')) return refuse('role_missing', { role: 'operator' })
  const { ledger, house } = state
  const free = balanceOf(ledger, house.fees)
  if (amount > free) return refuse('insufficient_funds', { needed: amount, free })

  // Nothing below this line can fail but for the insurance fund's share, which leaves less than was there.
  shareFees(state, events)
  const paid = micros(Math.min(amount, balanceOf(ledger, house.fees)))
  move(ledger, house.fees, account.free, paid)
  state.feesShared = micros(balanceOf(ledger, house.fees))
  events.push({ kind: 'probe.funded', account: id, amount: paid })
  return []
}
