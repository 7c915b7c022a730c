import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import type { Loose } from './grid-client.ts'
import { gridSocket, nowSeconds, one } from './grid-client.ts'
import type { Stage, Trader } from './stage.ts'
import { openStage } from './stage.ts'

let stage: Stage
let seller: Trader
let buyer: Trader

const address = () => `${stage.base.replace('http', 'ws')}/v1/`

before(async () => {
  stage = await openStage()
  seller = await stage.trader('seller', '1000')
  buyer = await stage.trader('buyer', '100')
  await stage.certify(seller)
  await seller.trading.post('/supply-issuances', { instrument_id: stage.instrument, quantity: 20 })
})

after(() => stage.end())

const credentials = ({ pair }: Trader, timestamp = nowSeconds()): Loose => ({
  timestamp,
  fingerprint: pair.fingerprint,
  signature: sign(null, Buffer.from(timestamp + pair.fingerprint), pair.privateKey).toString('base64'),
})

const order = (side: string, price: string, quantity: string) => ({
  market_id: stage.market,
  side,
  type: 'limit',
  quantity,
  price,
})

/** A socket that has joined, and is somebody if asked for. */
async function joined(trader?: Trader) {
  const socket = await gridSocket(address())
  assert.equal((await socket.ask('phx_join', {})).payload.status, 'ok')
  if (trader !== undefined)
    assert.equal((await socket.ask('authenticate', credentials(trader))).payload.status, 'ok')
  return socket
}

const ack = (mark: string) => (frame: { event: string; payload: Loose }) =>
  frame.event === 'ack' && frame.payload.request_id === mark

test('a heartbeat is answered, before a channel is joined too', async () => {
  const socket = await gridSocket(address())
  const beat = await socket.ask('heartbeat', {}, 'phoenix')
  assert.deepEqual(beat, {
    topic: 'phoenix',
    event: 'phx_reply',
    payload: { status: 'ok', response: {} },
    ref: '1',
  })
  socket.close()
})

test('only the one topic is there, and nothing is done before it is joined', async () => {
  const socket = await gridSocket(address())
  assert.equal((await socket.ask('phx_join', {}, 'ws:elsewhere')).payload.status, 'error')
  assert.equal((await socket.ask('subscribe', { streams: [] })).payload.status, 'error')
  socket.close()
})

test('a wrong or an old signature is refused by its reason', async () => {
  const socket = await joined()
  const reasonOf = async (payload: Loose) => (await socket.ask('authenticate', payload)).payload.response
  assert.deepEqual(await reasonOf({ ...credentials(buyer), signature: 'AAAA' }), {
    reason: 'invalid_signature',
  })
  assert.deepEqual(await reasonOf(credentials(buyer, String(Number(nowSeconds()) - 60))), {
    reason: 'expired_timestamp',
  })
  assert.deepEqual(await reasonOf({}), { reason: 'invalid_payload' })
  assert.deepEqual(await reasonOf({ token: 'bb_no' }), { reason: 'unauthorized' })
  socket.close()
})

test('book, trades and ticker of a market are told to anyone who has joined', async () => {
  const socket = await joined()
  const streams = ['market.orderbook', 'market.trades', 'market.ticker']
  socket.send('subscribe', {
    request_id: 'req-1',
    streams: streams.map((name) => ({ name, market: stage.market })),
  })
  assert.equal((await socket.next(ack('req-1'))).payload.status, 'ok')
  await socket.next(({ event }) => event === 'market_orderbook')
  await socket.next(({ event }) => event === 'market_ticker')
  await seller.trading.post('/orders', order('sell', '0.8', '3'))
  const book = await socket.next(({ event }) => event === 'market_orderbook')
  assert.equal(((book.payload.data as Loose).sell as { quantity: string }[])[0]?.quantity, '3.00')
  await buyer.trading.post('/orders', order('buy', '0.8', '1'))
  const trade = (await socket.next(({ event }) => event === 'new_trade')).payload.data as Loose
  assert.equal(trade.market_id, stage.market)
  assert.equal(trade.price, '0.8000')
  assert.equal(trade.side, 'buy')
  assert.match(String(trade.maker_order_id), /^ord_/)
  const ticker = await socket.next(
    ({ event, payload }) => event === 'market_ticker' && payload.last_price !== null,
  )
  assert.equal(ticker.payload.ask, '0.8000')
  socket.close()
})

test('an account sees its own orders from birth to end, and nobody else does', async () => {
  const socket = await joined(buyer)
  const other = await joined(seller)
  for (const each of [socket, other]) {
    each.send('subscribe', { request_id: 'mine', streams: [{ name: 'user.orders' }] })
    await each.next(ack('mine'))
  }
  const id = one(await buyer.trading.post('/orders', order('buy', '0.7', '2'))).order_id
  const born = (await socket.next(({ event }) => event === 'new_order')).payload.data as Loose
  assert.equal(born.order_id, id)
  assert.equal(born.status, 'active')
  assert.equal(born.original_quantity, '2.00')
  await buyer.trading.del(`/orders/${String(id)}`)
  const ended = (await socket.next(({ event }) => event === 'order_update')).payload.data as Loose
  assert.equal(ended.status, 'cancelled')
  assert.equal(other.frames.length, 0)
  socket.close()
  other.close()
})

test('streams are acknowledged each for itself', async () => {
  const socket = await joined()
  socket.send('subscribe', {
    request_id: 'some',
    streams: [
      { name: 'market.trades', market: stage.market },
      { name: 'user.orders' },
      { name: 'market.trades', market: 'market_none' },
      { name: 'weather' },
      7,
    ],
  })
  const { status, streams } = (await socket.next(ack('some'))).payload
  assert.equal(status, 'partial')
  assert.deepEqual(
    (streams as Loose[]).map(({ reason }) => reason),
    [undefined, 'unauthorized', 'market_not_found', 'unknown_stream', 'unknown_stream'],
  )
  socket.send('unsubscribe', {
    request_id: 'end',
    streams: [{ name: 'market.trades', market: stage.market }],
  })
  assert.equal((await socket.next(ack('end'))).payload.status, 'ok')
  assert.equal((await socket.ask('phx_leave', {})).payload.status, 'ok')
  await socket.next(({ event }) => event === 'phx_close')
  socket.close()
})

test('frames that are none are answered with an error and leave the socket as it was', async () => {
  const socket = await joined()
  for (const text of ['', '{', '[]', '7', '{"topic":1}', '{"topic":"ws:trading","event":"ü","payload":[]}'])
    socket.socket.send(text)
  socket.socket.send(Buffer.from([0xff, 0x00]))
  assert.equal((await socket.ask('heartbeat', {}, 'phoenix')).payload.status, 'ok')
  assert.ok(socket.frames.length >= 6)
  socket.close()
})

test('a frame of a megabyte ends the connection, and a page of another site gets none', async () => {
  const socket = await joined()
  const closed = new Promise<number>((resolve) => socket.socket.once('close', resolve))
  socket.socket.send('x'.repeat(1_048_576))
  assert.equal(await closed, 1009)
  const foreign = new WebSocket(address(), { origin: 'https://elsewhere.example' })
  const error = await new Promise<Error>((resolve) => foreign.once('error', resolve))
  assert.match(error.message, /403/)
})

test("the exchange's own stream is where it was", async () => {
  const own = new WebSocket(`${stage.exchange.baseUrl.replace('http', 'ws')}/v1/ws`)
  const hello = await new Promise((resolve) =>
    own.once('message', (text: Buffer) => resolve(text.toString('utf8'))),
  )
  assert.match(String(hello), /"type":"hello"/)
  own.close()
})
