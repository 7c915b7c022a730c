import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crc32 } from '../../src/base/crc.ts'
import type { InstrumentId } from '../../src/base/ids.ts'
import type { Side } from '../../src/state/command.ts'
import { restingOrders } from '../../src/state/book.ts'
import { sideCode } from '../../src/state/order.ts'
import type { State } from '../../src/state/state.ts'
import type { Level, OrderChange } from '../../src/market/depth.ts'
import type { Market, MarketUpdate } from '../../src/market/market.ts'
import { shownOf } from '../../src/state/slice.ts'
import { createMarket } from '../../src/market/market.ts'
import { FIRST, SECOND, Traffic } from './traffic.ts'

/** A side of the engine's own book, in the order of trading: `[order, price, lots]`. */
const engineQueue = (state: State, instrument: InstrumentId, side: Side): number[][] => {
  const { id, price } = state.orders
  const book = state.instruments[instrument]?.book
  assert.ok(book)
  return [...restingOrders(book, state.orders, sideCode(side))].map((slot) => [
    id[slot] as number,
    price[slot] as number,
    shownOf(state.orders, slot),
  ])
}

const marketQueue = (market: Market, instrument: InstrumentId, side: Side): number[][] => {
  const { bids, asks } = market.orders(instrument)
  return (side === 'buy' ? bids : asks).map(({ order, price, lots }) => [order, price, lots])
}

/** Levels counted anew from the orders. */
function levelsFrom(orders: readonly number[][]): number[][] {
  const levels: number[][] = []
  for (const [, price = 0, lots = 0] of orders) {
    const last = levels.at(-1)
    if (last?.[0] === price) {
      last[1] = (last[1] as number) + lots
      last[2] = (last[2] as number) + 1
    } else levels.push([price, lots, 1])
  }
  return levels
}

describe('the book as the events tell it', () => {
  test('is the engine’s own book after every command, order by order, whatever is asked', () => {
    for (const seed of [1, 2, 3]) {
      const traffic = new Traffic(seed)
      const market = createMarket()
      market.apply(traffic.steps)
      for (let i = 0; i < 1_500; i++) {
        market.apply([traffic.next()])
        for (const instrument of [FIRST, SECOND])
          for (const side of ['buy', 'sell'] as const) {
            const expected = engineQueue(traffic.state, instrument, side)
            assert.deepEqual(marketQueue(market, instrument, side), expected, `seed ${seed}, command ${i}`)
          }
      }
    }
  })

  test('adds orders up by price, best first, and cuts at the depth asked for', () => {
    const traffic = new Traffic(4)
    const market = createMarket()
    market.apply(traffic.steps)
    for (let i = 0; i < 500; i++) {
      market.apply([traffic.next()])
      const { bids, asks } = market.depth(FIRST, 3)
      assert.deepEqual(bids, levelsFrom(marketQueue(market, FIRST, 'buy')).slice(0, 3))
      assert.deepEqual(asks, levelsFrom(marketQueue(market, FIRST, 'sell')).slice(0, 3))
    }
  })

  test('carries the CRC-32 of its ten best asks and then bids', () => {
    const traffic = new Traffic(5)
    const market = createMarket()
    market.apply(traffic.steps)
    let deepest = 0
    for (let i = 0; i < 500; i++) {
      market.apply([traffic.next()])
      const { bids, asks, checksum } = market.depth(FIRST, 10)
      const text = [...asks, ...bids].map(([price, lots]) => `${price}:${lots}|`).join('')
      assert.equal(checksum, crc32(text))
      deepest = Math.max(deepest, Math.min(bids.length, asks.length))
    }
    assert.ok(deepest >= 3, 'there was a book on both sides')
    const { checksum } = market.depth(FIRST, 10)
    assert.equal(market.depth(FIRST, 1).checksum, checksum, 'whatever depth is asked for')
    assert.equal(crc32('123456789'), 0xcbf43926, 'the check value of CRC-32')
  })

  test('reads as empty where nothing is listed', () => {
    const market = createMarket()
    assert.deepEqual(market.depth(FIRST, 10), { seq: 0, bids: [], asks: [], checksum: 0 })
    assert.deepEqual(market.trades(FIRST, 10), [])
    assert.equal(market.ticker(FIRST).last, null)
    assert.deepEqual(market.candles(FIRST, 60, 10), [])
  })
})

/** A reader of a stream, who knows the book only by its changes. */
class Reader {
  seq = 0
  readonly levels = { bids: new Map<number, Level>(), asks: new Map<number, Level>() }
  orders: OrderChange[] = []

  read(update: MarketUpdate): void {
    if (update.instrument !== FIRST) return
    if (update.channel === 'book') {
      assert.equal(update.prevSeq, this.seq, 'each change goes on where the last one ended')
      this.seq = update.seq
      for (const side of ['bids', 'asks'] as const)
        for (const level of update[side]) {
          if (level[1] === 0) this.levels[side].delete(level[0])
          else this.levels[side].set(level[0], level)
        }
    }
    if (update.channel === 'book_l3') for (const change of update.orders) this.change(change)
  }

  private change(change: OrderChange): void {
    const at = this.orders.findIndex(({ order }) => order === change.order)
    if (at < 0) this.orders.push(change)
    else if (change.lots > 0) this.orders[at] = change
    else this.orders.splice(at, 1)
  }

  side(side: 'bids' | 'asks'): Level[] {
    const sorted = [...this.levels[side].values()].sort((a, b) => a[0] - b[0])
    return side === 'bids' ? sorted.reverse() : sorted
  }
}

describe('changes of the book', () => {
  test('let a reader keep the book, batch after batch, and check it', () => {
    const traffic = new Traffic(6)
    const market = createMarket()
    const reader = new Reader()
    for (const update of market.apply(traffic.steps)) reader.read(update)
    for (let i = 0; i < 300; i++) {
      const updates = market.apply(traffic.run(1 + (i % 7)))
      for (const update of updates) reader.read(update)
      const { bids, asks, seq } = market.depth(FIRST, 1_000)
      assert.deepEqual([reader.side('bids'), reader.side('asks')], [bids, asks])
      assert.equal(reader.seq, seq)
      for (const side of ['buy', 'sell'] as const) {
        const queue = reader.orders.filter((order) => order.side === side)
        const ordered = queue.sort((a, b) => (side === 'buy' ? b.price - a.price : a.price - b.price))
        assert.deepEqual(
          ordered.map(({ order, price, lots }) => [order, price, lots]),
          marketQueue(market, FIRST, side),
        )
      }
    }
  })

  test('tell of the best prices only when they change', () => {
    const traffic = new Traffic(7)
    const market = createMarket()
    market.apply(traffic.steps)
    let before = JSON.stringify(market.depth(FIRST, 1).bids) + JSON.stringify(market.depth(FIRST, 1).asks)
    let told = 0
    for (let i = 0; i < 500; i++) {
      const updates = market.apply([traffic.next()])
      const { bids, asks } = market.depth(FIRST, 1)
      const after = JSON.stringify(bids) + JSON.stringify(asks)
      const bbo = updates.filter((update) => update.channel === 'bbo' && update.instrument === FIRST)
      assert.equal(bbo.length, after === before ? 0 : 1)
      told += bbo.length
      before = after
    }
    assert.ok(told > 20, 'the best prices moved')
  })
})
