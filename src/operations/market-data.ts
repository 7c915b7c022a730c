import type { InstrumentId, TradeId } from '../base/ids.ts'
import type { Instrument } from '../state/state.ts'
import type { Print } from '../market/tape.ts'
import type { CandleSeconds } from '../market/candle.ts'
import { instrument, instrumentPath, instruments, spec } from '../wire/instrument.ts'
import { book, bookQuery, candleQuery, candles, ticker, tickers, tradeQuery, trades } from '../wire/market.ts'
import type { BookOut, CandleInterval, TickerOut } from '../wire/market.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { publicOperation } from '../api/operation.ts'
import { PAGE_ROWS, printCursor, readCursor } from '../api/page.ts'
import { printInstrument, printSpec } from '../api/print-instrument.ts'
import { printBook, printCandle, printResting, printTicker, printTrade } from '../api/print-market.ts'
import { Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'

const SECONDS: Record<CandleInterval, CandleSeconds> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '4h': 14_400,
  '1d': 86_400,
}
const DEPTH = 20
const CANDLES = 300

/** Looks at one market by the name in the path, or answers that there is none. */
const inMarket = <Out>(
  venue: Venue,
  name: string,
  look: (instrument: Instrument) => Out | Problem,
): Promise<Out | Problem> =>
  venue.sequencer.read((state) => {
    const found = namedInstrument(state, name, '/path/id')
    return found instanceof Problem ? found : look(found)
  })

const listInstruments = publicOperation({
  id: 'instrument.list',
  method: 'GET',
  path: '/v1/instruments',
  tag: 'Markets',
  summary: 'Every instrument, in the order they were listed.',
  answer: instruments,
  run: (venue) =>
    venue.sequencer.read(({ instruments: listed, settings }) => ({
      data: listed.map((one) => printInstrument(one, settings)),
    })),
})

const getInstrument = publicOperation({
  id: 'instrument.get',
  method: 'GET',
  path: '/v1/instruments/{id}',
  tag: 'Markets',
  summary: 'One instrument with its spec.',
  params: instrumentPath,
  answer: instrument,
  run: (venue, { path }) =>
    inMarket(venue, path.id, (one) => printInstrument(one, venue.sequencer.state.settings)),
})

const getSpec = publicOperation({
  id: 'instrument.spec',
  method: 'GET',
  path: '/v1/instruments/{id}/spec',
  tag: 'Markets',
  summary: 'What a unit of the instrument must deliver.',
  params: instrumentPath,
  answer: spec,
  run: (venue, { path }) => inMarket(venue, path.id, (one) => printSpec(one.spec)),
})

const getBook = publicOperation({
  id: 'instrument.book',
  method: 'GET',
  path: '/v1/instruments/{id}/book',
  tag: 'Markets',
  summary: 'The book: by price (level 2) or order by order (level 3).',
  params: instrumentPath,
  query: bookQuery,
  answer: book,
  run: (venue, { path, query }) =>
    inMarket(venue, path.id, (one) =>
      query.level === 3
        ? fullBook(venue, one, query.depth ?? DEPTH)
        : printBook(one, venue.market.depth(one.id, query.depth ?? DEPTH)),
    ),
})

function fullBook(venue: Venue, one: Instrument, depth: number): BookOut {
  const { seq, bids, asks, checksum } = venue.market.orders(one.id)
  const side = (orders: typeof bids) => orders.slice(0, depth).map((order) => printResting(one.spec, order))
  return { instrument: marketName(one), seq, bids: side(bids), asks: side(asks), checksum }
}

/** The tape, continued from history where memory ends. */
async function withOlder(
  { history }: Venue,
  id: InstrumentId,
  recent: Print[],
  limit: number,
  before: TradeId | undefined,
): Promise<Print[]> {
  const oldest = recent.at(-1)?.trade ?? before
  if (recent.length >= limit || oldest === undefined) return recent
  const older = await history.listTrades(id, oldest, limit - recent.length)
  return recent.concat(older.map(({ primary, ...fill }) => ({ ...fill, primary: primary > 0 })))
}

const listTrades = publicOperation({
  id: 'instrument.trades',
  method: 'GET',
  path: '/v1/instruments/{id}/trades',
  tag: 'Markets',
  summary: 'Trades, newest first.',
  params: instrumentPath,
  query: tradeQuery,
  answer: trades,
  async run(venue, { path, query }) {
    const before = readCursor<TradeId>('trade', query.after)
    if (before instanceof Problem) return before
    const limit = query.limit ?? PAGE_ROWS
    const found = await inMarket(venue, path.id, ({ id }) => ({
      id,
      recent: venue.market.trades(id, limit + 1, before),
    }))
    if (found instanceof Problem) return found
    const rows = await withOlder(venue, found.id, found.recent, limit + 1, before)
    return inMarket(venue, path.id, ({ spec: of }) => {
      const shown = rows.slice(0, limit)
      const next = rows.length > limit ? (shown.at(-1)?.trade ?? null) : null
      return { data: shown.map((row) => printTrade(of, row)), next_cursor: printCursor('trade', next) }
    })
  },
})

const listCandles = publicOperation({
  id: 'instrument.candles',
  method: 'GET',
  path: '/v1/instruments/{id}/candles',
  tag: 'Markets',
  summary: 'Prices per interval of the UTC grid, oldest first. Intervals without a trade are left out.',
  params: instrumentPath,
  query: candleQuery,
  answer: candles,
  run: (venue, { path, query }) =>
    inMarket(venue, path.id, (one) => {
      const interval = query.interval ?? '1m'
      const rows = venue.market.candles(one.id, SECONDS[interval], query.limit ?? CANDLES)
      return { instrument: marketName(one), interval, data: rows.map((row) => printCandle(one.spec, row)) }
    }),
})

const tickerOf = ({ market, clock }: Venue, one: Instrument): TickerOut => {
  const now = clock()
  const at = now > market.at ? now : market.at
  return printTicker(one, market.ticker(one.id, at), market.seq, at)
}

const getTicker = publicOperation({
  id: 'instrument.ticker',
  method: 'GET',
  path: '/v1/instruments/{id}/ticker',
  tag: 'Markets',
  summary: 'The touch and the last 24 hours.',
  params: instrumentPath,
  answer: ticker,
  run: (venue, { path }) => inMarket(venue, path.id, (one) => tickerOf(venue, one)),
})

const listTickers = publicOperation({
  id: 'ticker.list',
  method: 'GET',
  path: '/v1/tickers',
  tag: 'Markets',
  summary: 'The ticker of every instrument.',
  answer: tickers,
  run: (venue) =>
    venue.sequencer.read((state) => ({ data: state.instruments.map((one) => tickerOf(venue, one)) })),
})

export const marketOperations = [
  listInstruments,
  getInstrument,
  getSpec,
  getBook,
  listTrades,
  listCandles,
  getTicker,
  listTickers,
]
