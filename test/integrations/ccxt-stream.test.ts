import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Dict } from 'ccxt'
import ccxt from 'ccxt'
import type { WebSocket as ServerSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { bookChecksum } from '../../integrations/ccxt/checksum.ts'
import { BusbarPro } from '../../integrations/ccxt/busbar-pro.ts'
import { chance } from '../../src/base/chance.ts'
import { bookChecksum as ourChecksum } from '../../src/client/checksum.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import { giveUnits, SYMBOL } from './desk.ts'

// The live half of the adapter: the real ccxt's sockets against a whole exchange, and against a line that lies.

let exchange: RunningExchange
let maker: BusbarPro
let taker: BusbarPro
let watcher: BusbarPro
const desks: BusbarPro[] = []

function at(config: Dict, rest = exchange.baseUrl): BusbarPro {
  const desk = new BusbarPro({ urls: { api: { rest } }, ...config })
  desks.push(desk)
  return desk
}

before(async () => {
  exchange = await runExchange()
  const seller = await exchange.join('maker', '10000')
  const buyer = await exchange.join('taker', '1000')
  await giveUnits(exchange, seller.account, 100)
  maker = at({ apiKey: seller.key })
  taker = at({ apiKey: buyer.key })
  watcher = at({})
})

after(async () => {
  await Promise.all(desks.map((desk) => desk.close()))
  assert.deepEqual(exchange.errors, [])
  await exchange.end()
})

const place = (desk: BusbarPro, side: string, amount: number, price: number) =>
  desk.createOrder(SYMBOL, 'limit', side, amount, price)

/** Drops every connection of a desk, as a network does. */
function drop(desk: BusbarPro): void {
  for (const { connection } of Object.values(desk.clients)) connection.terminate()
}

test('what it says it streams it does', () => {
  const base = ccxt.Exchange.prototype as unknown as Dict
  for (const [name, has] of Object.entries(watcher.has as Dict))
    if (/^(un)?[wW]atch|^(create|edit|cancel)\w*OrdersWs$|OrderWs$/.test(name)) {
      const isOwn = (watcher as unknown as Dict)[name] !== base[name]
      if (has === true && !/^create(Limit|Market|Post|Reduce|Stop|Take|Trail|Trigger)/.test(name))
        assert.ok(isOwn, name)
      if (isOwn) assert.equal(has, true, `${name} is written, and not told`)
    }
})

test('the streamed book follows a random day and equals the book that is asked for', async () => {
  let live = await watcher.watchOrderBook(SYMBOL)
  let told = 0
  const following = (async () => {
    for (;;) {
      live = await watcher.watchOrderBook(SYMBOL)
      told++
    }
  })()
  following.catch(() => undefined)
  const luck = chance(3)
  const open: string[] = []
  for (let step = 0; step < 120; step++) {
    const price = 0.7 + luck.below(900) / 10_000
    const amount = 0.01 * (1 + luck.below(300))
    const one = open[luck.below(Math.max(1, open.length))]
    const turn = luck.below(4)
    if (turn === 0 && one !== undefined) {
      await taker.cancelOrder(one)
      open.splice(open.indexOf(one), 1)
    } else if (turn === 1 && one !== undefined)
      await taker.editOrder(one, SYMBOL, 'limit', 'buy', amount, price)
    else open.push((await place(taker, 'buy', amount, price)).id as string)
  }
  const asked = await watcher.fetchOrderBook(SYMBOL, 50)
  for (let wait = 0; live.nonce !== asked.nonce && wait < 200; wait++) await watcher.sleep(10)
  assert.equal(live.nonce, asked.nonce)
  assert.deepEqual([...live.bids], asked.bids)
  assert.ok(told > 20 && asked.bids.length > 20)
  const short = watcher.watchOrderBook(SYMBOL, 5)
  await taker.cancelAllOrders()
  assert.equal((await short).bids.length <= 5, true)
  await watcher.unWatchOrderBook(SYMBOL)
  await assert.rejects(following, ccxt.UnsubscribeError)
})

test('trades, ticker and candles as they happen, to a reader who needs no key', async () => {
  await place(maker, 'sell', 50, 0.81)
  const first = [watcher.watchTicker(SYMBOL), watcher.watchTrades(SYMBOL), watcher.watchOHLCV(SYMBOL, '1h')]
  await first[0]
  await taker.createOrder(SYMBOL, 'market', 'buy', 1.25)
  const trades = (await first[1]) as Dict[]
  assert.deepEqual(
    trades.map(({ price, amount, side }) => [price, amount, side]),
    [[0.81, 1.25, 'buy']],
  )
  const candles = (await first[2]) as number[][]
  assert.deepEqual(candles.at(-1)?.slice(1), [0.81, 0.81, 0.81, 0.81, 1.25])
  let ticker = await watcher.watchTicker(SYMBOL)
  while (ticker.last === undefined) ticker = await watcher.watchTicker(SYMBOL)
  assert.deepEqual([ticker.symbol, ticker.last, ticker.ask], [SYMBOL, 0.81, 0.81])
  // While nobody waits, two more: both are given at once, and neither twice.
  await taker.createOrder(SYMBOL, 'market', 'buy', 0.5)
  await taker.createOrder(SYMBOL, 'market', 'buy', 0.25)
  const more: Dict[] = []
  while (more.length < 2) more.push(...((await watcher.watchTrades(SYMBOL)) as unknown as Dict[]))
  assert.deepEqual(
    more.map(({ amount }) => amount),
    [0.5, 0.25],
  )
})

test('own orders, trades and balances, and nothing missed over a lost connection', async () => {
  const [orders, fills, balance] = [taker.watchOrders(SYMBOL), taker.watchMyTrades(), taker.watchBalance()]
  await balance
  const order = await place(taker, 'buy', 1, 0.79)
  assert.deepEqual(
    (await orders).map(({ id, status }) => [id, status]),
    [[order.id, 'open']],
  )
  const done = await taker.createOrder(SYMBOL, 'market', 'buy', 2)
  assert.deepEqual(
    (await fills).map(({ order: of, amount, takerOrMaker }) => [of, amount, takerOrMaker]),
    [[done.id, 2, 'taker']],
  )
  const asked = await taker.fetchBalance()
  let live = await taker.watchBalance()
  while (live['TEXT_PRIME']?.free !== asked['TEXT_PRIME']?.free) live = await taker.watchBalance()
  assert.deepEqual(live['TEXT_PRIME'], asked['TEXT_PRIME'])

  const waiting = taker.watchMyTrades()
  const lost = assert.rejects(waiting, ccxt.NetworkError)
  drop(taker)
  await lost
  const missed = await taker.createOrder(SYMBOL, 'market', 'buy', 3)
  await taker.cancelOrder(order.id as string)
  const seen = await taker.watchMyTrades()
  assert.deepEqual(
    seen.map(({ order: of, amount }) => [of, amount]),
    [[missed.id, 3]],
  )
  const ends = new Map<unknown, unknown>()
  while (ends.get(order.id) !== 'canceled')
    for (const { id, status } of await taker.watchOrders()) ends.set(id, status)
  assert.equal(ends.get(missed.id), 'closed')
})

test('orders on the connection itself, refused in the same classes, and cancelled when it is lost', async () => {
  const desk = at({ apiKey: taker.apiKey, options: { cancelOnDisconnect: 'session' } })
  const [one, two] = await Promise.all([
    desk.createOrderWs(SYMBOL, 'limit', 'buy', 1, 0.75, { clientOrderId: 'live-1' }),
    desk.createOrderWs(SYMBOL, 'limit', 'buy', 2, 0.74),
  ])
  assert.deepEqual([one.status, one.amount, one.clientOrderId, two.amount], ['open', 1, 'live-1', 2])
  const more = await desk.editOrderWs(one.id as string, SYMBOL, 'limit', 'buy', 3)
  assert.deepEqual([more.id, more.amount, more.info['priority']], [one.id, 3, 'lost'])
  assert.equal((await desk.cancelOrderWs(one.id as string, SYMBOL)).status, 'canceled')
  await assert.rejects(desk.cancelOrderWs('ord_999999'), ccxt.OrderNotFound)
  await assert.rejects(desk.createOrderWs(SYMBOL, 'limit', 'buy', 9_999, 0.8), ccxt.InsufficientFunds)
  await assert.rejects(desk.createOrderWs(SYMBOL, 'limit', 'buy', 1, 3), ccxt.InvalidOrder)
  const three = await desk.createOrderWs(SYMBOL, 'limit', 'buy', 1, 0.73)
  assert.deepEqual((await desk.cancelAllOrdersWs(SYMBOL)).map(({ id }) => id).includes(three.id), true)

  const last = await desk.createOrderWs(SYMBOL, 'limit', 'buy', 1, 0.72)
  drop(desk)
  let order = await taker.fetchOrder(last.id as string)
  for (let wait = 0; order.status === 'open' && wait < 100; wait++) {
    await taker.sleep(20)
    order = await taker.fetchOrder(last.id as string)
  }
  assert.equal(order.status, 'canceled')
})

test('a signing key opens the private stream too; a wrong one is refused', async () => {
  const { id: account } = await taker.privateGetAccount()
  const made = await exchange.operator.admin.createKey({
    account,
    name: 'signer',
    scopes: ['account:read'],
    kind: 'hmac',
  })
  const signer = at({ apiKey: made.id, secret: made.secret })
  assert.ok((await signer.watchBalance())['USD']?.total)
  await assert.rejects(at({ apiKey: made.id, secret: 'bb_other' }).watchOrders(), ccxt.AuthenticationError)
  await assert.rejects(at({ apiKey: 'bb_nobody' }).watchBalance(), ccxt.AuthenticationError)
  await assert.rejects(at({}).watchBalance(), ccxt.AuthenticationError)
})

test('a gap, and a checksum that fails, are healed by a fresh book before anyone sees them', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/v1/ws' })
  await once(server, 'listening')
  const liar = at({}, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  liar.setMarkets(await watcher.fetchMarkets())
  const ops: string[] = []
  let line: ServerSocket | undefined
  const say = (frame: Dict) =>
    line?.send(JSON.stringify({ channel: 'book', instrument: 'TEXT_PRIME-USD', ...frame }))
  const book = (frame: Dict, bids: [string, string, number][], good = true) => {
    const sum = bookChecksum(
      [],
      bids.map(([price, amount]) => [Number(price), Number(amount)]),
      '0.0001',
      '0.01',
    )
    say({ bids, asks: [], checksum: good ? sum : sum ^ 1, ...frame })
  }
  let nextSnapshot = 10
  server.on('connection', (socket) => {
    line = socket
    socket.on('message', (data: Buffer) => {
      const { op } = JSON.parse(data.toString())
      ops.push(op)
      if (op === 'subscribe') book({ type: 'snapshot', seq: nextSnapshot }, [['0.8000', '1.00', 1]])
    })
  })
  assert.equal((await liar.watchOrderBook(SYMBOL)).nonce, 10)

  nextSnapshot = 20
  const afterGap = liar.watchOrderBook(SYMBOL)
  book({ type: 'delta', prev_seq: 12, seq: 13 }, [['0.7000', '9.00', 1]])
  book({ type: 'delta', prev_seq: 13, seq: 14 }, [['0.6000', '9.00', 1]])
  const healed = await afterGap
  assert.deepEqual([healed.nonce, [...healed.bids]], [20, [[0.8, 1, 1]]])
  assert.deepEqual(ops, ['subscribe', 'unsubscribe', 'subscribe'])

  nextSnapshot = 30
  const afterLie = liar.watchOrderBook(SYMBOL)
  book({ type: 'delta', prev_seq: 20, seq: 21 }, [['0.8000', '5.00', 1]], false)
  assert.equal((await afterLie).nonce, 30)
  assert.equal(ops.length, 5)

  const never = liar.watchOrderBook(SYMBOL)
  book({ type: 'snapshot', seq: 40 }, [['0.8000', '1.00', 1]], false)
  await assert.rejects(never, ccxt.ChecksumError)
  await liar.close()
  server.close()
})

test('its checksum is the one of our own client, whatever the numbers', () => {
  const luck = chance(9)
  for (let run = 0; run < 50; run++) {
    const side = () =>
      Array.from({ length: luck.below(12) }, () => {
        const price = (luck.below(99_999_999) + 1) / 10_000
        const amount = (luck.below(99_999_999) + 1) / 100
        return {
          numbers: [price, amount],
          text: [price.toFixed(4), amount.toFixed(2), 1] as [string, string, number],
        }
      })
    const [asks, bids] = [side(), side()]
    const increments = { price_increment: '0.0001', quantity_increment: '0.01' }
    assert.equal(
      bookChecksum(
        asks.map(({ numbers }) => numbers),
        bids.map(({ numbers }) => numbers),
        '0.0001',
        '0.01',
      ),
      ourChecksum(
        asks.map(({ text }) => text),
        bids.map(({ text }) => text),
        increments,
      ),
    )
  }
})
