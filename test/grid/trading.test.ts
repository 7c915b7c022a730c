import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { detail, gridClient, newKeyPair, nowSeconds, one, rows, signed, told } from './grid-client.ts'
import type { Stage, Trader } from './stage.ts'
import { openStage } from './stage.ts'

let stage: Stage
let seller: Trader
let buyer: Trader

const UUID = /^market_[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

before(async () => {
  stage = await openStage()
  seller = await stage.trader('seller', '1000')
  buyer = await stage.trader('buyer', '100')
  await stage.certify(seller)
  const issued = await seller.trading.post('/supply-issuances', {
    instrument_id: stage.instrument,
    quantity: 20,
  })
  assert.equal(issued.status, 201, issued.text)
})

after(() => stage.end())

const order = (side: string, price: string, quantity: string, more: Record<string, unknown> = {}) => ({
  market_id: stage.market,
  side,
  type: 'limit',
  quantity,
  price,
  time_in_force: 'gtc',
  ...more,
})

test('health and market data need no signature, and ids have the form that configurations insist on', async () => {
  const anyone = gridClient(`${stage.base}/v1`, undefined)
  const health = await anyone.get('/health')
  assert.equal(health.body.status, 'ok')
  const markets = await anyone.get('/markets')
  assert.equal(rows(markets).length, 9)
  for (const market of rows(markets)) assert.match(String(market.market_id), UUID)
  const found = await anyone.get(`/markets/${stage.market}`)
  assert.equal(one(found).name, 'TEXT_PRIME/USD')
  assert.equal(one(found).status, 'active')
  assert.deepEqual((markets.body.paging as { has_more: boolean }).has_more, false)
})

test('a market and an instrument answer to every one of their names', async () => {
  const anyone = gridClient(`${stage.base}/v1`, undefined)
  const bare = stage.market.slice('market_'.length)
  for (const name of [stage.market, `market-${bare}`, bare, 'Text-Prime', 'TEXT_PRIME-USD'])
    assert.equal(one(await anyone.get(`/markets/${name}`)).market_id, stage.market, name)
  assert.equal(one(await anyone.get('/instruments/by-symbol/Text-Prime')).instrument_id, stage.instrument)
  assert.equal(one(await anyone.get('/instruments/by-symbol/usd')).instrument_type, 'currency')
  assert.equal(detail(await anyone.get('/markets/market_nothing')), 'market_not_found')
})

test('a request is good if it is signed over time, method, path and body by a registered key', async () => {
  const me = await buyer.trading.get('/me', '?anything=not-signed')
  assert.equal(me.status, 200, me.text)
  assert.equal(one(me).user_id, buyer.account)
  assert.equal(one(me).account_mode, 'advanced')
  assert.equal(one(await gridClient(`${stage.base}/v1`, buyer.key).get('/me')).user_id, buyer.account)
})

test('behind a proxy that hides our prefix, the path is signed without it', async () => {
  const response = await fetch(`${stage.base}/v1/me`, { headers: signed(buyer.pair, 'GET', '/v1/me') })
  assert.equal(response.status, 200)
})

test('another body, path, method, time or key is refused, with a word that says which', async () => {
  const send = async (headers: Record<string, string>, method = 'GET', body?: string) =>
    told(
      await fetch(`${stage.base}/v1/orders`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      }),
    )
  const path = '/grid/v1/orders'
  const wrong = [
    signed(buyer.pair, 'GET', '/grid/v1/trades'),
    signed(buyer.pair, 'POST', path),
    signed(newKeyPair(), 'GET', path),
    { ...signed(buyer.pair, 'GET', path), 'x-thegrid-signature': 'AAAA' },
    { ...signed(buyer.pair, 'GET', path), 'x-thegrid-fingerprint': seller.pair.fingerprint },
  ]
  for (const headers of wrong) {
    const refused = await send(headers)
    assert.equal(refused.status, 401)
    assert.equal(detail(refused), 'invalid_signature')
  }
  const changed = await send(signed(buyer.pair, 'POST', path, '{"a":1}'), 'POST', '{"a":2}')
  assert.equal(detail(changed), 'invalid_signature')
  for (const seconds of [-40, 40]) {
    const late = String(Number(nowSeconds()) + seconds)
    const refused = await send(signed(buyer.pair, 'GET', path, '', late))
    assert.equal(refused.status, 401)
    assert.equal(detail(refused), 'expired_timestamp')
  }
  assert.equal((await gridClient(`${stage.base}/v1`, undefined).get('/orders')).status, 401)
})

test('a signed order that is sent again is refused and has no second effect', async () => {
  const body = JSON.stringify(order('buy', '0.7900', '1'))
  const headers = {
    ...signed(buyer.pair, 'POST', '/grid/v1/orders', body),
    'content-type': 'application/json',
  }
  const send = () => fetch(`${stage.base}/v1/orders`, { method: 'POST', headers, body })
  assert.equal((await send()).status, 201)
  const again = await told(await send())
  assert.equal(again.status, 401)
  assert.equal(detail(again), 'duplicate_request')
  const open = await buyer.trading.get('/orders', '?status=open')
  assert.equal(rows(open).length, 1)
  assert.equal(one(await buyer.trading.del('/orders')).cancelled, 1)
})

test('an order is placed, seen, amended and cancelled, and a second cancel finds it as it was wanted', async () => {
  const placed = await seller.trading.post(
    '/orders',
    order('sell', '0.9', '2', { client_order_id: 'mine-1' }),
  )
  assert.equal(placed.status, 201, placed.text)
  const id = String(one(placed).order_id)
  assert.equal(one(placed).client_order_id, 'mine-1')
  assert.equal(one(placed).status, 'active')
  assert.equal(one(placed).market_id, stage.market)
  const book = one(await seller.trading.get(`/markets/${stage.market}/orderbook`, '?depth=5'))
  assert.deepEqual((book.sell as unknown[])[0], {
    price: '0.9000',
    quantity: '2.00',
    total: '1.800000',
    order_count: 1,
  })
  assert.deepEqual(book.asks, book.sell)
  const amended = await seller.trading.put(`/orders/${id}`, { price: '0.95', quantity: '1' })
  assert.equal(amended.status, 200, amended.text)
  assert.equal(one(amended).price, '0.9500')
  assert.equal(one(await seller.trading.get(`/orders/${id}`)).quantity, '1.00')
  assert.equal((await seller.trading.del(`/orders/${id}`)).status, 204)
  assert.equal((await seller.trading.del(`/orders/${id}`)).status, 204)
  const done = one(await seller.trading.get(`/orders/${id}`))
  assert.equal(done.status, 'cancelled')
  assert.equal(done.closure_reason, 'cancelled')
})

test('numbers may come as numbers, and a price of zero on a market order is none', async () => {
  const placed = await seller.trading.post('/orders', { ...order('sell', '', '3'), price: 0.82, quantity: 3 })
  assert.equal(placed.status, 201, placed.text)
  const taken = await buyer.trading.post('/orders', order('buy', '0', '2', { type: 'market' }))
  assert.equal(taken.status, 201, taken.text)
  assert.equal(one(taken).status, 'filled')
  assert.equal(one(taken).price, null)
  assert.equal(one(taken).average_price, '0.820000')
  const [trade] = rows(await buyer.trading.get('/trades', `?market_id=${stage.market}`))
  assert.ok(trade)
  assert.equal(trade.total_value, '1.640000')
  assert.equal(trade.side, 'buy')
  assert.deepEqual(one(await buyer.trading.get(`/trades/${String(trade.trade_id)}`)), trade)
  const ticker = one(await buyer.trading.get(`/markets/${stage.market}/ticker`))
  assert.equal(ticker.last_price, '0.8200')
  assert.equal(ticker.last_trade_quantity, '2.00')
  const [public_] = rows(await buyer.trading.get(`/markets/${stage.market}/trades`, '?limit=1'))
  assert.equal(public_?.trade_id, trade.trade_id)
})

test('refusals come as a machine word and a sentence, and what is not affordable is 402', async () => {
  const cases: [ReturnType<typeof order>, number, string][] = [
    [order('buy', '0.8', '5000'), 402, 'insufficient_balance'],
    [order('buy', '0.80001', '1'), 422, 'price_off_increment'],
    [order('buy', '9', '1'), 422, 'price_outside_band'],
    [{ ...order('buy', '0.8', '1'), market_id: 'market_x' }, 404, 'market_not_found'],
    [order('hold', '0.8', '1'), 400, 'invalid_request'],
    [order('buy', '0.8', '1', { surprise: true }), 400, 'invalid_request'],
  ]
  for (const [body, status, word] of cases) {
    const refused = await buyer.trading.post('/orders', body)
    assert.equal(refused.status, status, refused.text)
    assert.equal(detail(refused), word)
    assert.equal(typeof (refused.body.errors as { message: string }).message, 'string')
  }
  const first = await buyer.trading.post('/orders', order('buy', '0.70', '1', { client_order_id: 'once' }))
  assert.equal(first.status, 201)
  const other = await buyer.trading.post('/orders', order('buy', '0.71', '1', { client_order_id: 'once' }))
  assert.equal(detail(other), 'duplicate_client_order_id')
  assert.equal(detail(await buyer.trading.get('/orders/ord_999999')), 'order_not_found')
  assert.equal(detail(await buyer.trading.del('/orders/nonsense')), 'order_not_found')
})

test('filters in all three dialects pick the same orders, and an unknown one is refused', async () => {
  await buyer.trading.del('/orders')
  for (const price of ['0.71', '0.72']) await buyer.trading.post('/orders', order('buy', price, '1'))
  const count = one(await buyer.trading.get('/orders/count'))
  assert.deepEqual(count, { count: 2, by_market: [{ market_id: stage.market, count: 2 }] })
  const queries = [
    `?market_id=${stage.market}&status=open&side=buy`,
    `?flop[filters][0][field]=market_id&flop[filters][0][value]=${stage.market}&flop[filters][1][field]=status&flop[filters][1][op]=in&flop[filters][1][value][]=active&flop[filters][1][value][]=partially_filled`,
    `?filters[0][field]=instrument_id&filters[0][value]=${stage.instrument}&filters[1][field]=status&filters[1][value]=open&order_by[]=created_at&order_directions[]=desc`,
  ]
  for (const query of queries) {
    const found = await buyer.trading.get('/orders', query)
    assert.deepEqual(
      rows(found).map(({ price }) => price),
      ['0.7200', '0.7100'],
      query,
    )
  }
  const oldestFirst = await buyer.trading.get('/orders', '?status=active&order_direction=asc')
  assert.deepEqual(
    rows(oldestFirst).map(({ price }) => price),
    ['0.7100', '0.7200'],
  )
  assert.equal(rows(await buyer.trading.get('/orders', '?end_datetime=2020-01-01T00:00:00Z')).length, 0)
  assert.equal((await buyer.trading.get('/orders', '?colour=red')).status, 400)
  assert.equal((await buyer.trading.get('/orders', '?limit=none')).status, 400)
})

test('pages lead on by their cursor until there is no more', async () => {
  const seen: unknown[] = []
  let query = '?limit=1'
  for (;;) {
    const found = await buyer.trading.get('/orders', query)
    seen.push(...rows(found).map(({ order_id: id }) => id))
    const paging = found.body.paging as { next_cursor: string | null; has_more: boolean }
    assert.equal(paging.has_more, paging.next_cursor !== null)
    if (paging.next_cursor === null) break
    query = `?limit=1&next=${paging.next_cursor}`
  }
  const all = rows(await buyer.trading.get('/orders', '?limit=500'))
  assert.deepEqual(
    seen,
    all.map(({ order_id: id }) => id),
  )
})

test('one market can be cleared, and the count is how many orders ended', async () => {
  assert.equal(one(await buyer.trading.del(`/markets/${stage.market}/orders`)).cancelled, 2)
  assert.equal(one(await buyer.trading.get('/orders/count')).count, 0)
})

test('what was bought stands in the trading account, and can be consumed but not brought back', async () => {
  const query = `?instrument_id=${stage.instrument}`
  const [units] = rows(await buyer.trading.get('/trading-accounts', query))
  assert.equal(units?.available_balance, '2.000000')
  const [cash] = rows(await buyer.trading.get('/currency-trading-accounts'))
  assert.equal(cash?.currency, 'USD')
  assert.deepEqual(
    one(await buyer.trading.get(`/trading-accounts/${String(units?.account_id)}`)).instrument_id,
    stage.instrument,
  )
  const [position] = rows(await buyer.trading.get('/positions'))
  assert.equal(position?.quantity, '2.000000')
  const body = { instrument_id: stage.instrument, quantity: 1 }
  const moved = await buyer.trading.post('/transfers/trading-to-consumption', body)
  assert.equal(moved.status, 202, moved.text)
  assert.equal(moved.body.status, 'accepted')
  const [consumption] = rows(await buyer.trading.get('/consumption-accounts', query))
  assert.equal(consumption?.available_balance, '1.000000')
  assert.equal(consumption?.uncommitted_balance, 1)
  const [history] = rows(await buyer.trading.get('/transfer-histories', `?market_id=${stage.market}`))
  assert.equal(history?.transfer_id, moved.body.transfer_id)
  assert.equal(history?.quantity, 1)
  const back = await buyer.trading.post('/transfers/consumption-to-trading', body)
  assert.equal(back.status, 422)
})

test('candles come by filter, between two times, and a resolution there is none of is said so', async () => {
  const at = Math.floor(Date.now() / 1_000)
  const query = (resolution: string, to: number) =>
    `?filters[0][field]=market_id&filters[0][value]=${stage.market}&filters[1][field]=resolution&filters[1][value]=${resolution}` +
    `&filters[2][field]=from&filters[2][value]=${at - 86_400}&filters[3][field]=to&filters[3][value]=${to}&order_by[]=period_start`
  const candles = await buyer.trading.get('/price-histories', query('1h', at + 60))
  assert.equal(rows(candles).length, 1, candles.text)
  assert.equal(rows(candles)[0]?.close, '0.8200')
  assert.equal(rows(await buyer.trading.get('/price-histories', query('1h', at - 80_000))).length, 0)
  assert.equal(detail(await buyer.trading.get('/price-histories', query('7m', at))), 'Resolution is invalid')
})

test('the limits of a market, the diagnostics and a path there is none of', async () => {
  const limits = one(await buyer.trading.get('/account/limits', `?market_id=${stage.market}`))
  assert.equal(limits.market_id, stage.market)
  assert.equal((limits.order_rate_limits as { scope: string }).scope, 'user_market')
  assert.equal(one(await buyer.trading.get('/diagnostics')).status, 'ok')
  assert.equal((await buyer.trading.get('/nothing')).status, 404)
  assert.equal((await buyer.trading.put('/orders', {})).status, 405)
})
