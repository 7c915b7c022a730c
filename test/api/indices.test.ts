// Indices as the outside sees them: of closed hours, by three equal sides, and computed again from the record.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { InstrumentId, OfferId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND, rfc3339 } from '../../src/base/time.ts'
import { verifyIndex } from '../../src/cli/index-commands.ts'
import { machineGdp } from '../../src/bulletin/indices.ts'
import { intelligenceHistory } from '../../src/bulletin/intelligence.ts'
import { tableClient } from './table-client.ts'
import { bid, openTestVenue } from './test-venue.ts'
import type { TestVenue, Trader } from './test-venue.ts'

let hall: TestVenue
let supplier: Trader & { offer: string }
let buyer: Trader
let requests = 0

const get = async (path: string) => (await hall.send('GET', path)).json

/** Moves the clock to so many seconds after the next hour. */
function intoNextHour(seconds: number): void {
  const now = hall.venue.clock()
  hall.pass(MICROS_PER_HOUR - (now % MICROS_PER_HOUR) + seconds * MICROS_PER_SECOND)
}

/** One delivery of text-prime to an account that has units. */
async function deliver(who: Trader, outputTokens: number): Promise<void> {
  const opened = await hall.ask({
    kind: 'draw.open',
    account: who.id,
    mandate: NO_MANDATE,
    instrument: 1 as InstrumentId,
    offer: Number(supplier.offer.slice(4)) as OfferId,
    request: `req-${++requests}`,
    wt: wt(outputTokens),
    buyLimit: null,
    deadline: later(hall.venue.clock(), 60 * MICROS_PER_SECOND),
  })
  const event = opened.events.find(({ kind }) => kind === 'draw.opened')
  assert.ok(event?.kind === 'draw.opened', JSON.stringify(opened.events))
  const hash = 'a'.repeat(64)
  const reading = {
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens,
    finish: 'stop' as const,
    ttft: 200_000,
    generation: 2_000_000,
    excused: false,
    attempts: 1,
    claimedInput: null,
    claimedOutput: null,
    promptHash: hash,
    outputHash: hash,
  }
  await hall.ask({ kind: 'draw.settle', draw: event.draw, reading })
}

async function buy(who: Trader, price: string): Promise<void> {
  const ask = await hall.send('POST', '/v1/orders', {
    key: supplier.key,
    body: { ...bid(price, '1'), side: 'sell' },
  })
  assert.equal(ask.status, 201, ask.text)
  const bought = await hall.send('POST', '/v1/orders', { key: who.key, body: bid(price, '1') })
  assert.equal(bought.json.status, 'filled', bought.text)
}

before(async () => {
  hall = await openTestVenue()
  // Just after a sweep, so that the next hours have none.
  const window = 4 * MICROS_PER_HOUR
  hall.pass(window - (hall.venue.clock() % window) + 10 * MICROS_PER_SECOND)
  supplier = await hall.supply('Sol', 'text-prime', '20')
  buyer = await hall.join('Ada')
})
after(() => hall.close())

test('before anything was delivered there is no number, and nobody invents one', async () => {
  const { data, pace } = await get('/v1/indices')
  assert.equal(pace, 1)
  assert.deepEqual(
    data.map((one: { name: string; value: unknown }) => [one.name, one.value]),
    [
      ['machine_gdp', null],
      ['real_machine_gdp', null],
      ['price_of_intelligence', null],
      ['intelligence_slope', null],
    ],
  )
})

test('an hour under way is told only once it is closed', async () => {
  await buy(buyer, '0.8000')
  await deliver(buyer, 500)
  assert.equal((await get('/v1/indices/machine_gdp/history')).data.length, 0)
  intoNextHour(1)
  await hall.ask({ kind: 'time.tick' })
  const { data } = await get('/v1/indices/machine_gdp/history')
  assert.deepEqual(
    data.map(({ value }: { value: string }) => value),
    ['0.000400'],
  )
  assert.equal((await get('/v1/indices')).data[0].value, '0.000400')
})

test('three equal sides, with what is outside the boundary beside them', async () => {
  const router = await hall.join('Router')
  const used = { use: 'intermediate', reason: 'it sells answers' }
  const declared = await hall.send('PUT', '/v1/account/use', { key: router.key, body: used })
  assert.equal(declared.status, 200, declared.text)
  await buy(router, '0.8000')
  await buy(hall.operator, '0.8000')
  await deliver(router, 1_000)
  await deliver(hall.operator, 300)
  await buy(buyer, '0.8400')
  await deliver(buyer, 1_000)
  intoNextHour(1)
  await hall.ask({ kind: 'time.tick' })
  const gdp = machineGdp.parse(await get('/v1/machine-gdp'))
  assert.deepEqual(gdp.identity, { holds: true, faults: [] })
  assert.equal(gdp.expenditure, gdp.production.total)
  assert.equal(gdp.expenditure, gdp.income.total)
  assert.equal(gdp.deliveries, 2)
  assert.deepEqual(
    gdp.outside.map(({ name, deliveries }) => [name, deliveries]),
    [
      ['intermediate', 1],
      ['probe', 1],
    ],
  )
  assert.deepEqual(
    gdp.by_task.map(({ name }) => name),
    ['text'],
  )
  assert.equal(gdp.surplus.buyers_coverage, '1.000000')
  assert.equal(gdp.human, null)
})

test('a human figure needs an operator, a source and whole dollars', async () => {
  const body = { dollars_per_year: '111000000000000', source: 'a test' }
  assert.equal((await hall.send('POST', '/v1/admin/human-gdp', { key: buyer.key, body })).status, 403)
  const { key } = hall.operator
  for (const [pointer, bad] of [
    ['/dollars_per_year', { ...body, dollars_per_year: '-5' }],
    ['/dollars_per_year', { ...body, dollars_per_year: '1.5' }],
    ['/source', { ...body, source: '' }],
  ] as const) {
    const refused = await hall.send('POST', '/v1/admin/human-gdp', { key, body: bad })
    assert.equal(refused.status, 400)
    assert.equal(refused.json.errors[0].pointer, pointer)
  }
  assert.equal((await hall.send('POST', '/v1/admin/human-gdp', { key, body })).status, 201)
  const { human } = await get('/v1/machine-gdp')
  assert.equal(human.source, 'a test')
  assert.match(human.ppm, /^0\.\d{9}$/)
})

test('every published value can be computed again from the public record', async () => {
  const client = tableClient(hall)
  for (const name of [
    'machine_gdp',
    'real_machine_gdp',
    'price_of_intelligence',
    'intelligence_slope',
  ] as const) {
    const found = await verifyIndex(client, name, 'hour')
    assert.deepEqual([found.ok, found.facts.values, found.reason], [true, 2, undefined])
  }
  const levels = (await get('/v1/indices/price_of_intelligence/history')).data
  assert.deepEqual(levels.map(({ value }: { value: string }) => value)[0], '100.000000')
  const changed = tableClient(hall, (path, text) =>
    path.includes('machine-gdp/hours') ? text.replace('"cost":"0.00', '"cost":"1.00') : text,
  )
  const found = await verifyIndex(changed, 'machine_gdp', 'hour')
  assert.equal(found.ok, false)
  assert.match(found.reason ?? '', /values differ/)
})

test('a span is of whole closed hours, or it is refused by name', async () => {
  const now = hall.venue.clock()
  const next = later(now, MICROS_PER_HOUR - (now % MICROS_PER_HOUR))
  for (const [pointer, query] of [
    ['/query/to', `to=${rfc3339(next)}`],
    ['/query/to', `to=${rfc3339(later(next, -2 * MICROS_PER_HOUR + 1))}`],
    ['/query/from', `from=${rfc3339(later(next, -MICROS_PER_HOUR))}`],
  ]) {
    const refused = await hall.send('GET', `/v1/machine-gdp?${query}`)
    assert.equal(refused.status, 400, query)
    assert.equal(refused.json.errors[0].pointer, pointer)
  }
  assert.equal((await hall.send('GET', '/v1/indices/gold/history')).status, 400)
})

test('where an hour is a minute, the Intelligence Index is told by the minute and says so', async () => {
  const { settings } = hall.venue.sequencer.state
  const hour = MICROS_PER_HOUR / 60
  await hall.ask({ kind: 'venue.configure', settings: { ...settings, hour } })
  const certified = await hall.ask({
    kind: 'offer.certify',
    offer: Number(supplier.offer.slice(4)) as OfferId,
    instrument: 1 as InstrumentId,
    expiresAt: later(hall.venue.clock(), 24 * MICROS_PER_HOUR),
    evidence: {
      requests: 65,
      ttftMsP95: 1,
      tokensPerSecondP5: 1,
      items: 50,
      passed: 40,
      sha256: 'a'.repeat(64),
      intelligence: { pool: '2026-11', value: 11_000, low: 10_400, high: 11_600, atLeast: 10_500 },
    },
  })
  assert.equal(certified.events[0]?.kind, 'offer.certified')
  const ends = [1, 2].map((minutes) => {
    const now = hall.venue.clock()
    return rfc3339(later(now, minutes * hour - (now % hour)))
  })
  for (const _ of ends) {
    hall.pass(hour)
    await hall.ask({ kind: 'time.tick' })
  }
  const { data } = intelligenceHistory.parse(await get('/v1/indices/intelligence/hours'))
  assert.deepEqual(
    data.map(({ at, pace }) => [at, pace]),
    ends.map((at) => [at, 60]),
  )
})
