import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { chance } from '../../src/base/chance.ts'
import type { Client } from '../../src/client/client.ts'
import { BusbarError } from '../../src/client/problem.ts'
import type { SocketClass } from '../../src/client/line.ts'
import type { Depth, IndexPrint, MarketStream } from '../../src/client/stream.ts'
import { openStream } from '../../src/client/stream.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

let exchange: RunningExchange
let alice: Client
let stream: MarketStream
const faults: string[] = []

before(async () => {
  exchange = await runExchange()
  alice = (await exchange.join('alice', '100000')).client
  stream = openStream({
    baseUrl: exchange.baseUrl,
    webSocket: WebSocket as unknown as SocketClass,
    onFault: (detail) => faults.push(detail),
  })
})

after(async () => {
  stream.close()
  await exchange.end()
})

test('the streamed book follows every order, checked, and equals the book that is asked for', async () => {
  const instrument = await alice.instruments.get('text-prime')
  let depth: Depth | undefined
  const end = stream.book(instrument, (next) => {
    depth = next
  })
  const luck = chance(5)
  const open: string[] = []
  for (let step = 0; step < 150; step++) {
    const price = (0.7 + luck.below(900) / 10_000).toFixed(4)
    const quantity = (0.01 * (1 + luck.below(300))).toFixed(2)
    const turn = luck.below(4)
    const one = open[luck.below(Math.max(1, open.length))]
    if (turn === 0 && one !== undefined) {
      await alice.orders.cancel(one)
      open.splice(open.indexOf(one), 1)
    } else if (turn === 1 && one !== undefined) await alice.orders.amend(one, { price, quantity })
    else open.push((await alice.orders.place({ instrument: 'text-prime', side: 'buy', price, quantity })).id)
  }
  const book = await alice.book('text-prime', { depth: 50 })
  for (let wait = 0; depth?.seq !== book.seq && wait < 100; wait++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(depth?.bids, book.bids)
  assert.ok(book.bids.length > 20)
  assert.deepEqual(faults, [])
  end()
})

test('the same order asked twice is one order; another order under its id is refused', async () => {
  const order = {
    client_order_id: 'once',
    instrument: 'code-prime',
    side: 'buy',
    price: '0.9',
    quantity: '1',
  } as const
  const first = await alice.orders.place(order)
  assert.equal((await alice.orders.place(order)).id, first.id)
  assert.equal((await alice.orders.getByClientId('once')).id, first.id)
  await assert.rejects(
    alice.orders.place({ ...order, quantity: '2' }),
    (error) => error instanceof BusbarError && error.status === 409 && error.outcome === 'rejected',
  )
})

test('lists are read to their end, and cancelling everything leaves nothing open', async () => {
  const open: string[] = []
  for await (const order of alice.orders.all({ status: 'open' })) open.push(order.id)
  const { canceled } = await alice.orders.cancelAll()
  assert.deepEqual([...canceled].sort(), [...open].sort())
  assert.deepEqual((await alice.orders.list({ status: 'open' })).data, [])
  const usd = (await alice.balances()).data.find(({ asset }) => asset === 'USD')
  assert.deepEqual([usd?.available, usd?.held], ['100000.000000', '0.000000'])
})

test('published numbers and scorecards come on the same connection, in the rows of REST', async () => {
  const prints = await new Promise<IndexPrint[]>((resolve) => stream.prints(resolve))
  const indices = prints.find(({ series }) => series === 'indices')
  assert.deepEqual(indices?.row, await alice.indices.list())
  const cards = await new Promise<unknown[]>((resolve) => stream.scorecards('TEXT_PRIME-USD', resolve))
  assert.deepEqual(cards, [], 'nobody supplies yet')
  assert.deepEqual(faults, [])
})
