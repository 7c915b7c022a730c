// Prices over grades: what Fisher's index promises, and the trap that links more often than a week fall into.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chance } from '../../src/base/chance.ts'
import type { Basket } from '../../src/index/fisher.ts'
import { fisherLink, slopeOfIntelligence } from '../../src/index/fisher.ts'
import type { GradeHour } from '../../src/index/series.ts'
import { seriesOf } from '../../src/index/series.ts'

const near = (a: number, b: number, by = 1e-9) => Math.abs(a - b) <= by * Math.max(1, Math.abs(b))

const basket = fc
  .array(fc.record({ wt: fc.integer({ min: 1, max: 1e9 }), paid: fc.integer({ min: 1, max: 1e9 }) }), {
    minLength: 3,
    maxLength: 3,
  })
  .map((grades): Basket => new Map(grades.entries()))

const linkOf = (base: Basket, now: Basket) => {
  const link = fisherLink(base, now)
  assert.ok(link)
  return link
}

test('nominal is price times quantity, and turning time around turns the index around', () => {
  fc.assert(
    fc.property(basket, basket, (base, now) => {
      const link = linkOf(base, now)
      assert.ok(near(link.nominal, link.price * link.quantity))
      assert.ok(near(1, link.price * linkOf(now, base).price))
    }),
  )
})

test('prices that all rise by a share raise the index by that share, whatever is bought', () => {
  fc.assert(
    fc.property(basket, basket, fc.integer({ min: 2, max: 50 }), (base, bought, times) => {
      const now = new Map(
        [...base].map(([grade, { wt, paid }]) => {
          const quantity = bought.get(grade)?.wt ?? 1
          return [grade, { wt: quantity, paid: (times * paid * quantity) / wt }]
        }),
      )
      assert.ok(near(linkOf(base, now).price, times))
    }),
  )
})

test('the index lies between the smallest and the largest change of price', () => {
  fc.assert(
    fc.property(basket, basket, (base, now) => {
      const changes = [...base].map(([grade, { wt, paid }]) => {
        const later = now.get(grade)
        return later === undefined ? 1 : later.paid / later.wt / (paid / wt)
      })
      const { price } = linkOf(base, now)
      assert.ok(price >= Math.min(...changes) * (1 - 1e-9) && price <= Math.max(...changes) * (1 + 1e-9))
    }),
  )
})

test('without a grade in both periods there is no index', () => {
  const one: Basket = new Map([[1, { wt: 1, paid: 1 }]])
  const other: Basket = new Map([[2, { wt: 1, paid: 1 }]])
  assert.equal(fisherLink(one, other), null)
  assert.equal(fisherLink(one, new Map([[1, { wt: 0, paid: 0 }]])), null)
})

// Four weeks in which prices wander by 3 % around what they are, and come back to it exactly, while buyers wait
// for cheap moments: they buy by the square of how far the price has fallen since the moment before.
const MOMENT = 5 * 60 * 1e6
const HOUR = 12 * MOMENT
const MOMENTS = 28 * 24 * 12
const NORMAL = [200_000, 400_000, 800_000, 1_200_000, 2_000_000]
const MONDAY = 4 * 24 * HOUR

function moments(): GradeHour[] {
  const luck = chance(11)
  const noise = () => Array.from({ length: 12 }, () => luck.fraction()).reduce((a, b) => a + b, -6)
  const rows: GradeHour[] = []
  let before = NORMAL
  for (let at = 0; at < MOMENTS; at++) {
    const isEdge = at === 0 || at === MOMENTS - 1
    const now = NORMAL.map((price) => (isEdge ? price : price * Math.exp(0.03 * noise())))
    for (const [instrument, price] of now.entries()) {
      const wt = 1e6 * (price / (before[instrument] ?? price)) ** -2
      rows.push({ start: MONDAY + at * MOMENT, instrument, wt, paid: (wt * price) / 1e6 })
    }
    before = now
  }
  return rows
}

const basketOf = (rows: readonly GradeHour[]): Basket => {
  const sums = new Map<number, { wt: number; paid: number }>()
  for (const { instrument, wt, paid } of rows) {
    const sum = sums.get(instrument) ?? { wt: 0, paid: 0 }
    sums.set(instrument, { wt: sum.wt + wt, paid: sum.paid + paid })
  }
  return sums
}

test('chained every five minutes, prices that came back to where they were read a fraction; ours does not', () => {
  const rows = moments()
  let chained = 1
  let before: Basket | null = null
  for (let at = 0; at < MOMENTS; at++) {
    const now = basketOf(rows.slice(at * 5, at * 5 + 5))
    if (before !== null) chained *= fisherLink(before, now)?.price ?? 1
    before = now
  }
  assert.ok(chained < 0.1, `the trap reads ${chained}`)

  const weeks = seriesOf(rows, 'week', HOUR, () => undefined)
  assert.equal(weeks.length, 4)
  const [first, ...later] = weeks.map(({ priceLevel }) => priceLevel ?? 0)
  for (const level of later) assert.ok(near(level, first ?? 0, 0.01), `ours reads ${level}, not ${first}`)
  // Within the week under way nothing is chained either: the last day is held against the week before.
  const days = seriesOf(rows, 'day', HOUR, () => undefined)
  assert.ok(near(days.at(-1)?.priceLevel ?? 0, first ?? 0, 0.02))
})

test('what is closed does not change when more is delivered', () => {
  const rows = moments()
  const points = seriesOf(rows, 'day', HOUR, () => undefined)
  const part = seriesOf(
    rows.filter(({ start }) => start < MONDAY + 10 * 24 * HOUR),
    'day',
    HOUR,
    () => undefined,
  )
  assert.deepEqual(part, points.slice(0, part.length))
})

test('real times the price level is nominal', () => {
  for (const { nominal, real, priceLevel } of seriesOf(moments(), 'day', HOUR, () => undefined))
    assert.ok(near(((real ?? 0) * (priceLevel ?? 0)) / 100, nominal, 1e-6))
})

test('the slope is found within tasks, so that a dearer task does not pass for a cleverer one', () => {
  const at = (task: string, floor: number, level: number) => ({
    task,
    floor,
    price: level * Math.exp(0.04 * (floor - 100)),
  })
  const grades = [at('text', 85, 1), at('text', 115, 1), at('code', 100, 9), at('code', 115, 9)]
  assert.ok(near(slopeOfIntelligence(grades) ?? 0, 0.04))
  assert.equal(slopeOfIntelligence([at('text', 85, 1), at('code', 115, 9)]), null)
  assert.equal(slopeOfIntelligence([]), null)
})
