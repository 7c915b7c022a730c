import type { Instant } from '../base/time.ts'
import { rfc3339 } from '../base/time.ts'
import type { Spec } from '../state/instrument.ts'
import type { Instrument } from '../state/state.ts'
import type { Candle } from '../market/candle.ts'
import type { Level, Resting } from '../market/depth.ts'
import type { DepthView } from '../market/market.ts'
import type { Print } from '../market/tape.ts'
import type { Ticker } from '../market/ticker.ts'
import { money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { BookOut, CandleOut, LevelOut, RestingOut, TickerOut, TradeOut } from '../wire/market.ts'
import { printPrice, printQuantity } from './amount.ts'
import { marketName, marketNameOf } from './instrument-name.ts'

export const printLevel = (spec: Spec, [price, quantity, orders]: Level): LevelOut => [
  printPrice(spec, price),
  printQuantity(spec, quantity),
  orders,
]

export const printLevels = (spec: Spec, levels: readonly Level[]): LevelOut[] =>
  levels.map((level) => printLevel(spec, level))

export const printResting = (
  spec: Spec,
  { price, lots, order }: Pick<Resting, 'price' | 'lots' | 'order'>,
): RestingOut => [printPrice(spec, price), printQuantity(spec, lots), printId('order', order)]

/** The book by price. */
export const printBook = (instrument: Instrument, depth: DepthView): BookOut => ({
  instrument: marketName(instrument),
  seq: depth.seq,
  bids: printLevels(instrument.spec, depth.bids),
  asks: printLevels(instrument.spec, depth.asks),
  checksum: depth.checksum,
})

export const printTrade = (spec: Spec, trade: Print): TradeOut => ({
  id: printId('trade', trade.trade),
  instrument: marketNameOf(spec.symbol),
  price: printPrice(spec, trade.price),
  quantity: printQuantity(spec, trade.lots),
  side: trade.side,
  primary: trade.primary,
  seq: trade.seq,
  at: rfc3339(trade.at),
})

/** The touch and the last 24 hours, as of `seq` and `at`. */
export function printTicker(instrument: Instrument, ticker: Ticker, seq: number, at: Instant): TickerOut {
  const { spec } = instrument
  const price = (ticks: number | null) => (ticks === null ? null : printPrice(spec, ticks))
  const quantity = (lots: number | null) => (lots === null ? null : printQuantity(spec, lots))
  return {
    instrument: marketName(instrument),
    status: instrument.status,
    last: price(ticker.last),
    best_bid: price(ticker.bestBid),
    best_bid_quantity: quantity(ticker.bestBidLots),
    best_ask: price(ticker.bestAsk),
    best_ask_quantity: quantity(ticker.bestAskLots),
    open_24h: price(ticker.open24h),
    high_24h: price(ticker.high24h),
    low_24h: price(ticker.low24h),
    volume_24h: printQuantity(spec, ticker.volume24h),
    value_24h: money(ticker.value24h),
    trades_24h: ticker.trades24h,
    seq,
    at: rfc3339(at),
  }
}

export const printCandle = (spec: Spec, candle: Candle): CandleOut => ({
  start: rfc3339(candle.start),
  open: printPrice(spec, candle.open),
  high: printPrice(spec, candle.high),
  low: printPrice(spec, candle.low),
  close: printPrice(spec, candle.close),
  volume: printQuantity(spec, candle.lots),
  value: money(candle.value),
  trades: candle.trades,
})
