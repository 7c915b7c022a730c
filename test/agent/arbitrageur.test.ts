import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Stock } from '../../src/agent/arbitrageur.ts'
import {
  ARBITRAGEUR,
  decideStock,
  gapOfGrades,
  gapToSheet,
  lossOf,
  standsFor,
} from '../../src/agent/arbitrageur.ts'
import { readSettings } from '../../src/agent/setting.ts'
import { HOUR_MS, holding, instrument, marketOf, openOrder } from './sample-market.ts'

const settings = (more: Record<string, unknown> = {}) => readSettings(ARBITRAGEUR, more)
const NO_LIMITS = { units: 1_000, room: 1_000 }

test('it buys what stands below the posted price and resells a tick below the next ask', () => {
  const market = marketOf(
    [[0.7, 5]],
    [
      [0.75, 2],
      [0.85, 5],
    ],
  )
  const gap = gapToSheet(settings(), market, 1, { units: 2, room: 100 })
  assert.deepEqual([gap?.units, gap?.limit, gap?.sell], [2, 0.75, 0.8499])
  // 2 × 0.8499 − 2 × 0.75 × 1.002
  assert.ok(Math.abs((gap?.gain ?? 0) - 0.1968) < 1e-9)
  assert.match(
    gap?.why ?? '',
    /2\.00 units cost \$1\.5030 with fees up to \$0\.7500; the posted price is \$1\.0000/,
  )
})

test('it takes as many levels as gain most', () => {
  const market = marketOf(
    [],
    [
      [0.75, 1],
      [0.76, 4],
      [0.9, 9],
    ],
  )
  const gap = gapToSheet(settings(), market, 2, { units: 5, room: 100 })
  assert.deepEqual([gap?.units, gap?.limit, gap?.sell], [5, 0.76, 0.8999])
})

test('a gap that the fees eat, or that nobody could be sold, is none', () => {
  // The next ask stands a tick above what is bought: it could be resold only at what it cost.
  assert.equal(
    gapToSheet(
      settings(),
      marketOf(
        [],
        [
          [0.75, 2],
          [0.7501, 5],
        ],
      ),
      0.752,
      NO_LIMITS,
    ),
    undefined,
  )
  assert.equal(gapToSheet(settings({ undercut: 0 }), marketOf([], [[0.75, 2]]), 0.7514, NO_LIMITS), undefined)
  assert.equal(
    gapToSheet(settings(), marketOf([], [[0.75, 2]]), 0.7, NO_LIMITS),
    undefined,
    'the sheet is cheaper',
  )
})

const levels = (least: number, most: number, upwards: boolean) =>
  fc
    .uniqueArray(fc.integer({ min: least, max: most }), { minLength: 0, maxLength: 6 })
    .map((ticks) => ticks.sort((a, b) => (upwards ? a - b : b - a)))
    .chain((ticks) =>
      fc
        .tuple(...ticks.map(() => fc.integer({ min: 1, max: 500 })))
        .map((units) => ticks.map((tick, at) => [tick / 10_000, (units[at] ?? 1) / 100] as const)),
    )
const limits = fc.record({
  units: fc.integer({ min: 0, max: 800 }).map((lots) => lots / 100),
  room: fc.integer({ min: 0, max: 5_000_000 }).map((micros) => micros / 1e6),
})

test('every gap it finds gains after fees, within its limits, at prices that would sell', () => {
  fc.assert(
    fc.property(
      levels(6_000, 9_000, true),
      limits,
      fc.integer({ min: 5_000, max: 12_000 }),
      (asks, bounds, ticks) => {
        const market = marketOf([], asks)
        const gap = gapToSheet(settings({ min_gap: 0.005 }), market, ticks / 10_000, bounds)
        if (gap === undefined) return
        assert.ok(gap.units <= bounds.units + 1e-9 && gap.cost <= bounds.room + 1e-9)
        assert.ok(gap.gain > 0.005 * gap.cost)
        assert.ok(gap.sell <= ticks / 10_000)
        const worse = asks.filter(([price]) => price > gap.limit).map(([price]) => price)
        assert.ok(gap.sell < Math.min(...worse), 'it will be the best ask')
      },
    ),
  )
})

const better = {
  ...instrument,
  id: 'TEXT_MAX-USD',
  model: 'text-max',
  spec: { ...instrument.spec, intelligence_floor: 115 },
}

test('a better grade of the same task and meter stands for a lesser one, and never the other way', () => {
  assert.equal(standsFor(better.spec, instrument.spec), true)
  assert.equal(standsFor(instrument.spec, better.spec), false)
  assert.equal(standsFor({ ...better.spec, task: 'code' }, instrument.spec), false)
  const weights = { ...better.spec.weights, input: '1.000000' }
  assert.equal(standsFor({ ...better.spec, weights }, instrument.spec), false, 'its units weigh otherwise')
})

test('it changes what it holds for better, level by level, while the last unit still gains', () => {
  const dear = marketOf(
    [],
    [
      [0.7, 1],
      [0.79, 5],
    ],
    { instrument: better },
  )
  const cheap = marketOf(
    [
      [0.8, 3],
      [0.78, 5],
    ],
    [],
  )
  const gap = gapOfGrades(settings(), dear, cheap, { units: 4, room: 100 })
  // 0.79 × 1.002 = 0.7916; 0.8 × 0.998 = 0.7984: gains 0.9 %, less than the 1 % asked for.
  assert.deepEqual([gap?.units, gap?.limit, gap?.sellLimit], [1, 0.7, 0.8])
  const eager = gapOfGrades(settings({ min_gap: 0.005 }), dear, cheap, { units: 4, room: 100 })
  assert.deepEqual([eager?.units, eager?.limit, eager?.sellLimit], [3, 0.79, 0.8])
})

test('between grades too every gap gains after fees, within its limits', () => {
  fc.assert(
    fc.property(levels(6_000, 9_000, true), levels(6_000, 9_000, false), limits, (asks, bids, bounds) => {
      const gap = gapOfGrades(
        settings(),
        marketOf([], asks, { instrument: better }),
        marketOf(bids, []),
        bounds,
      )
      if (gap === undefined) return
      assert.ok(gap.units <= bounds.units + 1e-9 && gap.cost <= bounds.room + 1e-9)
      assert.ok(gap.gain >= 0.01 * gap.cost - 1e-9)
      assert.ok(gap.sellLimit * 0.998 > gap.limit * 1.002)
    }),
  )
})

const stock = (more: Partial<Stock> = {}): Stock => ({
  now: 0,
  market: marketOf([[0.74, 5]], [[0.85, 5]]),
  holding: holding({ free: 2 }),
  account: { units: 2, outlay: 1_503_000, cost: 1_503_000 },
  open: [],
  ...more,
})

test('what it has bought stands for sale; before the sweep it goes to the best bid', () => {
  const [kept] = decideStock(settings(), stock(), 0.8499)
  assert.ok(kept?.act === 'place')
  assert.deepEqual(
    [kept.order.price, kept.order.quantity, kept.order.time_in_force],
    ['0.8499', '2.00', undefined],
  )
  const late = stock({
    now: 3.8 * HOUR_MS,
    holding: holding({ selling: 2 }),
    open: [openOrder('ord_9', 'sell', '0.8499', '2.00')],
  })
  const [cancel, sale] = decideStock(settings(), late, 0.8499)
  assert.equal(cancel?.act, 'cancel')
  assert.ok(sale?.act === 'place')
  assert.deepEqual([sale.order.price, sale.order.time_in_force], ['0.7400', 'ioc'])
  assert.match(sale.why, /the sweep is 12 min away, and then 2\.00 units could not be sold/)
})

test('it never asks less than it has paid while there is time, nor sells what it has not bought', () => {
  const [kept] = decideStock(settings(), stock(), 0.72)
  assert.ok(kept?.act === 'place')
  assert.equal(kept.order.price, '0.7515')
  // What it has lost before does not make what it holds dearer, and what a sweep took is not for sale.
  const swept = stock({
    holding: holding({ free: 1 }),
    account: { units: 2, outlay: 2_500_000, cost: 1_503_000 },
  })
  const [rest] = decideStock(settings({ loss_limit: 5 }), swept, 0.72)
  assert.ok(rest?.act === 'place')
  assert.deepEqual([rest.order.price, rest.order.quantity], ['0.7515', '1.00'])
  assert.ok(Math.abs(lossOf(swept) - (2.5 - 0.74 * 0.998)) < 1e-9)
  assert.deepEqual(decideStock(settings(), stock({ account: { units: 0, outlay: 0, cost: 0 } }), 0.85), [])
})

test('beyond its loss limit it sells', () => {
  const fallen = stock({ market: marketOf([[0.2, 5]], [[0.3, 5]]) })
  assert.ok(Math.abs(lossOf(fallen) - (1.503 - 0.4 * 0.998)) < 1e-9)
  const [sale] = decideStock(settings({ loss_limit: 1 }), fallen, 0.2999)
  assert.ok(sale?.act === 'place')
  assert.match(sale.why, /it has lost \$1\.1038, more than \$1\.0000/)
})
