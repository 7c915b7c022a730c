// Statements over the API, and the lists as CSV.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ownMoney } from '../index/reconcile.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { bid, openTestVenue } from './test-venue.ts'

let venue: TestVenue
let buyer: Trader
let seller: Trader
before(async () => {
  venue = await openTestVenue()
  seller = await venue.supply('Harbour AI', 'text-prime', '50')
  buyer = await venue.join('Tide Apps')
  const ask = { instrument: 'text-prime', side: 'sell', price: '0.80', quantity: '40' }
  const placed = await venue.send('POST', '/v1/orders', { key: seller.key, body: ask })
  assert.equal(placed.status, 201, placed.text)
  for (const quantity of ['3', '4.5'])
    await venue.send('POST', '/v1/orders', { key: buyer.key, body: bid('0.80', quantity) })
})
after(() => venue.close())

const micros = (text: string) => Math.round(Number(text) * 1_000_000)
const month = () => new Date(venue.venue.clock() / 1_000).toISOString().slice(0, 7)

test('a statement opens at nothing, sums every kind, and closes with what the ledger says', async () => {
  for (const who of [buyer, seller]) {
    const { status, json } = await venue.send('GET', '/v1/statements', { key: who.key })
    assert.equal(status, 200)
    assert.equal(json.period, month())
    assert.equal(json.opening, '0.000000')
    const sum = json.lines.reduce((total: number, line: { amount: string }) => total + micros(line.amount), 0)
    assert.equal(micros(json.closing), sum)
    assert.equal(sum, ownMoney(venue.venue.sequencer.state, who.id))
  }
  const { json } = await venue.send('GET', `/v1/statements?period=${month()}`, { key: buyer.key })
  const purchases = json.lines.find(({ kind }: { kind: string }) => kind === 'purchase')
  assert.deepEqual(purchases, {
    kind: 'purchase',
    instrument: 'TEXT_PRIME-USD',
    amount: '-6.000000',
    units: '7.500000',
    count: 2,
  })
})

test('a period before all is empty, one that is none is refused by name', async () => {
  const { json } = await venue.send('GET', '/v1/statements?period=2020-02-29', { key: buyer.key })
  assert.deepEqual([json.opening, json.closing, json.lines], ['0.000000', '0.000000', []])
  for (const period of ['2025-02-29', '2025-13', 'november', '2025-1']) {
    const refused = await venue.send('GET', `/v1/statements?period=${period}`, { key: buyer.key })
    assert.equal(refused.status, 400)
    assert.equal(refused.json.errors[0].pointer, '/query/period')
  }
})

test('lists are told as CSV by the same path under exports, column for column', async () => {
  for (const [path, key] of [
    ['/v1/fills', buyer.key],
    ['/v1/deliveries', buyer.key],
    ['/v1/penalties', seller.key],
    ['/v1/statements', buyer.key],
    ['/v1/fixings', undefined],
    ['/v1/instruments/text-prime/trades', undefined],
    ['/v1/instruments/text-prime/candles?interval=1m', undefined],
    ['/v1/machine-gdp/hours', undefined],
    ['/v1/indices/machine_gdp/history', undefined],
  ] as const) {
    const list = await venue.send('GET', path, { key })
    const csv = await venue.send('GET', path.replace('/v1/', '/v1/exports/'), { key })
    assert.equal(csv.status, 200, csv.text)
    assert.match(csv.headers['content-type'] ?? '', /^text\/csv/)
    const [head = '', ...lines] = csv.text.trimEnd().split('\r\n')
    const rows: Record<string, unknown>[] = list.json.data ?? list.json.lines
    assert.equal(lines.length, rows.length, path)
    if (rows[0] !== undefined) assert.deepEqual(head.split(','), Object.keys(rows[0]), path)
  }
  const csv = await venue.send('GET', '/v1/exports/instruments/text-prime/trades', {})
  assert.match(csv.text, /^id,/)
  assert.match(csv.text, /,4\.5/)
})

test('an export refuses what its list refuses', async () => {
  assert.equal((await venue.send('GET', '/v1/exports/fills', {})).status, 401)
  assert.equal((await venue.send('GET', '/v1/exports/fills?after=fil', { key: buyer.key })).status, 400)
})
