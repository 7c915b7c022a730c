import type { InstrumentId, TradeId } from '../base/ids.ts'
import type { Ticks } from '../base/money.ts'
import { micros, WT_PER_UNIT } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { isOfOrderAlone } from '../index/order-event.ts'
import type { Side } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { InstrumentStatus } from '../state/status.ts'
import { isCall } from '../state/status.ts'
import type { UniformPrice } from '../state/uniform-price.ts'
import { uniformPrice } from '../state/uniform-price.ts'
import type { Candle, Candles, CandleSeconds } from './candle.ts'
import { CANDLE_SECONDS, candlesOf, foldCandles, newCandles, packCandles, unpackCandles } from './candle.ts'
import type { Depth, Level, OrderChange, Resting } from './depth.ts'
import {
  bestOf,
  checksumOf,
  foldDepth,
  levelsOf,
  newDepth,
  packDepth,
  queueOf,
  takeDelta,
  unpackDepth,
} from './depth.ts'
import type { FixingCut, FixingFold, PackedFixing } from './fixing-window.ts'
import {
  closeHours,
  foldFixing,
  newFixingFold,
  packFixing,
  pendingCuts,
  unpackFixing,
} from './fixing-window.ts'
import type { Scorecard, ScoreFold } from './scorecard.ts'
import { foldScores, newScoreFold, scorecardsOf } from './scorecard.ts'
import type { IntelligenceFold } from './intelligence.ts'
import { closeHour, foldIntelligence, newIntelligence } from './intelligence.ts'
import type { Print, Tape } from './tape.ts'
import { foldTape, newTape, packTape, tradesOf, unpackTape } from './tape.ts'
import type { Ticker } from './ticker.ts'
import { tickerOf } from './ticker.ts'

/** One applied command, as far as the market's folds look at it. */
export type Applied = { readonly seq: number; readonly at: Instant; readonly events: readonly Event[] }

/** What a durable batch changed, per channel and instrument. `seq` is that of the last change it tells of. */
export type MarketUpdate = { instrument: InstrumentId; seq: number; at: Instant } & (
  | { channel: 'book'; prevSeq: number; bids: Level[]; asks: Level[]; checksum: number }
  | { channel: 'book_l3'; prevSeq: number; orders: OrderChange[]; checksum: number }
  | { channel: 'bbo'; bid: Level | null; ask: Level | null }
  | { channel: 'trades'; trades: Print[] }
  | { channel: 'ticker'; ticker: Ticker }
  | { channel: 'candles'; seconds: CandleSeconds; candle: Candle }
  | { channel: 'auction'; indication: UniformPrice | null }
  | { channel: 'status'; status: InstrumentStatus; reason: string | null; until: Instant | null }
)

/** One book cut at `seq`, which is its last change. */
export type DepthView = { seq: number; bids: Level[]; asks: Level[]; checksum: number }

/** Every number anyone may see of every instrument: a fold over durable batches, and nothing else. */
export type Market = {
  /** The last command folded in, and its time. */
  readonly seq: number
  readonly at: Instant
  /** Folds one durable batch in and returns what it changed, for streams. Commands already seen pass by. */
  apply(batch: readonly Applied[]): MarketUpdate[]
  /** Up to `levels` prices a side, best first. */
  depth(instrument: InstrumentId, levels: number): DepthView
  /** Every resting order, in the order in which they will trade. */
  orders(instrument: InstrumentId): {
    seq: number
    bids: Readonly<Resting>[]
    asks: Readonly<Resting>[]
    checksum: number
  }
  /** The latest trades, newest first, of those before `before` if it is given. */
  trades(instrument: InstrumentId, limit: number, before?: TradeId): Print[]
  /** The touch and the 24 hours before `at`, or before the last command. */
  ticker(instrument: InstrumentId, at?: Instant): Ticker
  /** The latest candles, oldest first; with `fillTo`, intervals without a trade stand in as empty ones. */
  candles(instrument: InstrumentId, seconds: CandleSeconds, limit: number, fillTo?: Instant): Candle[]
  /** Where a call would trade if it ended now, of what the book shows; null where nobody meets. */
  indication(instrument: InstrumentId): UniformPrice | null
  status(instrument: InstrumentId): {
    status: InstrumentStatus
    reason: string | null
    until: Instant | null
  }
  /** Hours that have ended and whose fixing is not yet published, oldest first. */
  fixingCuts(): readonly FixingCut[]
  /** What the Intelligence Index is computed from. */
  intelligence(): Readonly<IntelligenceFold>
  /** How suppliers of an instrument keep their promises, as of `at`, the best first. */
  scorecards(instrument: InstrumentId, at: Instant): Scorecard[]
  /** The folds as text, to be kept beside a snapshot of the engine. */
  dump(): string
  /** Puts back what `dump` wrote. Throws a `SyntaxError` on text that it did not. */
  restore(text: string): void
}

type Folds = {
  /** µ$ that one lot costs per tick. */
  lotTick: number
  /** The reference of a call until there is a trade. */
  listing: Ticks
  status: InstrumentStatus
  reason: string | null
  until: Instant | null
  depth: Depth
  tape: Tape
  candles: Candles
  /** Since the last batch. */
  prints: Print[]
  statusSeq: number
  bid: Level | null
  ask: Level | null
}

const newFolds = (): Folds => ({
  lotTick: 0,
  listing: 0 as Ticks,
  status: 'open',
  reason: null,
  until: null,
  depth: newDepth(),
  tape: newTape(),
  candles: newCandles(),
  prints: [],
  statusSeq: 0,
  bid: null,
  ask: null,
})

/** Folds of an empty exchange. An instrument nobody has durably listed yet reads as an empty market. */
export function createMarket(): Market {
  let seq = 0
  let at = 0 as Instant
  let folds: Folds[] = []
  let fixing: FixingFold = newFixingFold()
  let supply: SupplyFolds = { minds: newIntelligence(), scores: newScoreFold() }
  const of = (instrument: InstrumentId): Folds => folds[instrument] ?? newFolds()
  return {
    get seq() {
      return seq
    },
    get at() {
      return at
    },
    apply(batch) {
      const touched = new Set<InstrumentId>()
      for (const applied of batch) {
        if (applied.seq <= seq) continue
        closeHours(fixing, applied.at, (instrument) => of(instrument).depth)
        closeHour(supply.minds, applied.at)
        for (const event of applied.events) {
          foldEvent(folds, touched, applied, event)
          if (isOfOrderAlone(event)) continue
          foldFixing(fixing, applied.at, event)
          foldSupply(supply, applied.at, event)
        }
        seq = applied.seq
        at = applied.at
      }
      return [...touched].flatMap((instrument) => takeUpdates(of(instrument), instrument, at))
    },
    depth(instrument, levels) {
      const { depth } = of(instrument)
      const bids = levelsOf(depth, 'buy', levels)
      return { seq: depth.seq, bids, asks: levelsOf(depth, 'sell', levels), checksum: checksumOf(depth) }
    },
    orders(instrument) {
      const { depth } = of(instrument)
      const side = (name: Side) => [...queueOf(depth, name)]
      return { seq: depth.seq, bids: side('buy'), asks: side('sell'), checksum: checksumOf(depth) }
    },
    trades: (instrument, limit, before) => tradesOf(of(instrument).tape, limit, before),
    ticker: (instrument, now = at) => tickerOf(of(instrument).depth, of(instrument).candles, now),
    candles: (instrument, seconds, limit, fillTo) =>
      candlesOf(of(instrument).candles, seconds, limit, fillTo),
    indication: (instrument) => indicationOf(of(instrument)),
    status: (instrument) => statusOf(of(instrument)),
    fixingCuts: () => pendingCuts(fixing),
    intelligence: () => supply.minds,
    scorecards: (instrument, now) => scorecardsOf(supply.scores, instrument, now),
    dump: () =>
      JSON.stringify({
        version: VERSION,
        seq,
        at,
        instruments: folds.map(pack),
        fixing: packFixing(fixing),
        supply,
      }),
    restore(text) {
      const kept = readDump(text)
      folds = kept.instruments.map(unpack)
      fixing = unpackFixing(kept.fixing)
      supply = kept.supply
      seq = kept.seq
      at = kept.at as Instant
    },
  }
}

const statusOf = ({ status, reason, until }: Folds) => ({ status, reason, until })

/** How suppliers keep what they promise, and how able what they deliver is. */
type SupplyFolds = { minds: IntelligenceFold; scores: ScoreFold }

function foldSupply({ minds, scores }: SupplyFolds, at: Instant, event: Event): void {
  foldIntelligence(minds, at, event)
  foldScores(scores, at, event)
}

function foldEvent(folds: Folds[], touched: Set<InstrumentId>, { seq, at }: Applied, event: Event): void {
  switch (event.kind) {
    case 'instrument.listed': {
      const listed = newFolds()
      listed.lotTick = (event.spec.tick * event.spec.lot) / WT_PER_UNIT
      listed.listing = event.spec.listingPrice
      listed.statusSeq = seq
      folds[event.instrument] = listed
      touched.add(event.instrument)
      return
    }
    case 'instrument.status_changed': {
      const changed = folds[event.instrument]
      if (changed === undefined) return
      changed.status = event.status
      changed.reason = event.reason
      changed.until = event.until
      changed.statusSeq = seq
      touched.add(event.instrument)
      return
    }
    case 'trade':
    case 'order.rested':
    case 'order.reduced':
    case 'order.amended':
    case 'order.closed': {
      const changed = folds[event.instrument]
      if (changed === undefined) return
      foldDepth(changed.depth, seq, at, event)
      touched.add(event.instrument)
      if (event.kind !== 'trade') return
      changed.prints.push(foldTape(changed.tape, seq, at, event))
      const value = micros(event.price * event.lots * changed.lotTick)
      foldCandles(changed.candles, at, event.price, event.lots, value)
      return
    }
    default:
  }
}

/** What changed in one instrument since it was last asked. */
function takeUpdates(folds: Folds, instrument: InstrumentId, at: Instant): MarketUpdate[] {
  const updates: MarketUpdate[] = []
  const delta = takeDelta(folds.depth)
  const prints = folds.prints
  const last = prints.at(-1)
  if (isCall(folds.status) && (delta !== undefined || folds.statusSeq > 0)) {
    const changed = delta?.seq ?? folds.statusSeq
    updates.push({ channel: 'auction', instrument, seq: changed, at, indication: indicationOf(folds) })
  }
  if (folds.statusSeq > 0) {
    const { status, reason, until } = folds
    updates.push({ channel: 'status', instrument, seq: folds.statusSeq, at, status, reason, until })
    folds.statusSeq = 0
  }
  if (last !== undefined) {
    updates.push({ channel: 'trades', instrument, seq: last.seq, at, trades: prints })
    folds.prints = []
  }
  let seq = last?.seq ?? 0
  if (delta !== undefined) {
    const { prevSeq, bids, asks, checksum, orders } = delta
    updates.push({ channel: 'book', instrument, seq: delta.seq, at, prevSeq, bids, asks, checksum })
    updates.push({ channel: 'book_l3', instrument, seq: delta.seq, at, prevSeq, orders, checksum })
    const bid = bestOf(folds.depth, 'buy')
    const ask = bestOf(folds.depth, 'sell')
    if (!sameLevel(bid, folds.bid) || !sameLevel(ask, folds.ask)) {
      updates.push({ channel: 'bbo', instrument, seq: delta.seq, at, bid, ask })
      folds.bid = bid
      folds.ask = ask
      seq = delta.seq
    }
  }
  if (seq > 0) {
    const ticker = tickerOf(folds.depth, folds.candles, at)
    updates.push({ channel: 'ticker', instrument, seq, at, ticker })
  }
  if (last !== undefined)
    for (const seconds of CANDLE_SECONDS)
      for (const candle of candlesSince(folds.candles[seconds], prints[0]?.at ?? last.at, seconds))
        updates.push({ channel: 'candles', instrument, seq: last.seq, at, seconds, candle: { ...candle } })
  return updates
}

function indicationOf({ status, depth, candles, listing }: Folds): UniformPrice | null {
  if (!isCall(status)) return null
  const interest = (side: Side) => levelsOf(depth, side, Number.POSITIVE_INFINITY)
  const last = candles[CANDLE_SECONDS[0]].at(-1)?.close ?? listing
  return (
    uniformPrice(
      interest('buy').map(([price, lots]) => [price, lots]),
      interest('sell').map(([price, lots]) => [price, lots]),
      last,
    ) ?? null
  )
}

/** The candles that hold trades from `since` on. */
function candlesSince(series: readonly Candle[], since: Instant, seconds: CandleSeconds): Candle[] {
  let first = series.length
  while (first > 0 && (series[first - 1] as Candle).start + seconds * 1_000_000 > since) first--
  return series.slice(first)
}

const sameLevel = (a: Level | null, b: Level | null): boolean =>
  a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1] && a[2] === b[2])

const VERSION = 8

type Packed = {
  lotTick: number
  listing: Ticks
  status: InstrumentStatus
  reason: string | null
  until: Instant | null
  depth: number[]
  tape: number[]
  candles: number[][]
}
type Dump = {
  version: number
  seq: number
  at: number
  instruments: Packed[]
  fixing: PackedFixing
  supply: SupplyFolds
}

const pack = (folds: Folds): Packed => ({
  lotTick: folds.lotTick,
  listing: folds.listing,
  status: folds.status,
  reason: folds.reason,
  until: folds.until,
  depth: packDepth(folds.depth),
  tape: packTape(folds.tape),
  candles: packCandles(folds.candles),
})

function unpack(packed: Packed): Folds {
  const depth = unpackDepth(packed.depth)
  return {
    ...newFolds(),
    lotTick: packed.lotTick,
    listing: packed.listing,
    status: packed.status,
    reason: packed.reason,
    until: packed.until,
    depth,
    tape: unpackTape(packed.tape),
    candles: unpackCandles(packed.candles),
    bid: bestOf(depth, 'buy'),
    ask: bestOf(depth, 'sell'),
  }
}

function readDump(text: string): Dump {
  const kept = JSON.parse(text) as Partial<Dump> | null
  if (kept?.version !== VERSION || !Array.isArray(kept.instruments))
    throw new SyntaxError(`market dump of version ${String(kept?.version)}, expected ${VERSION}`)
  return kept as Dump
}
