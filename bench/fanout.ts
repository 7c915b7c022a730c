// One book told to many: `node --import tsx bench/fanout.ts [readers] [updates a second] [seconds]`. Each update
// is timed from the moment its order is sent, through engine and journal, until a reader has read it: longer than
// from event to socket write. Readers, maker and exchange share the machine. Every reader's chain of numbers is
// checked.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { loadavg } from 'node:os'
import { WebSocket } from 'ws'
import { openVenue } from './venue.ts'

const READERS = Number(process.argv[2] ?? 1_000)
const PER_SECOND = Number(process.argv[3] ?? 100)
const SECONDS = Number(process.argv[4] ?? 8)
const UPDATES = PER_SECOND * SECONDS
const INSTRUMENT = 'TEXT_PRIME-USD'
const BOOK = { channel: 'book', instrument: INSTRUMENT, depth: 10 }

const PING = 0x89
/** A client masks what it sends; by zeros, it is the text itself. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])
function maskedText(text: string): Buffer {
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0])
  head.writeUInt16BE(text.length, 2)
  return Buffer.concat([head, Buffer.from(text)])
}

const sentAt = new Map<string, number>()
const waits: number[] = []
/** Readers that are gone, and updates that did not follow on the one before. */
let lost = 0
let broken = 0

/** A reader that costs the machine as little as it can: a bare socket, and of each frame only its numbers. */
async function read(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname)
  await once(socket, 'connect')
  socket.write(
    `GET /v1/ws HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  let rest = answer.subarray(answer.indexOf('\r\n\r\n') + 4)
  let seq = 0
  const take = (frame: string) => {
    const isDelta = frame.startsWith('{"type":"delta"')
    if (!isDelta && !frame.startsWith('{"type":"snapshot"')) return
    const [, next] = /"seq":(\d+)/.exec(frame) ?? []
    if (isDelta) {
      const [, previous] = /"prev_seq":(\d+)/.exec(frame) ?? []
      if (Number(previous) !== seq) broken++
      const [, price = ''] = /"bids":\[\["([\d.]+)"/.exec(frame) ?? []
      const sent = sentAt.get(price)
      if (sent !== undefined) waits.push(performance.now() - sent)
    }
    seq = Number(next)
  }
  socket.on('data', (data: Buffer) => {
    let bytes = rest.length === 0 ? data : Buffer.concat([rest, data])
    for (let end = frameEnd(bytes); end <= bytes.length; end = frameEnd(bytes)) {
      if (bytes[0] === PING) socket.write(PONG)
      else take(bytes.toString('latin1', headLength(bytes), end))
      bytes = bytes.subarray(end)
    }
    rest = bytes
  })
  socket.on('close', () => lost++)
  socket.write(maskedText(JSON.stringify({ op: 'subscribe', channels: [BOOK] })))
  return socket
}

const headLength = (bytes: Buffer): number => (bytes[1] === 126 ? 4 : 2)

/** Where the first frame ends; beyond the bytes where it is not whole. */
function frameEnd(bytes: Buffer): number {
  if (bytes.length < 4) return bytes.length === 2 && bytes[1] === 0 ? 2 : Number.POSITIVE_INFINITY
  return headLength(bytes) + (bytes[1] === 126 ? bytes.readUInt16BE(2) : (bytes[1] ?? 0))
}

const venue = await openVenue('durable-ws.mjs')
const url = new URL(venue.url)
const maker = new WebSocket(`ws://${url.host}/v1/ws`, { perMessageDeflate: false })
await once(maker, 'open')
maker.send(JSON.stringify({ op: 'auth', key: venue.key }))
const sockets: Socket[] = []
while (sockets.length < READERS) {
  const next = Math.min(50, READERS - sockets.length)
  sockets.push(...(await Promise.all(Array.from({ length: next }, () => read(url)))))
}
await new Promise((resolve) => setTimeout(resolve, 1_000))

const refused: string[] = []
maker.on('message', (data: Buffer) => {
  if (data.includes('"type":"problem"')) refused.push(data.toString())
})
const began = performance.now()
const before = venue.cpu()
for (let n = 0; n < UPDATES; ) {
  // Each bid is the best, and so is in every reader's ten levels.
  for (; n < Math.min(UPDATES, ((performance.now() - began) * PER_SECOND) / 1_000); n++) {
    const price = (0.7 + n / 10_000).toFixed(4)
    const params = { instrument: INSTRUMENT, side: 'buy', price, quantity: '0.01' }
    sentAt.set(price, performance.now())
    maker.send(JSON.stringify({ op: 'order.place', id: n, params }))
  }
  await new Promise((resolve) => setTimeout(resolve, 1))
}
await new Promise((resolve) => setTimeout(resolve, 1_000))
const { first } = venue.cpu()
const gone = lost
for (const socket of [maker, ...sockets]) socket.removeAllListeners().on('error', () => undefined)
for (const socket of sockets) socket.destroy()
maker.terminate()
venue.close()
if (refused.length > 0) throw new Error(`${refused.length} orders were refused: ${refused[0]}`)

const told = waits.length
waits.sort((a, b) => a - b)
const at = (share: number) => `${(waits[Math.floor((told - 1) * share)] ?? 0).toFixed(1)} ms`
const each = (((first - before.first) * 1e6) / told).toFixed(1)
console.log(`
| one book, ${READERS} readers, ${PER_SECOND} updates/s, load ${loadavg()[0]?.toFixed(1)} | |
|---|---|
| updates of ${UPDATES} orders (some share a commit), times readers | ${told} |
| out of order or missing; readers lost | ${broken}; ${gone} |
| order sent to update read, p50 / p99 / most | ${at(0.5)} / ${at(0.99)} / ${at(1)} |
| CPU of the exchange's first thread per update and reader | ${each} µs |`)
