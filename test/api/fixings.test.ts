// Fixings as the outside sees them: published once, computed again from the public record, corrected beside.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createFixingDesk } from '../../src/api/fixing-desk.ts'
import type { FixingDesk } from '../../src/api/fixing-desk.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { verifyFixing } from '../../src/cli/fixing-commands.ts'
import type { Client } from '../../src/client/client.ts'
import { signatureFault } from '../../src/delivery/receipt.ts'
import type { Applied } from '../../src/sequencer/sequencer.ts'
import { bondReference } from '../../src/trading/risk.ts'
import type { FixingProofOut } from '../../src/bulletin/fixing.ts'
import { openHistory } from '../../src/store/history.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bid, openTestVenue } from './test-venue.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { tableClient } from './table-client.ts'

const INSTRUMENT = 'TEXT_PRIME-USD'
let hall: TestVenue
let desk: FixingDesk
let client: Client
let tamper: (proof: FixingProofOut) => FixingProofOut = (proof) => proof
const replayed: Applied[] = []

const verify = (id: string) =>
  verifyFixing(client, { signatureFault: async (facts, key) => signatureFault(facts, key) }, id)

const list = async (query = '') => (await hall.send('GET', `/v1/fixings${query}`)).json

/** Moves the clock to so many seconds after the next hour. */
function intoNextHour(seconds: number): void {
  const now = hall.venue.clock()
  hall.pass(MICROS_PER_HOUR - (now % MICROS_PER_HOUR) + seconds * MICROS_PER_SECOND)
}

/** One unit changes hands. */
async function trade(seller: Trader, buyer: Trader, price: string): Promise<void> {
  const ask = { ...bid(price, '1'), side: 'sell', client_order_id: `s${++orders}` }
  const asked = await hall.send('POST', '/v1/orders', { key: seller.key, body: ask })
  assert.equal(asked.status, 201, asked.text)
  const lift = { ...bid(price, '1'), client_order_id: `b${++orders}` }
  const bought = await hall.send('POST', '/v1/orders', { key: buyer.key, body: lift })
  assert.equal(bought.json.status, 'filled', bought.text)
}
let orders = 0

before(async () => {
  hall = await openTestVenue({ onCommit: (batch) => replayed.push(...batch) })
  const { sequencer, market, clock } = hall.venue
  desk = createFixingDesk({ sequencer, market, clock, onFailure: (error) => assert.fail(error as Error) })
  client = tableClient(hall, (path, text) =>
    /\/v1\/fixings\/fix_\d+$/.test(path) ? JSON.stringify(tamper(JSON.parse(text) as FixingProofOut)) : text,
  )
  await desk.publish()
})
after(() => hall.close())

test('a market without trades or orders has a print all the same: no settle', async () => {
  intoNextHour(1)
  await desk.publish()
  const { data } = await list(`?instrument=text-prime&period=hour&limit=1`)
  assert.equal(data[0].price, null)
  assert.equal(data[0].tier, 'no_settle')
  assert.equal(data[0].pace, 1)
  assert.equal((await verify(data[0].id)).reason, undefined)
})

test('an hour of trade among enough members is fixed from its partitions, once, and can be computed again', async () => {
  intoNextHour(30)
  const sellers = []
  for (const name of ['S1', 'S2', 'S3', 'S4']) sellers.push(await hall.supply(name, 'text-prime', '20'))
  const buyers = []
  for (const name of ['B1', 'B2', 'B3', 'B4', 'B5']) buyers.push(await hall.join(name))
  for (let round = 0; round < 10; round++) {
    for (let one = 0; one < 2; one++) {
      const turn = round * 2 + one
      const price = `0.8${String(100 + turn).padStart(3, '0')}`
      await trade(sellers[turn % 4] as Trader, buyers[turn % 5] as Trader, price)
    }
    hall.pass(300 * MICROS_PER_SECOND)
  }
  intoNextHour(1)
  assert.ok((await desk.publish()) >= 9)
  assert.equal(await desk.publish(), 0, 'published once')
  const { data } = await list(`?instrument=text-prime&period=hour&limit=1`)
  assert.equal(data[0].tier, 'hour')
  assert.equal(
    data[0].price,
    '0.810950',
    'ten partitions of two equal trades, each taken at the one nearer to the middle',
  )
  const found = await verify(data[0].id)
  assert.deepEqual([found.ok, found.reason], [true, undefined])
  const { state } = hall.venue.sequencer
  const instrument = state.instruments.find(({ spec }) => spec.symbol === 'text-prime')
  assert.ok(instrument)
  assert.equal(instrument.fixing, 8_110)
  assert.ok(bondReference(state, instrument) >= instrument.fixing)
})

test('whatever was changed in a print, its inputs or its receipt is found', async () => {
  const { data } = await list(`?instrument=text-prime&period=hour&limit=1`)
  const { id } = data[0]
  const changes: [RegExp, (proof: FixingProofOut) => FixingProofOut][] = [
    [/inputs root/, (proof) => ({ ...proof, inputs: proof.inputs.replace('10000', '20000') })],
    [/the print says/, (proof) => ({ ...proof, price: '0.600000' })],
    [/another print/, (proof) => ({ ...proof, price: '0.600000' })],
    [/does not match/, (proof) => ({ ...proof, receipt: { ...proof.receipt, price: '0.600000' } })],
    [/another method/, (proof) => ({ ...proof, methodology_sha256: '0'.repeat(64) })],
    [/public trades/, (proof) => ({ ...proof, at: '2026-11-25T00:00:00.000000Z' })],
  ]
  for (const [reason, change] of changes) {
    tamper = change
    const found = await verify(id)
    assert.equal(found.ok, false)
    assert.match(found.reason ?? '', reason)
  }
  tamper = (proof) => proof
})

test('an empty hour after it repeats the last fixing and says so, and bonds keep looking at it', async () => {
  intoNextHour(1)
  intoNextHour(1)
  intoNextHour(1)
  intoNextHour(1)
  intoNextHour(1)
  await desk.publish()
  const { data } = await list(`?instrument=text-prime&period=hour&limit=1`)
  assert.deepEqual([data[0].tier, data[0].price], ['previous', '0.810950'])
  assert.equal((await verify(data[0].id)).reason, undefined)
})

test('a correction stands beside the print and moves nothing; only the operator makes one', async () => {
  const { data } = await list(`?instrument=text-prime&period=hour&limit=1`)
  const path = `/v1/admin/fixings/${data[0].id}/corrections`
  const body = { price: '0.5000', reason: 'two trades were busted' }
  const other = await hall.join('Other')
  assert.equal((await hall.send('POST', path, { key: other.key, body })).status, 403)
  const { key } = hall.operator
  const made = await hall.send('POST', path, { key, body })
  assert.equal(made.status, 201, made.text)
  assert.equal(made.json.corrects, 'two trades were busted')
  assert.equal((await hall.send('GET', `/v1/fixings/${data[0].id}`)).json.price, '0.810950')
  const instrument = hall.venue.sequencer.state.instruments.find(({ spec }) => spec.symbol === 'text-prime')
  assert.equal(instrument?.fixing, 8_110)
  const bad = await hall.send('POST', path, { key, body: { price: '-1', reason: 'no' } })
  assert.equal(bad.status, 422)
  assert.equal(bad.json.code, 'price_not_positive')
})

test('the engine refuses a period that has not ended, lies off the grid, or is published already', async () => {
  const [record] = (await hall.venue.history.listFixings({ period: 'hour', limit: 1 })).records
  assert.ok(record)
  const refusalOf = async (change: object) => {
    const { events } = await hall.ask({ kind: 'fixing.publish', ...record.print, corrects: null, ...change })
    const last = events.at(-1)
    return last?.kind === 'command.rejected' ? last.reason : 'done'
  }
  const { at, hour } = record.print
  assert.equal(await refusalOf({}), 'fixing_published')
  assert.equal(await refusalOf({ at: (at + 1) as Instant }), 'fixing_off_grid')
  assert.equal(await refusalOf({ at: (at + 100 * hour) as Instant }), 'fixing_off_grid')
  assert.equal(await refusalOf({ hour: hour / 60 }), 'fixing_off_grid')
  assert.equal(await refusalOf({ at: 0 as Instant, corrects: null }), 'fixing_published')
})

test('history told again from the journal has the same fixings', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-fixings-'))
  const again = await openHistory(join(folder, 'history.db'), (error) => assert.fail(error))
  again.apply(replayed)
  const page = { limit: 1_000 }
  const [first, second] = await Promise.all([hall.venue.history.listFixings(page), again.listFixings(page)])
  await again.close()
  rmSync(folder, { recursive: true })
  assert.ok(first.records.length > 40)
  assert.deepEqual(second, first)
})

test('what is not on the list of filters or ids is refused by name', async () => {
  assert.equal((await hall.send('GET', '/v1/fixings/fix_1')).status, 404)
  assert.equal((await hall.send('GET', '/v1/fixings/one')).status, 400)
  const odd = await hall.send('GET', '/v1/fixings?period=week')
  assert.equal(odd.status, 400)
  assert.equal(odd.json.errors[0].pointer, '/query/period')
  assert.equal((await hall.send('GET', `/v1/fixings?instrument=${INSTRUMENT}&after=x`)).status, 400)
})
