import { wt } from '../base/money.ts'
import { accountOf, inTrading, instrumentOf, obligationOf } from '../state/account.ts'
import { openLot } from './claim.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import { costOf } from '../trading/fill.ts'
import { balanceOf, move } from '../state/ledger.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { micros } from '../base/money.ts'
import type { State } from '../state/state.ts'

/** Takes units out of trading into the account's own consumption, as a lot that lives one window from now. */
export function transferUnits(state: State, command: CommandOf<'units.transfer'>): Event[] | Refusal {
  const quantity = command.wt
  const account = accountOf(state, command.account)
  if (quantity <= 0) return refuse('quantity_not_positive')
  if (account === undefined) return refuse('account_not_found')
  if (instrumentOf(state, command.instrument) === undefined) return refuse('instrument_not_found')
  const position = account.positions[command.instrument]
  const free = position === undefined ? 0 : balanceOf(state.ledger, position.free)
  if (position === undefined || quantity > free)
    return refuse('insufficient_units', { needed: quantity, free })
  const above = inTrading(state, position) - obligationOf(state, position)
  if (quantity > above) return refuse('units_owed', { needed: quantity, free: Math.max(0, above) })

  // Nothing below this line can fail.
  const cost = costOf(state, position, quantity)
  position.cost = micros(position.cost - cost)
  move(state.ledger, position.free, position.consumption, quantity)
  return [
    openLot(state, position, { wt: quantity, drawn: wt(0), cost, entered: state.at, reason: 'transfer' }),
  ]
}
