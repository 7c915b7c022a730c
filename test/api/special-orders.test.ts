import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { rfc3339 } from '../../src/base/time.ts'
import { later, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { audit } from '../../src/engine/audit.ts'
import { batchAnswer } from '../../src/wire/order-batch.ts'
import { orderGroup } from '../../src/wire/order-group.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { bid, openTestVenue } from './test-venue.ts'

let v: TestVenue
let alice: Trader
let seller: Trader & { offer: string }

before(async () => {
  v = await openTestVenue()
  alice = await v.join('Alice')
  seller = await v.supply('Sol', 'text-prime', '100.00')
})
after(async () => {
  audit(v.venue.sequencer.state)
  assert.deepEqual(v.errors, [])
  await v.close()
})

const place = (body: object, key = alice.key) => v.send('POST', '/v1/orders', { key, body })

describe('an order that ends by itself', () => {
  test('says when, and a preview returns it ready to submit', async () => {
    const expires_at = rfc3339(later(v.venue.clock(), 3_600 * MICROS_PER_SECOND))
    const order = bid('0.7500', '1.00', { time_in_force: 'gtd', expires_at })
    const preview = await v.send('POST', '/v1/orders/preview', { key: alice.key, body: order })
    assert.equal(preview.json.order.expires_at, expires_at)
    const placed = await place(preview.json.order)
    assert.equal(placed.status, 201, placed.text)
    assert.deepEqual([placed.json.time_in_force, placed.json.expires_at], ['gtd', expires_at])
    const listed = await v.send('GET', '/v1/orders', { key: alice.key })
    assert.equal(listed.json.data[0].expires_at, expires_at)
    await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
  })

  test('needs a time that is one', async () => {
    for (const expires_at of ['2026-02-30T00:00:00Z', '2026-11-25', 'soon', '2026-11-25T10:00:00+01:00']) {
      const refused = await place(bid('0.7500', '1.00', { time_in_force: 'gtd', expires_at }))
      assert.equal(refused.status, 400, expires_at)
      assert.equal(refused.json.errors[0].pointer, '/expires_at')
    }
    const missing = await place(bid('0.7500', '1.00', { time_in_force: 'gtd' }))
    assert.deepEqual([missing.status, missing.json.code], [422, 'expiry_missing'])
  })

  test('with other special terms is another order under the same client_order_id', async () => {
    const first = await place(bid('0.7500', '1.00', { client_order_id: 'day', time_in_force: 'day' }))
    assert.equal(first.status, 201, first.text)
    assert.match(first.json.expires_at, /T00:00:00\.000000Z$/)
    const again = await place(bid('0.7500', '1.00', { client_order_id: 'day', time_in_force: 'day' }))
    assert.deepEqual(again.json, first.json)
    const other = await place(bid('0.7500', '1.00', { client_order_id: 'day' }))
    assert.equal(other.status, 409)
    await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
  })
})

describe('a batch', () => {
  test('is carried out in its order, and answers for each', async () => {
    const items = [
      { op: 'place', ...bid('0.7000', '2.00', { client_order_id: 'b1' }) },
      { op: 'place', ...bid('0.7000', '0.00') },
      { op: 'place', ...bid('0.7001', '1.00') },
      { op: 'cancel', id: 'ord_999999' },
    ]
    const done = await v.send('POST', '/v1/orders/batch', { key: alice.key, body: { items } })
    assert.equal(done.status, 200, done.text)
    assert.deepEqual(batchAnswer.parse(done.json), done.json)
    assert.deepEqual(
      done.json.items.map(({ status }: { status: number }) => status),
      [201, 422, 201, 404],
    )
    const [first, second, third] = done.json.items
    assert.equal(second.problem.code, 'quantity_not_positive')
    assert.ok(first.order.seq < third.order.seq)
    const changes = [
      { op: 'amend', id: first.order.id, quantity: '1.00' },
      { op: 'cancel', id: third.order.id },
    ]
    const changed = await v.send('POST', '/v1/orders/batch', { key: alice.key, body: { items: changes } })
    assert.deepEqual(
      changed.json.items.map((item: { order: { priority: string; status: string } }) => [
        item.order.priority,
        item.order.status,
      ]),
      [
        ['kept', 'open'],
        [null, 'canceled'],
      ],
    )
    await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
  })

  test('is refused whole where it is malformed, with a pointer to the item', async () => {
    const items = [
      { op: 'cancel', id: 'ord_1' },
      { op: 'move', id: 'ord_1' },
    ]
    const refused = await v.send('POST', '/v1/orders/batch', { key: alice.key, body: { items } })
    assert.equal(refused.status, 400)
    assert.match(refused.json.errors[0].pointer, /^\/items\/1/)
    for (const wrong of [[], Array.from({ length: 101 }, () => items[0])]) {
      const answer = await v.send('POST', '/v1/orders/batch', { key: alice.key, body: { items: wrong } })
      assert.equal(answer.status, 400)
    }
  })
})

describe('an order group', () => {
  test('is cancelled once it has filled its limit, and is read, listed and closed', async () => {
    const body = { name: 'rack', limit: '2.00', window_ms: 15_000, freeze_ms: 60_000 }
    const made = await v.send('POST', '/v1/order-groups', { key: seller.key, body })
    assert.equal(made.status, 201, made.text)
    assert.deepEqual(orderGroup.parse(made.json), made.json)
    const group = made.json.id
    for (const price of ['0.8000', '0.8100'])
      assert.equal((await place({ ...bid(price, '2.00'), side: 'sell', group }, seller.key)).status, 201)
    assert.equal((await place(bid('0.8000', '2.00'))).json.status, 'filled')
    const tripped = await v.send('GET', `/v1/order-groups/${group}`, { key: seller.key })
    assert.deepEqual(tripped.json.open_orders, [])
    assert.notEqual(tripped.json.frozen_until, null)
    const late = await place({ ...bid('0.8000', '1.00'), side: 'sell', group }, seller.key)
    assert.deepEqual([late.status, late.json.code], [422, 'group_frozen'])
    const strange = await v.send('GET', `/v1/order-groups/${group}`, { key: alice.key })
    assert.equal(strange.status, 404)
    const events = await v.send('GET', '/v1/events?limit=1000', { key: seller.key })
    const trip = events.json.data.find(({ type }: { type: string }) => type === 'group.tripped')
    assert.equal(trip.payload.filled, '2.000000')
    const closed = await v.send('DELETE', `/v1/order-groups/${group}`, { key: seller.key })
    assert.deepEqual([closed.status, closed.json.canceled], [200, []])
    const none = await v.send('GET', '/v1/order-groups', { key: seller.key })
    assert.deepEqual(none.json.data, [])
  })
})

describe('the cancel timer', () => {
  test('says when it fires, and is turned off with 0', async () => {
    const set = await v.send('PUT', '/v1/cancel-timer', { key: alice.key, body: { timeout_ms: 60_000 } })
    assert.equal(set.status, 200, set.text)
    assert.notEqual(set.json.cancels_at, null)
    const off = await v.send('PUT', '/v1/cancel-timer', { key: alice.key, body: { timeout_ms: 0 } })
    assert.equal(off.json.cancels_at, null)
  })
})

describe('a stop order', () => {
  test('is pending until a trade reaches its price, in every answer', async () => {
    await place({ ...bid('0.8000', '3.00'), side: 'sell' }, seller.key)
    const body = bid('0.8200', '1.00', { type: 'stop_limit', stop_price: '0.8000', client_order_id: 'stop' })
    const preview = await v.send('POST', '/v1/orders/preview', { key: alice.key, body })
    assert.equal(preview.json.order.type, 'stop_limit')
    assert.equal(preview.json.refusal?.code, 'stop_already_reached')
    const waits = { ...body, stop_price: '0.8100' }
    const placed = await place(waits)
    assert.deepEqual([placed.status, placed.json.status, placed.json.stop_price], [201, 'pending', '0.8100'])
    const again = await place(waits)
    assert.deepEqual(again.json, placed.json)
    const listed = await v.send('GET', '/v1/orders?status=pending', { key: alice.key })
    assert.deepEqual(
      listed.json.data.map(({ id }: { id: string }) => id),
      [placed.json.id],
    )
    const path = `/v1/orders/${placed.json.id}`
    const got = await v.send('GET', path, { key: alice.key })
    assert.deepEqual([got.json.status, got.json.queue_ahead], ['pending', null])
    const amended = await v.send('PATCH', path, { key: alice.key, body: { quantity: '0.50' } })
    assert.deepEqual(
      [amended.status, amended.json.status, amended.json.quantity, amended.json.priority],
      [200, 'pending', '0.50', 'kept'],
    )
    await place({ ...bid('0.8100', '2.00'), side: 'sell' }, seller.key)
    await place(bid('0.8100', '4.00'))
    const filled = await v.send('GET', path, { key: alice.key })
    assert.deepEqual([filled.json.status, filled.json.average_price], ['filled', '0.810000'])
  })

  test('and no other has a stop_price', async () => {
    for (const more of [{ stop_price: '0.81' }, { type: 'stop_limit' }]) {
      const refused = await place(bid('0.8200', '1.00', more))
      assert.deepEqual([refused.status, refused.json.errors[0].pointer], [400, '/stop_price'])
    }
  })
})

describe('an iceberg', () => {
  test('shows a slice of itself in every book, and says what it is to its owner alone', async () => {
    const body = bid('0.7100', '2.00', { display_quantity: '0.50' })
    const preview = await v.send('POST', '/v1/orders/preview', { key: alice.key, body })
    assert.equal(preview.json.order.display_quantity, '0.50')
    const placed = await place(body)
    assert.deepEqual([placed.status, placed.json.display_quantity], [201, '0.50'])
    const path = '/v1/instruments/TEXT_PRIME-USD/book'
    const book = await v.send('GET', `${path}?depth=1`, {})
    assert.deepEqual(book.json.bids, [['0.7100', '0.50', 1]])
    const orders = await v.send('GET', `${path}?level=3`, {})
    assert.deepEqual(orders.json.bids[0], ['0.7100', '0.50', placed.json.id])
    const behind = await place(bid('0.7100', '1.00'))
    const got = await v.send('GET', `/v1/orders/${behind.json.id}`, { key: alice.key })
    assert.equal(got.json.queue_ahead, '0.50')
    const mine = `/v1/orders/${placed.json.id}`
    const amended = await v.send('PATCH', mine, { key: alice.key, body: { display_quantity: '0.20' } })
    assert.deepEqual(
      [amended.json.priority, amended.json.display_quantity, amended.json.quantity],
      ['kept', '0.20', '2.00'],
    )
    const small = await place(bid('0.7100', '9.00', { display_quantity: '0.10' }))
    assert.deepEqual([small.status, small.json.code], [422, 'display_out_of_bounds'])
    await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
  })
})

describe('an all-or-none order', () => {
  test('waits until the book fills it whole, and is previewed, amended and cancelled like any other', async () => {
    const body = bid('0.7000', '2.00', { all_or_none: true, client_order_id: 'block' })
    const preview = await v.send('POST', '/v1/orders/preview', { key: alice.key, body })
    assert.deepEqual([preview.json.fill_quantity, preview.json.order.all_or_none], ['0.00', true])
    const placed = await place(body)
    assert.deepEqual([placed.status, placed.json.status, placed.json.all_or_none], [201, 'pending', true])
    assert.deepEqual((await place(body)).json, placed.json)
    const path = `/v1/orders/${placed.json.id}`
    const less = await v.send('PATCH', path, { key: alice.key, body: { quantity: '1.00' } })
    assert.deepEqual([less.json.status, less.json.priority], ['pending', 'kept'])
    const small = await place({ ...bid('0.7000', '0.40'), side: 'sell' }, seller.key)
    assert.equal(small.json.status, 'open')
    await place({ ...bid('0.6900', '0.60'), side: 'sell' }, seller.key)
    const filled = await v.send('GET', path, { key: alice.key })
    assert.deepEqual([filled.json.status, filled.json.filled_quantity], ['filled', '1.00'])
    const events = await v.send('GET', '/v1/events?limit=1000', { key: alice.key })
    const types = events.json.data
      .filter(({ payload }: { payload: { order?: string } }) => payload.order === placed.json.id)
      .map(({ type }: { type: string }) => type)
    assert.deepEqual(types.slice(0, 4), ['order.accepted', 'order.pending', 'order.amended', 'order.entered'])
  })
})

describe('a delay of takers', () => {
  const rules = (taker_delay_ms: number) =>
    v.send('PATCH', '/v1/admin/instruments/text-prime/rules', {
      key: v.operator.key,
      body: { taker_delay_ms },
    })

  test('is a rule of the market: who would take waits, and enters by itself', async () => {
    const set = await rules(150)
    assert.deepEqual([set.status, set.json.taker_delay_ms], [200, 150])
    await place({ ...bid('0.7000', '1.00'), side: 'sell' }, seller.key)
    const placed = await place(bid('0.7000', '1.00'))
    assert.deepEqual(
      [placed.status, placed.json.status, placed.json.filled_quantity],
      [201, 'pending', '0.00'],
    )
    const path = `/v1/orders/${placed.json.id}`
    const amended = await v.send('PATCH', path, { key: alice.key, body: { quantity: '0.50' } })
    assert.deepEqual([amended.status, amended.json.code], [422, 'order_pending'])
    for (let tries = 0; tries < 200; tries++) {
      const { json } = await v.send('GET', path, { key: alice.key })
      if (json.status !== 'pending') break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const filled = await v.send('GET', path, { key: alice.key })
    assert.equal(filled.json.status, 'filled')
    assert.ok(Date.parse(filled.json.updated_at) - Date.parse(filled.json.created_at) >= 150)
    assert.equal((await rules(0)).status, 200)
    assert.equal((await rules(10_001)).status, 400)
  })
})

describe('the queue', () => {
  test('says how much stands before an order', async () => {
    const first = await place(bid('0.7000', '2.00'))
    const second = await place(bid('0.7000', '1.00'))
    const got = await v.send('GET', `/v1/orders/${second.json.id}`, { key: alice.key })
    assert.equal(got.json.queue_ahead, '2.00')
    await v.send('DELETE', `/v1/orders/${first.json.id}`, { key: alice.key })
    const after = await v.send('GET', `/v1/orders/${second.json.id}`, { key: alice.key })
    assert.equal(after.json.queue_ahead, '0.00')
  })
})
