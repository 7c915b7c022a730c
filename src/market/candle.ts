import { assert } from '../base/assert.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { lots, micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { instant, MICROS_PER_SECOND } from '../base/time.ts'

/** What the trades of one interval of the UTC grid did. */
export type Candle = {
  start: Instant
  open: Ticks
  high: Ticks
  low: Ticks
  close: Ticks
  lots: Lots
  /** µ$ that changed hands. */
  value: Micros
  trades: number
}

/** Every interval, in seconds: 1m, 5m, 15m, 1h, 4h, 1d. */
export const CANDLE_SECONDS = [60, 300, 900, 3_600, 14_400, 86_400] as const
export type CandleSeconds = (typeof CANDLE_SECONDS)[number]

/** Per interval, the candles in which something traded, oldest first. */
export type Candles = Record<CandleSeconds, Candle[]>

/** How many candles of each interval are kept for readers: at least a day of minutes. */
export const CANDLES_KEPT = 2_880

export const newCandles = (): Candles => ({ 60: [], 300: [], 900: [], 3600: [], 14400: [], 86400: [] })

/** Folds one trade into every interval. */
export function foldCandles(candles: Candles, at: Instant, price: Ticks, size: Lots, value: Micros): void {
  for (const seconds of CANDLE_SECONDS) {
    const start = startOf(at, seconds)
    const series = candles[seconds]
    const last = series.at(-1)
    if (last === undefined || last.start < start) {
      series.push({ start, open: price, high: price, low: price, close: price, lots: size, value, trades: 1 })
      if (series.length >= 2 * CANDLES_KEPT) candles[seconds] = series.slice(-CANDLES_KEPT)
      continue
    }
    if (price > last.high) last.high = price
    if (price < last.low) last.low = price
    last.close = price
    last.lots = lots(last.lots + size)
    last.value = micros(last.value + value)
    last.trades++
  }
}

/** Where the interval that holds `at` begins. */
export const startOf = (at: Instant, seconds: number): Instant => {
  const period = seconds * MICROS_PER_SECOND
  return instant(Math.floor(at / period) * period)
}

/**
 * The latest `limit` candles, oldest first. Intervals without a trade are left out; with `fillTo` they stand
 * in
 * as empty candles at the previous close, up to the interval that holds it.
 */
export function candlesOf(
  candles: Candles,
  seconds: CandleSeconds,
  limit: number,
  fillTo?: Instant,
): Candle[] {
  const series = candles[seconds]
  assert(series !== undefined, 'a candle interval is one of the six')
  if (fillTo === undefined) return series.slice(-Math.min(limit, CANDLES_KEPT)).map((one) => ({ ...one }))
  return filled(series.slice(-CANDLES_KEPT), seconds, limit, fillTo)
}

function filled(series: readonly Candle[], seconds: number, limit: number, to: Instant): Candle[] {
  const first = series[0]
  const newest = series.at(-1)
  if (first === undefined || newest === undefined) return []
  const period = seconds * MICROS_PER_SECOND
  const end = Math.max(startOf(to, seconds), newest.start)
  const begin = Math.max(first.start, end - (limit - 1) * period)
  let next = series.findIndex((one) => one.start >= begin)
  if (next < 0) next = series.length
  let close = (series[next - 1] ?? first).close
  const found: Candle[] = []
  for (let start = begin; start <= end; start += period) {
    const traded = series[next]
    if (traded?.start === start) {
      next++
      close = traded.close
      found.push({ ...traded })
    } else found.push(emptyCandle(instant(start), close))
  }
  return found
}

const emptyCandle = (start: Instant, price: Ticks): Candle => ({
  start,
  open: price,
  high: price,
  low: price,
  close: price,
  lots: lots(0),
  value: micros(0),
  trades: 0,
})

/** The candles as plain numbers, eight a candle, one list per interval. */
export const packCandles = (candles: Candles): number[][] =>
  CANDLE_SECONDS.map((seconds) =>
    candles[seconds]
      .slice(-CANDLES_KEPT)
      .flatMap((one) => [one.start, one.open, one.high, one.low, one.close, one.lots, one.value, one.trades]),
  )

/** The candles of `packCandles`. */
export function unpackCandles(packed: readonly (readonly number[])[]): Candles {
  const candles = newCandles()
  for (const [i, seconds] of CANDLE_SECONDS.entries()) {
    const numbers = packed[i] ?? []
    for (let at = 0; at + 7 < numbers.length; at += 8)
      candles[seconds].push({
        start: numbers[at] as Instant,
        open: numbers[at + 1] as Ticks,
        high: numbers[at + 2] as Ticks,
        low: numbers[at + 3] as Ticks,
        close: numbers[at + 4] as Ticks,
        lots: numbers[at + 5] as Lots,
        value: numbers[at + 6] as Micros,
        trades: numbers[at + 7] as number,
      })
  }
  return candles
}
