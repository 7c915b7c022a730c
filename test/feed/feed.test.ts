// Readers that come and go, held against the engine's own book over a long random day.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marketName } from '../../src/api/instrument-name.ts'
import { printPrice, printQuantity } from '../../src/api/amount.ts'
import { chance } from '../../src/base/chance.ts'
import type { Instant } from '../../src/base/time.ts'
import { later, MICROS_PER_SECOND } from '../../src/base/time.ts'
import type { Feed } from '../../src/feed/feed.ts'
import { createFeed } from '../../src/feed/feed.ts'
import type { Following } from '../../src/feed/group.ts'
import type { Topic } from '../../src/feed/market-frame.ts'
import { createMarket } from '../../src/market/market.ts'
import { restingOrders } from '../../src/state/book.ts'
import { sideCode } from '../../src/state/order.ts'
import { shownOf } from '../../src/state/slice.ts'
import type { Instrument } from '../../src/state/state.ts'
import { streamFrame } from '../../src/wire/stream-frame.ts'
import { FIRST, Traffic } from '../market/traffic.ts'

const COMMANDS = Number(process.env.BUSBAR_STREAM_COMMANDS ?? 100_000)
const CHUNK = 5_000

type Row = [price: string, quantity: string, third: number | string]
type Frame = {
  type: string
  prev_seq?: number
  seq: number
  conflated?: boolean
  bids: Row[]
  asks: Row[]
  data: { id: string }[]
}

/** A reader that holds rows by their key, and forgets nothing when its connection is lost. */
class Reader {
  readonly topic: Topic
  readonly rows = { bids: new Map<string, Row>(), asks: new Map<string, Row>() }
  readonly trades: string[] = []
  seq: number | undefined
  isSlow = false
  /** Nothing was kept from it since it last connected. */
  isCurrent = false
  modes = { replay: 0, snapshot: 0 }
  frames = 0
  private following: Following | undefined

  constructor(topic: Topic) {
    this.topic = topic
  }

  connect(feed: Feed): void {
    const following = feed.follow(this.topic, this.seq, {
      send: (bytes) => this.take(JSON.parse(Buffer.from(bytes).toString()) as Frame),
      isSlow: () => this.isSlow,
    })
    this.following = following
    this.isCurrent = !this.isSlow
    this.modes[following.mode]++
    const had = this.seq
    if (following.mode === 'snapshot') this.seq = undefined
    following.start()
    if (following.mode === 'replay') assert.ok((this.seq ?? 0) >= (had ?? 0))
  }

  lose(): void {
    this.following?.end()
    this.following = undefined
    this.isCurrent = false
  }

  private take(frame: Frame): void {
    if (this.frames++ % 997 === 0) assert.doesNotThrow(() => streamFrame.parse(frame))
    const isWhole = frame.type === 'snapshot'
    if (isWhole || frame.prev_seq === undefined) this.rows.bids = new Map()
    if (isWhole || frame.prev_seq === undefined) this.rows.asks = new Map()
    else assert.equal(frame.prev_seq, this.seq, `${this.topic.channel} has no gap`)
    this.seq = frame.seq
    if (this.topic.channel === 'bbo') return
    if (this.topic.channel === 'trades') {
      for (const { id } of frame.data) if (!this.trades.slice(-60).includes(id)) this.trades.push(id)
      return
    }
    for (const side of ['bids', 'asks'] as const)
      for (const row of frame[side]) {
        const key = this.topic.channel === 'book_l3' ? String(row[2]) : row[0]
        if (Number(row[1]) === 0) this.rows[side].delete(key)
        else this.rows[side].set(key, row)
      }
  }

  side(side: 'bids' | 'asks'): Row[] {
    const order = side === 'bids' ? -1 : 1
    return [...this.rows[side].values()].sort((a, b) => (Number(a[0]) - Number(b[0])) * order)
  }
}

/** The book as the engine itself has it: orders in the order of trading, and their sums by price. */
function engineBook(traffic: Traffic, instrument: Instrument, side: 'bids' | 'asks') {
  const pool = traffic.state.orders
  const orders: Row[] = []
  const levels = new Map<number, { lots: number; orders: number }>()
  for (const slot of restingOrders(instrument.book, pool, sideCode(side === 'bids' ? 'buy' : 'sell'))) {
    const price = pool.price[slot] as number
    const shown = shownOf(pool, slot)
    const level = levels.get(price) ?? { lots: 0, orders: 0 }
    levels.set(price, { lots: level.lots + shown, orders: level.orders + 1 })
    orders.push([
      printPrice(instrument.spec, price),
      printQuantity(instrument.spec, shown),
      `ord_${String(pool.id[slot])}`,
    ])
  }
  const byPrice: Row[] = [...levels].map(([price, level]) => [
    printPrice(instrument.spec, price),
    printQuantity(instrument.spec, level.lots),
    level.orders,
  ])
  return { orders, byPrice }
}

const topicsOf = (instrument: Instrument): Topic[] => {
  const topic = (channel: Topic['channel'], depth = 50): Topic => ({
    channel,
    instrument,
    depth,
    interval: '1m',
  })
  return [
    topic('book', 1000),
    topic('book', 10),
    topic('book_100ms', 1000),
    topic('book_l3'),
    topic('trades'),
    topic('bbo'),
  ]
}

test('snapshot and changes equal the engine’s book at every sequence, through lost connections', () => {
  const dice = chance(20_261_125)
  let modes = { replay: 0, snapshot: 0 }
  for (let done = 0; done < COMMANDS; done += CHUNK) {
    const traffic = new Traffic(done + 1)
    const market = createMarket()
    let now = 0 as Instant
    const feed = createFeed(market, () => now)
    market.apply(traffic.steps)
    const instrument = traffic.state.instruments[FIRST] as Instrument
    const readers = topicsOf(instrument).map((topic) => new Reader(topic))
    const [whole, top, paced, orders] = readers as [Reader, Reader, Reader, Reader]
    for (const reader of readers) reader.connect(feed)
    for (let steps = 0; steps < CHUNK; ) {
      const batch = traffic.run(1 + dice.below(3))
      steps += batch.length
      now = later(now, dice.below(100_000))
      feed.publish(market.apply(batch))
      if (dice.below(8) === 0) feed.pulse()
      for (const reader of readers) {
        if (dice.below(300) === 0) reader.lose()
        else if (dice.below(60) === 0) reconnect(reader, feed)
        if (dice.below(400) === 0) {
          reader.isSlow = !reader.isSlow
          reader.isCurrent = false
        }
      }
      if (steps % 7 !== 0) continue
      for (const side of ['bids', 'asks'] as const) {
        const engine = engineBook(traffic, instrument, side)
        if (whole.isCurrent) assert.deepEqual(whole.side(side), engine.byPrice.slice(0, 1000))
        if (top.isCurrent) assert.deepEqual(top.side(side), engine.byPrice.slice(0, 10))
        if (orders.isCurrent) assert.deepEqual(orders.side(side).length, engine.orders.length)
      }
    }
    for (const reader of readers) {
      reader.isSlow = false
      reconnect(reader, feed)
    }
    feed.pulse()
    for (const side of ['bids', 'asks'] as const) {
      const engine = engineBook(traffic, instrument, side)
      assert.deepEqual(whole.side(side), engine.byPrice)
      assert.deepEqual(paced.side(side), engine.byPrice)
      assert.deepEqual(orders.side(side), engine.orders)
    }
    for (const reader of readers) modes = addModes(modes, reader.modes)
  }
  assert.ok(modes.replay > modes.snapshot, 'most who come back are told only what they missed')
})

function reconnect(reader: Reader, feed: Feed): void {
  reader.lose()
  reader.connect(feed)
}

const addModes = (a: Reader['modes'], b: Reader['modes']): Reader['modes'] => ({
  replay: a.replay + b.replay,
  snapshot: a.snapshot + b.snapshot,
})

test('what happened ten minutes ago is still told; a reader who was away for an hour begins anew', () => {
  const traffic = new Traffic(5)
  const market = createMarket()
  let now = 0 as Instant
  const feed = createFeed(market, () => now)
  market.apply(traffic.steps)
  const instrument = traffic.state.instruments[FIRST] as Instrument
  assert.equal(marketName(instrument).endsWith('-USD'), true)
  const reader = new Reader(topicsOf(instrument)[0] as Topic)
  reader.connect(feed)
  const goOn = (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      now = later(now, 60 * MICROS_PER_SECOND)
      feed.publish(market.apply(traffic.run(5)))
      feed.pulse()
    }
  }
  goOn(2)
  reader.lose()
  goOn(10)
  reader.connect(feed)
  assert.deepEqual(reader.modes, { replay: 1, snapshot: 1 })
  reader.lose()
  goOn(60)
  reader.connect(feed)
  assert.deepEqual(reader.modes, { replay: 1, snapshot: 2 })
})
