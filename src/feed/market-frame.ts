import { rfc3339 } from '../base/time.ts'
import type { Candle } from '../market/candle.ts'
import type { Level, OrderChange } from '../market/depth.ts'
import type { Market, MarketUpdate } from '../market/market.ts'
import type { Print } from '../market/tape.ts'
import type { Spec } from '../state/instrument.ts'
import type { Instrument } from '../state/state.ts'
import type { CandleInterval, LevelOut, RestingOut } from '../wire/market.ts'
import type { MarketChannel } from '../wire/stream.ts'
import { marketName } from '../api/instrument-name.ts'
import { printIndication } from '../api/print-protection.ts'
import { printCandle, printLevels, printResting, printTicker, printTrade } from '../api/print-market.ts'

/** What is read: one channel of one instrument; of a book, so many levels; of candles, one interval. */
export type Topic = {
  channel: MarketChannel
  instrument: Instrument
  depth: number
  interval: CandleInterval
}

export const INTERVAL_SECONDS = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '4h': 14_400,
  '1d': 86_400,
} as const satisfies Record<CandleInterval, number>

/** How many trades and candles a new reader is told. */
const FIRST_TRADES = 50
const FIRST_CANDLES = 100
/** How many trades a reader who fell behind is told at most. */
const CAUGHT_UP_TRADES = 1_000

/** A book of one depth, as its readers hold it. */
export type Cut = { bids: Level[]; asks: Level[] }

/** Two sides of levels or orders, and the checksum of the whole book. */
type Sides<Row> = { bids: Row[]; asks: Row[]; checksum: number }

const head = ({ channel, instrument, interval }: Topic) => ({
  channel,
  instrument: marketName(instrument),
  ...(channel === 'candles' ? { interval } : {}),
})

const encode = (frame: object): Buffer => Buffer.from(JSON.stringify(frame))

/** What a channel holds now, for a reader who is new, or one who fell behind (`conflated`) at `since`. */
export function snapshotFrame(market: Market, topic: Topic, seq: number, cut: Cut, since?: number): Buffer {
  const { instrument } = topic
  const { spec, id } = instrument
  const conflated = since === undefined ? {} : { conflated: true, prev_seq: since }
  const whole = (rest: object) =>
    encode({
      type: 'snapshot',
      ...head(topic),
      seq,
      ...(since === undefined ? {} : { conflated: true }),
      ...rest,
    })
  const one = (type: string, rest: object) => encode({ type, ...head(topic), ...conflated, seq, ...rest })
  switch (topic.channel) {
    case 'book':
    case 'book_100ms': {
      const bids = printLevels(spec, cut.bids)
      return whole({ bids, asks: printLevels(spec, cut.asks), checksum: market.depth(id, 1).checksum })
    }
    case 'book_l3': {
      const { bids, asks, checksum } = market.orders(id)
      const print = (side: typeof bids): RestingOut[] => side.map((order) => printResting(spec, order))
      return whole({ bids: print(bids), asks: print(asks), checksum })
    }
    case 'bbo': {
      const { bids, asks } = market.depth(id, 1)
      return one('bbo', { at: rfc3339(market.at), ...printBest(spec, bids[0] ?? null, asks[0] ?? null) })
    }
    case 'trades': {
      const trades = market.trades(id, since === undefined ? FIRST_TRADES : CAUGHT_UP_TRADES).reverse()
      if (since === undefined) return whole({ data: printTrades(spec, trades) })
      return one('trade', {
        data: printTrades(
          spec,
          trades.filter((trade) => trade.seq > since),
        ),
      })
    }
    case 'candles': {
      const candles = market.candles(id, INTERVAL_SECONDS[topic.interval], FIRST_CANDLES)
      return whole({ data: candles.map((candle) => printCandle(spec, candle)) })
    }
    case 'ticker':
      return one('ticker', { data: printTicker(instrument, market.ticker(id), market.seq, market.at) })
    case 'status':
      return one('status', { at: rfc3339(market.at), ...printStatus(market.status(id)) })
    case 'auction':
      return one('auction', { at: rfc3339(market.at), ...printIndication(spec, market.indication(id)) })
  }
}

const printTrades = (spec: Spec, trades: readonly Print[]) => trades.map((trade) => printTrade(spec, trade))

function printBest(spec: Spec, bid: Level | null, ask: Level | null) {
  const print = (level: Level | null): LevelOut | null =>
    level === null ? null : (printLevels(spec, [level])[0] ?? null)
  return { bid: print(bid), ask: print(ask) }
}

const printStatus = ({ status, reason, until }: ReturnType<Market['status']>) => ({
  status,
  reason,
  expected_until: until === null ? null : rfc3339(until),
})

/** A change of a book, level by level. */
export function bookFrame(topic: Topic, prevSeq: number, seq: number, change: Sides<Level>): Buffer {
  const { spec } = topic.instrument
  const bids = printLevels(spec, change.bids)
  const asks = printLevels(spec, change.asks)
  return encode({
    type: 'delta',
    ...head(topic),
    prev_seq: prevSeq,
    seq,
    bids,
    asks,
    checksum: change.checksum,
  })
}

/** A change of a channel that is not a book by price, or nothing where the update is another's. */
export function updateFrame(topic: Topic, prevSeq: number, update: MarketUpdate): Buffer | undefined {
  const { instrument } = topic
  const { spec } = instrument
  const { seq, at } = update
  const frame = (type: string, rest: object) =>
    encode({ type, ...head(topic), prev_seq: prevSeq, seq, at: rfc3339(at), ...rest })
  switch (update.channel) {
    case 'book_l3': {
      const side = (name: OrderChange['side']): RestingOut[] =>
        update.orders.filter((change) => change.side === name).map((change) => printResting(spec, change))
      return frame('delta', { bids: side('buy'), asks: side('sell'), checksum: update.checksum })
    }
    case 'trades':
      return frame('trade', { data: printTrades(spec, update.trades) })
    case 'ticker':
      return frame('ticker', { data: printTicker(instrument, update.ticker, seq, at) })
    case 'bbo':
      return frame('bbo', printBest(spec, update.bid, update.ask))
    case 'candles':
      return frame('candle', { data: printCandle(spec, update.candle as Candle) })
    case 'status':
      return frame('status', printStatus(update))
    case 'auction':
      return frame('auction', printIndication(spec, update.indication))
    default:
      return undefined
  }
}
