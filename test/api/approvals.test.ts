// Bounds of mandates and approvals, as a client meets them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { audit } from '../../src/engine/audit.ts'
import { MICROS_PER_HOUR } from '../../src/base/time.ts'
import type { Scope } from '../../src/wire/key.ts'
import { approval as approvalShape, mandate as mandateShape } from '../../src/wire/mandate.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

let v: TestVenue
let alice: Trader

before(async () => {
  v = await openTestVenue()
  alice = await v.join('Alice')
})
after(async () => {
  audit(v.venue.sequencer.state)
  assert.deepEqual(v.errors, [])
  await v.close()
})

const post = (path: string, body: object, key = alice.key) => v.send('POST', path, { key, body })
const get = (path: string, key = alice.key) => v.send('GET', path, { key })

/** A mandate of Alice, and a key that acts under it. */
async function agent(terms: object, scopes: readonly Scope[] = ['account:read', 'trade:place']) {
  const granted = await post('/v1/mandates', { name: 'Agent', ...terms })
  assert.equal(granted.status, 201, granted.text)
  const { json } = await post('/v1/keys', { name: 'Agent', scopes, mandate: granted.json.id })
  return { mandate: granted.json.id as string, key: json.secret as string }
}

const bid = (key: string, quantity: string, more: object = {}) =>
  post('/v1/orders', { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity, ...more }, key)

test('a mandate says every bound that it was granted', async () => {
  const bounds = {
    price_limit: '0.900000',
    price_floor: '0.500000',
    fixing_most: '1.050000',
    fixing_least: '0.950000',
    position: '10.000000',
    open_orders: 3,
    per_minute: 60,
    score_least: 95,
    approval_above: '2.000000',
    approval_wait: 600,
  }
  const { json } = await post('/v1/mandates', { name: 'All of it', ...bounds })
  assert.deepEqual(mandateShape.parse(json), json)
  assert.deepEqual({ ...json, ...bounds }, json)
  assert.deepEqual(json.products, ['spot'])
  const events = await get('/v1/events?limit=1000')
  const granted = events.json.data.findLast((event: any) => event.type === 'mandate.granted')
  assert.deepEqual(granted.payload.terms.bounds.approval, { above: '2.000000', wait_ms: 600_000 })
})

test('what makes no sense is refused by the name of its field', async () => {
  for (const [body, status, code, pointer] of [
    [{ budget: { hour: '2', day: '1' } }, 422, 'budget_windows', '/budget/hour'],
    [{ price_floor: '-1' }, 422, 'bounds_invalid', '/price_floor'],
    [{ fixing_most: '0' }, 422, 'bounds_invalid', '/fixing_most'],
    [{ score_least: 101 }, 400, 'invalid_request', '/score_least'],
    [{ open_orders: -1 }, 400, 'invalid_request', '/open_orders'],
    [{ products: ['future'] }, 400, 'invalid_request', '/products/0'],
    [{ approval_wait: 60 }, 400, 'invalid_request', '/approval_wait'],
    [{ approval_above: '1e3' }, 400, 'invalid_request', '/approval_above'],
  ] as const) {
    const answer = await post('/v1/mandates', { name: 'Odd', ...body })
    assert.equal(answer.status, status, answer.text)
    assert.equal(answer.json.code, code, answer.text)
    assert.equal(answer.json.errors[0].pointer, pointer, answer.text)
  }
  const top = await post('/v1/mandates', { name: 'Top', budget: { week: '5' }, position: '4' })
  const parent = top.json.id
  for (const [body, pointer] of [
    [{ budget: { day: '6' } }, '/budget/day'],
    [{ position: '5' }, '/position'],
  ] as const) {
    const answer = await post('/v1/mandates', { name: 'Wide', parent, ...body })
    assert.equal(answer.json.code, 'mandate_wider_than_parent')
    assert.equal(answer.json.errors[0].pointer, pointer)
  }
})

test('every bound refuses with the limit and the value', async () => {
  const { key } = await agent({ position: '2', open_orders: 1, per_minute: 2 })
  assert.equal((await bid(key, '1.00')).status, 201)
  const many = await bid(key, '1.00')
  assert.equal(many.status, 403)
  assert.deepEqual([many.json.code, many.json.facts], ['mandate_open_orders', { limit: '1', open: '1' }])
  const much = await bid(key, '1.50')
  assert.deepEqual(
    [much.json.code, much.json.facts],
    ['mandate_position', { limit: '2.000000', would: '2.500000' }],
  )
  const unfixed = await agent({ fixing_most: '1.05' })
  assert.equal((await bid(unfixed.key, '1.00')).json.code, 'fixing_missing')
})

test('an order above the threshold waits; approved, it is placed once; its client id names both', async () => {
  const { key, mandate } = await agent({ budget: { day: '9' }, approval_above: '1.00' })
  const mine = { client_order_id: 'waits-1' }
  const asked = await bid(key, '2.00', mine)
  assert.equal(asked.status, 403)
  assert.equal(asked.json.code, 'approval_needed')
  assert.equal(asked.json.outcome, 'accepted', 'it has had an effect: it waits')
  const id = asked.json.facts.approval
  assert.equal((await bid(key, '2.00', mine)).json.facts.approval, id)
  const waiting = await get(`/v1/approvals?status=pending&mandate=${mandate}`, key)
  assert.equal(waiting.json.data.length, 1)
  const [shown] = waiting.json.data
  assert.deepEqual(approvalShape.parse(shown), shown)
  assert.equal(shown.cost, '1.402800')
  assert.equal(shown.quantity, '2.00')
  const held = await get(`/v1/mandates/${mandate}`)
  assert.equal(held.json.budget[0].reserved, '0.000000', 'nothing is held meanwhile')

  const answers = await Promise.all(Array.from({ length: 40 }, () => post(`/v1/approvals/${id}/approve`, {})))
  for (const answer of answers) assert.equal(answer.status, 200, answer.text)
  const [{ json: done }] = answers as [(typeof answers)[0]]
  assert.equal(done.status, 'done')
  const order = await bid(key, '2.00', mine)
  assert.equal(order.json.id, done.order, 'the repeat is told of the order')
  const open = await get('/v1/orders?status=open')
  const placed = open.json.data.filter((one: any) => one.client_order_id === 'waits-1')
  assert.equal(placed.length, 1)
  assert.equal((await post(`/v1/approvals/${id}/refuse`, {})).json.code, 'approval_over')
})

test('a key decides only above the threshold, and a refusal is told to who asks again', async () => {
  const scopes = ['account:read', 'trade:place', 'keys:manage'] as const
  const { key } = await agent({ approval_above: '1.00' }, scopes)
  const { json } = await bid(key, '3.00', { client_order_id: 'waits-2' })
  const path = `/v1/approvals/${json.facts.approval}`
  assert.equal((await post(`${path}/approve`, {}, key)).json.code, 'approval_not_found')
  assert.equal((await get(path, key)).json.status, 'pending', 'it sees what it asked')
  const eve = await v.join('Eve')
  assert.equal((await get(path, eve.key)).status, 404)
  assert.equal((await post(`${path}/approve`, {}, eve.key)).status, 404)
  const refused = await post(`${path}/refuse`, { reason: 'Too dear' })
  assert.equal(refused.json.status, 'refused')
  assert.equal((await post(`${path}/refuse`, {})).json.reason, 'Too dear', 'the first answer stands')
  const again = await bid(key, '3.00', { client_order_id: 'waits-2' })
  assert.deepEqual([again.status, again.json.code, again.json.outcome], [409, 'approval_over', 'rejected'])
  const types = (await get('/v1/events?limit=1000')).json.data.map((event: any) => event.type)
  for (const type of ['approval.asked', 'approval.approved', 'approval.refused'])
    assert.ok(types.includes(type), type)
})

test('a key under a mandate cancels what was placed under it, and nothing else', async () => {
  const carol = await v.join('Carol')
  const { json: top } = await post('/v1/mandates', { name: 'Top' }, carol.key)
  const { json: low } = await post('/v1/mandates', { name: 'Low', parent: top.id }, carol.key)
  const scopes = ['account:read', 'trade:place', 'trade:cancel']
  const keyOf = async (mandate: string) =>
    (await post('/v1/keys', { name: 'K', scopes, mandate }, carol.key)).json.secret as string
  const [above, below] = [await keyOf(top.id), await keyOf(low.id)]
  const [own, first, second] = [
    await bid(carol.key, '0.10'),
    await bid(above, '0.10'),
    await bid(below, '0.10'),
  ] as const
  for (const { json } of [own, first])
    assert.equal((await v.send('DELETE', `/v1/orders/${json.id}`, { key: below })).status, 404)
  assert.deepEqual((await post('/v1/orders/cancel', {}, below)).json.canceled, [second.json.id])
  const third = await bid(below, '0.10')
  assert.deepEqual((await post('/v1/orders/cancel', {}, above)).json.canceled, [third.json.id, first.json.id])
  assert.deepEqual((await post('/v1/orders/cancel', {}, carol.key)).json.canceled, [own.json.id])
})

test('approvals are paged, lapse with their mandate or their time, and the pages say so', async () => {
  const bob = await v.join('Bob')
  const granted = await post('/v1/mandates', { name: 'B', approval_above: '0', approval_wait: 60 }, bob.key)
  const { json } = await post(
    '/v1/keys',
    { name: 'B', scopes: ['account:read', 'trade:place'], mandate: granted.json.id },
    bob.key,
  )
  for (let n = 1; n <= 100; n++) assert.equal((await bid(json.secret, '0.01')).json.code, 'approval_needed')
  assert.equal((await bid(json.secret, '0.01')).json.code, 'approval_limit')
  const first = await get('/v1/approvals?limit=60', bob.key)
  const second = await get(`/v1/approvals?limit=60&after=${first.json.next_cursor}`, bob.key)
  assert.deepEqual([first.json.data.length, second.json.data.length, second.json.next_cursor], [60, 40, null])
  v.pass(MICROS_PER_HOUR)
  assert.equal((await bid(json.secret, '0.01')).json.code, 'approval_needed', 'there is room again')
  assert.equal((await get('/v1/approvals?status=lapsed&limit=1000', bob.key)).json.data.length, 100)
  await v.send('DELETE', `/v1/mandates/${granted.json.id}`, { key: bob.key })
  const [last] = (await get('/v1/approvals', bob.key)).json.data
  assert.deepEqual([last.status, last.reason], ['lapsed', 'mandate_revoked'])
})
