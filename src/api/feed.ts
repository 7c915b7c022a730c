import type { InstrumentId } from '../base/ids.ts'
import { rfc3339 } from '../base/time.ts'
import type { Instrument, State } from '../state/state.ts'
import type { Level } from '../market/depth.ts'
import type { Market, MarketUpdate } from '../market/market.ts'
import type { ChannelName } from '../wire/stream.ts'
import { marketName } from './instrument-name.ts'
import { printCandle, printLevels, printTicker, printTrade } from './print-market.ts'

/** Takes one encoded frame. */
export type Send = (frame: string) => void

/** Public market data as frames: every update is encoded once, however many read it. */
export type Feed = {
  /** Sends what the channel holds now, then every change. Returns the function that ends it. */
  subscribe(channel: ChannelName, instrument: Instrument, depth: number, send: Send): () => void
  /** Tells what a durable batch changed. */
  publish(updates: readonly MarketUpdate[]): void
}

/** The readers of one channel of one instrument; for `book`, of one depth of it. */
type Group = {
  channel: ChannelName
  instrument: Instrument
  depth: number
  readers: Set<Send>
  /** `book` only: what its readers hold, and the sequence number they hold it at. */
  seq: number
  bids: Level[]
  asks: Level[]
}

export const DEFAULT_DEPTH = 50

/** Levels that differ between two cuts of one side; a level that is gone has no lots. */
function changedLevels(before: readonly Level[], after: readonly Level[]): Level[] {
  const was = new Map(before.map((level) => [level[0], level]))
  const changed: Level[] = []
  for (const level of after) {
    const old = was.get(level[0])
    was.delete(level[0])
    if (old === undefined || old[1] !== level[1] || old[2] !== level[2]) changed.push(level)
  }
  for (const [price] of was) changed.push([price, 0 as Level[1], 0])
  return changed
}

export function createFeed(market: Market, state: State): Feed {
  const groups = new Map<InstrumentId, Map<string, Group>>()

  const group = (channel: ChannelName, instrument: Instrument, depth: number): Group => {
    const key = channel === 'book' ? `book ${depth}` : channel
    let ofInstrument = groups.get(instrument.id)
    if (ofInstrument === undefined) groups.set(instrument.id, (ofInstrument = new Map()))
    let found = ofInstrument.get(key)
    if (found === undefined) {
      found = { channel, instrument, depth, readers: new Set(), seq: 0, bids: [], asks: [] }
      ofInstrument.set(key, found)
    }
    return found
  }

  const tell = (of: Group, frame: string): void => {
    for (const send of of.readers) send(frame)
  }

  return {
    subscribe(channel, instrument, depth, send) {
      const joined = group(channel, instrument, depth)
      if (channel === 'book' && joined.readers.size === 0) cutBook(market, joined)
      const first = snapshotFrame(market, joined)
      if (first !== undefined) send(first)
      joined.readers.add(send)
      return () => joined.readers.delete(send)
    },
    publish(updates) {
      for (const update of updates) {
        const instrument = state.instruments[update.instrument]
        if (instrument === undefined) continue
        for (const of of groups.get(update.instrument)?.values() ?? []) {
          if (of.readers.size === 0 || of.channel !== update.channel) continue
          const frame = of.channel === 'book' ? bookDelta(market, of) : updateFrame(instrument, update)
          if (frame !== undefined) tell(of, frame)
        }
      }
    },
  }
}

/** Takes the book as it is now as what the group's readers will hold. */
function cutBook(market: Market, group: Group): void {
  const { seq, bids, asks } = market.depth(group.instrument.id, group.depth)
  group.seq = seq
  group.bids = bids
  group.asks = asks
}

/** The change from what the group's readers hold to the book as it is now, or nothing if it lies deeper. */
function bookDelta(market: Market, group: Group): string | undefined {
  const { bids, asks, seq } = group
  cutBook(market, group)
  const changedBids = changedLevels(bids, group.bids)
  const changedAsks = changedLevels(asks, group.asks)
  if (changedBids.length + changedAsks.length === 0) {
    group.seq = seq
    return undefined
  }
  const { spec } = group.instrument
  return JSON.stringify({
    type: 'delta',
    channel: 'book',
    instrument: marketName(group.instrument),
    prev_seq: seq,
    seq: group.seq,
    bids: printLevels(spec, changedBids),
    asks: printLevels(spec, changedAsks),
    checksum: market.depth(group.instrument.id, 1).checksum,
  })
}

/** What a new reader is told first. Channels of single happenings begin with none. */
function snapshotFrame(market: Market, group: Group): string | undefined {
  const { channel, instrument } = group
  const name = marketName(instrument)
  if (channel === 'book') {
    const bids = printLevels(instrument.spec, group.bids)
    const asks = printLevels(instrument.spec, group.asks)
    const { checksum } = market.depth(instrument.id, 1)
    return JSON.stringify({
      type: 'snapshot',
      channel,
      instrument: name,
      seq: group.seq,
      bids,
      asks,
      checksum,
    })
  }
  if (channel === 'ticker') {
    const data = printTicker(instrument, market.ticker(instrument.id), market.seq, market.at)
    return JSON.stringify({ type: 'ticker', channel, instrument: name, data })
  }
  if (channel === 'status') {
    const { status, reason } = market.status(instrument.id)
    return JSON.stringify({ type: 'status', channel, instrument: name, seq: market.seq, status, reason })
  }
  return undefined
}

/** One update of a channel other than `book`. */
function updateFrame(instrument: Instrument, update: MarketUpdate): string | undefined {
  const { spec } = instrument
  const head = { instrument: marketName(instrument), seq: update.seq, at: rfc3339(update.at) }
  switch (update.channel) {
    case 'trades': {
      const data = update.trades.map((trade) => printTrade(spec, trade))
      return JSON.stringify({ type: 'trade', channel: 'trades', ...head, data })
    }
    case 'ticker': {
      const data = printTicker(instrument, update.ticker, update.seq, update.at)
      return JSON.stringify({ type: 'ticker', channel: 'ticker', ...head, data })
    }
    case 'bbo': {
      const [bid] = update.bid === null ? [null] : printLevels(spec, [update.bid])
      const [ask] = update.ask === null ? [null] : printLevels(spec, [update.ask])
      return JSON.stringify({ type: 'bbo', channel: 'bbo', ...head, bid, ask })
    }
    case 'candles': {
      const data = printCandle(spec, update.candle)
      return JSON.stringify({ type: 'candle', channel: 'candles', ...head, seconds: update.seconds, data })
    }
    case 'status': {
      const { status, reason } = update
      return JSON.stringify({ type: 'status', channel: 'status', ...head, status, reason })
    }
    default:
      return undefined
  }
}
