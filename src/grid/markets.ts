import { Problem, problem } from '../api/problem.ts'
import { rfc3339 } from '../base/time.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { BookOut, CandleOut, TickerOut, TradeOut } from '../wire/market.ts'
import type { Filters } from './filter.ts'
import { sift, take } from './filter.ts'
import { named } from './name.ts'
import type { Row } from './print-market.ts'
import {
  printGridBook,
  printGridCandle,
  printGridTicker,
  printGridTrade,
  printListed,
  printMarket,
  USD_LISTED,
} from './print-market.ts'
import type { GridAnswer, GridCall, GridRoute } from './route.ts'
import { data, page } from './route.ts'

type List<Item> = { data: Item[]; next_cursor?: string | null }

const MARKET_FIELDS = ['market_id', 'name', 'status', 'market_type']
const INSTRUMENT_FIELDS = ['instrument_id', 'symbol', 'name', 'instrument_type', 'status']
const TRADE_FIELDS = ['trade_id', 'side', 'price', 'quantity']

const RESOLUTIONS = new Set(['1m', '5m', '15m', '1h', '4h', '1d'])

/** Our path parameter for the market or the instrument that a path names. */
function idOf({ venue, params }: GridCall, what: 'market' | 'instrument'): Record<string, string> | Problem {
  const found = named(venue.sequencer.state, params.id ?? '', what)
  return found instanceof Problem ? found : { id: found.spec.symbol }
}

/** Asks one of our market operations about the market in the path. */
async function ofMarket<Answer>(
  call: GridCall,
  operation: string,
  query: Record<string, string> = {},
): Promise<Answer | Problem> {
  const params = idOf(call, 'market')
  return params instanceof Problem ? params : call.desk.ask<Answer>(operation, { params, query })
}

async function listMarkets({ desk, filters }: GridCall): Promise<GridAnswer | Problem> {
  const listed = await desk.ask<List<InstrumentOut>>('instrument.list')
  if (listed instanceof Problem) return listed
  const rows = sift(filters, listed.data.map(printMarket), MARKET_FIELDS, 'created_at')
  return rows instanceof Problem ? rows : page(rows)
}

async function getMarket(call: GridCall): Promise<GridAnswer | Problem> {
  const one = await ofMarket<InstrumentOut>(call, 'instrument.get')
  return one instanceof Problem ? one : data(printMarket(one))
}

/** Every instrument and the money, as rows. */
async function instrumentRows({ desk, filters }: GridCall): Promise<Row[] | Problem> {
  const listed = await desk.ask<List<InstrumentOut>>('instrument.list')
  if (listed instanceof Problem) return listed
  const tickers = await desk.ask<List<TickerOut>>('ticker.list')
  if (tickers instanceof Problem) return tickers
  const byMarket = new Map(tickers.data.map((one) => [one.instrument, one]))
  const rows = [USD_LISTED, ...listed.data.map((one) => printListed(one, byMarket.get(one.id)))]
  return sift(filters, rows, INSTRUMENT_FIELDS, 'created_at')
}

async function listInstruments(call: GridCall): Promise<GridAnswer | Problem> {
  const rows = await instrumentRows(call)
  return rows instanceof Problem ? rows : page(rows)
}

async function getInstrument(call: GridCall): Promise<GridAnswer | Problem> {
  const wanted = call.params.id ?? ''
  if (wanted.toLowerCase() === 'usd' || wanted === USD_LISTED.instrument_id) return data(USD_LISTED)
  const params = idOf(call, 'instrument')
  if (params instanceof Problem) return params
  const one = await call.desk.ask<InstrumentOut>('instrument.get', { params })
  if (one instanceof Problem) return one
  const ticker = await call.desk.ask<TickerOut>('instrument.ticker', { params })
  return ticker instanceof Problem ? ticker : data(printListed(one, ticker))
}

async function getTicker(call: GridCall): Promise<GridAnswer | Problem> {
  const ticker = await ofMarket<TickerOut>(call, 'instrument.ticker')
  if (ticker instanceof Problem) return ticker
  const trades = await ofMarket<List<TradeOut>>(call, 'instrument.trades', { limit: '1' })
  return trades instanceof Problem ? trades : data(printGridTicker(ticker, trades.data[0]))
}

async function getBook(call: GridCall): Promise<GridAnswer | Problem> {
  const depth = take(call.filters, 'depth')?.values[0] ?? '20'
  const book = await ofMarket<BookOut>(call, 'instrument.book', { depth })
  return book instanceof Problem ? book : data(printGridBook(book, rfc3339(call.venue.clock())))
}

async function listTrades(call: GridCall): Promise<GridAnswer | Problem> {
  const { filters } = call
  const query = pageQuery(filters)
  const trades = await ofMarket<List<TradeOut>>(call, 'instrument.trades', query)
  if (trades instanceof Problem) return trades
  const rows = sift(filters, trades.data.map(printGridTrade), TRADE_FIELDS, 'execution_timestamp')
  return rows instanceof Problem ? rows : page(rows, trades.next_cursor)
}

/** Our page parameters of theirs. */
export const pageQuery = ({ limit, next }: Filters): Record<string, string> => ({
  limit: String(limit),
  ...(next === undefined ? {} : { after: next }),
})

async function getStats(call: GridCall): Promise<GridAnswer | Problem> {
  const ticker = await ofMarket<TickerOut>(call, 'instrument.ticker')
  if (ticker instanceof Problem) return ticker
  const end = Date.parse(ticker.at)
  return data({
    open: ticker.open_24h,
    high: ticker.high_24h,
    low: ticker.low_24h,
    close: ticker.last,
    volume: ticker.volume_24h,
    quote_volume: ticker.value_24h,
    num_trades: ticker.trades_24h,
    period_start: new Date(end - 24 * 3_600_000).toISOString(),
    period_end: new Date(end).toISOString(),
  })
}

/** Candles between two times in seconds, of a market and a resolution that are filters here. */
async function listPrices(call: GridCall): Promise<GridAnswer | Problem> {
  const { filters, venue, desk } = call
  const market = take(filters, 'market_id')?.values[0]
  if (market === undefined) return problem('invalid_request', 'The filter market_id is needed.')
  const instrument = named(venue.sequencer.state, market, 'market')
  if (instrument instanceof Problem) return instrument
  const resolution = take(filters, 'resolution')?.values[0] ?? '1h'
  if (!RESOLUTIONS.has(resolution)) return badResolution()
  const from = take(filters, 'from')?.values[0] ?? '0'
  const to = take(filters, 'to')?.values[0] ?? '9999999999'
  if (![from, to].every((text) => /^\d{1,12}(\.\d+)?$/.test(text)))
    return problem('invalid_request', 'from and to are seconds since 1970.')
  const candles = await desk.ask<{ instrument: string; data: CandleOut[] }>('instrument.candles', {
    params: { id: instrument.spec.symbol },
    query: { interval: resolution, limit: '2880' },
  })
  if (candles instanceof Problem) return candles
  const within = candles.data
    .map((candle) => printGridCandle(candles.instrument, resolution, candle))
    .filter(({ time }) => Number(time) >= Number(from) && Number(time) <= Number(to))
  // Candles come oldest first, and that is how they are drawn.
  const rows = sift({ ...filters, ascending: false }, within, [], 'period_start')
  return rows instanceof Problem ? rows : page(rows)
}

const badResolution = (): Problem =>
  new Problem(
    'resolution_invalid',
    { status: 422, title: 'There are no candles of this length' },
    `One of ${[...RESOLUTIONS].join(', ')}.`,
  )

export const marketRoutes: readonly GridRoute[] = [
  { method: 'GET', path: '/markets', open: true, run: listMarkets },
  { method: 'GET', path: '/markets/:id', open: true, run: getMarket },
  { method: 'GET', path: '/markets/:id/ticker', open: true, run: getTicker },
  { method: 'GET', path: '/markets/:id/orderbook', open: true, run: getBook },
  { method: 'GET', path: '/markets/:id/trades', open: true, run: listTrades },
  { method: 'GET', path: '/markets/:id/stats', open: true, run: getStats },
  { method: 'GET', path: '/instruments', open: true, run: listInstruments },
  { method: 'GET', path: '/instruments/:id', open: true, run: getInstrument },
  { method: 'GET', path: '/instruments/by-symbol/:id', open: true, run: getInstrument },
  { method: 'GET', path: '/price-histories', open: true, run: listPrices },
]
