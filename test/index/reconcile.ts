import assert from 'node:assert/strict'
import type { AccountId } from '../../src/base/ids.ts'
import { WT_PER_UNIT } from '../../src/base/money.ts'
import { statementEntries } from '../../src/index/statement.ts'
import { theAccount, theInstrument } from '../../src/state/account.ts'
import type { Event } from '../../src/state/event.ts'
import { lotTick } from '../../src/state/instrument.ts'
import { balanceOf } from '../../src/state/ledger.ts'
import type { State } from '../../src/state/state.ts'

/** Everything that is an account's own, wherever it stands, straight from the state. */
export function ownMoney(state: State, id: AccountId): number {
  const account = theAccount(state, id)
  let sum = balanceOf(state.ledger, account.free) + balanceOf(state.ledger, account.held)
  for (const position of account.positions) {
    if (position === undefined) continue
    sum += position.bond
    for (const lot of position.escrow)
      sum += Number(
        (BigInt(lot.remaining) * BigInt(lot.price) + BigInt(WT_PER_UNIT - 1)) / BigInt(WT_PER_UNIT),
      )
  }
  for (const one of state.withheld) if (one.account === id) sum += one.amount
  for (const one of state.penalties.values()) if (one.account === id && one.to === null) sum += one.amount
  return sum
}

const lotOf = (state: State) => (instrument: number) => {
  const { spec } = theInstrument(state, instrument as never)
  return { lotTick: lotTick(spec), wt: spec.lot }
}

/** Adds each command's entries and compares every account with the ledger. */
export function reconcile() {
  const sums = new Map<AccountId, number>()
  const seen = new Map<string, number>()
  return {
    seen,
    take: (state: State, events: readonly Event[]): void => {
      for (const { account, kind, cash } of statementEntries(events, lotOf(state))) {
        sums.set(account, (sums.get(account) ?? 0) + cash)
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
      for (const { id } of state.accounts)
        assert.equal(sums.get(id) ?? 0, ownMoney(state, id), JSON.stringify(events))
    },
  }
}
