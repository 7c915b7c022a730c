import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

let exchange: RunningExchange
let alice: Awaited<ReturnType<RunningExchange['join']>>

before(async () => {
  exchange = await runExchange()
  alice = await exchange.join('alice', '1000')
})

after(() => exchange.end())

type Frame = Record<string, unknown> & { type: string; seq: number; prev_seq: number; bids: string[][] }

/** A connection whose frames are taken one by one. */
async function open(options: { origin?: string } = {}) {
  const socket = new WebSocket(`${exchange.baseUrl.replace('http', 'ws')}/v1/ws`, options)
  const frames: Frame[] = []
  const waiting: ((frame: Frame) => void)[] = []
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8')) as Frame
    // Heartbeats come by a clock of their own, between any two frames of a busy machine.
    if (frame.type === 'heartbeat') return
    const next = waiting.shift()
    if (next) next(frame)
    else frames.push(frame)
  })
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  return {
    socket,
    send: (frame: unknown) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    next: (): Promise<Frame> => {
      const frame = frames.shift()
      return frame ? Promise.resolve(frame) : new Promise((resolve) => waiting.push(resolve))
    },
  }
}

const codeOf = (frame: Frame) => (frame.problem as { code: string } | undefined)?.code

const bid = (price: string, quantity = '1.00') =>
  alice.client.orders.place({ instrument: 'text-prime', side: 'buy', price, quantity })

const BOOK = { channel: 'book', instrument: 'TEXT_PRIME-USD', depth: 10 }

test('a book arrives whole, then as changes whose sequence numbers chain', async () => {
  await bid('0.7000')
  const line = await open()
  assert.equal((await line.next()).type, 'hello')
  line.send({ op: 'subscribe', id: 7, channels: [BOOK] })
  const subscribed = await line.next()
  assert.deepEqual([subscribed.type, subscribed.id, subscribed.mode], ['subscribed', 7, 'snapshot'])
  const snapshot = await line.next()
  assert.deepEqual(snapshot.bids, [['0.7000', '1.00', 1]])
  await bid('0.7000', '0.50')
  const joined = await line.next()
  assert.deepEqual([joined.type, joined.prev_seq], ['delta', snapshot.seq])
  assert.deepEqual(joined.bids, [['0.7000', '1.50', 2]])
  const { canceled } = await alice.client.orders.cancelAll({})
  assert.equal(canceled.length, 2)
  const emptied = await line.next()
  assert.equal(emptied.prev_seq, joined.seq)
  assert.deepEqual(emptied.bids, [['0.7000', '0.00', 0]])
  line.socket.close()
})

test('a reader of ten levels sees only those, and what comes up when one goes', async () => {
  const line = await open()
  await line.next()
  const placed = []
  for (let level = 0; level < 12; level++) placed.push(await bid(`0.70${10 + level}`))
  line.send({ op: 'subscribe', channels: [BOOK] })
  await line.next()
  const snapshot = await line.next()
  assert.equal(snapshot.bids.length, 10)
  assert.equal(snapshot.bids.at(-1)?.[0], '0.7012')
  await alice.client.orders.cancel(placed[11]?.id ?? '')
  const delta = await line.next()
  assert.deepEqual(
    delta.bids.map(([price, quantity]) => [price, quantity]),
    [
      ['0.7011', '1.00'],
      ['0.7021', '0.00'],
    ],
  )
  await alice.client.orders.cancelAll({})
  line.socket.close()
})

test('trades and the ticker are told as they happen', async () => {
  const line = await open()
  await line.next()
  line.send({ op: 'subscribe', channels: [{ channel: 'ticker', instrument: 'text-prime' }] })
  await line.next()
  const first = await line.next()
  assert.equal((first.data as { best_bid: string | null }).best_bid, null)
  await bid('0.6900')
  const moved = await line.next()
  assert.equal((moved.data as { best_bid: string }).best_bid, '0.6900')
  await alice.client.orders.cancelAll({})
  line.socket.close()
})

test('what cannot be done is said on the line, which stays open', async () => {
  const line = await open()
  await line.next()
  const cases: [unknown, string][] = [
    ['{"op":', 'invalid_json'],
    ['{"op":"subscribe","op":"ping"}', 'invalid_json'],
    [{ op: 'dance' }, 'invalid_request'],
    [{ op: 'subscribe', channels: [] }, 'invalid_request'],
    [
      { op: 'subscribe', channels: [{ channel: 'book', instrument: 'text-prime', depth: 1e9 }] },
      'invalid_request',
    ],
    [{ op: 'subscribe', channels: [{ channel: 'orders', instrument: 'text-prime' }] }, 'invalid_request'],
    [{ op: 'subscribe', channels: [{ channel: 'orders' }] }, 'unauthenticated'],
    [{ op: 'order.place', id: 1, params: {} }, 'unauthenticated'],
    [{ op: 'cancel_on_disconnect', enabled: true }, 'unauthenticated'],
    [{ op: 'subscribe', channels: [{ channel: 'index', instrument: 'text-prime' }] }, 'invalid_request'],
    [{ op: 'subscribe', channels: [{ channel: 'scorecard' }] }, 'invalid_request'],
    [{ op: 'subscribe', channels: [{ channel: 'scorecard', instrument: 'no-such' }] }, 'not_found'],
    [{ op: 'unsubscribe', channels: [{ channel: 'index' }] }, 'not_subscribed'],
    [{ op: 'auth' }, 'invalid_request'],
    [{ op: 'auth', key: 'bb_no-such-key' }, 'unauthenticated'],
    [{ op: 'auth', ticket: 'wst_no-such-ticket' }, 'unauthenticated'],
    [{ op: 'auth', key_id: 'key_1' }, 'unauthenticated'],
    ['{"op":"ping","__proto__":{"id":1}}', 'invalid_json'],
    ['{"op":"ping","constructor":1}', 'invalid_json'],
    ['null', 'invalid_request'],
    ['[]', 'invalid_request'],
    ['"ping"', 'invalid_request'],
    ['{"op":"ping","id":1e999}', 'invalid_json'],
    ['{"op":"ping","id":-1}', 'invalid_request'],
    ['[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[', 'invalid_json'],
    [{ op: 'subscribe', channels: [{ channel: 'book', instrument: 'no-such' }] }, 'not_found'],
    [{ op: 'unsubscribe', channels: [{ channel: 'book', instrument: 'text-prime' }] }, 'not_subscribed'],
  ]
  for (const [frame, code] of cases) {
    line.send(frame)
    const answer = await line.next()
    assert.deepEqual([answer.type, codeOf(answer)], ['problem', code], JSON.stringify(frame))
  }
  line.socket.send(Buffer.from([1, 2, 3]), { binary: true })
  assert.equal(codeOf(await line.next()), 'invalid_request')
  line.send({ op: 'ping', id: 1 })
  assert.equal((await line.next()).type, 'pong')
  line.socket.close()
})

test('a page of another origin gets no line, and a frame of a megabyte ends it', async () => {
  await assert.rejects(open({ origin: 'https://evil.example' }))
  const line = await open()
  const closed = new Promise<number>((resolve) => line.socket.on('close', resolve))
  line.socket.on('error', () => undefined)
  line.send('x'.repeat(1_000_000))
  assert.equal(await closed, 1009)
})

test('nothing of all this was an error of ours', () => assert.deepEqual(exchange.errors, []))
