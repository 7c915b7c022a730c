// The stream: `node --import tsx bench/stream.ts [seconds] [readers]`. Orders over WebSocket, each acknowledged durable,
// beside a bare durable ws echo in the same run; orders at a steady pace; and one market told to many readers.
import { WebSocket } from 'ws'
import type { Cpu } from './venue.ts'
import { openVenue, passingOrder } from './venue.ts'

const seconds = Number(process.argv[2] ?? 8)
const readers = Number(process.argv[3] ?? 500)
const SOCKETS = 4
const IN_FLIGHT = 16

async function connect(url: string, first: object[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`, { perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  for (const frame of first) socket.send(JSON.stringify(frame))
  await new Promise((resolve) => setTimeout(resolve, 250))
  return socket
}

let count = 0
const orderFrame = (): string => {
  const id = ++count
  return JSON.stringify({ op: 'order.place', id, params: passingOrder(id) })
}

/** Keeps so many orders under way on each socket, and counts the answers. */
async function load(
  title: string,
  { url, first, cpu }: { url: string; first: object[]; cpu: () => Cpu },
  lasts: number,
): Promise<{ rate: number; first: number; all: number }> {
  const took: number[] = []
  let refused = 0
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => connect(url, first)))
  const end = performance.now() + lasts * 1000
  const before = cpu()
  for (const socket of sockets) {
    const sent = new Map<number, number>()
    const send = () => {
      const frame = orderFrame()
      sent.set(count, performance.now())
      socket.send(frame)
    }
    socket.on('message', (data: Buffer) => {
      const { id, type } = JSON.parse(data.toString()) as { id?: number; type?: string }
      const began = sent.get(id ?? 0)
      if (began === undefined) return
      if (type === 'problem') refused++
      sent.delete(id ?? 0)
      took.push(performance.now() - began)
      if (performance.now() < end) send()
    })
    for (let n = 0; n < IN_FLIGHT; n++) send()
  }
  await new Promise((resolve) => setTimeout(resolve, lasts * 1000 + 200))
  const after = cpu()
  for (const socket of sockets) socket.terminate()
  took.sort((a, b) => a - b)
  const at = (share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(2)
  const rate = took.length / lasts
  const each = (part: keyof Cpu) => ((after[part] - before[part]) / took.length) * 1e6
  const cost = `CPU ${each('first').toFixed(0)} µs an order on the first thread, ${each('all').toFixed(0)} on all`
  console.log(
    `${title.padEnd(32)} ${rate.toFixed(0).padStart(7)}/s  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  ${cost}`,
  )
  if (refused > 0) throw new Error(`${refused} orders were refused`)
  return { rate, first: each('first'), all: each('all') }
}

/** Orders at a steady pace, whatever becomes of them; each is timed from when it was due to its answer. */
async function paced(
  title: string,
  { url, first }: { url: string; first: object[] },
  perSecond: number,
  lasts: number,
): Promise<void> {
  const took: number[] = []
  const due = new Map<number, number>()
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => connect(url, first)))
  for (const socket of sockets)
    socket.on('message', (data: Buffer) => {
      const { id = 0, type } = JSON.parse(data.toString()) as { id?: number; type?: string }
      const at = due.get(id)
      if (at === undefined) return
      if (type === 'problem') throw new Error(`an order was refused: ${data.toString()}`)
      due.delete(id)
      took.push(performance.now() - at)
    })
  const began = performance.now()
  let sent = 0
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const passed = performance.now() - began
      for (; sent < (Math.min(passed, lasts * 1000) * perSecond) / 1000; sent++) {
        const frame = orderFrame()
        due.set(count, began + (sent * 1000) / perSecond)
        sockets[sent % SOCKETS]?.send(frame)
      }
      if (passed < lasts * 1000) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  for (const socket of sockets) socket.terminate()
  took.sort((a, b) => a - b)
  const at = (share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(2)
  const missing = due.size === 0 ? '' : `  ${due.size} without an answer`
  console.log(`${title.padEnd(32)} ${perSecond}/s offered  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms${missing}`)
}

/** Time from the acknowledgement being asked for to the update reaching the last of many readers. */
async function fanOut(url: string, first: object[]): Promise<void> {
  const channels = [{ channel: 'book', instrument: 'TEXT_PRIME-USD', depth: 10 }]
  const maker = await connect(url, first)
  let arrived = 0
  let began = 0
  const last: number[] = []
  const sockets: WebSocket[] = []
  for (let n = 0; n < readers; n += 50) {
    const opened = Array.from({ length: Math.min(50, readers - n) }, () =>
      connect(url, [{ op: 'subscribe', channels }]),
    )
    sockets.push(...(await Promise.all(opened)))
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
  for (const socket of sockets)
    socket.on('message', (data: Buffer) => {
      if (data.toString('latin1', 0, 15) !== '{"type":"delta"') return
      if (++arrived % readers === 0) last.push(performance.now() - began)
    })
  for (let n = 0; n < 200; n++) {
    began = performance.now()
    const params = { instrument: 'TEXT_PRIME-USD', side: 'buy', price: '0.7000', quantity: '0.01' }
    maker.send(JSON.stringify({ op: 'order.place', id: 1_000_000 + n, params }))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
  last.sort((a, b) => a - b)
  const at = (share: number) => (last[Math.floor(last.length * share)] ?? 0).toFixed(1)
  console.log(
    `one update told to ${readers} readers      p50 ${at(0.5)} ms   p99 ${at(0.99)} ms from order to the last of them, ${arrived / readers} updates of 200 orders`,
  )
  for (const socket of [maker, ...sockets]) socket.terminate()
}

const venue = await openVenue('durable-ws.mjs')
const auth = [{ op: 'auth', key: venue.key }]

const exchange = { url: venue.url, first: auth, cpu: venue.cpu }
const echo = { url: venue.peerUrl, first: [], cpu: venue.peerCpu }
await load('warm-up, exchange', exchange, Math.min(seconds, 3))
await load('warm-up, durable ws echo', echo, Math.min(seconds, 3))
const ours = await load(`exchange, ${SOCKETS} sockets x ${IN_FLIGHT}`, exchange, seconds)
const theirs = await load(`durable ws echo, ${SOCKETS} x ${IN_FLIGHT}`, echo, seconds)
console.log(
  `ratio to durable ws echo: ${(ours.rate / theirs.rate).toFixed(2)} of its rate, ` +
    `${(ours.first / theirs.first).toFixed(2)} times its CPU time on the first thread`,
)
await paced('exchange, at a steady pace', exchange, 5_000, seconds)
await paced('durable ws echo, likewise', echo, 5_000, seconds)
await fanOut(venue.url, auth)
venue.close()
