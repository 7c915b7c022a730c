import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Day, Month } from './month.ts'
import { liveMonth } from './month.ts'

let month: Month
before(async () => {
  month = await liveMonth(1)
})
after(() => month.close())

const sum = (days: readonly Day[], field: keyof Day): number => days.reduce((all, day) => all + day[field], 0)
const between = (first: number, last: number): Day[] => month.days.slice(first - 1, last)

test('a self-sustaining agent stays solvent through a month of trouble', (t) => {
  for (const { day, price, taken, refused, undelivered, earned, spent, overhead, cash } of month.days)
    t.diagnostic(
      `day ${day}: unit $${price.toFixed(2)}, ${taken} jobs done, ${refused} refused, ${undelivered} not delivered; ` +
        `earned $${earned.toFixed(3)}, units $${spent.toFixed(3)}, rent $${overhead.toFixed(2)}, cash $${cash.toFixed(3)}`,
    )
  for (const { day, cash } of month.days) assert.ok(cash > 0, `it has money on day ${day}`)
  assert.equal(sum(month.days, 'overhead').toFixed(2), '15.00', 'it pays its rent every day')
})

test('its books add up to the last day', () => {
  const { days, opening } = month
  const closing = opening + sum(days, 'earned') - sum(days, 'spent') - sum(days, 'overhead')
  assert.ok(Math.abs(closing - (days.at(-1)?.cash ?? 0)) < 1e-6)
})

test('in good times it works at a profit and saves', () => {
  const good = between(2, 9)
  assert.ok(sum(good, 'earned') > 1.2 * sum(good, 'spent'))
  assert.ok((good.at(-1)?.cash ?? 0) > month.opening)
})

test('when prices double it refuses what no longer pays, and still profits by the rest', () => {
  const dear = between(13, 14)
  assert.ok(sum(dear, 'refused') / 2 > sum(between(7, 9), 'refused') / 3)
  assert.ok(sum(dear, 'earned') > sum(dear, 'spent'))
  assert.ok(month.lines.some((line) => /refused .*: it would cost/.test(line)))
})

test('when its supplier fails it is not charged, and buys from another', () => {
  const after = between(17, 19)
  assert.ok(sum(after, 'taken') > 0)
  assert.ok(sum(between(15, 19), 'earned') > sum(between(15, 19), 'spent'))
})

test('when income halves it does less, and touches its reserve only for rent', () => {
  const poor = between(21, 30)
  assert.ok(sum(poor, 'taken') / 10 < sum(between(2, 9), 'taken') / 8)
  assert.ok(sum(poor, 'earned') >= sum(poor, 'spent'))
})
