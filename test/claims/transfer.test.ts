import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { HOUR, MARKET, pick, Stage, START } from '../engine/stage.ts'

/** A supplier that has sold 10 of its 20 lots at 8,000 ticks ($0.008 each) to a buyer. */
function venue() {
  const stage = new Stage()
  const { account: supplier } = stage.supplier('sun', 20, 8_000)
  const buyer = stage.account('ada', 100)
  stage.buy(buyer, 10, 8_000)
  return { stage, supplier, buyer }
}

test('a transfer makes a lot that lives exactly one window from its entry', () => {
  const { stage, buyer } = venue()
  const opened = pick(stage.transfer(buyer, 30_000), 'lot.opened')
  assert.equal(opened.expiresAt, START + 4 * HOUR)
  assert.equal(opened.reason, 'transfer')
  assert.deepEqual(stage.units(buyer), { trading: 70_000, lots: 30_000, drawn: 0, owed: 0, escrowed: 0 })
})

test('the cost of the units moves with them, fees included', () => {
  const { stage, buyer } = venue()
  assert.equal(stage.position(buyer).cost, 80_160)
  const { lot } = pick(stage.transfer(buyer, 25_000), 'lot.opened')
  assert.equal(stage.state.lots.get(lot)?.cost, 20_040)
  assert.equal(stage.position(buyer).cost, 60_120)
})

test('a quantity need not be whole lots, and lots stand in the order of their expiry', () => {
  const { stage, buyer } = venue()
  const first = pick(stage.transfer(buyer, 1), 'lot.opened').lot
  stage.until((START + HOUR) as Instant)
  const second = pick(stage.transfer(buyer, 99_999), 'lot.opened').lot
  assert.deepEqual(stage.position(buyer).lots, [first, second])
  assert.equal(stage.units(buyer).trading, 0)
})

test('only free units of the account leave, and only above what it owes', () => {
  const { stage, supplier, buyer } = venue()
  const ask = (account: typeof buyer, quantity: number) =>
    ({ kind: 'units.transfer', account, instrument: MARKET, wt: wt(quantity) }) as const
  stage.refused(ask(buyer, 0), 'quantity_not_positive')
  stage.refused(ask(99 as typeof buyer, 1), 'account_not_found')
  stage.refused({ ...ask(buyer, 1), instrument: 9 as typeof MARKET }, 'instrument_not_found')
  assert.deepEqual(stage.refused(ask(buyer, 100_001), 'insufficient_units'), {
    needed: 100_001,
    free: 100_000,
  })
  stage.sell(buyer, 4, 9_000)
  stage.refused(ask(buyer, 60_001), 'insufficient_units')
  stage.transfer(buyer, 60_000)
  stage.done({ kind: 'order.cancel_all', account: supplier, instrument: null, side: null })
  assert.deepEqual(stage.refused(ask(supplier, 1), 'units_owed'), { needed: 1, free: 0 })
})

test('a supplier that has bought more than it owes may use what is above', () => {
  const stage = new Stage()
  const { account: sun } = stage.supplier('sun', 10, 8_000)
  const { account: wind } = stage.supplier('wind', 0, 0)
  stage.done({ kind: 'units.issue', account: wind, offer: 2 as never, instrument: MARKET, lots: 5 as never })
  stage.buy(wind, 10, 8_000)
  stage.refused({ kind: 'units.transfer', account: wind, instrument: MARKET, wt: wt(100_001) }, 'units_owed')
  stage.transfer(wind, 100_000)
  assert.deepEqual(stage.units(wind), { trading: 50_000, lots: 100_000, drawn: 0, owed: 50_000, escrowed: 0 })
  assert.equal(stage.units(sun).escrowed, 100_000)
})
