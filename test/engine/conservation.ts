// The delivery side's own bookkeeping, counted again from nothing: what units and µ$ must add up to.
import assert from 'node:assert/strict'
import { inTrading, obligationOf } from '../../src/state/account.ts'
import { balanceOf } from '../../src/state/ledger.ts'
import type { Instrument, Position, State } from '../../src/state/state.ts'

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, n) => total + n, 0)

/** Throws at the first number of claims, calls, escrow, bonds or withheld money that does not add up. */
export function conserves(state: State): void {
  const positions = state.accounts.flatMap(({ positions }) => positions.filter((p) => p !== undefined))
  const cell = (name: keyof State['house']) => balanceOf(state.ledger, state.house[name])
  const cash = sum([...state.ledger.balance].filter((_, i) => state.ledger.asset[i] === 0))
  assert.equal(cash, 0, 'money is conserved')
  for (const instrument of state.instruments)
    unitsAddUp(
      state,
      instrument,
      positions.filter((p) => p.instrument === instrument.id),
    )
  const lots = positions.flatMap(({ escrow }) => escrow)
  const escrow = sum(lots.map(({ remaining, price }) => Math.ceil((remaining * price) / 1_000_000)))
  assert.equal(cell('escrow'), escrow, 'escrow is what remains of every lot at its price, each rounded up')
  assert.equal(cell('bonds'), sum(positions.map(({ bond }) => bond)), 'bonds stand behind positions')
  assert.equal(cell('withheld'), sum(state.withheld.map(({ amount }) => amount)), 'withheld money is due')
  assert.equal(
    sum(state.offers.map(({ backed }) => backed)),
    sum(positions.map((p) => obligationOf(state, p))),
    'every obligation is backed by an offer',
  )
  for (const mandate of state.mandates) {
    for (const prepaid of mandate.prepaid) assert.ok(prepaid >= 0, 'prepaid units are not negative')
    const { lifetime } = mandate.terms.budget
    if (lifetime === undefined) continue
    const { amount } = mandate.spent.lifetime
    assert.ok(amount + mandate.reserved <= lifetime, 'spent + reserved stays within the budget')
  }
}

function unitsAddUp(state: State, instrument: Instrument, positions: Position[]): void {
  const draws = [...state.draws.values()].filter((draw) => draw.instrument === instrument.id)
  const lots = [...state.lots.values()].filter((lot) => lot.instrument === instrument.id)
  let held = 0
  let owed = 0
  for (const position of positions) {
    const { account } = position
    const balance = (name: 'consumption' | 'drawn') => balanceOf(state.ledger, position[name])
    const own = lots.filter((lot) => lot.account === account)
    const drawing = draws.filter((draw) => draw.account === account)
    const called = draws.filter((draw) => draw.supplier === account)
    assert.deepEqual(
      position.lots,
      own.sort((a, b) => a.expiresAt - b.expiresAt || a.id - b.id).map(({ id }) => id),
    )
    assert.equal(balance('consumption'), sum(own.map((lot) => lot.wt - lot.drawn)), 'lots are in consumption')
    assert.equal(balance('drawn'), sum(drawing.map((draw) => draw.wt)), 'draws hold what is drawn')
    assert.equal(position.reserved, sum(called.map((draw) => draw.wt)), 'a call reserves what its draw holds')
    const obligation = obligationOf(state, position)
    const trading = inTrading(state, position)
    assert.equal(position.escrowed, Math.max(0, obligation - trading, position.reserved), 'escrowed quantity')
    assert.equal(position.escrowed, sum(position.escrow.map(({ remaining }) => remaining)), 'escrow lots')
    assert.ok(position.cost >= 0 && position.bond >= 0, 'cost and bond are not negative')
    held += trading + balance('consumption') + balance('drawn')
    owed += obligation
  }
  assert.equal(held, owed, 'all units, wherever held, are all outstanding obligations')
  for (const draw of draws) {
    assert.equal(
      draw.wt,
      sum(draw.sources.map((source) => source.wt)),
      'a draw knows where its units came from',
    )
    assert.equal(state.drawByRequest.get(draw.request), draw.id, 'a live draw is found by its request')
  }
  for (const lot of lots) {
    const sources = draws.flatMap((draw) => draw.sources).filter((source) => source.lot === lot.id)
    assert.equal(lot.drawn, sum(sources.map((source) => source.wt)), 'a lot knows what draws hold of it')
    assert.ok(lot.wt > 0 && lot.drawn <= lot.wt && lot.cost >= 0, 'a lot is not empty')
  }
  for (const due of [...lots.map((lot) => lot.expiresAt), ...draws.map((draw) => draw.deadline)])
    assert.ok(state.nextDue <= due || due <= state.at, 'what is due is on the agenda')
}
