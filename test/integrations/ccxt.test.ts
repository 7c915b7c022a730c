import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { after, before, test } from 'node:test'
import type { Dict, Order, Ticker } from 'ccxt'
import ccxt, { Exchange, NetworkError, Precise } from 'ccxt'
import { Busbar } from '../../integrations/ccxt/busbar.ts'
import { DESCRIPTION } from '../../integrations/ccxt/description.ts'
import type { Client } from '../../src/client/client.ts'
import { OPERATIONS } from '../../src/operations/operations.ts'
import { chance } from '../../src/base/chance.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import { giveUnits, SYMBOL } from './desk.ts'

// The adapter of integrations/ccxt under the real ccxt, against a whole exchange.

let exchange: RunningExchange
let maker: Busbar
let taker: Busbar
let takerKey = ''
let operator: Client

const at = (apiKey: string, more: Dict = {}): Busbar =>
  new Busbar({ apiKey, urls: { api: { rest: exchange.baseUrl } }, ...more })

before(async () => {
  exchange = await runExchange()
  operator = exchange.operator
  const seller = await exchange.join('maker', '10000')
  const buyer = await exchange.join('taker', '1000')
  takerKey = buyer.key
  maker = at(seller.key)
  taker = at(buyer.key)
  await giveUnits(exchange, seller.account, 100)
})

after(async () => {
  await Promise.all([maker.close(), taker.close()])
  assert.deepEqual(exchange.errors, [])
  await exchange.end()
})

const place = (desk: Busbar, side: string, amount: number, price: number, params: Dict = {}) =>
  desk.createOrder(SYMBOL, 'limit', side, amount, price, params)

test('it is a ccxt exchange, and every path it names is an operation of ours', () => {
  assert.ok(maker instanceof Exchange)
  assert.equal(maker.id, 'busbar')
  const ours = new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`))
  const { api } = maker.describe()
  for (const methods of Object.values(api) as Record<string, string[]>[])
    for (const [method, paths] of Object.entries(methods))
      for (const path of paths) {
        const name = `${method.toUpperCase()} /v1/${path}`
        assert.ok(ours.has(name), name)
      }
})

test('what it says it has is written, and what is written is told', () => {
  const written = (name: string): boolean => {
    for (let at = Object.getPrototypeOf(maker); at !== Exchange.prototype; at = Object.getPrototypeOf(at))
      if (Object.hasOwn(at, name)) return true
    return false
  }
  for (const [name, has] of Object.entries(DESCRIPTION.has))
    if (/^(fetch|cancel|edit|transfer|createOrder$)/.test(name)) assert.equal(written(name), has, name)
  for (const [name, has] of Object.entries(maker.has as Dict))
    if (written(name)) assert.equal(has, true, `${name} is written, and not told`)
})

test('markets are spot, with our increments, limits and fees, in the structure ccxt prescribes', async () => {
  const markets = await maker.loadMarkets()
  const market = markets[SYMBOL]
  assert.ok(market)
  assert.equal(Object.keys(markets).length, 9)
  const { id, base, quote, type, spot, active, maker: makerFee, taker: takerFee } = market
  assert.deepEqual(
    [id, base, quote, type, spot, active, makerFee, takerFee],
    ['TEXT_PRIME-USD', 'TEXT_PRIME', 'USD', 'spot', true, true, 0, 0.002],
  )
  assert.equal(market.precision.price, 0.0001)
  assert.equal(market.precision.amount, 0.01)
  assert.equal(market.limits.amount?.min, 0.01)
  const prescribed = Object.keys((maker as unknown as Dict)['safeMarketStructure']())
  for (const key of prescribed) assert.ok(key in market, key)
  assert.equal(maker.market('TEXT_PRIME-USD').symbol, SYMBOL, 'by its id too')
})

test('status, time and fees', async () => {
  assert.equal((await maker.fetchStatus()).status, 'ok')
  const time = await maker.fetchTime()
  assert.ok(Math.abs((time ?? 0) - Date.now()) < 5_000)
  assert.ok(Math.abs(await maker.loadTimeDifference()) < 5_000)
  const fee = await maker.fetchTradingFee(SYMBOL)
  assert.deepEqual([fee.symbol, fee.maker, fee.taker], [SYMBOL, 0, 0.002])
  assert.equal(Object.keys(await maker.fetchTradingFees()).length, 9)
})

test('a resting order: placed, found by either id, amended in place, cancelled', async () => {
  const order = await place(maker, 'sell', 5, 0.85, { clientOrderId: 'ask-1', postOnly: true })
  assert.deepEqual(
    [order.status, order.side, order.type, order.price, order.amount, order.filled, order.remaining],
    ['open', 'sell', 'limit', 0.85, 5, 0, 5],
  )
  assert.deepEqual([order.postOnly, order.timeInForce, order.clientOrderId], [true, 'PO', 'ask-1'])
  assert.equal((await maker.fetchOrder(order.id ?? '')).id, order.id)
  assert.equal((await maker.fetchOrder('', SYMBOL, { clientOrderId: 'ask-1' })).id, order.id)
  const less = await maker.editOrder(order.id ?? '', SYMBOL, 'limit', 'sell', 4)
  assert.deepEqual([less.id, less.amount, less.price, less.info['priority']], [order.id, 4, 0.85, 'kept'])
  const moved = await maker.editOrder(order.id ?? '', SYMBOL, 'limit', 'sell', 4, 0.86)
  assert.deepEqual([moved.price, moved.info['priority']], [0.86, 'lost'])
  assert.deepEqual(
    (await maker.fetchOpenOrders(SYMBOL)).map(({ id }) => id),
    [order.id],
  )
  const gone = await maker.cancelOrder('', SYMBOL, { clientOrderId: 'ask-1' })
  assert.deepEqual([gone.id, gone.status, gone.remaining], [order.id, 'canceled', 4])
  assert.deepEqual(await maker.fetchOpenOrders(), [])
  assert.deepEqual(
    (await maker.fetchCanceledOrders(SYMBOL)).map(({ id }) => id),
    [order.id],
  )
})

test('the same client order id and body is one order; another body is DuplicateOrderId', async () => {
  const first = await place(maker, 'sell', 1, 0.87, { clientOrderId: 'once' })
  assert.equal((await place(maker, 'sell', 1, 0.87, { clientOrderId: 'once' })).id, first.id)
  await assert.rejects(place(maker, 'sell', 2, 0.87, { clientOrderId: 'once' }), ccxt.DuplicateOrderId)
  await maker.cancelAllOrders()
})

test('several orders in one request, each answered for itself, and a timer that cancels them', async () => {
  const one = { symbol: SYMBOL, type: 'limit', side: 'sell', amount: 1, price: 0.88 }
  const placed = await maker.createOrders([one, { ...one, price: 3 }, { ...one, amount: 2 }])
  assert.deepEqual(
    placed.map(({ status, amount }) => [status, amount]),
    [
      ['open', 1],
      ['rejected', undefined],
      ['open', 2],
    ],
  )
  assert.equal(placed[1]?.info['code'], 'price_outside_band')
  const [first, , third] = placed.map(({ id }) => id ?? '')
  const gone = await maker.cancelOrders([first ?? '', 'ord_999999'])
  assert.deepEqual(
    gone.map(({ id, status }) => [id, status]),
    [
      [first, 'canceled'],
      ['ord_999999', 'rejected'],
    ],
  )
  await maker.cancelAllOrdersAfter(60_000)
  await maker.cancelAllOrdersAfter(0)
  assert.equal((await maker.fetchOrder(third ?? '')).status, 'open')
  await maker.cancelAllOrders()
})

test('an order may end at its own time, and say that it only reduces', async () => {
  const expiresAt = Date.now() + 3_600_000
  const order = await place(maker, 'sell', 1, 0.88, { timeInForce: 'GTD', expiresAt })
  assert.deepEqual([order.timeInForce, Date.parse(order.info['expires_at'])], ['GTD', expiresAt])
  const refused = place(maker, 'sell', 1, 0.88, { timeInForce: 'GTD', expiresAt: Date.now() - 60_000 })
  await assert.rejects(refused, ccxt.InvalidOrder)
  await assert.rejects(place(maker, 'sell', 1, 0.88, { reduceOnly: true }), ccxt.InvalidOrder)
  await maker.cancelOrder(order.id ?? '')
})

test('an order may wait for a price, show a part of itself, or trade whole or not at all', async () => {
  await place(maker, 'sell', 3, 0.8301)
  const stop = await place(taker, 'buy', 1, 0.84, { triggerPrice: 0.835 })
  assert.deepEqual([stop.type, stop.status, stop.triggerPrice], ['limit', 'open', 0.835])
  const iceberg = await place(maker, 'sell', 4, 0.8302, { display_quantity: '1.00' })
  const { asks } = await taker.fetchOrderBook(SYMBOL)
  assert.deepEqual(asks.find(([price]) => price === 0.8302)?.slice(0, 2), [0.8302, 1])
  const block = await place(taker, 'buy', 99, 0.84, { all_or_none: true })
  assert.deepEqual([block.status, block.filled, block.info['all_or_none']], ['open', 0, true])
  for (const [owner, order] of [
    [taker, stop],
    [taker, block],
    [maker, iceberg],
  ] as const)
    assert.equal((await owner.cancelOrder(order.id ?? '')).status, 'canceled')
  await maker.cancelAllOrders(SYMBOL)
})

test('a market order takes the book; both sides see trade, fee and order, to the last micro-dollar', async () => {
  await place(maker, 'sell', 0.33, 0.8101)
  await place(maker, 'sell', 5, 0.8113)
  const done = await taker.createOrder(SYMBOL, 'market', 'buy', 1.5)
  const cost = Precise.stringAdd(
    Precise.stringMul('0.33', '0.8101'),
    Precise.stringMul('1.17', '0.8113'),
  ) as string
  assert.deepEqual([done.status, done.filled, done.timeInForce], ['closed', 1.5, 'IOC'])
  assert.equal(done.cost, Number(cost))
  const trades = await taker.fetchMyTrades(SYMBOL)
  assert.deepEqual(
    trades.map(({ side, amount, price, takerOrMaker, order }) => [side, amount, price, takerOrMaker, order]),
    [
      ['buy', 0.33, 0.8101, 'taker', done.id],
      ['buy', 1.17, 0.8113, 'taker', done.id],
    ],
  )
  const sum = (of: (row: Dict) => unknown) =>
    trades.reduce((total, row) => Precise.stringAdd(total, String(of(row))) as string, '0')
  assert.equal(Number(sum(({ cost: one }) => one)), done.cost)
  assert.equal(Number(sum(({ fee }) => fee.cost)), done.fee?.cost)
  assert.equal(done.fee?.currency, 'USD')
  assert.deepEqual((await taker.fetchOrderTrades(done.id ?? '')).length, 2)
  const [other] = await maker.fetchMyTrades(SYMBOL, undefined, 1)
  assert.deepEqual([other?.side, other?.takerOrMaker, other?.fee?.cost], ['sell', 'maker', 0])
  const balance = await taker.fetchBalance()
  assert.deepEqual([balance['TEXT_PRIME']?.free, balance['TEXT_PRIME']?.used], [1.5, 0])
  const left = Precise.stringSub('1000', Precise.stringAdd(cost, String(done.fee?.cost)))
  assert.equal(balance['USD']?.total, Number(left))
})

test('public data after the trade: book, ticker, trades and candles agree', async () => {
  const book = await taker.fetchOrderBook(SYMBOL, 5)
  assert.deepEqual([book.bids, book.asks.map(([price, amount]) => [price, amount])], [[], [[0.8113, 3.83]]])
  assert.ok((book.nonce ?? 0) > 0)
  const ticker = await taker.fetchTicker(SYMBOL)
  assert.deepEqual(
    [ticker.last, ticker.ask, ticker.askVolume, ticker.bid, ticker.baseVolume, ticker.high, ticker.low],
    [0.8113, 0.8113, 3.83, undefined, 1.5, 0.8113, 0.8101],
  )
  const tickers = await taker.fetchTickers([SYMBOL])
  assert.deepEqual(Object.keys(tickers), [SYMBOL])
  const trades = await taker.fetchTrades(SYMBOL)
  assert.deepEqual(
    trades.map(({ price, amount, side }) => [price, amount, side]),
    [
      [0.8101, 0.33, 'buy'],
      [0.8113, 1.17, 'buy'],
    ],
  )
  const [candle] = await taker.fetchOHLCV(SYMBOL, '1d')
  assert.deepEqual(candle?.slice(1), [0.8101, 0.8113, 0.8101, 0.8113, 1.5])
  assert.deepEqual(await taker.fetchOHLCV(SYMBOL, '1m', Date.now() + 86_400_000), [])
})

test('every structure has the fields of the ccxt manual', async () => {
  const blank = maker as unknown as Record<string, (row: Dict, market?: unknown) => Dict>
  const order = await place(maker, 'sell', 1, 0.9)
  for (const key of Object.keys(blank['safeOrder']?.({}) ?? {})) assert.ok(key in order, `order.${key}`)
  const ticker: Ticker = await maker.fetchTicker(SYMBOL)
  for (const key of Object.keys(blank['safeTicker']?.({}) ?? {})) assert.ok(key in ticker, `ticker.${key}`)
  const [trade] = await maker.fetchTrades(SYMBOL)
  const fields = ['id', 'order', 'symbol', 'side', 'type', 'takerOrMaker', 'price', 'amount', 'cost', 'fee']
  for (const key of [...fields, 'fees', 'timestamp', 'datetime', 'info'])
    assert.ok(trade && key in trade, key)
  await maker.cancelOrder(order.id ?? '')
})

test('lists are read to their end: since an instant the oldest come first, else the newest', async () => {
  const placed: Order[] = []
  for (let i = 0; i < 7; i++) placed.push(await place(maker, 'sell', 1, 0.9 + i / 1_000))
  const ids = placed.map(({ id }) => id)
  const since = placed[0]?.timestamp
  const asked: number[] = []
  const original = maker.privateGetOrders
  maker.privateGetOrders = (params = {}) => {
    asked.push(params['limit'])
    return original({ ...params, limit: Math.min(3, params['limit']) })
  }
  assert.deepEqual((await maker.fetchOpenOrders(SYMBOL, since)).map(({ id }) => id).slice(-7), ids)
  assert.ok(asked.length >= 3, 'page after page')
  assert.deepEqual(
    (await maker.fetchOrders(SYMBOL, undefined, 5)).map(({ id }) => id),
    ids.slice(-5),
  )
  assert.equal((await maker.fetchOpenOrders(SYMBOL, since, 2)).length, 2)
  const page = await maker.fetchOrders(SYMBOL, undefined, undefined, { after: ids[3] })
  assert.deepEqual(
    page.map(({ id }) => id),
    ids.slice(0, 3),
    'a cursor of the caller gets one page',
  )
  maker.privateGetOrders = original
  const canceled = await maker.cancelAllOrders(SYMBOL, { side: 'sell' })
  assert.ok(ids.every((id) => canceled.some((one) => one.id === id && one.status === 'canceled')))
})

test('what ccxt rounds to the increments is what the exchange books', async () => {
  const luck = chance(11)
  for (let i = 0; i < 40; i++) {
    const price = 0.65 + luck.below(3_000_000) / 10_000_000
    const amount = 0.01 + luck.below(10_000_000) / 3_000_000
    const order = await place(taker, 'buy', amount, Math.min(price, 0.8))
    assert.equal(
      maker.numberToString(order.price),
      maker.numberToString(Number(maker.priceToPrecision(SYMBOL, Math.min(price, 0.8)))),
    )
    assert.equal(order.amount, Number(maker.amountToPrecision(SYMBOL, amount)))
    assert.equal(Precise.stringEq(order.info['quantity'], maker.amountToPrecision(SYMBOL, amount)), true)
    await taker.cancelOrder(order.id ?? '')
  }
  const text = at(takerKey, { number: String })
  const [row] = await text.fetchMyTrades(SYMBOL)
  assert.equal(row?.price, '0.8101', 'numbers as text, for who wants no floats at all')
})

test('refusals are the classes ccxt has for them', async () => {
  const refused = async (asked: Promise<unknown>, type: new (...args: never[]) => Error, code: string) =>
    assert.rejects(asked, (error: Error) => {
      assert.equal(error.constructor.name, type.name, error.message)
      assert.match(error.message, new RegExp(`"code":"${code}"`))
      return true
    })
  await place(maker, 'sell', 5, 0.8113)
  await refused(place(taker, 'buy', 5_000, 0.8), ccxt.InsufficientFunds, 'insufficient_funds')
  await refused(place(taker, 'sell', 500, 0.9), ccxt.InsufficientFunds, 'insufficient_units')
  await refused(place(taker, 'buy', 1, 3), ccxt.InvalidOrder, 'price_outside_band')
  await refused(
    place(taker, 'buy', 1, 0.9, { postOnly: true }),
    ccxt.OrderImmediatelyFillable,
    'post_only_would_cross',
  )
  await refused(
    place(taker, 'buy', 50, 0.82, { timeInForce: 'FOK' }),
    ccxt.OrderNotFillable,
    'fok_unfillable',
  )
  await refused(taker.fetchOrder('ord_999999'), ccxt.OrderNotFound, 'not_found')
  await refused(taker.cancelOrder('ord_999999'), ccxt.OrderNotFound, 'not_found')
  await refused(place(taker, 'buy', 1, 0.7, { colour: 'red' }), ccxt.BadRequest, 'invalid_request')
  await refused(at('bb_nobody').fetchBalance(), ccxt.AuthenticationError, 'unauthenticated')
  const { secret } = await exchangeKey(['account:read'])
  await refused(place(at(secret), 'buy', 1, 0.7), ccxt.PermissionDenied, 'scope_missing')
  await assert.rejects(taker.fetchTicker('NOTHING/USD'), ccxt.BadSymbol)
  await assert.rejects(place(taker, 'buy', 0.001, 0.7), ccxt.InvalidOrder)
  await assert.rejects(at('').fetchBalance(), ccxt.AuthenticationError)
  const nowhere = new Busbar({ urls: { api: { rest: 'http://127.0.0.1:9' } } })
  await assert.rejects(nowhere.fetchTime(), ccxt.NetworkError)
})

test('a halted market is MarketClosed, and is shown inactive', async () => {
  await operator.admin.halt('code-max', 'a test')
  await assert.rejects(taker.createOrder('CODE_MAX/USD', 'limit', 'buy', 1, 1), ccxt.MarketClosed)
  const markets = await at(takerKey).loadMarkets()
  assert.equal(markets['CODE_MAX/USD']?.active, false)
})

test('only what may be tried again is raised as a NetworkError, for every code of the catalogue', async () => {
  const { data } = await maker.publicGetErrors()
  const rows = data as { code: string; status: number; retryable: boolean }[]
  const raise = (code: string, status: number, retryable: boolean): unknown => {
    try {
      const answer = { code, retryable }
      maker.handleErrors(status, '', '', '', {}, JSON.stringify(answer), answer)
    } catch (error) {
      return error
    }
    return undefined
  }
  // A fresh timestamp and a fresh nonce are put on every attempt.
  const apart = ['clock_skew', 'nonce_reused', 'internal']
  assert.ok(rows.length > 50)
  for (const { code, status, retryable } of rows) {
    const error = raise(code, status, retryable)
    assert.ok(error instanceof ccxt.BaseError, code)
    if (!apart.includes(code)) assert.equal(error instanceof NetworkError, retryable, code)
  }
})

async function exchangeKey(scopes: string[], more: Dict = {}): Promise<{ id: string; secret: string }> {
  const { id: account } = await taker.privateGetAccount()
  const made = await operator.admin.createKey({ account, name: 'ccxt', scopes, ...more } as never)
  return { id: made.id, secret: made.secret ?? '' }
}

test('a key with a secret signs instead of travelling, and a replay has no second effect', async () => {
  const { id, secret } = await exchangeKey(['account:read', 'trade:place', 'trade:cancel'], { kind: 'hmac' })
  const signed = at(id, { secret })
  const order = await place(signed, 'buy', 1, 0.7)
  assert.equal(order.status, 'open')
  const [newest] = await signed.fetchOpenOrders(SYMBOL, undefined, 1)
  assert.equal(newest?.id, order.id, 'a query is signed too')
  const request = signed.sign('orders', 'private', 'POST', { instrument: 'text-prime' })
  assert.ok(!JSON.stringify(request).includes(secret))
  const again = signed.sign('orders/{id}', 'private', 'DELETE', { id: order.id })
  const send = () => fetch(again.url, { method: again.method, headers: again.headers })
  assert.equal((await send()).status, 200)
  assert.equal((await send()).status, 401)
  await assert.rejects(at(id, { secret: 'bb_wrong' }).fetchBalance(), ccxt.AuthenticationError)
})

test('an Ed25519 key signs too', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
  const { id } = await exchangeKey(['account:read'], { kind: 'ed25519', public_key: raw })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  assert.equal((await at(id, { privateKey: pem }).fetchBalance())['TEXT_PRIME']?.free, 1.5)
})

test('units go from trading into consumption', async () => {
  const moved = await taker.transfer('TEXT_PRIME', 0.5, 'trading', 'consumption')
  assert.deepEqual([moved.status, moved.amount, moved.currency], ['ok', 0.5, 'TEXT_PRIME'])
  assert.equal((await taker.fetchBalance())['TEXT_PRIME']?.free, 1)
})

test('the examples of its README run as they stand', async () => {
  const text = readFileSync(new URL('../../integrations/ccxt/README.md', import.meta.url), 'utf8')
  const examples = [...text.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code)
  assert.equal(examples.length, 2)
  // One process for both: imports first, then each example in a scope of its own.
  const isImport = (line: string) => line.startsWith('import ')
  const lines = examples.map((code) => code.split('\n'))
  const bodies = lines.map((code) => `{${code.filter((line) => !isImport(line)).join('\n')}}`)
  const code = [...lines.flatMap((own) => own.filter(isImport)), ...bodies].join('\n')
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const env = { ...process.env, KEY: takerKey, BUSBAR_URL: exchange.baseUrl }
  const args = ['--import', 'tsx', '--input-type=module', '-e', code]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env })
  assert.match(stdout, /true 2\n\d+ true open\n$/)
})
