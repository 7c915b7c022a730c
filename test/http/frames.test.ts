// The stream's protocol, broken in every way that a client of its own making can break it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { after, before, test, type TestContext } from 'node:test'
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

const TEXT = 0x1
const CONTINUATION = 0x0
const CLOSE = 0x8
const PING = 0x9
const FINAL = 0x80

/** One frame as RFC 6455 §5.2 lays it out, right or wrong as the caller likes. */
function frame(
  opcode: number,
  payload: Buffer | string,
  { final = true, reserved = 0, masked = true, length = undefined as bigint | undefined } = {},
): Buffer {
  const data = Buffer.from(payload)
  const head: number[] = [(final ? FINAL : 0) | reserved | opcode]
  const mask = masked ? 0x80 : 0
  const said = length ?? BigInt(data.length)
  if (said < 126n) head.push(mask | Number(said))
  else if (said < 65_536n) head.push(mask | 126, Number(said >> 8n), Number(said & 255n))
  else {
    head.push(mask | 127)
    for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((said >> shift) & 255n))
  }
  if (!masked) return Buffer.concat([Buffer.from(head), data])
  const key = randomBytes(4)
  return Buffer.concat([Buffer.from(head), key, data.map((byte, i) => byte ^ (key[i % 4] as number))])
}

type Raw = {
  socket: Socket
  heard: () => Buffer
  /** Resolves when the venue has closed the connection; rejects when it has not in time. */
  closed: (withinMs?: number) => Promise<void>
}

/** A connection that was upgraded by hand. */
async function upgrade(t: TestContext, extra = ''): Promise<Raw> {
  const parts: Buffer[] = []
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      parts.push(data)
      resolve()
    })
    socket.once('close', () => resolve())
  })
  socket.write(
    `GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${extra}\r\n`,
  )
  await answered
  const closed = (withinMs = 4_000) =>
    Promise.race([
      ended,
      new Promise<void>((_, reject) => {
        setTimeout(() => reject(new Error('the connection is still open')), withinMs).unref()
      }),
    ])
  return { socket, heard: () => Buffer.concat(parts), closed }
}

const says = (raw: Raw) => raw.heard().toString('latin1')
const ping = JSON.stringify({ op: 'ping', id: 77 })

test('a frame that breaks the protocol ends its connection, and no other', async (t) => {
  const witness = await upgrade(t)
  const big = Buffer.alloc(200, 0x61)
  const cases: Record<string, Buffer> = {
    'a frame without a mask': frame(TEXT, ping, { masked: false }),
    'reserved bit 1': frame(TEXT, ping, { reserved: 0x40 }),
    'reserved bit 2': frame(TEXT, ping, { reserved: 0x20 }),
    'reserved bit 3': frame(TEXT, ping, { reserved: 0x10 }),
    'a data opcode that is reserved': frame(0x3, ping),
    'a control opcode that is reserved': frame(0xb, ''),
    'a ping of 126 bytes': frame(PING, big.subarray(0, 126)),
    'a close of 200 bytes': frame(CLOSE, big),
    'a ping in fragments': frame(PING, 'a', { final: false }),
    'a continuation of nothing': frame(CONTINUATION, ping),
    'a new text inside a fragmented one': Buffer.concat([
      frame(TEXT, '{"op"', { final: false }),
      frame(TEXT, ping),
    ]),
    'a text that is not UTF-8': frame(TEXT, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    'half a code point at the end': frame(TEXT, Buffer.from([0xe2, 0x82])),
    'a close code of one byte': frame(CLOSE, Buffer.from([3])),
    'a close code that nobody may send': frame(CLOSE, Buffer.from([0x03, 0xed])),
    'a close code out of range': frame(CLOSE, Buffer.from([0xff, 0xff])),
    'a close reason that is not UTF-8': frame(CLOSE, Buffer.from([0x03, 0xe8, 0xff])),
    'a length of 2^62': frame(TEXT, 'a', { length: 2n ** 62n }),
    'a length with its top bit set': frame(TEXT, 'a', { length: 2n ** 63n }),
    'a frame of ten megabytes': frame(TEXT, Buffer.alloc(10_000_000, 0x20)),
    'seventy fragments': Buffer.concat([
      frame(TEXT, '{', { final: false }),
      ...Array.from({ length: 70 }, () => frame(CONTINUATION, ' ', { final: false })),
    ]),
    'two hundred thousand tiny fragments': Buffer.concat([
      frame(TEXT, '{', { final: false }),
      ...Array.from({ length: 200_000 }, () => frame(CONTINUATION, ' ', { final: false })),
    ]),
    'text that is no frame': Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  }
  for (const [name, bytes] of Object.entries(cases)) {
    const raw = await upgrade(t)
    raw.socket.write(bytes)
    await raw.closed().catch((error: Error) => assert.fail(`${name}: ${error.message}`))
    assert.doesNotMatch(says(raw), /"type":"pong"/, name)
  }
  witness.socket.write(frame(TEXT, ping))
  await until(() => says(witness).includes('"type":"pong"'))
})

async function until(is: () => boolean): Promise<void> {
  const end = Date.now() + 5_000
  while (!is()) {
    assert.ok(Date.now() < end, 'waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('a message in fragments, with a ping between them, is one message', async (t) => {
  const raw = await upgrade(t)
  raw.socket.write(
    Buffer.concat([
      frame(TEXT, ping.slice(0, 6), { final: false }),
      frame(PING, 'are you there'),
      frame(CONTINUATION, ping.slice(6)),
    ]),
  )
  await until(() => says(raw).includes('"type":"pong"'))
  assert.ok(says(raw).includes('are you there'))
})

test('a flood of pings ends its connection', async (t) => {
  const raw = await upgrade(t)
  const flood = Buffer.concat(Array.from({ length: 20_000 }, () => frame(PING, '')))
  raw.socket.write(flood)
  await raw.closed()
})

test('a thousand subscriptions to one thing are one, and the rest are refused', async (t) => {
  const raw = await upgrade(t)
  const channels = [{ channel: 'book', instrument: 'text-prime' }]
  for (let i = 0; i < 1_000; i++) raw.socket.write(frame(TEXT, JSON.stringify({ op: 'subscribe', channels })))
  raw.socket.write(frame(TEXT, ping))
  await until(() => says(raw).includes('"type":"pong"'))
  assert.equal(says(raw).match(/"type":"subscribed"/g)?.length, 1)
  assert.equal(says(raw).match(/"code":"(already_subscribed|rate_limited)"/g)?.length, 999)
})

test('a page of another site gets no connection, whatever cookie it brings', async (t) => {
  const raw = await upgrade(t, 'Origin: https://evil.example\r\nCookie: busbar_session=x\r\n')
  await raw.closed()
  assert.match(says(raw), /^HTTP\/1\.1 403 /)
})

test('who subscribes and never reads is let go, and costs no one else their frames', async (t) => {
  const raw = await upgrade(t)
  raw.socket.pause()
  const asked = frame(TEXT, ping)
  const burst = Buffer.concat(Array.from({ length: 5_000 }, () => asked))
  let gone = false
  raw.socket.on('close', () => {
    gone = true
  })
  for (let i = 0; i < 40 && !gone; i++) {
    raw.socket.write(burst)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  raw.socket.resume()
  await raw.closed(10_000)
  assert.equal((await alice.client.status()).status, 'open')
})

test('nothing of all this was an error of ours', () => assert.deepEqual(exchange.errors, []))
