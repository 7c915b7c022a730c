import { accountOf, instrumentOf, openPosition } from '../state/account.ts'
import type { SupplierGrade } from '../state/command.ts'
import { newConduct } from '../state/conduct.ts'
import type { Event } from '../state/event.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'

/**
 * Records a supplier's standing in an instrument. It sets the bond of what it issues from now on; a suspended
 * one loses its certificates there and is in default of what it has sold, until it qualifies again.
 */
export function gradeSupplier(state: State, command: SupplierGrade): Event[] | Refusal {
  const { kind: _, ...grade } = command
  const account = accountOf(state, grade.account)
  const instrument = instrumentOf(state, grade.instrument)
  if (account === undefined) return refuse('account_not_found')
  if (instrument === undefined) return refuse('instrument_not_found')

  // Nothing below this line can fail.
  const { id } = instrument
  const position = openPosition(state, account, id)
  position.conduct ??= newConduct(state.at)
  const isNew = position.conduct.standing !== grade.standing
  position.conduct.standing = grade.standing
  position.conduct.score = grade.score
  if (isNew && grade.standing === 'suspended') {
    for (const offer of state.offers)
      if (offer.terms.account === account.id && (offer.certified[id] ?? 0) > state.at)
        offer.certified[id] = state.at
    state.failing.push({ account: account.id, instrument: id, reason: 'suspended' })
  }
  return [{ kind: 'supplier.graded', ...grade }]
}
