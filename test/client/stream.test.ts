import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { WebSocket as ServerSocket } from 'ws'
import { WebSocket, WebSocketServer } from 'ws'
import { bookChecksum } from '../../src/client/checksum.ts'
import type { SocketClass } from '../../src/client/line.ts'
import type { Depth, MarketStream } from '../../src/client/stream.ts'
import { openStream } from '../../src/client/stream.ts'
import type { LevelOut } from '../../src/wire/market.ts'

const instrument = { id: 'TEXT_PRIME-USD', price_increment: '0.0001', quantity_increment: '0.01' }
const bids: LevelOut[] = [['0.8124', '3.00', 1]]
const asks: LevelOut[] = [['0.8126', '2.00', 1]]

type Asked = {
  op: string
  channels: { channel: string; instrument?: string; depth?: number; from_seq?: number }[]
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/v1/ws' })
await once(server, 'listening')
const baseUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const streams: MarketStream[] = []

after(() => {
  for (const stream of streams) stream.close()
  server.close()
})

function open(more: { onFault?: (detail: string) => void } = {}): MarketStream {
  const stream = openStream({ baseUrl: baseUrl(), webSocket: WebSocket as unknown as SocketClass, ...more })
  streams.push(stream)
  return stream
}

/** The next connection, and each thing it asks. */
function nextConnection(onAsk: (asked: Asked, socket: ServerSocket) => void): void {
  server.once('connection', (socket) => {
    socket.send(JSON.stringify({ type: 'hello' }))
    socket.on('message', (data: Buffer) => onAsk(JSON.parse(data.toString()) as Asked, socket))
  })
}

const book = (type: string, part: object, left: { bids: LevelOut[]; asks: LevelOut[] }) =>
  JSON.stringify({
    type,
    channel: 'book',
    instrument: instrument.id,
    checksum: bookChecksum(left.asks, left.bids, instrument),
    ...part,
  })

test('a book is told whole after its snapshot and after each delta', async () => {
  const depths: Depth[] = []
  const more: LevelOut = ['0.8127', '1.00', 1]
  nextConnection((asked, socket) => {
    assert.deepEqual(asked.channels, [{ channel: 'book', instrument: instrument.id, depth: 20 }])
    socket.send(book('snapshot', { seq: 5, bids, asks }, { bids, asks }))
    socket.send(
      book('delta', { prev_seq: 5, seq: 8, bids: [], asks: [more] }, { bids, asks: [...asks, more] }),
    )
  })
  await new Promise<void>((resolve) => {
    open().book(
      instrument,
      (depth) => {
        depths.push(depth)
        if (depths.length === 2) resolve()
      },
      20,
    )
  })
  assert.deepEqual(depths, [
    { seq: 5, bids, asks },
    { seq: 8, bids, asks: [...asks, more] },
  ])
})

test('a gap is told, and answered by asking for a new snapshot', async () => {
  const faults: string[] = []
  const asks2: string[] = []
  nextConnection((asked, socket) => {
    asks2.push(asked.op)
    if (asked.op === 'unsubscribe') return
    const first = asks2.length === 1
    socket.send(book('snapshot', { seq: first ? 5 : 20, bids, asks }, { bids, asks }))
    if (first) socket.send(book('delta', { prev_seq: 6, seq: 8, bids: [], asks: [] }, { bids, asks }))
  })
  await new Promise<void>((resolve) => {
    open({ onFault: (detail) => faults.push(detail) }).book(instrument, ({ seq }) => {
      if (seq === 20) resolve()
    })
  })
  assert.equal(faults.length, 1)
  assert.deepEqual(asks2, ['subscribe', 'unsubscribe', 'subscribe'])
})

test('after a lost connection it subscribes again by itself', async () => {
  const seen: string[] = []
  nextConnection((_, socket) => {
    nextConnection((asked, second) => {
      seen.push(...asked.channels.map(({ channel }) => channel))
      second.send(
        JSON.stringify({
          type: 'trade',
          channel: 'trades',
          instrument: instrument.id,
          data: [{ id: 'trd_1' }],
        }),
      )
    })
    socket.terminate()
  })
  const trades = await new Promise<unknown[]>((resolve) => {
    open().trades(instrument.id, resolve)
  })
  assert.deepEqual(trades, [{ id: 'trd_1' }])
  assert.deepEqual(seen, ['trades'])
})

test('after a lost connection a book goes on where it broke off', async () => {
  const more: LevelOut = ['0.8127', '1.00', 1]
  const asked: unknown[] = []
  nextConnection((first, socket) => {
    asked.push(first.channels)
    nextConnection((again, second) => {
      asked.push(again.channels)
      const left = { bids, asks: [...asks, more] }
      second.send(book('delta', { prev_seq: 5, seq: 9, bids: [], asks: [more] }, left))
    })
    socket.send(book('snapshot', { seq: 5, bids, asks }, { bids, asks }), () => socket.terminate())
  })
  const depth = await new Promise<Depth>((resolve) => {
    open().book(instrument, (told) => told.seq === 9 && resolve(told))
  })
  assert.deepEqual(depth.asks, [...asks, more])
  const channel = { channel: 'book', instrument: instrument.id, depth: 50 }
  assert.deepEqual(asked, [[channel], [{ ...channel, from_seq: 5 }]])
})

test('listeners of one channel share one subscription, and the last to leave ends it', async () => {
  const asked: string[] = []
  const ended = new Promise<void>((resolve) => {
    nextConnection(({ op }, socket) => {
      asked.push(op)
      if (op === 'unsubscribe') return resolve()
      socket.send(
        JSON.stringify({
          type: 'ticker',
          channel: 'ticker',
          instrument: instrument.id,
          data: { last: '0.81' },
        }),
      )
    })
  })
  const stream = open()
  let endFirst = () => {}
  await new Promise<unknown>((resolve) => {
    endFirst = stream.ticker(instrument.id, resolve)
  })
  const second = await new Promise<{ value: unknown; end: () => void }>((resolve) => {
    const end: () => void = stream.ticker(instrument.id, (value) =>
      queueMicrotask(() => resolve({ value, end })),
    )
  })
  assert.deepEqual(second.value, { last: '0.81' }, 'the latest is told at once')
  endFirst()
  second.end()
  await ended
  assert.deepEqual(asked, ['subscribe', 'unsubscribe'])
})

test('prints go on where the connection broke, and begin anew where one does not follow', async () => {
  const print = (type: string, seq: number, prevSeq?: number) =>
    JSON.stringify({
      type,
      channel: 'index',
      seq,
      prev_seq: prevSeq,
      data: [{ series: 'indices', row: { start: String(seq) } }],
    })
  const asked: (number | undefined)[] = []
  nextConnection(({ channels }, first) => {
    asked.push(channels[0]?.from_seq)
    first.send(print('snapshot', 5))
    first.send(print('print', 8, 5))
    nextConnection(({ op, channels: again }, socket) => {
      if (op !== 'subscribe') return
      asked.push(again[0]?.from_seq)
      if (asked.length > 2) return socket.send(print('snapshot', 20))
      socket.send(print('print', 11, 8))
      socket.send(print('print', 17, 14))
    })
    first.close()
  })
  const faults: string[] = []
  const stream = open({ onFault: (detail) => faults.push(detail) })
  const told: string[] = []
  const whole = new Promise<void>((resolve) => {
    stream.prints((prints) => {
      for (const { series, row } of prints) if (series === 'indices') told.push(row.start)
      if (told.includes('20')) resolve()
    })
  })
  await whole
  assert.deepEqual(told, ['5', '8', '11', '20'])
  assert.deepEqual(asked, [undefined, 8, undefined])
  assert.equal(faults.length, 1)
  const late = await new Promise<number>((resolve) => stream.prints(({ length }) => resolve(length)))
  assert.equal(late, 1, 'who joins late is told the last print of each series')
})
