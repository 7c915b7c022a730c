import type { BalanceOut } from '../wire/account.ts'
import type { InstrumentOut } from '../wire/instrument.ts'

/** Units of a grade that an account can sell or is selling. */
export function unitsHeld(balances: readonly BalanceOut[], instrument: InstrumentOut): number {
  const name = instrument.id.replace(/-USD$/, '')
  const found = balances.find(({ asset }) => asset === name)
  return found ? Number(found.available) + Number(found.held) : 0
}

/** Dollars an account can spend. */
export const cashFree = (balances: readonly BalanceOut[]): number =>
  Number(balances.find(({ asset }) => asset === 'USD')?.available ?? 0)
