import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { openTestVenue } from '../api/test-venue.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

type Told = { headers: IncomingMessage['headers']; body: string; json: any }

let exchange: RunningExchange
let url = ''
let told: Told[] = []
let answers: number[] = []
const heard = new Set<() => void>()

const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', (text) => (body += text))
  request.on('end', () => {
    told.push({ headers: request.headers, body, json: JSON.parse(body) })
    response.writeHead(answers.shift() ?? 204).end()
    for (const each of heard) each()
  })
})

before(async () => {
  exchange = await runExchange()
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/busbar`
})
after(async () => {
  await exchange.end()
  receiver.close()
  receiver.closeAllConnections()
})
beforeEach(() => {
  told = []
  answers = []
})

/** Waits until the receiver has been told what is looked for. */
async function until(found: () => boolean): Promise<void> {
  while (!found())
    await new Promise<void>((resolve) => {
      const look = () => {
        heard.delete(look)
        resolve()
      }
      heard.add(look)
    })
}

const events = () => told.flatMap(({ json }) => json.events as { type: string; seq: number; payload: any }[])

async function api(key: string, method: string, path: string, body?: unknown) {
  const response = await fetch(exchange.baseUrl + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as any }
}

/** Waits until the account's webhook has been told everything up to a command. */
async function toldUpTo(key: string, seq: number): Promise<void> {
  for (;;) {
    const { json } = await api(key, 'GET', '/v1/webhooks')
    if (json.data[0].cursor >= seq) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A bid that rests, and is told as `order.accepted`. */
const rest = (client: RunningExchange['operator'], price: string) =>
  client.orders.place({ instrument: 'text-prime', side: 'buy', price, quantity: '0.10' })

test('a webhook is told in order what happens to its account, signed, and of nobody else', async () => {
  const alice = await exchange.join('alice', '20')
  const bob = await exchange.join('bob', '20')
  const made = await api(alice.key, 'POST', '/v1/webhooks', {
    url,
    types: ['order.accepted', 'order.closed'],
  })
  assert.equal(made.status, 201, JSON.stringify(made.json))
  const placed = await rest(alice.client, '0.7000')
  await rest(bob.client, '0.7100')
  await alice.client.orders.cancel(placed.id)
  await until(() => events().some(({ type }) => type === 'order.closed'))
  assert.deepEqual(
    events().map(({ type, payload }) => [type, payload.order]),
    [
      ['order.accepted', placed.id],
      ['order.closed', placed.id],
    ],
  )
  const list = await api(alice.key, 'GET', '/v1/webhooks')
  const [first] = told
  assert.ok(first !== undefined)
  const raw = Buffer.from(list.json.public_key, 'base64')
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const signed = Buffer.from(`${String(first.headers['busbar-timestamp'])}.${first.body}`)
  const signature = Buffer.from(String(first.headers['busbar-signature']), 'base64')
  assert.ok(verify(null, signed, key, signature))
  assert.ok(!verify(null, Buffer.concat([signed, Buffer.from(' ')]), key, signature))
  await api(alice.key, 'DELETE', `/v1/webhooks/${made.json.id}`)
})

test('what was not taken is told again, and nothing is left out', async () => {
  const carol = await exchange.join('carol', '20')
  answers = [500, 500]
  const made = await api(carol.key, 'POST', '/v1/webhooks', { url, types: ['order.accepted'] })
  const first = await rest(carol.client, '0.7000')
  // The second post comes only when the first is known to have failed.
  await until(() => told.length >= 2)
  const failing = await api(carol.key, 'GET', '/v1/webhooks')
  assert.equal(failing.json.data[0].status, 'retrying')
  assert.equal(failing.json.data[0].failure, 'answered 500')
  const second = await rest(carol.client, '0.7100')
  await until(() => told.length >= 3)
  const taken = told.slice(2).flatMap(({ json }) => json.events.map((event: any) => event.payload.order))
  await until(() => events().some(({ payload }) => payload.order === second.id))
  assert.equal(taken[0], first.id)
  await api(carol.key, 'DELETE', `/v1/webhooks/${made.json.id}`)
})

test('a consumer that lost its notes has everything told again from a cursor', async () => {
  const dave = await exchange.join('dave', '20')
  const order = await rest(dave.client, '0.7000')
  const made = await api(dave.key, 'POST', '/v1/webhooks', { url, types: ['order.accepted'] })
  assert.equal((await api(dave.key, 'GET', '/v1/webhooks')).json.data[0].status, 'active')
  assert.deepEqual(events(), [], 'what was before it is not told')
  const replayed = await api(dave.key, 'POST', `/v1/webhooks/${made.json.id}/replay`, { after: 0 })
  assert.equal(replayed.json.cursor, 0)
  await until(() => events().length > 0)
  assert.equal(events()[0]?.payload.order, order.id)
  await api(dave.key, 'DELETE', `/v1/webhooks/${made.json.id}`)
})

test('a balance that falls below its bound is told once, until it is above again', async () => {
  const erin = await exchange.join('erin', '10')
  const made = await api(erin.key, 'POST', '/v1/webhooks', {
    url,
    types: ['balance.low'],
    low_balance: '5.00',
  })
  const big = { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '10.00' } as const
  const order = await erin.client.orders.place(big)
  await until(() => events().length === 1)
  assert.equal(events()[0]?.payload.threshold, '5.000000')
  const { seq } = await erin.client.orders.cancel(order.id)
  await toldUpTo(erin.key, seq)
  await erin.client.orders.place(big)
  await until(() => events().length === 2)
  await api(erin.key, 'DELETE', `/v1/webhooks/${made.json.id}`)
  assert.deepEqual(exchange.errors, [])
})

test('an address inside is refused where the venue does not allow it, and so is nonsense', async (t) => {
  const venue = await openTestVenue({ settings: { allowPrivateSuppliers: false } })
  t.after(() => venue.close())
  const { key } = await venue.join('mallory')
  const post = (body: unknown) => venue.send('POST', '/v1/webhooks', { key, body })
  for (const bad of ['http://example.com/x', 'https://127.0.0.1/x', 'https://metadata/x', 'not a url']) {
    const answer = await post({ url: bad })
    assert.deepEqual([answer.status, answer.json.errors[0].pointer], [422, '/url'], bad)
  }
  assert.equal((await post({ url: 'https://example.com/x', types: [] })).status, 400)
  for (let n = 0; n < 20; n++) assert.equal((await post({ url: 'https://example.com/x' })).status, 201)
  assert.equal((await post({ url: 'https://example.com/x' })).json.code, 'webhook_limit')
  const { key: other } = await venue.join('other')
  assert.equal((await venue.send('DELETE', '/v1/webhooks/whk_1', { key: other })).status, 404)
})

test('a webhook that names no types is told what waits for approval, with all that a person needs', async () => {
  const owner = await exchange.join('owner', '20')
  await api(owner.key, 'POST', '/v1/webhooks', { url })
  const mandate = await owner.client.mandates.grant({ name: 'careful', approval_above: '0.05' })
  const scopes = ['account:read' as const, 'trade:place' as const]
  const { secret } = await owner.client.keys.create({ name: 'careful', scopes, mandate: mandate.id })
  const order = { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '0.10' }
  const asked = await api(secret ?? '', 'POST', '/v1/orders', order)
  await until(() => events().some(({ type }) => type === 'approval.asked'))
  const found = events().find(({ type }) => type === 'approval.asked')?.payload
  const { approval, mandate: under, side, price, quantity, cost, threshold } = found
  assert.equal(approval, asked.json.facts.approval)
  assert.deepEqual(
    { under, side, price, quantity, cost, threshold },
    {
      under: mandate.id,
      side: 'buy',
      price: '0.7000',
      quantity: '0.10',
      cost: '0.070140',
      threshold: '0.050000',
    },
  )
})
