// Hours are cut by the commands themselves, so that every fold of the same journal cuts the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printOf } from '../../src/api/fixing-desk.ts'
import type { Instant } from '../../src/base/time.ts'
import type { Micros } from '../../src/base/money.ts'
import { MICROS_PER_HOUR } from '../../src/base/time.ts'
import { partitionsOf } from '../../src/index/fixing-check.ts'
import type { Event } from '../../src/state/event.ts'
import { createMarket } from '../../src/market/market.ts'
import { FIRST, Traffic } from './traffic.ts'

const TRAFFIC = new Traffic(7)
TRAFFIC.run(4_000)
const { steps } = TRAFFIC

test('one by one, in batches, or after a restart: the same hours are cut with the same inputs', () => {
  const whole = createMarket()
  whole.apply(steps)
  const single = createMarket()
  for (const step of steps) single.apply([step])
  const half = Math.floor(steps.length / 2)
  const first = createMarket()
  first.apply(steps.slice(0, half))
  const resumed = createMarket()
  resumed.restore(first.dump())
  resumed.apply(steps.slice(half))
  assert.ok(whole.fixingCuts().length > 4, 'hours have passed')
  assert.deepEqual(single.fixingCuts(), whole.fixingCuts())
  assert.deepEqual(resumed.fixingCuts(), whole.fixingCuts())
})

test("an hour's tables are those of the public trades, and participants bought and sold what traded", () => {
  const market = createMarket()
  market.apply(steps)
  const spec = TRAFFIC.state.instruments[FIRST]?.spec
  assert.ok(spec)
  const trades = market
    .trades(FIRST, 10_000)
    .map(({ at, price, lots }) => ({ at, price: price * spec.tick, wt: lots * spec.lot }))
  let traded = 0
  for (const cut of market.fixingCuts()) {
    if (cut.period !== 'hour' || cut.instrument !== FIRST) continue
    const { hour } = cut.inputs
    assert.deepEqual(hour.partitions, partitionsOf(trades, cut.at, cut.hour, 12))
    const volume = hour.partitions.flat().reduce((sum, [, wt]) => sum + wt, 0)
    const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)
    assert.equal(sum(hour.bought), volume)
    assert.equal(sum(hour.sold), volume)
    traded += volume
  }
  assert.ok(traded > 0, 'something traded in those hours')
})

const print = (at: number, price: number | null, corrects: string | null = null): Event => ({
  kind: 'fixing.published',
  instrument: FIRST,
  period: 'hour',
  at: at as Instant,
  hour: MICROS_PER_HOUR,
  price: price as Micros | null,
  tier: price === null ? 'no_settle' : 'hour',
  inputs: '{}',
  inputsRoot: '',
  methodology: '',
  corrects,
})

test('a day is settled from the 24 hours that end in it, once the last of them is published', () => {
  const market = createMarket()
  const spec = TRAFFIC.state.instruments[FIRST]?.spec
  assert.ok(spec)
  const midnight = Date.UTC(2026, 10, 25) * 1_000
  let seq = 0
  const tell = (event: Event, at: number) =>
    market.apply([{ seq: ++seq, at: at as Instant, events: [event] }])
  tell({ kind: 'instrument.listed', instrument: FIRST, spec }, midnight)
  for (let hour = 1; hour <= 24; hour++) {
    assert.deepEqual(
      market.fixingCuts().filter(({ period }) => period === 'day'),
      [],
    )
    const end = midnight + hour * MICROS_PER_HOUR
    tell(print(end, hour === 3 ? null : 500_000 + hour), end + 1)
    tell(print(end, 999_999, 'a correction moves nothing'), end + 2)
  }
  const [day, ...more] = market.fixingCuts()
  assert.deepEqual(more, [], 'what is published has left the list')
  assert.ok(day?.period === 'day' && day.at === midnight + 24 * MICROS_PER_HOUR)
  assert.deepEqual(
    day.hours,
    Array.from({ length: 24 }, (_, at) => (at === 2 ? null : 500_001 + at)),
  )
  const { kind: _, ...settled } = printOf(day)
  tell({ kind: 'fixing.published', ...settled }, day.at + 3)
  assert.deepEqual(market.fixingCuts(), [])
})

test('a standstill of a week closes its last four hours only', () => {
  const market = createMarket()
  market.apply(steps)
  const before = market.fixingCuts().length
  const at = (TRAFFIC.state.at + 7 * 24 * MICROS_PER_HOUR) as Instant
  market.apply([{ seq: steps.length + 1, at, events: [] }])
  assert.equal(market.fixingCuts().length - before, 4 * TRAFFIC.state.instruments.length)
})
