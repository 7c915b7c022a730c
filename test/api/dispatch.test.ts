import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { dispatch } from '../../src/api/dispatch.ts'
import { getModel, listModels } from '../../src/operations/models.ts'
import type { Operation } from '../../src/api/operation.ts'
import { OPERATIONS } from '../../src/operations/operations.ts'
import { RateLimiter, ratesFor } from '../../src/api/rate.ts'
import type { AccountId } from '../../src/base/ids.ts'
import { SequencerBusy } from '../../src/sequencer/sequencer.ts'
import { model } from '../../src/wire/model.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

let v: TestVenue
let alice: Trader

before(async () => {
  v = await openTestVenue({
    rates: {
      read: { perSecond: 1, burst: 200 },
      order: { perSecond: 1, burst: 3 },
      cancel: { perSecond: 1, burst: 6 },
      subscribe: null,
    },
  })
  alice = await v.join('Alice')
})
after(() => v.close())

const ORDER = { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '1.00' }

describe('public market data', () => {
  test('needs no key', async () => {
    const status = await v.send('GET', '/v1/status')
    assert.deepEqual([status.json.status, status.json.instruments], ['open', 9])
    const listed = await v.send('GET', '/v1/instruments')
    assert.equal(listed.json.data.length, 9)
    assert.equal((await v.send('GET', '/v1/tickers')).json.data.length, 9)
    const time = await v.send('GET', '/v1/time')
    assert.ok(Math.abs(time.json.milliseconds - Date.now()) < 5_000)
    assert.ok((await v.send('GET', '/v1/errors')).json.data.length > 40)
  })

  test('knows an instrument by each of its names, in any case', async () => {
    for (const name of [
      'text-prime',
      'TEXT-PRIME',
      'TEXT_PRIME',
      'text_prime-usd',
      'TEXT_PRIME-USD',
      'TEXT_PRIME%2FUSD',
    ]) {
      const answer = await v.send('GET', `/v1/instruments/${name}`)
      assert.equal(answer.json.id, 'TEXT_PRIME-USD', name)
    }
    for (const [name, status] of [
      ['text-ultra', 404],
      ['__proto__', 400],
      ['constructor', 404],
      ['text-prime-usd-usd', 404],
      ['..', 400],
      ['%00', 400],
    ] as const)
      assert.equal((await v.send('GET', `/v1/instruments/${name}`)).status, status, name)
  })

  test('shows the book by price and order by order', async () => {
    const { json } = await v.send('POST', '/v1/orders', { key: alice.key, body: ORDER })
    const levels = await v.send('GET', '/v1/instruments/text-prime/book')
    assert.deepEqual(levels.json.bids, [['0.7000', '1.00', 1]])
    const orders = await v.send('GET', '/v1/instruments/text-prime/book?level=3&depth=5')
    assert.deepEqual(orders.json.bids, [['0.7000', '1.00', json.id]])
    assert.equal(orders.json.checksum, levels.json.checksum)
    assert.deepEqual(
      (await v.send('GET', '/v1/instruments/text-prime/candles?interval=5m&limit=10')).json.data,
      [],
    )
    for (const query of ['level=1', 'depth=0', 'depth=1001', 'interval=1m', 'depth=5&depth=6'])
      assert.equal((await v.send('GET', `/v1/instruments/text-prime/book?${query}`)).status, 400, query)
  })

  test('lists instruments as models', async () => {
    const { data } = await listModels(v.venue)
    assert.equal(data.length, 9)
    for (const one of data) assert.deepEqual(model.parse(one), one)
    const one = await getModel(v.venue, 'TEXT-PRIME')
    assert.deepEqual(
      [one?.id, one?.best_bid, one?.best_ask, one?.suppliers],
      ['text-prime', '0.7000', null, 0],
    )
    assert.equal(await getModel(v.venue, 'gpt-4'), undefined)
  })
})

describe('rates', () => {
  test('an account that asks too often waits, and its cancels never starve behind its orders', async () => {
    const bob = await v.join('Bob')
    const place = () => v.send('POST', '/v1/orders', { key: bob.key, body: ORDER })
    const first = await place()
    assert.equal(first.headers['ratelimit-policy'], '"order";q=3;w=3')
    assert.match(first.headers.ratelimit ?? '', /^"order";r=2;t=\d+$/)
    await place()
    await place()
    const refused = await place()
    assert.equal(refused.status, 429)
    assert.equal(refused.json.code, 'rate_limited')
    assert.equal(refused.json.retryable, true)
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal((await v.send('DELETE', `/v1/orders/${first.json.id}`, { key: bob.key })).status, 200)
    const other = await v.join('Ben')
    assert.equal((await v.send('POST', '/v1/orders', { key: other.key, body: ORDER })).status, 201)
    v.pass(1_100_000)
    assert.equal((await place()).status, 201)
  })

  test('grow back with time, never beyond the burst, and a fill gives its token back', () => {
    const rates = new RateLimiter({
      read: null,
      order: { perSecond: 10, burst: 20 },
      cancel: null,
      subscribe: null,
    })
    const account = 1 as AccountId
    const take = (at: number) => rates.take(account, 'order', at).pass
    for (let i = 0; i < 20; i++) assert.equal(take(0), true)
    assert.equal(take(0), false)
    rates.refund(account)
    assert.equal(take(0), true)
    assert.equal(take(99_000), false)
    assert.equal(take(100_000), true)
    assert.equal(take(50_000), false, 'a clock that goes back gives nothing')
    const passed = Array.from({ length: 100 }, () => take(1e9)).filter(Boolean)
    assert.equal(passed.length, 20)
    assert.equal(rates.take(account, 'read', 0).pass, true)
  })

  test('can be unlimited', () => {
    const { subscribe, ...requests } = ratesFor(0)
    assert.deepEqual(requests, { read: null, order: null, cancel: null })
    assert.ok((subscribe?.burst ?? 0) > 0)
    const { order, cancel } = ratesFor(2_000)
    assert.deepEqual(order, { perSecond: 2_000, burst: 4_000 })
    assert.ok(cancel !== null && order !== null && cancel.perSecond >= 2 * order.perSecond)
  })
})

describe('what breaks inside', () => {
  const request = {
    method: 'GET',
    host: 'h',
    pathAndQuery: '/v1/status',
    params: {},
    query: '',
    headers: {},
    body: undefined,
    ip: '127.0.0.1',
    requestId: 'req_broken',
  }
  const status = OPERATIONS.find(({ id }) => id === 'venue.status') as Operation
  const breaking = (error: Error): Operation => ({ ...status, run: () => Promise.reject(error) })

  test('is logged with the request id and told to nobody', async () => {
    const answer = await dispatch(v.venue, breaking(new Error('secret path /srv/keys')), request)
    assert.equal(answer.status, 500)
    assert.ok(!answer.body.includes('secret') && !answer.body.includes('.ts'))
    const problem = JSON.parse(answer.body) as Record<string, unknown>
    assert.deepEqual(
      [problem.code, problem.outcome, problem.request_id],
      ['internal', 'unknown', 'req_broken'],
    )
    assert.equal(v.errors.at(-1)?.facts.request_id, 'req_broken')
  })

  test('a full queue is a 503 that had no effect and may be tried again', async () => {
    const answer = await dispatch(v.venue, breaking(new SequencerBusy('full')), request)
    const problem = JSON.parse(answer.body) as Record<string, unknown>
    assert.deepEqual(
      [answer.status, problem.code, problem.outcome, problem.retryable],
      [503, 'busy', 'rejected', true],
    )
    assert.equal(answer.headers['retry-after'], '1')
  })
})
