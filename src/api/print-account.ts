import { rfc3339 } from '../base/time.ts'
import { WT_PER_UNIT } from '../base/money.ts'
import { obligationOf } from '../state/account.ts'
import { balanceOf } from '../state/ledger.ts'
import type { Account, ClaimLot, Position, State } from '../state/state.ts'
import type { BalanceOut, LotOut } from '../wire/account.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { marketNameOf } from './instrument-name.ts'

/** `TEXT_PRIME` of a market: the asset whose units it trades. */
export const assetName = (symbol: string): string => marketNameOf(symbol).replace(/-USD$/, '')

/** µ$ that a position's escrow lots still hold: each rounded up, as they release. */
const escrowOf = (position: Position): number => {
  let sum = 0n
  for (const lot of position.escrow)
    sum += (BigInt(lot.remaining) * BigInt(lot.price) + BigInt(WT_PER_UNIT) - 1n) / BigInt(WT_PER_UNIT)
  return Number(sum)
}

/** The money of an account, and what its deliveries still tie up. */
export function printCash(state: State, account: Account): BalanceOut {
  let escrow = 0
  let bond = 0
  for (const position of account.positions) {
    if (position === undefined) continue
    escrow += escrowOf(position)
    bond += position.bond
  }
  let withheld = 0
  for (const one of state.withheld) if (one.account === account.id) withheld += one.amount
  return {
    asset: 'USD',
    available: money(balanceOf(state.ledger, account.free)),
    held: money(balanceOf(state.ledger, account.held)),
    consumption: money(0),
    drawn: money(0),
    obligation: money(0),
    escrow: money(escrow),
    bond: money(bond),
    withheld: money(withheld),
  }
}

/** The units of one instrument that an account has and owes. */
export function printPosition(state: State, position: Position, symbol: string): BalanceOut {
  return {
    asset: assetName(symbol),
    available: units(balanceOf(state.ledger, position.free)),
    held: units(balanceOf(state.ledger, position.held)),
    consumption: units(balanceOf(state.ledger, position.consumption)),
    drawn: units(balanceOf(state.ledger, position.drawn)),
    obligation: units(obligationOf(state, position)),
    escrow: money(escrowOf(position)),
    bond: money(position.bond),
    withheld: money(0),
  }
}

/** Money first, then every instrument that the account has ever had to do with. */
export function printBalances(state: State, account: Account): BalanceOut[] {
  const rows = [printCash(state, account)]
  for (const position of account.positions) {
    const instrument = position && state.instruments[position.instrument]
    if (position && instrument) rows.push(printPosition(state, position, instrument.spec.symbol))
  }
  return rows
}

type LotFacts = Pick<ClaimLot, 'id' | 'expiresAt'> & { wt: number; drawn: number; cost: number }

export const printLot = (lot: LotFacts, symbol: string): LotOut => ({
  id: printId('lot', lot.id),
  instrument: marketNameOf(symbol),
  quantity: units(lot.wt),
  drawn: units(lot.drawn),
  cost: money(lot.cost),
  expires_at: rfc3339(lot.expiresAt),
})
