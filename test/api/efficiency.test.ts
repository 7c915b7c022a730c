// Cost inputs on the public record, refused where no hardware can be so, and the spreads they give.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InstrumentId } from '../../src/base/ids.ts'
import type { Micros } from '../../src/base/money.ts'
import { MICROS_PER_HOUR } from '../../src/base/time.ts'
import { openTestVenue } from './test-venue.ts'
import type { TestVenue, Trader } from './test-venue.ts'

const COSTS = {
  hardware: '8 × H200',
  gpus: 8,
  gpu_hour: '2.60',
  gpu_hour_tier: 'B',
  goodput_per_second: 20_000,
  goodput_tier: 'D',
  capital_per_gpu_hour: '1.10',
  overhead_per_gpu_hour: '0.25',
  watts_per_gpu: 700,
  pue: '1.25',
  kwh: '0.08',
  own_tier: 'D',
  source: 'a test',
}

let hall: TestVenue
let supplier: Trader
const get = async (path: string) => (await hall.send('GET', path)).json
const declare = (key: string, body: object = {}) =>
  hall.send('PUT', '/v1/cost-inputs/text-prime', { key, body: { ...COSTS, ...body } })

/** Publishes a fixing of text-prime for the hour that has just ended. */
async function fix(price: number): Promise<void> {
  hall.pass(MICROS_PER_HOUR)
  await hall.ask({ kind: 'time.tick' })
  const { at, settings } = hall.venue.sequencer.state
  const { events } = await hall.ask({
    kind: 'fixing.publish',
    instrument: 1 as InstrumentId,
    period: 'hour',
    at: (at - (at % settings.hour)) as typeof at,
    hour: settings.hour,
    price: price as Micros,
    tier: 'hour',
    inputs: '{}',
    inputsRoot: '0'.repeat(64),
    methodology: '0'.repeat(64),
    corrects: null,
  })
  assert.equal(events.at(-1)?.kind, 'fixing.published')
}

before(async () => {
  hall = await openTestVenue()
  supplier = await hall.join('Sol', { roles: ['supplier'] })
})
after(() => hall.close())

test('costs beyond what hardware can be are refused by field, and nothing is published of them', async () => {
  for (const [field, value] of [
    ['pue', '0.9'],
    ['pue', '3.1'],
    ['kwh', '-0.01'],
    ['kwh', '6'],
    ['gpus', 0],
    ['gpu_hour', '0'],
    ['goodput_per_second', 0],
    ['watts_per_gpu', 1_000_000],
    ['source', ''],
    ['gpu_hour_tier', 'A'],
  ] as const) {
    const refused = await declare(supplier.key, { [field]: value })
    assert.equal(refused.status, 400, refused.text)
    assert.equal(refused.json.errors[0].pointer, `/${field}`)
  }
  assert.deepEqual((await get('/v1/efficiency')).data, [])
})

test('only suppliers and operators declare costs', async () => {
  const buyer = await hall.join('Ada', { roles: ['consumer'] })
  assert.equal((await declare(buyer.key)).status, 403)
})

test('before a fixing there is no spread; after it, spreads with their tiers', async () => {
  assert.equal((await declare(supplier.key)).status, 200)
  const [none] = (await get('/v1/efficiency')).data
  assert.deepEqual([none.price, none.implied_heat_rate, none.low], [null, null, null])
  await fix(800_000)
  const [one] = (await get('/v1/efficiency')).data
  assert.equal(one.price, '0.800000')
  assert.equal(one.implied_heat_rate, '0.307692')
  assert.deepEqual([one.implied_tier, one.rent_tier, one.own_tier], ['B', 'D', 'D'])
  assert.equal(one.low.heat_rate, '0.370370')
  assert.equal(one.low.rent_spread, '-0.162963')
  assert.equal(one.high.rent_spread, '0.438889')
  assert.equal(one.observed, null, 'nothing was delivered')
  assert.equal(one.declared_by, 'undisclosed')
})

test('history keeps the inputs of its time', async () => {
  hall.pass(MICROS_PER_HOUR)
  assert.equal((await declare(supplier.key, { gpu_hour: '1.30' })).status, 200)
  await fix(800_000)
  const { data } = await get('/v1/efficiency/text-prime/history')
  assert.deepEqual(
    data.map((row: { implied_heat_rate: string }) => row.implied_heat_rate),
    ['0.307692', '0.615385'],
  )
  assert.equal((await get('/v1/efficiency')).data.length, 1, 'the last word on the same hardware stands')
})
