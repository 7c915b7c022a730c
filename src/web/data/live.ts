import type { BookInstrument, Depth, MarketStream, StreamStatus } from '../../client/stream.ts'
import { openStream } from '../../client/stream.ts'
import type { TickerOut, TradeOut } from '../../wire/market.ts'
import type { Cell } from './cell.ts'
import { createCell } from './cell.ts'

/** The stream of public market data as cells: each part of the page reads its own, and no other part renders. */
export type Live = {
  connection: Cell<StreamStatus>
  /** The highest sequence number seen on any channel. */
  seq: Cell<number>
  /** The last thing that did not fit; the stream mends itself. */
  fault: Cell<string | null>
  ticker(instrument: string): Cell<TickerOut | null>
  /** Tickers from a REST answer, for the time until the stream has its own. */
  seed(tickers: readonly TickerOut[]): void
  /** Told at once, not per frame, of every instrument that traded. */
  onTrade(listener: (instrument: string) => void): () => void
  watchTickers(instruments: readonly string[]): () => void
  book(instrument: BookInstrument, listener: (depth: Depth) => void): () => void
  trades(instrument: string, listener: (trades: TradeOut[]) => void): () => void
  /** Opens the connection; the function it returns closes it. */
  start(): () => void
}

/** Book levels a side that the page shows. */
const BOOK_DEPTH = 50

export function openLive(): Live {
  const connection = createCell<StreamStatus>('connecting')
  const seq = createCell(0)
  const fault = createCell<string | null>(null)
  const tickers = new Map<string, Cell<TickerOut | null>>()
  const newest = new Map<string, TickerOut>()
  const traders = new Set<(instrument: string) => void>()
  const wanted = new Set<(stream: MarketStream) => void>()
  let stream: MarketStream | undefined
  let highest = 0

  const saw = (next: number) => {
    if (next <= highest) return
    highest = next
    seq.set(next)
  }

  const tickerOf = (instrument: string) => {
    let cell = tickers.get(instrument)
    if (cell === undefined) {
      cell = createCell<TickerOut | null>(null)
      tickers.set(instrument, cell)
    }
    return cell
  }

  const takeTicker = (next: TickerOut) => {
    const before = newest.get(next.instrument)
    if (before !== undefined && next.seq < before.seq) return
    newest.set(next.instrument, next)
    saw(next.seq)
    tickerOf(next.instrument).set(next)
    if (before !== undefined && next.trades_24h > before.trades_24h)
      for (const tell of traders) tell(next.instrument)
  }

  /** Subscribes now, and again on every stream opened later, until it is let go. */
  const hold = (subscribe: (stream: MarketStream) => () => void): (() => void) => {
    let end: (() => void) | undefined
    const attach = (current: MarketStream) => {
      end = subscribe(current)
    }
    wanted.add(attach)
    if (stream) attach(stream)
    return () => {
      wanted.delete(attach)
      end?.()
    }
  }

  return {
    connection,
    seq,
    fault,
    ticker: tickerOf,
    seed: (list) => list.forEach(takeTicker),
    onTrade(listener) {
      traders.add(listener)
      return () => traders.delete(listener)
    },
    watchTickers: (instruments) =>
      hold((current) => {
        const ends = instruments.map((instrument) => current.ticker(instrument, takeTicker))
        return () => ends.forEach((end) => end())
      }),
    book: (instrument, listener) =>
      hold((current) =>
        current.book(
          instrument,
          (depth) => {
            saw(depth.seq)
            listener(depth)
          },
          BOOK_DEPTH,
        ),
      ),
    trades: (instrument, listener) => hold((current) => current.trades(instrument, listener)),
    start() {
      const opened = openStream({ baseUrl: '', onStatus: connection.set, onFault: fault.set })
      stream = opened
      for (const attach of wanted) attach(opened)
      return () => {
        stream = undefined
        opened.close()
      }
    },
  }
}
