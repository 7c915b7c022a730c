import { parseDecimal, printDecimal } from '../base/decimal.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { BookOut, CandleOut, TickerOut, TradeOut } from '../wire/market.ts'
import { namesOf, symbolOf, USD_ID } from './name.ts'

/** One row in these clients' words. */
export type Row = Record<string, unknown>

const PLACES = 6

/** When the money was listed: before everything. Their clients want a time. */
const EPOCH = '1970-01-01T00:00:00.000000Z'

/** Decimal text times decimal text, at six places, rounded toward zero. */
export function product(a: string, b: string): string {
  const left = parseDecimal(a, PLACES) ?? 0
  const right = parseDecimal(b, PLACES) ?? 0
  return printDecimal(Number((BigInt(left) * BigInt(right)) / 1_000_000n), PLACES)
}

/** Decimal text plus decimal text. */
export const sum = (...terms: readonly string[]): string =>
  printDecimal(
    terms.reduce((total, term) => total + (parseDecimal(term, PLACES) ?? 0), 0),
    PLACES,
  )

/** Decimal text as the number that some fields of theirs are. Whole units stay exact. */
export const numeric = (text: string): number => Number(text)

const isOpen = (status: string): boolean => status === 'open'

/** A market in their words: `active` while it trades. */
export function printMarket(one: InstrumentOut): Row {
  const { market, instrument } = namesOf(one.model)
  return {
    market_id: market,
    id: market,
    name: one.symbol,
    description: one.name,
    market_type: 'spot',
    status: isOpen(one.status) ? 'active' : one.status,
    associated_instruments: [instrument, USD_ID],
    instruments: [
      { instrument_id: instrument, symbol: one.model, name: one.name, role: 'base' },
      { instrument_id: USD_ID, symbol: 'USD', name: 'US dollar', role: 'quote' },
    ],
    order_controls: {
      tick_size: one.price_increment,
      lot_size: one.quantity_increment,
      min_order_size: one.min_quantity,
      max_order_size: one.max_quantity,
    },
    fees: { maker: one.maker_fee, taker: one.taker_fee, delivery: one.delivery_fee },
    created_at: one.listed_at,
    updated_at: one.listed_at,
  }
}

/** An instrument in their words, with what the last 24 hours were. */
export function printListed(one: InstrumentOut, ticker: TickerOut | undefined): Row {
  const { instrument, market } = namesOf(one.model)
  const { spec } = one
  return {
    instrument_id: instrument,
    id: instrument,
    market_id: market,
    symbol: one.model,
    name: one.name,
    instrument_type: 'ai_commodity',
    description: `${one.name}: one unit is ${spec.unit_weighted_tokens} weighted tokens`,
    precision: one.quantity_decimals,
    is_active: isOpen(one.status),
    status: isOpen(one.status) ? 'active' : 'inactive',
    basic_info: { service_type: spec.task, precision: one.quantity_decimals },
    ai_specs: {
      context_window: spec.context_tokens,
      max_output_length: spec.output_tokens_max,
      token_throughput: spec.throughput_floor,
      tokens_per_unit: spec.unit_weighted_tokens,
      unit_definition: `${spec.unit_weighted_tokens} weighted tokens`,
      qualifying_models: [],
    },
    sla_requirements: {
      availability_target: Number(spec.reliability) * 100,
      max_latency_ms: spec.latency_base_ms,
      quality_score_min: spec.intelligence_floor,
    },
    trading_params: {
      min_quantity: numeric(one.min_quantity),
      max_quantity: numeric(one.max_quantity),
      quantity_increment: numeric(one.quantity_increment),
    },
    last_trade_price: ticker?.last ?? null,
    price_range_24h_high: ticker?.high_24h ?? null,
    price_range_24h_low: ticker?.low_24h ?? null,
    volume_24h: ticker?.volume_24h ?? '0.000000',
    created_at: one.listed_at,
    updated_at: one.listed_at,
  }
}

/** The money as these clients list it among the instruments. */
export const USD_LISTED: Row = {
  instrument_id: USD_ID,
  id: USD_ID,
  symbol: 'USD',
  name: 'US dollar',
  instrument_type: 'currency',
  description: 'Prepaid dollars',
  precision: PLACES,
  is_active: true,
  status: 'active',
  basic_info: { currency_code: 'USD', precision: PLACES },
  created_at: EPOCH,
  updated_at: EPOCH,
}

/** The ticker. Some clients refuse null in the day's fields, so what is unknown is left out. */
export function printGridTicker(ticker: TickerOut, last: TradeOut | undefined): Row {
  const { market } = namesOf(symbolOf(ticker.instrument))
  return {
    market_id: market,
    last_price: ticker.last,
    last_trade_quantity: last?.quantity ?? null,
    last_trade_timestamp: last?.at ?? null,
    highest_bid: ticker.best_bid,
    lowest_ask: ticker.best_ask,
    bid: ticker.best_bid,
    ask: ticker.best_ask,
    volume_24h: ticker.volume_24h,
    quote_volume_24h: ticker.value_24h,
    ...(ticker.high_24h === null ? {} : { high_24h: ticker.high_24h }),
    ...(ticker.low_24h === null ? {} : { low_24h: ticker.low_24h }),
    ...changeOf(ticker),
    timestamp: ticker.at,
  }
}

function changeOf({ last, open_24h: open }: TickerOut): Row {
  if (last === null || open === null) return {}
  const change = (parseDecimal(last, PLACES) ?? 0) - (parseDecimal(open, PLACES) ?? 0)
  const percent = Number(open) === 0 ? 0 : Math.round((change / (Number(open) * 1_000_000)) * 10_000) / 100
  return {
    price_change_24h: printDecimal(change, PLACES),
    price_change_percent_24h: String(percent),
    price_change_24h_percent: String(percent),
  }
}

/** The book by price, best first, in both of the spellings in use. */
export function printGridBook(book: BookOut, at: string): Row {
  const side = (levels: BookOut['bids']) =>
    levels.map(([price, quantity, orders]) => ({
      price,
      quantity,
      total: product(price, quantity),
      order_count: typeof orders === 'number' ? orders : 1,
    }))
  const buy = side(book.bids)
  const sell = side(book.asks)
  const { market } = namesOf(symbolOf(book.instrument))
  return { market_id: market, buy, sell, bids: buy, asks: sell, timestamp: at, sequence: book.seq }
}

export const printGridTrade = (trade: TradeOut): Row => ({
  trade_id: trade.id,
  market_id: namesOf(symbolOf(trade.instrument)).market,
  price: trade.price,
  quantity: trade.quantity,
  total_value: product(trade.price, trade.quantity),
  fee: '0.000000',
  side: trade.side,
  execution_timestamp: trade.at,
})

/** One interval of prices. */
export const printGridCandle = (instrument: string, resolution: string, candle: CandleOut): Row => ({
  market_id: namesOf(symbolOf(instrument)).market,
  resolution,
  period_start: candle.start,
  time: Math.floor(Date.parse(candle.start) / 1_000),
  open: candle.open,
  high: candle.high,
  low: candle.low,
  close: candle.close,
  volume: candle.volume,
  quote_volume: candle.value,
  trade_count: candle.trades,
})
