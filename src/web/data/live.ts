import type { BookInstrument, Depth, IndexPrint, MarketStream, StreamStatus } from '../../client/stream.ts'
import { openStream } from '../../client/stream.ts'
import type { TickerOut, TradeOut } from '../../wire/market.ts'
import type { Cell } from './cell.ts'
import { createCell } from './cell.ts'

/**
 * The stream of public market data as cells: each part of the page reads its own, and no other part renders.
 */
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
  /** Numbers as they are published; the last of each first. */
  prints(listener: (prints: IndexPrint[]) => void): () => void
  /** Opens the connection; the function it returns closes it. */
  start(): () => void
}

/** Book levels a side that the page shows. */
const BOOK_DEPTH = 50

export const openLive = (): Live => new StreamedLive()

class StreamedLive implements Live {
  readonly connection = createCell<StreamStatus>('connecting')
  readonly seq = createCell(0)
  readonly fault = createCell<string | null>(null)
  private readonly tickers = new Map<string, Cell<TickerOut | null>>()
  private readonly newest = new Map<string, TickerOut>()
  private readonly traders = new Set<(instrument: string) => void>()
  private readonly wanted = new Set<(stream: MarketStream) => void>()
  private stream: MarketStream | undefined
  private highest = 0

  ticker(instrument: string): Cell<TickerOut | null> {
    let cell = this.tickers.get(instrument)
    if (cell === undefined) {
      cell = createCell<TickerOut | null>(null)
      this.tickers.set(instrument, cell)
    }
    return cell
  }

  seed(list: readonly TickerOut[]): void {
    for (const ticker of list) this.take(ticker)
  }

  onTrade(listener: (instrument: string) => void): () => void {
    this.traders.add(listener)
    return () => this.traders.delete(listener)
  }

  watchTickers(instruments: readonly string[]): () => void {
    return this.hold((current) => {
      const ends = instruments.map((instrument) => current.ticker(instrument, (next) => this.take(next)))
      return () => {
        for (const end of ends) end()
      }
    })
  }

  book(instrument: BookInstrument, listener: (depth: Depth) => void): () => void {
    const tell = (depth: Depth) => {
      this.saw(depth.seq)
      listener(depth)
    }
    return this.hold((current) => current.book(instrument, tell, BOOK_DEPTH))
  }

  trades(instrument: string, listener: (trades: TradeOut[]) => void): () => void {
    return this.hold((current) => current.trades(instrument, listener))
  }

  prints(listener: (prints: IndexPrint[]) => void): () => void {
    return this.hold((current) => current.prints(listener))
  }

  start(): () => void {
    const opened = openStream({ baseUrl: '', onStatus: this.connection.set, onFault: this.fault.set })
    this.stream = opened
    for (const attach of this.wanted) attach(opened)
    return () => {
      if (this.stream === opened) this.stream = undefined
      opened.close()
    }
  }

  private saw(next: number): void {
    if (next <= this.highest) return
    this.highest = next
    this.seq.set(next)
  }

  private take(next: TickerOut): void {
    const before = this.newest.get(next.instrument)
    if (before !== undefined && next.seq < before.seq) return
    this.newest.set(next.instrument, next)
    this.saw(next.seq)
    this.ticker(next.instrument).set(next)
    if (before !== undefined && next.trades_24h > before.trades_24h)
      for (const tell of this.traders) tell(next.instrument)
  }

  /** Subscribes now, and again on every stream opened later, until it is let go. */
  private hold(subscribe: (stream: MarketStream) => () => void): () => void {
    let end: (() => void) | undefined
    const attach = (current: MarketStream) => {
      end = subscribe(current)
    }
    this.wanted.add(attach)
    if (this.stream) attach(this.stream)
    return () => {
      this.wanted.delete(attach)
      end?.()
    }
  }
}
