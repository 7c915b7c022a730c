// Bytes that no client sends by accident: requests that two readers could read differently, lines without
// end, frames that break the protocol, and readers and writers that stall.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

let exchange: RunningExchange
let alice: Awaited<ReturnType<RunningExchange['join']>>
let port: number

before(async () => {
  exchange = await runExchange()
  alice = await exchange.join('alice', '1000')
  port = Number(new URL(exchange.baseUrl).port)
})
after(() => exchange.end())

type Heard = { text: string; bytes: Buffer; tookMs: number; closed: boolean }

/** Sends bytes and hears what comes back until the venue closes, or for as long as `patienceMs`. */
function raw(bytes: Buffer | string, patienceMs = 1_500): Promise<Heard> {
  const began = performance.now()
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const end = (closed: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      const all = Buffer.concat(parts)
      resolve({ text: all.toString('latin1'), bytes: all, tookMs: performance.now() - began, closed })
    }
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const timer = setTimeout(() => end(false), patienceMs)
    socket.on('data', (data) => parts.push(data))
    socket.on('error', () => undefined)
    socket.on('close', () => end(true))
  })
}

const ORDER = JSON.stringify({ instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '1.00' })
/** What a smuggler hides: an order that nobody sent as a request of its own. */
const hidden = () =>
  `POST /v1/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${alice.key}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${ORDER.length}\r\n\r\n${ORDER}`
const post = (lines: string, body: string) =>
  `POST /v1/status HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${lines}\r\n${body}`

const openOrders = async () => (await alice.client.orders.list({ status: 'open' })).data.length
const statusOf = ({ text }: Heard) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)

test('what two readers could read differently is refused, and what hides in it is never done', async () => {
  const smuggled = hidden()
  const chunked = 'Transfer-Encoding: chunked\r\n'
  const cases: Record<string, string> = {
    'length, then chunks': post(`Content-Length: 5\r\n${chunked}`, `0\r\n\r\n${smuggled}`),
    'chunks, then length': post(`${chunked}Content-Length: 5\r\n`, `0\r\n\r\n${smuggled}`),
    'two lengths': post('Content-Length: 0\r\nContent-Length: 5\r\n', smuggled),
    'a list of lengths': post('Content-Length: 0, 5\r\n', smuggled),
    'a length with a plus': post('Content-Length: +5\r\n', smuggled),
    'a length below nothing': post('Content-Length: -1\r\n', smuggled),
    'a length in hex': post('Content-Length: 0x5\r\n', smuggled),
    'a length of 40 digits': post(`Content-Length: ${'9'.repeat(40)}\r\n`, smuggled),
    'a length with a space inside': post('Content-Length: 1 0\r\n', smuggled),
    'a space before the colon': post('Content-Length : 0\r\n', smuggled),
    'a coding nobody knows': post('Transfer-Encoding: xchunked\r\n', smuggled),
    'chunks that are not the last coding': post('Transfer-Encoding: chunked, identity\r\n', smuggled),
    'a coding after a tab': post('Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n', smuggled),
    'a coding on a folded line': post('Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n', smuggled),
    'a coding twice': post(`${chunked}Transfer-Encoding: identity\r\n`, `0\r\n\r\n${smuggled}`),
    'a vertical tab in a coding': post('Transfer-Encoding: \x0bchunked\r\n', smuggled),
    'a chunk size that overflows': post(chunked, `${'f'.repeat(17)}\r\n${smuggled}`),
    'a chunk size below nothing': post(chunked, `-1\r\n${smuggled}`),
    'a chunk size in 0x': post(chunked, `0x1\r\na\r\n0\r\n\r\n${smuggled}`),
    'a chunk without its line end': post(chunked, `1\r\naa0\r\n\r\n${smuggled}`),
    'an endless chunk extension': post(chunked, `1;${'x'.repeat(200_000)}\r\na\r\n0\r\n\r\n`),
    'a bare line feed between headers': `POST /v1/status HTTP/1.1\nHost: a\nContent-Length: 0\n\n${smuggled}`,
    'a bare return in a value': post('X-A: b\rContent-Length: 0\r\n', smuggled),
    'a zero byte in a value': post('X-A: b\0c\r\n', smuggled),
    'a zero byte in a name': post('X-\0A: b\r\n', smuggled),
    'a folded line': post('X-A: b\r\n c\r\n', smuggled),
    'a header without a name': post(': b\r\n', smuggled),
    'no host': `GET /v1/status HTTP/1.1\r\n\r\n`,
    'two hosts': `GET /v1/status HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
    'a request without a version': 'GET / \r\n\r\n',
    'a version nobody speaks': 'GET / HTTP/9.9\r\nHost: a\r\n\r\n',
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'the hello of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'a method nobody knows': 'BREW /v1/status HTTP/1.1\r\nHost: a\r\n\r\n',
    'a tunnel': 'CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n',
    'a path of a megabyte': `GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    'a header of a megabyte': `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(1_000_000)}\r\n\r\n`,
  }
  for (const [name, bytes] of Object.entries(cases)) {
    const heard = await raw(bytes)
    const answers = heard.text.match(/HTTP\/1\.1 \d{3}/g) ?? []
    assert.ok(heard.closed, `${name}: the connection goes on after ${heard.text.slice(0, 200)}`)
    for (const answer of answers) assert.match(answer, / 4\d\d$/, `${name}: ${heard.text.slice(0, 300)}`)
    assert.equal(await openOrders(), 0, `${name} smuggled an order in`)
  }
  // Sent by itself it is an order, so its absence above says something.
  await raw(smuggled, 300)
  assert.equal((await alice.client.orders.cancelAll({})).canceled.length, 1)
})

test('five hundred requests sent at once on one connection are each answered, in turn', async () => {
  const one = 'GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n'
  const last = 'GET /v1/status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  const { text, closed } = await raw(one.repeat(499) + last, 10_000)
  assert.ok(closed)
  assert.equal(text.match(/HTTP\/1\.1 200 OK/g)?.length, 500)
})

/** One request for the caller's balances, with headers of its own. */
const balances = (headers: string, line = 'GET /v1/balances') =>
  raw(`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`)

test('who calls is told by one good key, and by nothing that a proxy or a stranger could add', async () => {
  const good = `Authorization: Bearer ${alice.key}\r\n`
  assert.equal(statusOf(await balances(good)), 200)
  const strangers = [
    '',
    'Authorization: \r\n',
    'Authorization: Bearer \r\n',
    `Authorization: Basic ${alice.key}\r\n`,
    `Authorization: ${alice.key}\r\n`,
    `Authorization: Bearer ${alice.key} or 1=1\r\n`,
    `Authorization: Bearer ${alice.key.toUpperCase()}\r\n`,
    `Authorization: Bearer ${alice.key},${alice.key}\r\n`,
    `Authorization: Bearer ${'x'.repeat(8_000)}\r\n`,
    good + good,
    `Authorization: Bearer x\r\n${good}`,
    'X-Forwarded-User: operator\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n',
    'X-Account-Id: acc_1\r\nX-Member: 1\r\n',
  ]
  for (const headers of strangers) assert.equal(statusOf(await balances(headers)), 401, headers.slice(0, 80))
})

test('a path and a method are what the request line says, whatever headers add', async () => {
  const key = `Authorization: Bearer ${alice.key}\r\n`
  for (const extra of [
    'X-Original-URL: /v1/admin/members\r\n',
    'X-Rewrite-URL: /v1/admin/members\r\n',
    'X-HTTP-Method-Override: DELETE\r\n',
    'Range: bytes=0-1\r\n',
    'X: a\r\n'.repeat(400),
    `X: ${'a'.repeat(15_000)}\r\n`,
  ]) {
    const heard = await balances(key + extra)
    assert.equal(statusOf(heard), 200, extra.slice(0, 60))
    assert.match(heard.text, /"asset":"USD"/)
  }
  for (const method of ['TRACE', 'PURGE', 'PROPFIND', 'OPTIONS'])
    assert.match(String(statusOf(await balances(key, `${method} /v1/balances`))), /^40[05]$/, method)
  for (const path of [
    '/v1/account/../balances',
    '/v1/account/%2e%2e/balances',
    '/v1//balances',
    '/V1/balances',
    '/v1/balances/',
    '/v1/balances%00',
    '/v1/balances;a=b',
    '/.git/config',
    '/.env',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%5c..%5cpackage.json',
  ])
    assert.equal(statusOf(await balances(key, `GET ${path}`)), 404, path)
  assert.match(String(statusOf(await balances('Expect: 200-maybe\r\n'))), /^4\d\d$/)
})

test('a path without its slash or with a whole address names nothing else', async () => {
  for (const target of ['http://a/v1/balances', 'v1/account/balances', '*', '//evil.example/v1/status'])
    assert.match(String(statusOf(await balances('', `GET ${target}`))), /^40[04]$/, target)
})

test('pages, limits and times of absurd size are refused by name', async () => {
  for (const query of [
    'limit=-1',
    'limit=1e9',
    'limit[]=1',
    'limit[$gt]=1',
    'limit=1&limit=2',
    'limit=',
    'cursor=garbage',
    'cursor=%00',
    'from=275760-09-14T00:00:00Z',
  ]) {
    const heard = await balances(`Authorization: Bearer ${alice.key}\r\n`, `GET /v1/fills?${query}`)
    assert.equal(statusOf(heard), 400, `${query} ${heard.text.slice(-200)}`)
  }
})

test('who opens connections and dawdles is cut off in seconds, and honest callers do not notice', async () => {
  const dawdlers = {
    'says nothing': '',
    'stops inside the first line': 'GET /v1/st',
    'stops inside a header': 'GET /v1/status HTTP/1.1\r\nHost: a\r\nX-A: b',
    'never ends its headers': 'POST /v1/orders HTTP/1.1\r\nHost: a\r\n',
  }
  const heard = Object.entries(dawdlers).flatMap(([name, bytes]) =>
    Array.from({ length: 50 }, async () => ({ name, ...(await raw(bytes, 12_000)) })),
  )
  for (let i = 0; i < 20; i++) assert.equal((await alice.client.status()).status, 'open')
  for (const { name, closed, text } of await Promise.all(heard)) {
    assert.ok(closed, `${name}: still open after 12 s`)
    assert.match(text, /^(HTTP\/1\.1 4\d\d |$)/, name)
  }
})

test('a body that is shorter than its length said holds up nobody but its sender', async () => {
  const head = `POST /v1/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${alice.key}\r\n`
  const body = `Content-Type: application/json\r\nContent-Length: 500\r\n\r\n${ORDER}`
  const cut = await raw(head + body, 500)
  assert.equal(cut.text, '')
  assert.equal((await alice.client.status()).status, 'open')
})

test('nothing of all this was an error of ours, or left an order behind', async () => {
  assert.deepEqual(exchange.errors, [])
  assert.equal(await openOrders(), 0)
})
