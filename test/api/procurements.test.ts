import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { procurement } from '../../src/wire/procurement.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

let v: TestVenue
let alice: Trader
let acme: Awaited<ReturnType<TestVenue['supply']>>

before(async () => {
  v = await openTestVenue()
  acme = await v.supply('acme', 'text-prime', '10')
  alice = await v.join('alice', { cash: 20 })
})
after(() => v.close())

const ask = (price: string, quantity: string) =>
  v.send('POST', '/v1/orders', {
    key: acme.key,
    body: { instrument: 'text-prime', side: 'sell', price, quantity },
  })

test('what is short is bought and bid for, and the answer says what stands', async () => {
  await ask('0.8000', '1.00')
  const terms = { instrument: 'text-prime', target: '3.00', buy_price: '0.8000', sell_price: '0.9000' }
  const set = await v.send('POST', '/v1/procurements', { key: alice.key, body: terms })
  assert.equal(set.status, 201, set.text)
  assert.equal(procurement.parse(set.json).on_hand, '1.000000')
  assert.deepEqual([set.json.buying.quantity, set.json.buying.held_up], ['2.00', null])
  await ask('0.8000', '2.00')
  const got = await v.send('GET', `/v1/procurements/${set.json.id}`, { key: alice.key })
  assert.deepEqual([got.json.on_hand, got.json.buying.order], ['3.000000', null])
  const { json } = await v.send('GET', '/v1/events?limit=100', { key: alice.key })
  assert.ok(
    json.data.some((event: any) => event.type === 'procurement.set' && event.payload.target === '3.00'),
  )
})

test('a second one for the instrument, bad terms and another’s are refused by name', async () => {
  const post = (body: unknown) => v.send('POST', '/v1/procurements', { key: alice.key, body })
  const again = await post({ instrument: 'text-prime', target: '1.00', buy_price: '0.8000' })
  assert.deepEqual(
    [again.status, again.json.code, again.json.facts.procurement],
    [409, 'procurement_exists', 'prc_1'],
  )
  const crossed = await post({
    instrument: 'text-max',
    target: '1.00',
    buy_price: '0.8000',
    sell_price: '0.7000',
  })
  assert.deepEqual([crossed.status, crossed.json.code], [422, 'procurement_prices_cross'])
  const fine = await post({ instrument: 'text-max', target: '0.001', buy_price: '0.8000' })
  assert.deepEqual([fine.status, fine.json.errors[0].pointer], [422, '/target'])
  const foreign = await v.send('DELETE', '/v1/procurements/prc_1', { key: acme.key })
  assert.equal(foreign.status, 404)
})

test('it ends on demand, and only live ones are listed', async () => {
  const ended = await v.send('DELETE', '/v1/procurements/prc_1', { key: alice.key })
  assert.deepEqual([ended.status, ended.json.status], [200, 'ended'])
  const list = await v.send('GET', '/v1/procurements', { key: alice.key })
  assert.deepEqual(list.json.data, [])
  assert.equal((await v.send('DELETE', '/v1/procurements/prc_1', { key: alice.key })).status, 404)
})
