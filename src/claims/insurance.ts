import type { Micros } from '../base/money.ts'
import { micros, mulDivDown, ppm, shareDown } from '../base/money.ts'
import { theAccount } from '../state/account.ts'
import type { Events } from '../state/event-log.ts'
import { balanceOf, move } from '../state/ledger.ts'
import type { Account, State } from '../state/state.ts'
import { countInsured, newTurnover } from '../state/turnover.ts'
import type { AccountId } from '../base/ids.ts'

/** The insurance fund's share of all fees. */
const SHARE = ppm(100_000)
/** What the fund pays for one supplier in a day, as a share of itself. */
const DAILY = ppm(50_000)

/** Gives the insurance fund its share of the fees taken since the last time, rounded down on their sum. */
export function shareFees(state: State, events: Events): void {
  const { ledger, house } = state
  const amount = shareDown(micros(Math.max(0, balanceOf(ledger, house.fees) - state.feesShared)), SHARE)
  if (amount === 0) return
  move(ledger, house.fees, house.insurance, amount)
  state.feesShared = micros(balanceOf(ledger, house.fees))
  events.push({ kind: 'insurance.funded', amount })
}

/** What a supplier could not pay back of its buyers' own cost. */
export type Claim = { buyer: AccountId; amount: Micros }

/**
 * Pays claims on a supplier that are uncollected, pro rata where its share of the fund for the day is short,
 * rounded down. Buyers of the supplier's own member get nothing. Returns what each was paid.
 */
export function insure(state: State, supplier: Account, claims: readonly Claim[]): Micros[] {
  const { ledger, house } = state
  supplier.turnover ??= newTurnover(state.at)
  const paid = countInsured(supplier.turnover, state.at, micros(0))
  const fund = balanceOf(ledger, house.insurance)
  const room = Math.min(fund, Math.max(0, shareDown(micros(fund + paid), DAILY) - paid))
  const due = claims.map(({ buyer, amount }) =>
    theAccount(state, buyer).member === supplier.member ? 0 : amount,
  )
  const total = due.reduce<number>((sum, amount) => sum + amount, 0)
  const paying = Math.min(room, total)
  return due.map((amount, i) => {
    const part = total === 0 ? micros(0) : micros(mulDivDown(amount, paying, total))
    const { buyer } = claims[i] as Claim
    move(ledger, house.insurance, theAccount(state, buyer).free, part)
    if (supplier.turnover !== null) countInsured(supplier.turnover, state.at, part)
    return part
  })
}
