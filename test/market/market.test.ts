import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { InstrumentId, TradeId } from '../../src/base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import type { Trade } from '../../src/state/event.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { Spec } from '../../src/state/instrument.ts'
import { lotTick } from '../../src/state/instrument.ts'
import { CANDLE_SECONDS } from '../../src/market/candle.ts'
import type { Applied, Market } from '../../src/market/market.ts'
import { createMarket } from '../../src/market/market.ts'
import { TAPE_LENGTH } from '../../src/market/tape.ts'
import { FIRST, SECOND, START, Traffic } from './traffic.ts'

const SPEC = launchSpecs('0'.repeat(64))[0] as Spec
const MINUTE = 60 * MICROS_PER_SECOND
const DAY = 24 * MICROS_PER_HOUR
/** Midnight, so that every grid begins here. */
const MIDNIGHT = (Date.UTC(2026, 10, 25) * 1_000) as Instant

const trade = (id: number, price: number, size: number): Trade => ({
  kind: 'trade',
  trade: id as TradeId,
  instrument: FIRST,
  price: price as Ticks,
  lots: size as Lots,
  side: 'buy',
  aggressor: 2 as never,
  resting: 1 as never,
  aggressorAccount: 2 as never,
  restingAccount: 1 as never,
  aggressorFee: 0 as Micros,
  restingFee: 0 as Micros,
  primary: 0 as Wt,
})

/** A market in which only trades happen. */
class Prints {
  readonly market: Market = createMarket()
  private seq = 1
  private trades = 0

  constructor() {
    this.market.apply([
      { seq: 1, at: MIDNIGHT, events: [{ kind: 'instrument.listed', instrument: FIRST, spec: SPEC }] },
    ])
  }

  print(at: number, price: number, size: number): void {
    const applied: Applied = {
      seq: ++this.seq,
      at: at as Instant,
      events: [trade(++this.trades, price, size)],
    }
    this.market.apply([applied])
  }
}

describe('the tape', () => {
  test('shows the latest trades, newest first, and pages backwards', () => {
    const prints = new Prints()
    for (let i = 1; i <= 5; i++) prints.print(MIDNIGHT + i, 8_000 + i, i)
    const ids = (limit: number, before?: number) =>
      prints.market.trades(FIRST, limit, before as TradeId).map(({ trade: id }) => id as number)
    assert.deepEqual(ids(3), [5, 4, 3])
    assert.deepEqual(ids(3, 3), [2, 1])
    assert.deepEqual(ids(3, 1), [])
    const [last] = prints.market.trades(FIRST, 1)
    assert.equal(last?.price, 8_005)
    assert.equal(last?.seq, 6)
  })

  test('keeps the last ten thousand', () => {
    const prints = new Prints()
    for (let i = 1; i <= 2 * TAPE_LENGTH + 10; i++) prints.print(MIDNIGHT + i, 8_000, 1)
    const all = prints.market.trades(FIRST, 1_000_000)
    assert.equal(all.length, TAPE_LENGTH)
    assert.equal(all.at(-1)?.trade, TAPE_LENGTH + 11)
  })

  test('names nobody', () => {
    const prints = new Prints()
    prints.print(MIDNIGHT, 8_000, 1)
    const [print] = prints.market.trades(FIRST, 1)
    assert.deepEqual(Object.keys(print ?? {}), ['trade', 'seq', 'at', 'price', 'lots', 'side', 'primary'])
  })
})

describe('the ticker', () => {
  test('has no last price until a trade exists', () => {
    const { market } = new Prints()
    const ticker = market.ticker(FIRST)
    assert.equal(ticker.last, null)
    assert.equal(ticker.open24h, null)
    assert.equal(ticker.volume24h, 0)
  })

  test('forgets a trade a day later, but not the last price', () => {
    const prints = new Prints()
    prints.print(MIDNIGHT, 9_000, 2)
    prints.print(MIDNIGHT + MICROS_PER_HOUR, 8_000, 3)
    const day = prints.market.ticker(FIRST, (MIDNIGHT + DAY - MINUTE) as Instant)
    assert.deepEqual(
      [day.open24h, day.high24h, day.low24h, day.last, day.volume24h, day.trades24h],
      [9_000, 9_000, 8_000, 8_000, 5, 2],
    )
    assert.equal(day.value24h, (9_000 * 2 + 8_000 * 3) * lotTick(SPEC))
    const later = prints.market.ticker(FIRST, (MIDNIGHT + DAY) as Instant)
    assert.deepEqual([later.open24h, later.volume24h], [8_000, 3])
    const muchLater = prints.market.ticker(FIRST, (MIDNIGHT + 3 * DAY) as Instant)
    assert.deepEqual([muchLater.open24h, muchLater.volume24h, muchLater.last], [null, 0, 8_000])
  })
})

describe('candles', () => {
  test('fold the trades of each interval of the UTC grid', () => {
    const prints = new Prints()
    prints.print(MIDNIGHT + MINUTE - 1, 8_000, 1)
    prints.print(MIDNIGHT + MINUTE, 8_010, 2)
    prints.print(MIDNIGHT + MINUTE + 1, 8_005, 3)
    const minutes = prints.market.candles(FIRST, 60, 10)
    assert.deepEqual(
      minutes.map(({ start, open, high, low, close, lots, trades }) => [
        start - MIDNIGHT,
        open,
        high,
        low,
        close,
        lots,
        trades,
      ]),
      [
        [0, 8_000, 8_000, 8_000, 8_000, 1, 1],
        [MINUTE, 8_010, 8_010, 8_005, 8_005, 5, 2],
      ],
    )
    const [day] = prints.market.candles(FIRST, 86_400, 1)
    assert.deepEqual([day?.open, day?.high, day?.low, day?.close, day?.lots], [8_000, 8_010, 8_000, 8_005, 6])
  })

  test('leave out intervals without a trade, or fill them at the last close', () => {
    const prints = new Prints()
    prints.print(MIDNIGHT, 8_000, 1)
    prints.print(MIDNIGHT + 3 * MINUTE, 8_100, 1)
    assert.equal(prints.market.candles(FIRST, 60, 10).length, 2)
    const filled = prints.market.candles(FIRST, 60, 10, (MIDNIGHT + 5 * MINUTE) as Instant)
    assert.deepEqual(
      filled.map(({ close, trades }) => [close, trades]),
      [
        [8_000, 1],
        [8_000, 0],
        [8_000, 0],
        [8_100, 1],
        [8_100, 0],
        [8_100, 0],
      ],
    )
    const two = prints.market.candles(FIRST, 60, 4, (MIDNIGHT + 5 * MINUTE) as Instant)
    assert.deepEqual(two, filled.slice(2), 'the limit counts back from the end')
  })
})

/** What candles and ticker must say, counted anew from every trade. */
function recount(steps: readonly Applied[], instrument: InstrumentId, from: number, to: number) {
  const lot = lotTick(launchSpecs('0'.repeat(64))[instrument] as Spec)
  const found = steps.flatMap(({ at, events }) =>
    at < from || at >= to
      ? []
      : events.filter((event): event is Trade => event.kind === 'trade' && event.instrument === instrument),
  )
  return {
    open: found[0]?.price ?? null,
    high: found.length === 0 ? null : Math.max(...found.map(({ price }) => price)),
    low: found.length === 0 ? null : Math.min(...found.map(({ price }) => price)),
    close: found.at(-1)?.price ?? null,
    lots: found.reduce((sum, { lots }) => sum + lots, 0),
    value: found.reduce((sum, { price, lots }) => sum + price * lots * lot, 0),
    trades: found.length,
  }
}

describe('over any traffic', () => {
  test('every candle and ticker is what a recount of the trades gives', () => {
    for (const seed of [11, 12]) {
      const traffic = new Traffic(seed)
      traffic.run(2_000)
      const market = createMarket()
      market.apply(traffic.steps)
      for (const instrument of [FIRST, SECOND]) {
        for (const seconds of CANDLE_SECONDS)
          for (const { start, ...candle } of market.candles(instrument, seconds, 10_000)) {
            const expected = recount(traffic.steps, instrument, start, start + seconds * MICROS_PER_SECOND)
            assert.deepEqual(candle, expected)
          }
        const minute = Math.floor(market.at / MINUTE) * MINUTE
        const day = recount(traffic.steps, instrument, minute + MINUTE - DAY, minute + MINUTE)
        const ticker = market.ticker(instrument)
        assert.deepEqual(
          [
            ticker.open24h,
            ticker.high24h,
            ticker.low24h,
            ticker.volume24h,
            ticker.value24h,
            ticker.trades24h,
          ],
          [day.open, day.high, day.low, day.lots, day.value, day.trades],
        )
        assert.equal(ticker.last, recount(traffic.steps, instrument, START, Number.MAX_SAFE_INTEGER).close)
      }
    }
  })

  test('batches of any size give the same folds, and a repeated batch changes nothing', () => {
    const traffic = new Traffic(13)
    traffic.run(800)
    const whole = createMarket()
    whole.apply(traffic.steps)
    const single = createMarket()
    for (const step of traffic.steps) single.apply([step])
    assert.deepEqual(single.apply(traffic.steps), [])
    assert.equal(single.dump(), whole.dump())
  })

  test('a dump restores to the same market, which goes on as the other does', () => {
    const traffic = new Traffic(14)
    traffic.run(800)
    const market = createMarket()
    market.apply(traffic.steps)
    const restored = createMarket()
    restored.restore(market.dump())
    assert.equal(restored.dump(), market.dump())
    for (let i = 0; i < 200; i++) {
      const step = [traffic.next()]
      assert.deepEqual(restored.apply(step), market.apply(step))
    }
    assert.equal(restored.seq, market.seq)
    assert.equal(restored.dump(), market.dump())
    assert.throws(() => restored.restore('{"version":0}'), SyntaxError)
  })

  test('a halt and its reason are told once, and stay readable', () => {
    const traffic = new Traffic(15)
    const market = createMarket()
    market.apply(traffic.steps)
    const updates = market.apply([
      traffic.do({
        kind: 'instrument.transition',
        instrument: FIRST,
        to: 'halted',
        reason: 'look',
        until: null,
        next: [],
      }),
    ])
    assert.deepEqual(
      updates.map(({ channel, instrument }) => [channel, instrument]),
      [['status', FIRST]],
    )
    assert.deepEqual(market.status(FIRST), { status: 'halted', reason: 'look', until: null })
    market.apply([
      traffic.do({
        kind: 'instrument.transition',
        instrument: FIRST,
        to: 'open',
        reason: 'seen',
        until: null,
        next: [],
      }),
    ])
    assert.deepEqual(market.status(FIRST), { status: 'open', reason: 'seen', until: null })
  })
})
