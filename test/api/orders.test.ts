import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { audit } from '../../src/engine/audit.ts'
import { order as orderShape } from '../../src/wire/order.ts'
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

describe('an order', () => {
  test('rests, is seen at once, and gives its hold back when it is cancelled', async () => {
    const placed = await place(bid('0.7500', '2.00', { client_order_id: 'first' }))
    assert.equal(placed.status, 201, placed.text)
    assert.deepEqual(orderShape.parse(placed.json), placed.json)
    assert.equal(placed.json.status, 'open')
    assert.equal(placed.json.instrument, 'TEXT_PRIME-USD')
    assert.equal(placed.json.remaining_quantity, '2.00')
    assert.equal(placed.json.client_order_id, 'first')

    const got = await v.send('GET', `/v1/orders/${placed.json.id}`, { key: alice.key })
    assert.deepEqual(got.json, { ...placed.json, queue_ahead: '0.00' })
    const named = await v.send('GET', '/v1/orders/client:first', { key: alice.key })
    assert.deepEqual(named.json, got.json)

    const held = await v.send('GET', '/v1/balances', { key: alice.key })
    assert.equal(held.json.data[0].held, '1.503000', 'two units at 0.75 and 20 bps')

    const canceled = await v.send('DELETE', `/v1/orders/${placed.json.id}`, { key: alice.key })
    assert.equal(canceled.status, 200, canceled.text)
    assert.equal(canceled.json.status, 'canceled')
    assert.equal(canceled.json.reason, 'user')
    const free = await v.send('GET', '/v1/balances', { key: alice.key })
    assert.equal(free.json.data[0].held, '0.000000')
    assert.equal(free.json.data[0].available, '10000.000000')

    const again = await v.send('DELETE', `/v1/orders/${placed.json.id}`, { key: alice.key })
    assert.equal(again.status, 409)
    assert.equal(again.json.code, 'order_done')
  })

  test('trades: fills, fees, balances, tape and ticker all say the same', async () => {
    const ask = await place({ ...bid('0.8000', '5.00'), side: 'sell' }, seller.key)
    assert.equal(ask.status, 201, ask.text)
    const taken = await place(bid('0.8100', '2.00'))
    assert.equal(taken.json.status, 'filled')
    assert.equal(taken.json.reason, 'filled')
    assert.equal(taken.json.average_price, '0.800000')
    assert.deepEqual(taken.json.fees, [{ asset: 'USD', amount: '0.003200' }])

    const fills = await v.send('GET', '/v1/fills', { key: alice.key })
    assert.equal(fills.json.data.length, 1)
    assert.equal(fills.json.data[0].order, taken.json.id)
    assert.equal(fills.json.data[0].liquidity, 'taker')
    const theirs = await v.send('GET', '/v1/fills', { key: seller.key })
    assert.equal(theirs.json.data[0].liquidity, 'maker')
    assert.equal(theirs.json.data[0].id, fills.json.data[0].id)

    const trades = await v.send('GET', '/v1/instruments/text-prime/trades')
    assert.equal(trades.json.data[0].id, fills.json.data[0].id)
    assert.equal(trades.json.data[0].primary, true)
    const ticker = await v.send('GET', '/v1/instruments/TEXT_PRIME-USD/ticker')
    assert.equal(ticker.json.last, '0.8000')
    assert.equal(ticker.json.volume_24h, '2.00')
    assert.equal(ticker.json.value_24h, '1.600000')
    assert.equal(ticker.json.best_ask_quantity, '3.00')

    const rest = await v.send('GET', `/v1/orders/${ask.json.id}`, { key: seller.key })
    assert.equal(rest.json.filled_quantity, '2.00')
    assert.equal(rest.json.remaining_quantity, '3.00')
    const balances = await v.send('GET', '/v1/balances', { key: alice.key })
    const units = balances.json.data.find(({ asset }: { asset: string }) => asset === 'TEXT_PRIME')
    assert.equal(units.available, '2.000000')
    const supplier = await v.send('GET', '/v1/balances', { key: seller.key })
    assert.equal(supplier.json.data[0].escrow, '1.600000')
  })

  test('amended down keeps its place, amended elsewhere loses it', async () => {
    const { json } = await place(bid('0.7000', '3.00'))
    const less = await v.send('PATCH', `/v1/orders/${json.id}`, {
      key: alice.key,
      body: { quantity: '1.00' },
    })
    assert.equal(less.status, 200, less.text)
    assert.equal(less.json.priority, 'kept')
    assert.equal(less.json.quantity, '1.00')
    assert.equal(less.json.version, 2)
    const moved = await v.send('PATCH', `/v1/orders/${json.id}`, {
      key: alice.key,
      body: { price: '0.7100' },
    })
    assert.equal(moved.json.priority, 'lost')
    assert.equal(moved.json.price, '0.7100')
    const nothing = await v.send('PATCH', `/v1/orders/${json.id}`, { key: alice.key, body: {} })
    assert.equal(nothing.status, 422)
    assert.equal(nothing.json.code, 'nothing_to_amend')
    await v.send('DELETE', `/v1/orders/${json.id}`, { key: alice.key })
    const late = await v.send('PATCH', `/v1/orders/${json.id}`, {
      key: alice.key,
      body: { quantity: '1.00' },
    })
    assert.equal(late.json.code, 'order_done')
  })

  test('all of them are cancelled by one request, or those of a side or a market', async () => {
    for (const price of ['0.6900', '0.6800']) await place(bid(price, '1.00'))
    await place({ ...bid('0.4000', '1.00'), instrument: 'code-standard' })
    const some = await v.send('POST', '/v1/orders/cancel', {
      key: alice.key,
      body: { instrument: 'TEXT_PRIME' },
    })
    assert.equal(some.status, 200, some.text)
    assert.equal(some.json.canceled.length, 2)
    const none = await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: { side: 'sell' } })
    assert.equal(none.json.canceled.length, 0)
    const rest = await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
    assert.equal(rest.json.canceled.length, 1)
    const open = await v.send('GET', '/v1/orders?status=open', { key: alice.key })
    assert.deepEqual(open.json.data, [])
  })
})

describe('a client_order_id', () => {
  test('is one order for ever: the same body gets the first answer, another is refused', async () => {
    const body = bid('0.7300', '1.00', { client_order_id: 'once' })
    const first = await place(body)
    await v.send('DELETE', `/v1/orders/${first.json.id}`, { key: alice.key })
    const again = await place(body)
    assert.equal(again.status, 201)
    assert.deepEqual(again.json, first.json)
    const other = await place({ ...body, quantity: '2.00' })
    assert.equal(other.status, 409)
    assert.equal(other.json.code, 'client_order_id_reused')
    assert.equal(other.json.facts.order, first.json.id)
    const elsewhere = await v.join('Ann')
    assert.equal((await place(body, elsewhere.key)).json.status, 'open')
    await v.send('POST', '/v1/orders/cancel', { key: elsewhere.key, body: {} })
  })

  test('sent forty times at once is one order', async () => {
    const body = bid('0.7200', '1.00', { client_order_id: 'burst' })
    const answers = await Promise.all(Array.from({ length: 40 }, () => place(body)))
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
    const open = await v.send('GET', '/v1/orders?status=open', { key: alice.key })
    assert.equal(open.json.data.length, 1)
    await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
  })
})

describe('a preview', () => {
  test('tells what the order would do, and the order then does it', async () => {
    const body = { instrument: 'text-prime', side: 'buy', type: 'market', quantity: '1.50' }
    const preview = await v.send('POST', '/v1/orders/preview', { key: alice.key, body })
    assert.equal(preview.status, 200, preview.text)
    assert.equal(preview.json.refusal, null)
    assert.equal(preview.json.fill_quantity, '1.50')
    assert.equal(preview.json.average_price, '0.800000')
    assert.equal(preview.json.worst_price, '0.8000')
    assert.equal(preview.json.fee, '0.002400')
    assert.equal(v.venue.sequencer.state.orders.live, 1, 'nothing was placed')
    const done = await place(preview.json.order)
    assert.equal(done.status, 201, done.text)
    assert.equal(done.json.filled_quantity, '1.50')
    assert.deepEqual(done.json.fees, [{ asset: 'USD', amount: preview.json.fee }])
  })

  test('tells the refusal that the order would meet', async () => {
    const body = { instrument: 'text-prime', side: 'buy', price: '0.9000', quantity: '10000.00' }
    const preview = await v.send('POST', '/v1/orders/preview', {
      key: alice.key,
      body: { ...body, quantity: '9999.99', instrument: 'agent-max', price: '6.0000' },
    })
    assert.equal(preview.json.refusal.code, 'insufficient_funds')
    assert.match(preview.json.refusal.detail, /needed 60119\.\d+/)
  })
})

describe('an order is refused', () => {
  const cases: [why: string, body: object, status: number, code: string, pointer?: string][] = [
    ['off the price grid', bid('0.80005', '1.00'), 422, 'price_off_increment', '/price'],
    ['off the quantity grid', bid('0.8000', '1.005'), 422, 'quantity_off_increment', '/quantity'],
    ['without a price', { instrument: 'text-prime', side: 'buy', quantity: '1.00' }, 422, 'price_missing'],
    ['for nothing', bid('0.8000', '0.00'), 422, 'quantity_not_positive'],
    ['for less than nothing', bid('0.8000', '-1.00'), 422, 'quantity_not_positive'],
    ['at a price below zero', bid('-0.8000', '1.00'), 422, 'price_not_positive'],
    ['outside the band', bid('2.0000', '1.00'), 422, 'price_outside_band'],
    ['above the maximum', bid('0.8000', '10000.01'), 422, 'quantity_above_maximum'],
    ['larger than we can hold', bid('0.8000', '999999999999999'), 422, 'amount_too_large', '/quantity'],
    ['more precise than we keep', bid('0.80000000', '1.000000001'), 422, 'amount_too_precise', '/quantity'],
    ['post-only and crossing', bid('0.8100', '1.00', { post_only: 'reject' }), 422, 'post_only_would_cross'],
    [
      'post-only and ioc',
      bid('0.7000', '1.00', { post_only: 'reject', time_in_force: 'ioc' }),
      422,
      'post_only_needs_gtc_limit',
    ],
    ['fok and not fillable', bid('0.8100', '900.00', { time_in_force: 'fok' }), 422, 'fok_unfillable'],
    [
      'in an unknown market',
      { ...bid('0.8000', '1.00'), instrument: 'text-ultra' },
      404,
      'not_found',
      '/instrument',
    ],
    ['without the units', { ...bid('0.8000', '50.00'), side: 'sell' }, 422, 'insufficient_units'],
  ]
  for (const [why, body, status, code, pointer] of cases)
    test(why, async () => {
      const answer = await place(body)
      assert.equal(answer.status, status, answer.text)
      assert.equal(answer.json.code, code)
      assert.equal(answer.json.outcome, 'rejected')
      assert.equal(answer.headers['content-type'], 'application/problem+json')
      if (pointer !== undefined) assert.equal(answer.json.errors[0].pointer, pointer)
    })

  test('with the nearest value that would do', async () => {
    const answer = await place(bid('0.80004', '1.00'))
    assert.equal(answer.json.errors[0].nearest, '0.8000')
  })

  test('with every fault named by its place', async () => {
    const answer = await place({ instrument: 7, side: 'hold', quantity: 1.5, colour: 'red', price: '1e3' })
    assert.equal(answer.status, 400)
    assert.equal(answer.json.code, 'invalid_request')
    const pointers = answer.json.errors.map(({ pointer }: { pointer: string }) => pointer)
    assert.deepEqual(new Set(pointers), new Set(['/instrument', '/side', '/quantity', '/price', '/colour']))
  })

  test('in numbers as decimal text', async () => {
    const answer = await place({ ...bid('1.1000', '10000.00'), instrument: 'agent-prime', price: '1.2000' })
    assert.equal(answer.json.code, 'insufficient_funds')
    assert.equal(answer.json.facts.needed, '12024.000000')
    assert.match(answer.json.detail, /needed 12024\.000000/)
    assert.equal(typeof answer.json.seq, 'number')
  })
})

describe('lists', () => {
  test('page by page give every order once, newest first', async () => {
    const bob = await v.join('Bob')
    const placed: string[] = []
    for (let i = 0; i < 25; i++) placed.unshift((await place(bid('0.7000', '0.10'), bob.key)).json.id)
    const seen: string[] = []
    let after: string | null = null
    do {
      const page = await v.send('GET', `/v1/orders?limit=10${after === null ? '' : `&after=${after}`}`, {
        key: bob.key,
      })
      assert.equal(page.status, 200, page.text)
      seen.push(...page.json.data.map(({ id }: { id: string }) => id))
      after = page.json.next_cursor
    } while (after !== null)
    assert.deepEqual(seen, placed)
    const bad = await v.send('GET', '/v1/orders?after=trd_1', { key: bob.key })
    assert.equal(bad.status, 400)
    assert.equal(bad.json.code, 'invalid_cursor')
  })

  test('refuse filters they do not know, and filters given twice', async () => {
    for (const query of [
      'colour=red',
      'limit=0',
      'limit=1001',
      'limit=-1',
      'limit=1e9',
      'limit[]=1',
      'side=buy&side=sell',
      '__proto__=1',
    ])
      assert.equal((await v.send('GET', `/v1/orders?${query}`, { key: alice.key })).status, 400, query)
  })
})

test('one account knows nothing of another: what is foreign answers like what is not', async () => {
  const eve = await v.join('Eve')
  const { json } = await place(bid('0.7000', '1.00', { client_order_id: 'private' }))
  const strip = (answer: { status: number; json: Record<string, unknown> }) => ({
    ...answer.json,
    request_id: '',
  })
  for (const [method, real, fake, body] of [
    ['GET', `/v1/orders/${json.id}`, '/v1/orders/ord_999999', undefined],
    ['DELETE', `/v1/orders/${json.id}`, '/v1/orders/ord_999999', undefined],
    ['PATCH', `/v1/orders/${json.id}`, '/v1/orders/ord_999999', { quantity: '0.50' }],
    ['GET', '/v1/orders/client:private', '/v1/orders/client:nobody', undefined],
    ['GET', `/v1/offers/${seller.offer}`, '/v1/offers/off_999', undefined],
  ] as const) {
    const foreign = await v.send(method, real, { key: eve.key, body })
    const unknown = await v.send(method, fake, { key: eve.key, body })
    assert.equal(foreign.status, 404)
    assert.deepEqual(strip(foreign), strip(unknown))
  }
  assert.deepEqual((await v.send('GET', '/v1/orders', { key: eve.key })).json.data, [])
  await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
})

test('a halted market takes no orders and lets them be cancelled', async () => {
  const { json } = await place({ ...bid('0.5000', '1.00'), instrument: 'code-prime', price: '0.9000' })
  const operator = v.operator.key
  const halted = await v.send('POST', '/v1/admin/instruments/code-prime/halt', {
    key: operator,
    body: { reason: 'Review' },
  })
  assert.equal(halted.json.status, 'halted')
  const refused = await place({ ...bid('0.9000', '1.00'), instrument: 'code-prime' })
  assert.equal(refused.json.code, 'market_halted')
  assert.equal((await v.send('DELETE', `/v1/orders/${json.id}`, { key: alice.key })).status, 200)
  await v.send('POST', '/v1/admin/instruments/code-prime/resume', { key: operator, body: { reason: 'Done' } })
  assert.equal((await place({ ...bid('0.9000', '1.00'), instrument: 'code-prime' })).status, 201)
})
