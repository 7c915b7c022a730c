// A market that moves by seeded chance, for looking at the page without an exchange behind it.
import { printSpec } from '../../src/api/print-instrument.ts'
import type { Chance } from '../../src/base/chance.ts'
import { printDecimal } from '../../src/base/decimal.ts'
import { fromMs, rfc3339 } from '../../src/base/time.ts'
import { bookChecksum } from '../../src/client/checksum.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { marketOf } from '../../src/state/instrument.ts'
import type { InstrumentOut } from '../../src/wire/instrument.ts'
import type { CandleOut, LevelOut, TickerOut, TradeOut } from '../../src/wire/market.ts'

const DEPTH = 40
const PRICE_PLACES = 4
const LOT_PLACES = 2
const WINDOW_MS = 4 * 3_600_000

export const price = (ticks: number): string => printDecimal(ticks, PRICE_PLACES)
export const quantity = (lots: number): string => printDecimal(lots, LOT_PLACES)
export const now = (): string => rfc3339(fromMs(Date.now()))

export type Side = Map<number, { lots: number; orders: number }>
export type StubMarket = {
  instrument: InstrumentOut
  /** Middle of the book, in ticks. */
  middle: number
  open: number
  bids: Side
  asks: Side
  trades: TradeOut[]
  candles: CandleOut[]
  volume: number
  value: number
}

const nextSweep = (): string => rfc3339(fromMs((Math.floor(Date.now() / WINDOW_MS) + 1) * WINDOW_MS))

export const listing = (): InstrumentOut[] =>
  launchSpecs('0'.repeat(64)).map((spec) => {
    const id = marketOf(spec.symbol)
    return {
      id,
      symbol: id.replace('-', '/'),
      model: spec.symbol,
      name: spec.name,
      spec: printSpec(spec),
      status: 'open',
      price_increment: '0.0001',
      quantity_increment: '0.01',
      min_quantity: '0.01',
      max_quantity: '10000.00',
      min_notional: '0.000000',
      price_decimals: PRICE_PLACES,
      quantity_decimals: LOT_PLACES,
      maker_fee: '0.000000',
      taker_fee: '0.002000',
      auction_fee: '0.001000',
      delivery_fee: '0.005000',
      reference_price: price(spec.listingPrice),
      next_sweep_at: nextSweep(),
      listed_at: now(),
      version: 1,
    }
  })

const level = (chance: Chance) => ({ lots: 200 + chance.below(9_000), orders: 1 + chance.below(4) })

/** Keeps both sides full around the middle and apart from each other. */
function refill(market: StubMarket, chance: Chance): void {
  const step = Math.max(1, Math.round(market.middle / 2_000))
  for (const [side, sign] of [
    [market.bids, -1],
    [market.asks, 1],
  ] as const) {
    for (const at of side.keys()) if ((at - market.middle) * sign <= 0) side.delete(at)
    for (let i = 1; side.size < DEPTH; i++) {
      const at = market.middle + sign * step * i
      if (!side.has(at)) side.set(at, level(chance))
    }
    const far = [...side.keys()].sort((a, b) => (a - b) * sign).slice(DEPTH)
    for (const at of far) side.delete(at)
  }
}

function history(chance: Chance, end: number): CandleOut[] {
  const candles: CandleOut[] = []
  let close = end
  const minute = Math.floor(Date.now() / 60_000) * 60_000
  for (let i = 1; i <= 300; i++) {
    const open = Math.max(1, close + chance.below(Math.ceil(end / 150)) - Math.floor(end / 300))
    const reach = chance.below(Math.ceil(end / 300))
    candles.push({
      start: rfc3339(fromMs(minute - i * 60_000)),
      open: price(open),
      high: price(Math.max(open, close) + reach),
      low: price(Math.max(1, Math.min(open, close) - reach)),
      close: price(close),
      volume: quantity(500 + chance.below(20_000)),
      value: '100.000000',
      trades: 1 + chance.below(40),
    })
    close = open
  }
  return candles.reverse()
}

export function openMarket(instrument: InstrumentOut, chance: Chance): StubMarket {
  const middle = Math.round(Number(instrument.reference_price) * 10 ** PRICE_PLACES)
  const market: StubMarket = {
    instrument,
    middle,
    open: Math.round(middle * (0.94 + chance.fraction() * 0.1)),
    bids: new Map(),
    asks: new Map(),
    trades: [],
    candles: history(chance, middle),
    volume: 1_000_000 + chance.below(50_000_000),
    value: 0,
  }
  refill(market, chance)
  return market
}

const levels = (side: Side, sign: 1 | -1): LevelOut[] =>
  [...side]
    .sort((a, b) => (a[0] - b[0]) * sign)
    .map(([at, { lots, orders }]) => [price(at), quantity(lots), orders])

export const bookOf = (market: StubMarket): { bids: LevelOut[]; asks: LevelOut[]; checksum: number } => {
  const bids = levels(market.bids, -1)
  const asks = levels(market.asks, 1)
  return { bids, asks, checksum: bookChecksum(asks, bids, market.instrument) }
}

export function tickerOf(market: StubMarket, seq: number): TickerOut {
  const { bids, asks } = bookOf(market)
  const last = market.trades.at(-1)?.price ?? price(market.middle)
  return {
    instrument: market.instrument.id,
    status: 'open',
    last,
    best_bid: bids[0]?.[0] ?? null,
    best_bid_quantity: bids[0]?.[1] ?? null,
    best_ask: asks[0]?.[0] ?? null,
    best_ask_quantity: asks[0]?.[1] ?? null,
    open_24h: price(market.open),
    high_24h: price(Math.round(market.middle * 1.06)),
    low_24h: price(Math.round(market.middle * 0.93)),
    volume_24h: quantity(market.volume),
    value_24h: ((market.volume / 100) * Number(last)).toFixed(6),
    trades_24h: 1_000 + market.trades.length,
    seq,
    at: now(),
  }
}

/** One step: sometimes the middle moves, some levels change, sometimes somebody trades. */
export function move(market: StubMarket, chance: Chance, seq: number, tradeId: number): TradeOut | undefined {
  if (chance.below(4) === 0)
    market.middle = Math.max(100, market.middle + (chance.below(3) - 1) * Math.ceil(market.middle / 2_000))
  for (const side of [market.bids, market.asks]) {
    const at = [...side.keys()][chance.below(side.size)]
    if (at !== undefined && chance.below(3) > 0) side.set(at, level(chance))
  }
  refill(market, chance)
  if (chance.below(3) > 0) return undefined
  const buys = chance.below(2) === 0
  const best = buys ? Math.min(...market.asks.keys()) : Math.max(...market.bids.keys())
  const lots = 5 + chance.below(2_500)
  market.volume += lots
  const trade: TradeOut = {
    id: `trd_${tradeId}`,
    instrument: market.instrument.id,
    price: price(best),
    quantity: quantity(lots),
    side: buys ? 'buy' : 'sell',
    primary: buys && chance.below(3) === 0,
    seq,
    at: now(),
  }
  market.trades.push(trade)
  return trade
}
