// The fixing as a rule: what counts, what falls back, and what one participant cannot move.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  depthMid,
  fixingOf,
  inputsUsed,
  isValid,
  partitionMean,
  windowFacts,
} from '../../src/index/fixing.ts'
import type { TradeWindow } from '../../src/index/fixing.ts'
import type { PriceTable } from '../../src/index/median.ts'
import { divHalfEven, medianRange } from '../../src/index/median.ts'

const TICK = 100
const UNIT = 1_000_000
const even = (count: number) => Array.from({ length: count }, () => UNIT)
const windowAt = (price: number, partitions = 12, buyers = 5, sellers = 4): TradeWindow => ({
  partitions: Array.from({ length: 12 }, (_, at) => (at < partitions ? [[price, UNIT] as const] : [])),
  bought: even(buyers),
  sold: even(sellers),
})
const EMPTY: TradeWindow = { partitions: Array.from({ length: 12 }, () => []), bought: [], sold: [] }
const book = { bids: [[490_000, UNIT] as const], asks: [[510_000, UNIT] as const] }

/** Honest trades of one partition: prices within eleven ticks of each other. */
const honest = fc
  .uniqueArray(
    fc.record({ tick: fc.integer({ min: 5_000, max: 5_011 }), wt: fc.integer({ min: 1, max: 5 * UNIT }) }),
    { selector: (one) => one.tick, minLength: 1, maxLength: 6 },
  )
  .map(
    (trades): PriceTable =>
      trades.sort((a, b) => a.tick - b.tick).map(({ tick, wt }) => [tick * TICK, wt] as const),
  )
const volume = (table: PriceTable) => table.reduce((sum, [, wt]) => sum + wt, 0)
const withTrade = (table: PriceTable, price: number, wt: number): PriceTable =>
  [...table, [price, wt] as const].sort(([a], [b]) => a - b)

test('who has half the volume of one partition moves the print by less than a tick', () => {
  fc.assert(
    fc.property(
      fc.array(honest, { minLength: 12, maxLength: 12 }),
      fc.nat(11),
      fc.integer({ min: 1, max: 10_000_000 }),
      (partitions, place, price) => {
        const attacked = [...partitions]
        const target = attacked[place] ?? []
        attacked[place] = withTrade(target, price, volume(target))
        const moved = Math.abs((partitionMean(attacked) ?? 0) - (partitionMean(partitions) ?? 0))
        assert.ok(moved < TICK, `moved by ${moved} µ$`)
      },
    ),
  )
})

test('the median leaves at most half of the volume on either side', () => {
  fc.assert(
    fc.property(honest, (table) => {
      const { low, high } = medianRange(table) ?? { low: 0, high: 0 }
      const below = volume(table.filter(([price]) => price < low))
      const above = volume(table.filter(([price]) => price > high))
      assert.ok(2 * below <= volume(table) && 2 * above <= volume(table) && low <= high)
    }),
  )
})

test('the print lies between the lowest and the highest price traded', () => {
  fc.assert(
    fc.property(fc.array(honest, { minLength: 1, maxLength: 12 }), (partitions) => {
      const prices = partitions.flatMap((table) => table.map(([price]) => price))
      const mean = partitionMean(partitions) ?? 0
      assert.ok(mean >= Math.min(...prices) && mean <= Math.max(...prices))
    }),
  )
})

test('division rounds half to even, below zero too', () => {
  assert.deepEqual(
    [5n, 7n, -5n, -7n, 6n].map((a) => divHalfEven(a, 2n)),
    [2, 4, -2, -4, 3],
  )
})

test('an hour is valid at the edge of each test, and not beyond it', () => {
  const valid = (window: TradeWindow) => isValid(windowFacts(window))
  assert.equal(valid(windowAt(500_000, 8, 5, 4)), true)
  assert.equal(valid(windowAt(500_000, 7, 5, 4)), false)
  assert.equal(valid(windowAt(500_000, 12, 4, 4)), false)
  assert.equal(valid(windowAt(500_000, 12, 5, 3)), false)
  assert.equal(valid({ ...windowAt(500_000), bought: [30, 20, 20, 20, 10] }), true)
  assert.equal(valid({ ...windowAt(500_000), sold: [31, 23, 23, 23] }), false)
})

test('the hierarchy takes the first rung that holds, down to no settle', () => {
  const inputs = { hour: windowAt(500_000), wide: windowAt(510_000), book, previous: 520_000 }
  const rungs = [
    inputs,
    { ...inputs, hour: EMPTY },
    { ...inputs, hour: EMPTY, wide: EMPTY },
    { ...inputs, hour: EMPTY, wide: EMPTY, book: { bids: [], asks: book.asks } },
    { hour: EMPTY, wide: EMPTY, book: { bids: [], asks: [] }, previous: null },
  ]
  assert.deepEqual(rungs.map(fixingOf), [
    { price: 500_000, tier: 'hour' },
    { price: 510_000, tier: 'four_hours' },
    { price: 500_000, tier: 'book' },
    { price: 520_000, tier: 'previous' },
    { price: null, tier: 'no_settle' },
  ])
  for (const one of rungs) assert.deepEqual(fixingOf(inputsUsed(one)), fixingOf(one))
})

test('a one-sided or empty book has no mid, and dust at the top does not decide it', () => {
  assert.equal(depthMid({ bids: [], asks: book.asks }), null)
  assert.equal(depthMid({ bids: [], asks: [] }), null)
  const dusty = { bids: [[490_000, 100 * UNIT] as const, [495_000, 1] as const], asks: book.asks }
  assert.equal(depthMid(dusty), 500_000)
})
