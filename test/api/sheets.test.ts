// Price sheets as the outside sees them: taken in by the operator, held against the book, decided by hand.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bid, openTestVenue } from './test-venue.ts'
import type { TestVenue } from './test-venue.ts'

const here = dirname(fileURLToPath(import.meta.url))
const SAMPLE = readFileSync(join(here, '..', '..', 'docs', 'samples', 'models-dev-2026-07-02.json'), 'utf8')
const ABOUT = { name: 'models.dev', source: 'a test', licence: 'MIT', as_of: '2026-07-02' }

let hall: TestVenue
const get = async (path: string) => (await hall.send('GET', path)).json
const put = ({ instrument, ...body }: { instrument: string; [field: string]: unknown }) =>
  hall.send('PUT', `/v1/admin/posted-prices/${instrument}`, { key: hall.operator.key, body })
const take = (body: object) =>
  hall.send('POST', '/v1/admin/sheets', { key: hall.operator.key, body: { ...ABOUT, ...body } })

before(async () => {
  hall = await openTestVenue()
})
after(() => hall.close())

test('without a sheet there is no posted price, and nothing is made up', async () => {
  const [first] = (await get('/v1/posted-prices')).data
  assert.deepEqual([first.floor, first.models, first.cheapest], [null, 0, null])
  assert.deepEqual((await get('/v1/price-gaps')).data, [])
})

test('bad sheets are refused with the field and the reason, and change nothing', async () => {
  const broken: [string, RegExp, object][] = [
    [
      '/document',
      /negative/,
      { format: 'openrouter', document: '{"data":[{"id":"a","pricing":{"prompt":"-1"}}]}' },
    ],
    ['/document', /not models\.dev/, { format: 'models_dev', document: '{"data":[]}' }],
    ['/document', /./, { format: 'litellm', document: '{"a":1' }],
    ['/document', /either document or url/, { format: 'litellm' }],
    ['/as_of', /day/, { format: 'litellm', document: '{}', as_of: 'today' }],
    ['/format', /./, { format: 'excel', document: '{}' }],
    ['/licence', /./, { format: 'litellm', document: '{}', licence: '' }],
    ['/url', /credentials/, { format: 'litellm', url: 'https://user:secret@example.com/x.json' }],
    ['/url', /query/, { format: 'litellm', url: 'https://example.com/x.json?key=1' }],
    ['/url', /not a URL/, { format: 'litellm', url: 'sheet' }],
  ]
  for (const [pointer, reason, body] of broken) {
    const refused = await take(body)
    assert.equal(refused.status, 400, refused.text)
    assert.ok(refused.json.errors[0].pointer.startsWith(pointer), refused.text)
    assert.match(refused.json.errors[0].detail, reason)
  }
  assert.deepEqual((await get('/v1/sheets')).data, [])
})

test('addresses that suppliers may not have, sheets may not have either', async () => {
  hall.venue.settings.allowPrivateSuppliers = false
  for (const url of [
    'http://127.0.0.1/x.json',
    'https://10.0.0.8/x.json',
    'https://169.254.169.254/x',
    'https://localhost/x',
  ])
    assert.equal((await take({ format: 'litellm', url })).json.errors[0].pointer, '/url')
  hall.venue.settings.allowPrivateSuppliers = true
})

test('only an operator takes in, removes and decides', async () => {
  const ada = await hall.join('Ada')
  const body = { ...ABOUT, format: 'models_dev', document: SAMPLE }
  assert.equal((await hall.send('POST', '/v1/admin/sheets', { key: ada.key, body })).status, 403)
  assert.equal((await hall.send('DELETE', '/v1/admin/sheets/1', { key: ada.key })).status, 403)
})

test('a sheet is fetched from an address, and replaces the one of its name', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/moved.json') response.writeHead(302, { location: '/sheet.json' })
    response.end(request.url === '/sheet.json' ? SAMPLE : '{}')
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const moved = await take({ format: 'models_dev', url: `${base}/moved.json` })
  assert.match(moved.json.errors[0].detail, /it answered 302/)
  for (let time = 0; time < 2; time++) {
    const taken = await take({ format: 'models_dev', url: `${base}/sheet.json` })
    assert.equal(taken.status, 201, taken.text)
    assert.deepEqual([taken.json.models, taken.json.refused], [24, 0])
  }
  server.close()
  const { data } = await get('/v1/sheets')
  assert.deepEqual(
    data.map(({ name, licence }: { name: string; licence: string }) => [name, licence]),
    [['models.dev', 'MIT']],
  )
})

test('a model without a published score counts only by the word of the operator, which is shown', async () => {
  const before_ = await get('/v1/posted-prices/text-standard')
  assert.ok(
    before_.data.length === 24 && before_.data.every(({ included }: { included: boolean }) => !included),
  )
  assert.ok(before_.data[0].misses.includes('no published score'))
  const decision = {
    key: 'gpt-oss-120b',
    instrument: 'text-standard',
    include: true,
    reason: 'our own probes',
  }
  assert.equal((await put(decision)).status, 200)
  const { data } = await get('/v1/posted-prices/text-standard?included=true')
  assert.ok(data.length >= 3)
  assert.equal(data[0].decided, 'our own probes')
  const [floor] = (await get('/v1/posted-prices')).data
  assert.equal(floor.floor, data[0].unit_price)
  assert.equal((await put({ ...decision, key: 'unheard-of' })).json.errors[0].pointer, '/key')
  assert.equal(
    (await put({ ...decision, instrument: 'text-none' })).json.errors?.[0].pointer ?? 'not found',
    '/path/instrument',
  )
})

test('a bid above the posted floor is a gap, until the model is put back to what the sheet says', async () => {
  const [{ floor }] = (await get('/v1/posted-prices')).data
  const buyer = await hall.join('Bea')
  const body = { ...bid('0.2600', '1'), instrument: 'text-standard' }
  const order = await hall.send('POST', '/v1/orders', { key: buyer.key, body })
  assert.equal(order.status, 201, order.text)
  assert.ok(Number(floor) < 0.26, floor)
  const { data } = await get('/v1/price-gaps')
  const found = data.find(({ kind }: { kind: string }) => kind === 'sheet_below_bid')
  assert.deepEqual(
    [found.buy_price, found.sell, found.sell_price],
    [floor, 'TEXT_STANDARD-USD bid', '0.260000'],
  )
  await put({ key: 'gpt-oss-120b', instrument: 'text-standard', include: null, reason: 'back' })
  assert.deepEqual((await get('/v1/price-gaps')).data, [])
})

test('a sheet that was taken away posts nothing any more', async () => {
  const [{ id }] = (await get('/v1/sheets')).data
  const gone = await hall.send('DELETE', `/v1/admin/sheets/${id}`, { key: hall.operator.key })
  assert.deepEqual(gone.json, { id, removed: true })
  assert.equal((await hall.send('DELETE', `/v1/admin/sheets/${id}`, { key: hall.operator.key })).status, 404)
  assert.deepEqual((await get('/v1/posted-prices/text-standard')).data, [])
})
