// States, calls, limits and kill switches as clients and the operator meet them.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { audit } from '../../src/engine/audit.ts'
import { accountLimits, auction, kill, marketState, positions } from '../../src/wire/protection.ts'
import type { Answer, TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

const MARKET = '/v1/instruments/text-prime'
const ADMIN = '/v1/admin/instruments/text-prime'

let v: TestVenue
let alice: Trader
let sol: Trader

before(async () => {
  v = await openTestVenue()
  alice = await v.join('Alice')
  sol = await v.supply('Sol', 'text-prime', '100.00')
})
after(async () => {
  audit(v.venue.sequencer.state)
  assert.deepEqual(v.errors, [])
  await v.close()
})

const order = (who: Trader, side: 'buy' | 'sell', price: string, quantity: string, more = {}) =>
  v.send('POST', '/v1/orders', {
    key: who.key,
    body: { instrument: 'text-prime', side, price, quantity, ...more },
  })
const asOperator = async (method: string, path: string, body: object): Promise<Answer> => {
  const answer = await v.send(method, path, { key: v.operator.key, body })
  assert.equal(answer.status, 200, answer.text)
  return answer
}

describe('a market', () => {
  test('says what state it is in, what that admits and what follows', async () => {
    const open = await v.send('GET', `${MARKET}/status`)
    assert.deepEqual(marketState.parse(open.json), open.json)
    assert.deepEqual([open.json.status, open.json.orders, open.json.expected_until], ['open', 'any', null])
    const body = {
      to: 'cancel_only',
      seconds: 5,
      next: [{ status: 'post_only', seconds: 60 }],
      reason: 'Check',
    }
    await asOperator('POST', `${ADMIN}/transition`, body)
    const after5 = await v.send('GET', `${MARKET}/status`)
    assert.deepEqual([after5.json.status, after5.json.next[0].status], ['cancel_only', 'post_only'])
    assert.equal((await v.send('GET', MARKET)).json.status, 'cancel_only')
    assert.equal((await order(alice, 'buy', '0.7900', '1.00')).json.code, 'market_cancel_only')
    v.pass(6_000_000)
    await v.ask({ kind: 'time.tick' })
    assert.equal((await v.send('GET', `${MARKET}/status`)).json.status, 'post_only')
    v.pass(61_000_000)
    await v.ask({ kind: 'time.tick' })
    assert.equal((await v.send('GET', `${MARKET}/status`)).json.status, 'open')
  })

  test('in a call shows where it would trade, and trades there', async () => {
    await asOperator('POST', `${ADMIN}/transition`, { to: 'auction', seconds: 60, reason: 'Opening' })
    assert.equal((await order(sol, 'sell', '0.7800', '3.00')).status, 201)
    assert.equal((await order(alice, 'buy', '0.8200', '5.00')).status, 201)
    assert.equal(
      (await order(alice, 'buy', '0.8200', '5.00', { time_in_force: 'ioc' })).json.code,
      'market_in_auction',
    )
    const shown = await v.send('GET', `${MARKET}/auction`)
    assert.deepEqual(auction.parse(shown.json), shown.json)
    const { indicative_price: price, indicative_quantity: size, imbalance_side: side } = shown.json
    assert.deepEqual([price, size, side, shown.json.imbalance_quantity], ['0.8000', '3.00', 'buy', '2.00'])
    v.pass(61_000_000)
    await v.ask({ kind: 'time.tick' })
    const [trade] = (await v.send('GET', `${MARKET}/trades`)).json.data
    assert.deepEqual([trade.price, trade.quantity, trade.primary], ['0.8000', '3.00', true])
    const book = await v.send('GET', `${MARKET}/book`)
    assert.deepEqual([book.json.bids, book.json.asks], [[['0.8200', '2.00', 1]], []])
    const ended = await v.send('GET', `${MARKET}/auction`)
    assert.deepEqual([ended.json.indicative_price, ended.json.last_auction_price], [null, '0.8000'])
    await v.send('POST', '/v1/orders/cancel', { key: alice.key, body: {} })
  })

  test('has rules that everyone reads and only the operator sets', async () => {
    const set = { min_notional: '1.50', volatility: '0.05' }
    assert.equal((await v.send('PATCH', `${ADMIN}/rules`, { key: alice.key, body: set })).status, 403)
    await asOperator('PATCH', `${ADMIN}/rules`, set)
    const { json } = await v.send('GET', `${MARKET}/rules`)
    assert.deepEqual([json.min_notional, json.volatility, json.collar], ['1.500000', '0.050000', '0.500000'])
    assert.equal((await order(alice, 'buy', '0.7900', '1.00')).json.code, 'below_minimum_notional')
    await asOperator('PATCH', `${ADMIN}/rules`, { min_notional: '0' })
  })
})

describe('an account', () => {
  test('reads its limits, fees and positions', async () => {
    await asOperator('PUT', `/v1/admin/accounts/${alice.account}/limits`, { open_orders: 1, position: '20' })
    const limits = await v.send('GET', '/v1/account/limits', { key: alice.key })
    assert.deepEqual(accountLimits.parse(limits.json), limits.json)
    assert.deepEqual(
      [limits.json.open_orders, limits.json.position, limits.json.order_notional],
      [1, '20.000000', null],
    )
    assert.equal((await order(alice, 'buy', '0.7900', '2.00')).status, 201)
    assert.equal((await order(alice, 'buy', '0.7800', '2.00')).json.code, 'open_order_limit')
    const used = await v.send('GET', '/v1/account/limits', { key: alice.key })
    assert.deepEqual(used.json.used, { open_orders: 1, open_notional: '1.580000' })
    const fees = await v.send('GET', '/v1/account/fees', { key: alice.key })
    assert.deepEqual([fees.json.taker, fees.json.auction], ['0.002000', '0.001000'])
    const held = await v.send('GET', '/v1/positions', { key: alice.key })
    assert.deepEqual(positions.parse(held.json), held.json)
    assert.deepEqual(
      [held.json.data[0].instrument, held.json.data[0].quantity],
      ['TEXT_PRIME-USD', '3.000000'],
    )
    await asOperator('PUT', `/v1/admin/accounts/${alice.account}/limits`, {})
  })

  test('stops itself at once; only the operator lets it trade again', async () => {
    const stopped = await v.send('POST', '/v1/account/kill', {
      key: alice.key,
      body: { reason: 'Out of hand' },
    })
    assert.deepEqual(kill.parse(stopped.json), stopped.json)
    assert.equal(stopped.json.canceled_orders, 1)
    assert.equal((await order(alice, 'buy', '0.7900', '2.00')).json.code, 'kill_switch')
    const release = { scope: 'account', account: alice.account, reason: 'Seen to' }
    assert.equal(
      (await v.send('POST', '/v1/admin/kill/release', { key: alice.key, body: release })).status,
      403,
    )
    await asOperator('POST', '/v1/admin/kill/release', release)
    assert.equal((await order(alice, 'buy', '0.7900', '2.00')).status, 201)
  })
})

describe('the operator stops', () => {
  test('a key: it opens nothing any more, and its orders are gone', async () => {
    const made = await v.send('POST', '/v1/keys', {
      key: alice.key,
      body: { name: 'Program', scopes: ['trade:place', 'account:read'] },
    })
    const { json } = await asOperator('POST', '/v1/admin/kill', {
      scope: 'key',
      key: made.json.id,
      reason: 'Leaked',
    })
    assert.deepEqual([json.target, json.canceled_orders], [made.json.id, 1])
    assert.equal((await v.send('GET', '/v1/account', { key: made.json.secret })).status, 401)
  })

  test('a market and the venue', async () => {
    for (const scope of [{ scope: 'instrument', instrument: 'text-prime' }, { scope: 'venue' }]) {
      await asOperator('POST', '/v1/admin/kill', { ...scope, reason: 'Test' })
      assert.equal((await order(alice, 'buy', '0.7900', '2.00')).json.code, 'kill_switch')
      assert.equal((await v.send('GET', `${MARKET}/status`)).json.killed, 'Test')
      await asOperator('POST', '/v1/admin/kill/release', { ...scope, reason: 'Over' })
    }
    assert.equal((await order(alice, 'buy', '0.7900', '2.00')).status, 201)
  })
})
