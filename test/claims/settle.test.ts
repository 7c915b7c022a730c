import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrawId } from '../../src/base/ids.ts'
import { micros, ppm } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { apply } from '../../src/engine/engine.ts'
import { DEFAULT_SETTINGS } from '../../src/state/state.ts'
import { conserves } from '../engine/conservation.ts'
import { all, at, MARKET, NOTHING_RELAYED, pick, PRIME, reading, Stage } from '../engine/stage.ts'

const MS = 1_000

/** A supplier with 100 lots sold at 8,000 ticks ($0.80 a unit) to a buyer. */
function venue(sold = 100) {
  const stage = new Stage()
  const sun = stage.supplier('sun', 100, 8_000)
  const buyer = stage.account('ada', 100)
  if (sold > 0) stage.buy(buyer, sold, 8_000)
  return { stage, sun, buyer }
}

test('what was used is burned and earned, the rest of the hold goes back', () => {
  const { stage, sun, buyer } = venue()
  const draw = stage.open(buyer, { wt: 50_000 })
  const fees = stage.house('fees')
  // 4,000 tokens in at 0.25, 1,000 of them cached at 0.0625, and 10,000 out.
  const settled = stage.settle(draw, { inputTokens: 4_000, cachedTokens: 1_000, outputTokens: 10_000 })
  assert.equal(settled.verdict, 'conforming')
  assert.equal(settled.used, 10_813)
  assert.equal(settled.returned, 39_187)
  // $0.80 a unit: 8,650.4 µ$, of which the escrow falls by 8,650 and the fee is 50 bps, rounded up.
  assert.deepEqual([settled.proceeds, settled.deliveryFee, settled.refund], [8_650, 44, 0])
  assert.equal(stage.house('fees') - fees, 44)
  assert.equal(stage.units(buyer).trading, 1_000_000 - 10_813)
  assert.equal(stage.units(sun.account).owed, 1_000_000 - 10_813)
  assert.equal(stage.position(sun.account).reserved, 0)
  assert.equal(stage.state.draws.size, 0)
})

test('proceeds and the bond behind them stay withheld for a day', () => {
  const { stage, sun, buyer } = venue(1)
  const before = stage.free(sun.account)
  stage.settle(stage.open(buyer, { wt: 10_000 }), { outputTokens: 10_000, generation: 100_000 * MS })
  // $0.008 less 40 µ$ of delivery fee, and the 10 % bond of $0.0008.
  assert.equal(stage.house('withheld'), 8_000 - 40 + 800)
  assert.equal(stage.free(sun.account), before)
  const [entry] = stage.state.withheld
  assert.equal(entry?.due, at(25, 0))
  stage.until((at(25, 0) - 1) as Instant)
  assert.equal(stage.house('withheld'), 8_760)
  const released = all(stage.until(at(25, 0)), 'cash.unwithheld')
  assert.deepEqual(released, [{ kind: 'cash.unwithheld', account: sun.account, amount: 8_760 }])
})

test('the buyer is charged what it had paid, not what the supplier sold for', () => {
  const { stage, sun, buyer } = venue()
  const bob = stage.account('bob', 100)
  stage.sell(buyer, 10, 8_700)
  stage.buy(bob, 10, 8_700)
  const settled = stage.settle(stage.open(bob, { wt: 10_000 }), { outputTokens: 10_000, generation: 1 })
  assert.equal(settled.cost, 8_700 + 17)
  assert.equal(settled.proceeds, 8_000)
  assert.equal(settled.supplier, sun.account)
})

test('a soft miss pays a discount back out of the proceeds', () => {
  const { stage, buyer } = venue()
  const draw = stage.open(buyer, { wt: 10_000 })
  const before = stage.free(buyer)
  // Half-way from 5 % to 100 % over the ceiling of 4.6 s: 15 % of $0.008.
  const settled = stage.settle(draw, { outputTokens: 10_000, generation: 1, ttft: 7_015 * MS })
  assert.equal(settled.verdict, 'soft_miss')
  assert.equal(settled.refund, 1_200)
  assert.equal(stage.free(buyer) - before, 1_200)
  assert.equal(stage.house('withheld'), 8_000 - 40 - 1_200 + 800)
})

test('a rejected answer is uncharged: every unit goes back and nothing is earned', () => {
  const { stage, sun, buyer } = venue()
  const draw = stage.open(buyer, { wt: 10_000 })
  const settled = stage.settle(draw, { outputTokens: 10_000, generation: 1, ttft: 9_201 * MS })
  assert.deepEqual([settled.verdict, settled.used, settled.returned], ['rejected', 0, 10_000])
  assert.deepEqual([settled.cost, settled.proceeds, settled.deliveryFee], [0, 0, 0])
  assert.equal(stage.units(buyer).trading, 1_000_000)
  assert.equal(stage.units(sun.account).owed, 1_000_000)
})

test('an excused request is paid as metered', () => {
  const { stage, buyer } = venue()
  const draw = stage.open(buyer, { wt: 10_000 })
  const settled = stage.settle(draw, { outputTokens: 3, finish: 'aborted', ttft: 60_000 * MS })
  assert.deepEqual([settled.verdict, settled.used, settled.refund], ['excused', 3, 0])
})

test('a reading beyond the hold is clamped to it', () => {
  const { stage, buyer } = venue()
  const settled = stage.settle(stage.open(buyer, { wt: 10_000 }), { outputTokens: 10_001, generation: 1 })
  assert.deepEqual([settled.used, settled.returned], [10_000, 0])
  assert.deepEqual(stage.units(buyer), { trading: 990_000, lots: 0, drawn: 0, owed: 0, escrowed: 0 })
})

test('first-expiring units are used first, and what is left returns to its own lot', () => {
  const { stage, buyer } = venue(10)
  const first = pick(stage.transfer(buyer, 20_000), 'lot.opened').lot
  stage.until(at(1, 30))
  const second = pick(stage.transfer(buyer, 20_000), 'lot.opened').lot
  stage.settle(stage.open(buyer, { wt: 50_000 }), { outputTokens: 25_000, generation: 1 })
  assert.equal(stage.state.lots.has(first), false)
  assert.deepEqual(
    [stage.state.lots.get(second)?.wt, stage.state.lots.get(second)?.drawn, stage.units(buyer).trading],
    [15_000, 0, 60_000],
  )
})

test('a draw that is gone cannot be settled again', () => {
  const { stage, buyer } = venue()
  const draw = stage.open(buyer, { wt: 10_000 })
  stage.settle(draw)
  stage.refused({ kind: 'draw.settle', draw, reading: reading() }, 'draw_not_found')
  stage.refused(
    { kind: 'draw.fail', draw: 99 as DrawId, failure: '', fault: 'venue', relayed: NOTHING_RELAYED },
    'draw_not_found',
  )
})

test('oldest proceeds are earned first, at their own price', () => {
  const { stage, sun, buyer } = venue(2)
  stage.done({ kind: 'order.cancel_all', account: sun.account, instrument: null, side: null })
  stage.sell(sun.account, 2, 8_700)
  stage.buy(buyer, 2, 8_700)
  const settled = stage.settle(stage.open(buyer, { wt: 30_000 }), { outputTokens: 30_000, generation: 1 })
  assert.equal(settled.proceeds, 8_000 + 8_000 + 8_700)
})

test('a mandate pays once: what it bought itself is spent when bought, other units when used', () => {
  const { stage, buyer } = venue(1)
  const mandate = stage.mandate(buyer, { day: micros(100_000) })
  const spent = () => stage.state.mandates[mandate - 1]?.spent.day.amount
  const reserved = () => stage.state.mandates[mandate - 1]?.reserved
  const draw = stage.open(buyer, { wt: 20_000, mandate, buyLimit: 8_000 })
  // One lot of the account's own at its cost of 8,016 µ$ is reserved, one is bought under the mandate.
  assert.deepEqual([spent(), reserved()], [8_016, 8_016])
  stage.settle(draw, { outputTokens: 15_000, generation: 1 })
  // The prepaid lot went first; half of the other lot was used.
  assert.deepEqual([spent(), reserved()], [8_016 + 4_008, 0])
})

test('what a failure gives back is free in the budget, and prepaid units stay prepaid', () => {
  const { stage, buyer } = venue(0)
  const mandate = stage.mandate(buyer, { day: micros(10_000) })
  const first = stage.open(buyer, { wt: 10_000, mandate, buyLimit: 8_000 })
  stage.done({
    kind: 'draw.fail',
    draw: first,
    failure: 'reset',
    fault: 'supplier',
    relayed: NOTHING_RELAYED,
  })
  const second = stage.open(buyer, { wt: 10_000, mandate })
  stage.settle(second, { outputTokens: 10_000, generation: 1 })
  assert.equal(stage.state.mandates[mandate - 1]?.spent.day.amount, 8_016)
  assert.equal(stage.state.mandates[mandate - 1]?.prepaid[MARKET], 0)
})

test('prepaid units that expire are prepaid no more', () => {
  const { stage, buyer } = venue(0)
  const mandate = stage.mandate(buyer, { day: micros(20_000) })
  const draw = stage.open(buyer, { wt: 10_000, mandate, buyLimit: 8_000 })
  stage.done({ kind: 'draw.release', draw, reason: 'test' })
  stage.until(at(8, 0))
  assert.equal(stage.state.mandates[mandate - 1]?.prepaid[MARKET], 0)
})

test('a discount lowers what a mandate has spent', () => {
  const { stage, buyer } = venue(1)
  const mandate = stage.mandate(buyer, { day: micros(10_000) })
  const draw = stage.open(buyer, { wt: 10_000, mandate })
  stage.settle(draw, { outputTokens: 10_000, generation: 1, ttft: 7_015 * MS })
  assert.equal(stage.state.mandates[mandate - 1]?.spent.day.amount, 8_016 - 1_200)
})

test('without withholding, earnings are free at once', () => {
  const { stage, sun, buyer } = venue()
  stage.done({ kind: 'venue.configure', settings: { ...DEFAULT_SETTINGS, withhold: 0 } })
  const before = stage.free(sun.account)
  stage.settle(stage.open(buyer, { wt: 10_000 }), { outputTokens: 10_000, generation: 1 })
  assert.equal(stage.free(sun.account) - before, 8_760)
})

test('a million one-token requests cost exactly a unit, and earn exactly its price less one fee', () => {
  // Half read a token and half write one, at odd weights and an odd price: every request alone would round.
  const weights = { input: ppm(333_333), cachedInput: ppm(62_500), output: ppm(1_666_667) }
  const stage = new Stage([{ ...PRIME, weights }])
  const sun = stage.supplier('sun', 100, 8_037)
  const buyer = stage.account('ada', 100)
  stage.buy(buyer, 100, 8_037)
  const before = stage.house('fees')
  const { state } = stage
  let seq = state.seq
  let used = 0
  let cost = 0
  let proceeds = 0
  for (let i = 0; i < 1_000_000; i++) {
    const open = stage.opening(buyer, { wt: Math.min(2, 1_000_000 - used) })
    const { draw } = pick(apply(state, ++seq as never, stage.now, open), 'draw.opened')
    const excused = true
    const one = reading({ inputTokens: 1 - (i % 2), outputTokens: i % 2, excused })
    const settle = { kind: 'draw.settle', draw, reading: one } as const
    const settled = pick(apply(state, ++seq as never, stage.now, settle), 'draw.settled')
    used += settled.used
    cost += settled.cost
    proceeds += settled.proceeds
  }
  conserves(state)
  assert.equal(used, 1_000_000)
  assert.equal(cost, 803_700 + 1_608)
  assert.equal(proceeds, 803_700)
  assert.equal(stage.house('fees') - before, 4_019)
  assert.equal(stage.units(sun.account).owed, 0)
  assert.equal(stage.position(sun.account).bond, 0)
})
