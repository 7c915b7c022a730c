// Private channels, orders on the socket, and what happens when a connection is lost.
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { streamFrame } from '../../src/wire/stream-frame.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

type Row = Record<string, unknown> & { id: string; seq: number; status: string }
type Frame = Record<string, unknown> & {
  type: string
  id?: number
  channel?: string
  seq: number
  data: Row[]
  result: Row
  problem: { code: string; status: number }
}

let exchange: RunningExchange
let alice: Awaited<ReturnType<RunningExchange['join']>>

before(async () => {
  exchange = await runExchange()
  alice = await exchange.join('alice', '1000', [
    'account:read',
    'trade:place',
    'trade:cancel',
    'keys:manage',
    'drop_copy',
  ])
})

after(() => exchange.end())

/** A connection whose frames are held against their schemas and looked for by type. */
async function open() {
  const socket = new WebSocket(`${exchange.baseUrl.replace('http', 'ws')}/v1/ws`)
  const frames: Frame[] = []
  let told = () => {}
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8')) as Frame
    const fits = streamFrame.safeParse(frame)
    assert.ok(fits.success, `${data.toString('utf8')}: ${fits.error?.message ?? ''}`)
    frames.push(frame)
    told()
  })
  const closed = new Promise<[number, string]>((resolve) =>
    socket.on('close', (code, reason) => resolve([code, reason.toString()])),
  )
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  const line = {
    socket,
    frames,
    closed,
    send: (frame: object) => socket.send(JSON.stringify(frame)),
    /** The first frame not taken yet that fits. */
    async find(fits: (frame: Frame) => boolean): Promise<Frame> {
      for (;;) {
        const at = frames.findIndex(fits)
        if (at >= 0) return frames.splice(at, 1)[0] as Frame
        await new Promise<void>((resolve) => {
          told = resolve
        })
      }
    },
    answer: (id: number) => line.find((frame) => frame.id === id),
    async auth(key = alice.key) {
      line.send({ op: 'auth', id: 1, key })
      assert.equal((await line.answer(1)).type, 'authenticated')
      return line
    },
    order: async (id: number, op: string, params: object) => {
      line.send({ op, id, params })
      return line.answer(id)
    },
  }
  return line
}

const BID = { instrument: 'TEXT_PRIME-USD', side: 'buy', price: '0.7000', quantity: '1.00' }
const rest = async (path: string): Promise<{ data: Row[]; next_cursor: string | null }> => {
  const headers = { authorization: `Bearer ${alice.key}` }
  return (await fetch(exchange.baseUrl + path, { headers })).json() as never
}

test('an order is placed, amended and cancelled on the socket, as over REST', async () => {
  const line = await (await open()).auth()
  const placed = await line.order(2, 'order.place', { ...BID, client_order_id: 'ws-1' })
  assert.equal(placed.type, 'result', JSON.stringify(placed))
  const { id } = placed.result
  const again = await line.order(3, 'order.place', { ...BID, client_order_id: 'ws-1' })
  assert.equal(again.result.id, id)
  const amended = await line.order(4, 'order.amend', { id, quantity: '0.50' })
  assert.deepEqual([amended.result.quantity, amended.result.priority], ['0.50', 'kept'])
  assert.deepEqual((await rest(`/v1/orders/${id}`)) as unknown, { ...amended.result, priority: null })
  const canceled = await line.order(5, 'order.cancel', { id })
  assert.equal(canceled.result.status, 'canceled')
  const gone = await line.order(6, 'order.cancel', { id })
  assert.deepEqual([gone.type, gone.problem.code, gone.problem.status], ['problem', 'order_done', 409])
  const bad = await line.order(7, 'order.place', { ...BID, price: 0.5, account: 'acc_1' })
  assert.deepEqual([bad.problem.code, bad.problem.status], ['invalid_request', 400])
  const extra = await line.order(8, 'order.cancel', { id, force: true })
  assert.equal(extra.problem.code, 'invalid_request')
  await line.order(9, 'order.place', BID)
  const all = await line.order(10, 'order.cancel_all', { side: 'buy' })
  assert.equal((all.result.canceled as string[]).length, 1)
  line.socket.close()
})

test('an account is told its orders, events and balances; the cursor goes on where it broke off', async () => {
  const line = await (await open()).auth()
  const channels = ['orders', 'fills', 'balances', 'lots', 'deliveries', 'drop_copy']
  line.send({ op: 'subscribe', id: 2, channels: channels.map((channel) => ({ channel })) })
  const first = await line.find((one) => one.type === 'snapshot' && one.channel === 'drop_copy')
  await line.find((one) => one.type === 'snapshot' && one.channel === 'balances')
  const placed = (await line.order(3, 'order.place', BID)).result
  const told = await line.find((one) => one.type === 'order')
  assert.deepEqual(told.data, [(await rest('/v1/orders?limit=1')).data[0]])
  assert.equal(told.data[0]?.id, placed.id)
  const usd = await line.find((one) => one.type === 'balance')
  const balances = (await rest('/v1/balances')).data
  for (const row of usd.data)
    assert.deepEqual(
      row,
      balances.find((one) => one.asset === row.asset),
    )
  const live = await line.find((one) => one.type === 'event')
  line.socket.terminate()

  for (let n = 0; n < 25; n++) await alice.client.orders.place({ ...BID, side: 'buy', quantity: '0.10' })
  const back = await (await open()).auth()
  back.send({
    op: 'subscribe',
    id: 2,
    channels: [
      { channel: 'orders', from_seq: first.seq },
      { channel: 'drop_copy', from_seq: first.seq },
    ],
  })
  for (let n = 0; n < 25; n++) await alice.client.orders.place({ ...BID, side: 'buy', quantity: '0.10' })
  await alice.client.orders.cancelAll({})
  const { data: events } = await rest(`/v1/events?after=${first.seq}&limit=1000`)
  const last = events.at(-1)?.seq ?? 0
  await back.find((one) => one.type === 'event' && one.seq === last && back.frames.push(one) > 0)
  const copied = back.frames.filter((one) => one.type === 'event').flatMap((one) => one.data)
  assert.deepEqual(copied, events, 'no gap and no duplicate between what is replayed and what is live')
  assert.equal(live.data[0]?.seq, copied[0]?.seq)
  const latest = new Map(
    back.frames.filter((one) => one.type === 'order').flatMap((one) => one.data.map((row) => [row.id, row])),
  )
  assert.equal(latest.size, 51)
  for (const row of (await rest('/v1/orders?limit=51')).data) assert.deepEqual(latest.get(row.id), row)
  back.send({ op: 'subscribe', id: 9, channels: [{ channel: 'fills', from_seq: 2 ** 50 }] })
  assert.equal((await back.answer(9)).problem.code, 'invalid_cursor')
  back.socket.close()
})

test('orders placed on a connection end with it, unless it logs out', async () => {
  const open1 = await (await open()).auth()
  open1.send({ op: 'cancel_on_disconnect', id: 2, enabled: true })
  assert.equal((await open1.answer(2)).type, 'cancel_on_disconnect')
  const kept = await alice.client.orders.place({ ...BID, side: 'buy' })
  const lost = (await open1.order(3, 'order.place', BID)).result
  open1.socket.terminate()
  const status = async (id: string) => (await alice.client.orders.get(id)).status
  for (let n = 0; n < 100 && (await status(lost.id)) === 'open'; n++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual([await status(lost.id), await status(kept.id)], ['canceled', 'open'])

  const open2 = await (await open()).auth()
  open2.send({ op: 'cancel_on_disconnect', id: 2, enabled: true, scope: 'account' })
  await open2.answer(2)
  open2.send({ op: 'logout', id: 3 })
  assert.deepEqual(await open2.closed, [1000, 'logged out'])
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(await status(kept.id), 'open')
  await alice.client.orders.cancelAll({})
})

test('a signature or a ticket opens the account, each once', async () => {
  const made = await alice.client.keys.create({ name: 'hmac', kind: 'hmac', scopes: ['account:read'] })
  const host = exchange.baseUrl.replace('http://', '')
  const timestamp = String(Date.now())
  const nonce = randomBytes(16).toString('hex')
  const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const text = ['BUSBAR1', 'GET', host, '/v1/ws', nothing, timestamp, nonce, made.id].join('\n')
  const signature = createHmac('sha256', made.secret ?? '')
    .update(text)
    .digest('hex')
  const frame = { op: 'auth', id: 1, key_id: made.id, timestamp, nonce, signature }
  const line = await open()
  line.send(frame)
  assert.deepEqual((await line.answer(1)).scopes, ['account:read'])
  line.send({ op: 'subscribe', id: 2, channels: [{ channel: 'drop_copy' }] })
  assert.equal((await line.answer(2)).problem.code, 'scope_missing')
  const replayed = await open()
  replayed.send(frame)
  assert.equal((await replayed.answer(1)).problem.code, 'nonce_reused')

  const headers = { authorization: `Bearer ${alice.key}` }
  const answer = await fetch(`${exchange.baseUrl}/v1/ws-tickets`, { method: 'POST', headers })
  const { ticket } = (await answer.json()) as { ticket: string }
  assert.equal(answer.status, 201)
  const [one, two] = [await open(), await open()]
  one.send({ op: 'auth', id: 1, ticket })
  assert.equal((await one.answer(1)).type, 'authenticated')
  two.send({ op: 'auth', id: 1, ticket })
  assert.equal((await two.answer(1)).problem.code, 'unauthenticated')

  await alice.client.keys.revoke(made.id)
  assert.deepEqual(await line.closed, [4001, 'the key has ended'])
  for (const { socket } of [replayed, one, two]) socket.close()
})

test('a reader of private channels that is too slow is let go, and told where to go on', async () => {
  const slow = await (await open()).auth()
  const names = ['drop_copy', 'orders', 'balances']
  slow.send({ op: 'subscribe', id: 2, channels: names.map((channel) => ({ channel })) })
  await slow.find((one) => one.type === 'snapshot' && one.channel === 'balances')
  slow.socket.pause()
  const items = Array.from({ length: 100 }, () => ({
    op: 'place' as const,
    ...BID,
    side: 'buy' as const,
    quantity: '0.01',
  }))
  // More than the exchange and the sockets between will hold for it.
  await Promise.all(Array.from({ length: 50 }, () => alice.client.orders.batch(items)))
  await alice.client.orders.cancelAll({})
  slow.socket.resume()
  const [code, reason] = await slow.closed
  assert.equal(code, 4009)
  const seq = Number(/^resume from_seq (\d+)$/.exec(reason)?.[1])
  const back = await (await open()).auth()
  const channels = names.slice(0, 2).map((channel) => ({ channel, from_seq: seq }))
  back.send({ op: 'subscribe', id: 2, channels })
  const { data } = await rest(`/v1/events?after=${seq}&limit=1`)
  assert.deepEqual((await back.find((one) => one.type === 'event')).data[0], data[0])
  const told = await back.find((one) => one.type === 'order')
  assert.equal(told.seq, data[0]?.seq, 'of the command that was cut off every channel is told again')
  const before = slow.frames.filter((one) => one.type === 'order').map((one) => one.seq)
  assert.ok(before.includes(seq), 'and what came before is whole')
  back.socket.close()
})

test('progress of measurements needs its scope, and knows no cursor', async () => {
  const line = await (await open()).auth()
  line.send({ op: 'subscribe', id: 2, channels: [{ channel: 'qualifications' }] })
  assert.equal((await line.answer(2)).problem.code, 'scope_missing')
  line.send({ op: 'subscribe', id: 3, channels: [{ channel: 'qualifications', from_seq: 1 }] })
  const refused = await line.find(({ type }) => type === 'problem')
  assert.equal(refused.problem.code, 'invalid_request')
  line.socket.close()
})

test('a thousand subscriptions, a flood of pings and a frame of ten megabytes end nobody else’s line', async () => {
  const calm = await open()
  const greedy = await open()
  const intervals = ['1m', '5m', '15m', '1h', '4h', '1d']
  const symbols = (await alice.client.instruments.list()).map(({ id }) => id)
  const many = symbols.flatMap((instrument) =>
    intervals.map((interval) => ({ channel: 'candles', instrument, interval })),
  )
  for (let n = 0; n < 20; n++)
    greedy.send({ op: 'subscribe', id: n, channels: many.slice(0, 54).concat(many.slice(0, 46)) })
  const refused = await greedy.find((one) => one.type === 'problem')
  assert.equal(refused.problem.code, 'already_subscribed')
  const over = await greedy.find((one) => one.type === 'problem' && one.problem.code === 'rate_limited')
  assert.equal(over.problem.status, 429)
  greedy.socket.close()
  const flood = await open()
  for (let n = 0; n < 6_000; n++) flood.socket.ping()
  assert.equal((await flood.closed)[0], 1006)
  const huge = await open()
  huge.socket.on('error', () => undefined)
  huge.socket.send('x'.repeat(10_000_000))
  assert.equal((await huge.closed)[0], 1009)
  const noise = await open()
  for (let n = 0; n < 1_100; n++) noise.socket.send('{')
  assert.equal((await noise.closed)[0], 1008)
  calm.send({ op: 'ping', id: 4 })
  assert.equal((await calm.answer(4)).type, 'pong')
  calm.socket.close()
})

test('nothing of all this was an error of ours', () => assert.deepEqual(exchange.errors, []))
