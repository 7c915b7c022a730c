import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

let exchange: RunningExchange
let alice: Awaited<ReturnType<RunningExchange['join']>>

before(async () => {
  exchange = await runExchange()
  alice = await exchange.join('alice', '100')
})

after(() => exchange.end())

const ORDER = { instrument: 'text-prime', side: 'buy', price: '0.8000', quantity: '1.00' }

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${exchange.baseUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${alice.key}`, 'content-type': 'application/json', ...headers },
    body,
  })

/** Sends raw bytes and returns everything that came back until the connection closed. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(exchange.baseUrl).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
    socket.setTimeout(3_000, () => socket.end())
  })

const problemOf = async (response: Response) => {
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  return (await response.json()) as { code: string; outcome: string; request_id: string }
}

test('an order is placed, answered with its id, and found again', async () => {
  const placed = await post('/v1/orders', JSON.stringify(ORDER))
  assert.equal(placed.status, 201)
  const { id } = (await placed.json()) as { id: string }
  const headers = { authorization: `Bearer ${alice.key}` }
  const found = await fetch(`${exchange.baseUrl}/v1/orders/${id}`, { headers })
  assert.equal(((await found.json()) as { status: string }).status, 'open')
})

test('every answer names its request and forbids guessing at its type', async () => {
  const { headers } = await fetch(`${exchange.baseUrl}/v1/status`)
  assert.match(headers.get('x-request-id') ?? '', /^req_[0-9a-z]+_[0-9a-z]+$/)
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
})

test('a body that is too large, not JSON, encoded or cut short is refused with no effect', async () => {
  const { seq } = await alice.client.status()
  const large = await post('/v1/orders', `{"x":"${'a'.repeat(70_000)}"}`)
  assert.equal(large.status, 413)
  assert.equal((await problemOf(large)).code, 'too_large')
  const form = await post('/v1/orders', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })
  assert.equal(form.status, 415)
  const zipped = await post('/v1/orders', JSON.stringify(ORDER), { 'content-encoding': 'gzip' })
  assert.equal(zipped.status, 415)
  const cut = await post('/v1/orders', '{"instrument":"text-prime"')
  assert.equal(cut.status, 400)
  assert.equal((await problemOf(cut)).outcome, 'rejected')
  assert.equal((await alice.client.status()).seq, seq)
})

test('a path that is no operation is 404, and a method it does not take is 405 that lists those it does', async () => {
  for (const path of ['/v1/nothing', '/v1/orders/', '/v1/..%2f..%2fetc/passwd', '/.git/config', '/%00'])
    assert.equal((await fetch(`${exchange.baseUrl}${path}`)).status, 404, path)
  const put = await fetch(`${exchange.baseUrl}/v1/orders`, { method: 'PUT', body: '{}' })
  assert.equal(put.status, 405)
  assert.match(put.headers.get('allow') ?? '', /POST/)
})

test('requests that two readers could read differently are refused, and the connection ends', async () => {
  const head =
    'POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n'
  const cases = {
    'two lengths': `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    'length and chunks': `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'no host': 'GET /v1/status HTTP/1.1\r\nConnection: close\r\n\r\n',
    'a line feed in a name': 'GET /v1/status HTTP/1.1\r\nHost: a\r\nX\n-Y: 1\r\nConnection: close\r\n\r\n',
    'headers without end': `GET /v1/status HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
    garbage: '\u0016\u0003\u0001\u0002\u0000\r\n\r\n',
  }
  for (const [name, text] of Object.entries(cases)) {
    const answer = await raw(text)
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, name)
    assert.doesNotMatch(answer, /at .*\.(ts|js):\d+/, name)
  }
  assert.equal((await alice.client.status()).status, 'open')
})

test('health answers, readiness follows the exchange, metrics count operations and not ids', async () => {
  assert.equal((await fetch(`${exchange.baseUrl}/health`)).status, 200)
  assert.equal((await fetch(`${exchange.baseUrl}/ready`)).status, 200)
  const metrics = await (await fetch(`${exchange.baseUrl}/metrics`)).text()
  assert.match(metrics, /busbar_requests_total\{operation="order\.place",status="201"\} \d/)
  assert.match(metrics, /busbar_open_orders 1\n/)
  assert.doesNotMatch(metrics, /ord_\d/)
})

test('the OpenAPI document is served and names every operation it serves', async () => {
  const document = (await (await fetch(`${exchange.baseUrl}/openapi.json`)).json()) as {
    openapi: string
    paths: Record<string, unknown>
  }
  assert.match(document.openapi, /^3\.1/)
  assert.ok('/v1/orders' in document.paths && '/v1/chat/completions' in document.paths)
})

test('nothing of all this was an error of ours', () => assert.deepEqual(exchange.errors, []))
