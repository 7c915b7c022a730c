import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chance } from '../../src/base/chance.ts'
import { Forecast, normalQuantile } from '../../src/agent/forecast.ts'
import type { HedgerView } from '../../src/agent/hedger.ts'
import { decideHedge, HEDGER } from '../../src/agent/hedger.ts'
import { readSettings } from '../../src/agent/setting.ts'
import { HOUR_MS, holding, marketOf } from './sample-market.ts'

const settings = (more: object = {}) =>
  readSettings(HEDGER, { instrument: 'text-prime', max_price: 0.85, cover_hours: 4, ...more })

/** A forecast that expects the same every hour, with a margin of a tenth when it must be sure. */
const steady = (perHour: number) => ({
  hours: 100,
  between: (from: number, to: number) => ({ mean: (perHour * (to - from)) / HOUR_MS, deviation: 0 }),
  sure: (from: number, to: number) => (0.9 * perHour * (to - from)) / HOUR_MS,
})
const view = (more: Partial<HedgerView> = {}): HedgerView => ({
  now: 0,
  market: marketOf([[0.79, 5]], [[0.81, 5]]),
  holding: holding(),
  forecast: steady(1),
  room: 100,
  ...more,
})

test('it bids a tick more than the best bid for what it is sure to use in the hours that it covers', () => {
  const { units, price, why } = decideHedge(settings(), view())
  assert.deepEqual([units.toFixed(2), price], ['3.60', 0.7901])
  assert.match(
    why,
    /in 4\.0 h it expects to use 4\.00 units and is 90\.0 % sure of 3\.60 units; it has 0\.00 units/,
  )
})

test('what is in trading and in lots counts', () => {
  assert.equal(
    decideHedge(settings(), view({ holding: holding({ free: 1, inLots: 1.5 }) })).units.toFixed(2),
    '1.10',
  )
  assert.equal(decideHedge(settings(), view({ holding: holding({ free: 3, inLots: 1.5 }) })).units, 0)
})

test('it never looks beyond the life of what it buys: the next sweep and a window', () => {
  // Half an hour before the sweep: what is bought expires in four and a half hours, however much it would cover.
  const { units } = decideHedge(settings({ cover_hours: 48 }), view({ now: 3.5 * HOUR_MS }))
  assert.equal(units.toFixed(2), '4.05')
})

test('a taker bids the best ask, never above its highest price', () => {
  assert.equal(decideHedge(settings({ take: 'yes' }), view()).price, 0.81)
  assert.equal(decideHedge(settings({ take: 'yes', max_price: 0.8 }), view()).price, 0.8)
  assert.equal(
    decideHedge(settings(), view({ market: marketOf([], [[0.81, 5]]) })).price.toFixed(4),
    '0.8099',
  )
})

test('it buys nothing before it has seen enough, and no more than its money allows', () => {
  const { units, why } = decideHedge(settings(), view({ forecast: { ...steady(1), hours: 5 } }))
  assert.deepEqual([units, why], [0, 'it has seen 5 of 24 hours of deliveries'])
  const cut = decideHedge(settings(), view({ room: 1 }))
  assert.equal(cut.units.toFixed(2), '1.26', '1 / (0.7901 × 1.002), down to a lot')
  assert.match(cut.why, /cut to what \$1\.0000 buys/)
})

test('whatever it sees, it never bids for more than it will surely use before expiry, nor beyond its money', () => {
  const hours = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 24, maxLength: 200 })
  fc.assert(
    fc.property(
      hours,
      fc.double({ min: 0, max: 3.99, noNaN: true }),
      fc.double({ min: 0.5, max: 0.99, noNaN: true }),
      fc.double({ min: 0, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.double({ min: 0.25, max: 48, noNaN: true }),
      (used, into, confidence, free, room, cover) => {
        const forecast = new Forecast()
        used.forEach((units, hour) => forecast.learn(hour, units))
        const now = used.length * HOUR_MS + into * HOUR_MS
        const sweepAt = Math.ceil((now + 1) / (4 * HOUR_MS)) * 4 * HOUR_MS
        const market = marketOf([[0.79, 5]], [[0.81, 5]], { sweepAt })
        const given = settings({ confidence, cover_hours: cover })
        const { units, price } = decideHedge(
          given,
          view({ now, market, forecast, holding: holding({ free }), room }),
        )
        const sure = forecast.sure(now, Math.min(sweepAt + 4 * HOUR_MS, now + cover * HOUR_MS), confidence)
        assert.ok(
          units >= 0 && (units === 0 || free + units <= sure + 1e-9),
          `${free} + ${units} against ${sure}`,
        )
        assert.ok(units * price * 1.002 <= room + 1e-9)
        assert.ok(price <= 0.85)
      },
    ),
  )
})

test('the quantile is that of the normal distribution', () => {
  for (const [probability, z] of [
    [0.5, 0],
    [0.9, 1.2816],
    [0.95, 1.6449],
    [0.99, 2.3263],
  ] as const)
    assert.ok(Math.abs(normalQuantile(probability) - z) < 0.0005, `${probability}`)
})

test('a forecast learns the hours of the week, falls back on the day, and on all hours', () => {
  const forecast = new Forecast()
  const usedAt = (hour: number) => (hour % 24 >= 8 && hour % 24 < 18 ? (hour % 168 >= 120 ? 2 : 10) : 1)
  for (let hour = 0; hour < 4 * 168; hour++) forecast.learn(hour, usedAt(hour))
  assert.equal(forecast.at(9), 10)
  assert.equal(forecast.at(125), 1)
  assert.equal(forecast.at(130), 2, 'a quiet day of the week')
  const young = new Forecast()
  for (let hour = 0; hour < 48; hour++) young.learn(hour, usedAt(hour))
  assert.equal(young.at(5 * 24 + 9), 10, 'the same hour of other days')
  assert.equal(young.between(8.5 * HOUR_MS, 10 * HOUR_MS).mean, 15)
})

test('what it is 90 % sure of is used in 9 of 10 windows, also when one hour is like the last', () => {
  const random = chance(5)
  const forecast = new Forecast()
  let level = 0
  let kept = 0
  let windows = 0
  const used: number[] = []
  const usedAt = (hour: number) => {
    level = 0.7 * level + (random.fraction() + random.fraction() + random.fraction() - 1.5)
    return Math.max(0, (hour % 24 < 8 ? 4 : 8) + level)
  }
  for (let hour = 0; hour < 8 * 168; hour++) used.push(usedAt(hour))
  for (let hour = 0; hour + 8 < used.length; hour++) {
    if (hour > 3 * 168 && hour % 4 === 0) {
      const sure = forecast.sure(hour * HOUR_MS, (hour + 8) * HOUR_MS, 0.9)
      windows++
      if (used.slice(hour, hour + 8).reduce((sum, units) => sum + units, 0) >= sure) kept++
    }
    forecast.learn(hour, used[hour] ?? 0)
  }
  assert.ok(kept / windows > 0.86 && kept / windows < 0.97, `${kept} of ${windows}`)
})
