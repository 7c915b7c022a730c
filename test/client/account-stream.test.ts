import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import type { SocketClass } from '../../src/client/line.ts'
import { openAccountStream } from '../../src/client/account-stream.ts'
import { BusbarError } from '../../src/client/problem.ts'
import type { AccountEventOut } from '../../src/wire/account.ts'
import type { OrderOut } from '../../src/wire/order.ts'
import type { QualificationOut } from '../../src/wire/supply.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

let exchange: RunningExchange
const sockets: WebSocket[] = []

/** A socket whose connection the test can cut. */
class Cuttable extends WebSocket {
  constructor(url: string) {
    super(url)
    sockets.push(this)
  }
}

before(async () => {
  exchange = await runExchange()
})
after(() => exchange.end())

test('a maker’s account goes on where a cut connection left it, and no order is placed twice', async () => {
  const maker = await exchange.join('maker', '1000', [
    'account:read',
    'trade:place',
    'trade:cancel',
    'drop_copy',
  ])
  const events: AccountEventOut[] = []
  const orders = new Map<string, OrderOut>()
  const stream = openAccountStream({
    baseUrl: exchange.baseUrl,
    key: maker.key,
    webSocket: Cuttable as unknown as SocketClass,
    fromSeq: 0,
    on: {
      drop_copy: (rows) => events.push(...rows),
      orders: (rows) => {
        for (const row of rows) orders.set(row.id, row)
      },
    },
  })
  const bid = { instrument: 'TEXT_PRIME-USD', side: 'buy', price: '0.7000', quantity: '1.00' } as const
  const first = await stream.place({ ...bid, client_order_id: 'a' })
  sockets.at(-1)?.terminate()
  const elsewhere = await maker.client.orders.place({ ...bid, client_order_id: 'b' })
  const again = await stream.place({ ...bid, client_order_id: 'a' })
  assert.equal(again.id, first.id)
  assert.equal((await stream.amend(first.id, { quantity: '0.50' })).priority, 'kept')
  assert.equal((await stream.cancelAll()).canceled.length, 2)
  await assert.rejects(
    stream.cancel(elsewhere.id),
    (error: unknown) => error instanceof BusbarError && error.code === 'order_done',
  )
  const { data } = (await (
    await fetch(`${exchange.baseUrl}/v1/events?limit=1000`, {
      headers: { authorization: `Bearer ${maker.key}` },
    })
  ).json()) as { data: AccountEventOut[] }
  for (let n = 0; n < 100 && events.length < data.length; n++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(events, data)
  assert.deepEqual(
    [...orders.values()].map(({ status }) => status),
    ['canceled', 'canceled'],
  )
  stream.close()
  assert.deepEqual(exchange.errors, [])
})

test('a supplier sees its measurement come along, to its end and why', async () => {
  const supplier = await exchange.join('supplier', '1000', ['account:read', 'supply:manage'])
  const seen: QualificationOut[] = []
  let isOver: () => void = () => undefined
  const over = new Promise<void>((resolve) => {
    isOver = resolve
  })
  const stream = openAccountStream({
    baseUrl: exchange.baseUrl,
    key: supplier.key,
    webSocket: Cuttable as unknown as SocketClass,
    on: {
      qualifications: (rows) => {
        seen.push(...rows)
        if (rows.some(({ status }) => status !== 'running')) isOver()
      },
    },
  })
  const offer = await supplier.client.offers.register({
    name: 'Nowhere',
    endpoint: { base_url: 'http://127.0.0.1:9/v1', model: 'none' },
    rate: '10',
    concurrency: 2,
    context_tokens: 131_072,
  })
  const begun = await supplier.client.qualifications.start({
    offer: offer.id,
    instrument: 'text-prime',
    plan: 'brief',
  })
  await over
  const last = seen.at(-1)
  assert.deepEqual(last, await supplier.client.qualifications.get(begun.id))
  assert.equal(last?.status, 'failed')
  assert.match(last?.reason ?? '', /requests failed/)
  assert.ok((last?.done ?? 0) >= 5 && last?.samples_passed === 0)
  stream.close()
})
