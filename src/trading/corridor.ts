import type { Ticks } from '../base/money.ts'
import { PPM } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import { bestAgainst } from '../state/book.ts'
import { BUY } from '../state/order.ts'
import type { Instrument, State } from '../state/state.ts'
import type { Moves } from '../state/status.ts'

const BUCKETS = 10
const BUCKET = 30 * MICROS_PER_SECOND
const bucketOf = (at: Instant): number => Math.floor(at / BUCKET)

/** No trade in the last five minutes. */
export const newMoves = (): Moves => ({
  bucket: 0,
  low: Array.from({ length: BUCKETS }, () => 0),
  high: Array.from({ length: BUCKETS }, () => 0),
})

/** Remembers the price of a trade for five minutes. */
export function noteMove(moves: Moves, { at }: Pick<State, 'at'>, price: Ticks): void {
  const bucket = bucketOf(at)
  if (bucket !== moves.bucket) {
    const stale = Math.min(BUCKETS, bucket - moves.bucket)
    for (let back = 0; back < stale; back++) {
      moves.low[(bucket - back) % BUCKETS] = 0
      moves.high[(bucket - back) % BUCKETS] = 0
    }
    moves.bucket = bucket
  }
  const here = bucket % BUCKETS
  const low = moves.low[here] as number
  if (low === 0 || price < low) moves.low[here] = price
  if (price > (moves.high[here] as number)) moves.high[here] = price
}

/** The lowest or highest of the last price, `first` and the prices of five minutes. */
function extreme({ at }: State, { moves, lastPrice }: Instrument, side: number, first: number): number {
  let found = lastPrice === 0 ? first : side === BUY ? Math.min(first, lastPrice) : Math.max(first, lastPrice)
  for (let bucket = bucketOf(at) - BUCKETS + 1; bucket <= moves.bucket; bucket++) {
    const price = (side === BUY ? moves.low : moves.high)[bucket % BUCKETS] as number
    if (price !== 0 && (side === BUY ? price < found : price > found)) found = price
  }
  return found
}

/**
 * What the static collar is drawn around: the last auction's price, or the listing price until there is one.
 */
export const collarReference = (instrument: Instrument): Ticks =>
  instrument.auctionPrice > 0 ? instrument.auctionPrice : instrument.spec.listingPrice

/**
 * How far an order of this side may trade now, at most its limit: within the static collar, and within the
 * dynamic one around the prices of five minutes and the one it trades at first.
 */
export function reachOf(state: State, instrument: Instrument, side: number, limit: number): Ticks {
  const { collar, volatility } = instrument.rules
  let reach = limit
  if (volatility > 0) {
    const from = extreme(state, instrument, side, bestAgainst(instrument.book, side))
    reach = nearer(side, reach, from, volatility)
  }
  if (collar > 0) reach = nearer(side, reach, collarReference(instrument), collar)
  return reach as Ticks
}

/** The nearer of a limit and the edge that lies a share away from a price. */
function nearer(side: number, limit: number, from: number, share: number): number {
  if (side === BUY) return Math.min(limit, Math.floor((from * (PPM + share)) / PPM))
  return Math.max(limit, Math.ceil((from * Math.max(0, PPM - share)) / PPM))
}
