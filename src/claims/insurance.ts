import { micros, ppm, shareDown } from '../base/money.ts'
import type { Events } from '../state/event-log.ts'
import { balanceOf, move } from '../state/ledger.ts'
import type { State } from '../state/state.ts'

/** The insurance fund's share of all fees. */
const SHARE = ppm(100_000)

/** Gives the insurance fund its share of the fees taken since the last time, rounded down on their sum. */
export function shareFees(state: State, events: Events): void {
  const { ledger, house } = state
  const amount = shareDown(micros(Math.max(0, balanceOf(ledger, house.fees) - state.feesShared)), SHARE)
  if (amount === 0) return
  move(ledger, house.fees, house.insurance, amount)
  state.feesShared = micros(balanceOf(ledger, house.fees))
  events.push({ kind: 'insurance.funded', amount })
}
