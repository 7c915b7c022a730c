import type { Lots, Micros, Ticks } from '../base/money.ts'
import { lots, micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'
import type { Candles } from './candle.ts'
import { startOf } from './candle.ts'
import type { Depth } from './depth.ts'
import { bestOf } from './depth.ts'

/** The touch and the last 24 hours. Null where there has been no trade or no order. */
export type Ticker = {
  last: Ticks | null
  bestBid: Ticks | null
  bestBidLots: Lots | null
  bestAsk: Ticks | null
  bestAskLots: Lots | null
  open24h: Ticks | null
  high24h: Ticks | null
  low24h: Ticks | null
  volume24h: Lots
  /** µ$ that changed hands. */
  value24h: Micros
  trades24h: number
}

const MINUTE = 60
const DAY = 24 * MICROS_PER_HOUR

/** The ticker at `at`. Its day is the 1,440 minutes of the UTC grid that end with the minute of `at`. */
export function tickerOf(depth: Depth, candles: Candles, at: Instant): Ticker {
  const minutes = candles[MINUTE]
  const since = startOf(at, MINUTE) + MINUTE * 1_000_000 - DAY
  const bid = bestOf(depth, 'buy')
  const ask = bestOf(depth, 'sell')
  const ticker: Ticker = {
    last: minutes.at(-1)?.close ?? null,
    bestBid: bid?.[0] ?? null,
    bestBidLots: bid?.[1] ?? null,
    bestAsk: ask?.[0] ?? null,
    bestAskLots: ask?.[1] ?? null,
    open24h: null,
    high24h: null,
    low24h: null,
    volume24h: lots(0),
    value24h: micros(0),
    trades24h: 0,
  }
  for (let i = minutes.length - 1; i >= 0; i--) {
    const minute = minutes[i]
    if (minute === undefined || minute.start < since) break
    ticker.open24h = minute.open
    if (ticker.high24h === null || minute.high > ticker.high24h) ticker.high24h = minute.high
    if (ticker.low24h === null || minute.low < ticker.low24h) ticker.low24h = minute.low
    ticker.volume24h = lots(ticker.volume24h + minute.lots)
    ticker.value24h = micros(ticker.value24h + minute.value)
    ticker.trades24h += minute.trades
  }
  return ticker
}
