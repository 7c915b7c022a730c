import type { Ppm, Ticks } from '../base/money.ts'
import { PPM } from '../base/money.ts'
import { bestAgainst, crosses } from '../state/book.ts'
import { BUY } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Instrument, State } from '../state/state.ts'
import { reachOf } from './corridor.ts'
import { bandCeiling, bandFloor, protectedPrice, referencePrice } from './risk.ts'

/** Where a post-only order that slides comes to stand: at its price, or one tick behind the opposite best. */
export function slidTo(state: State, instrument: Instrument, side: number, price: Ticks): Ticks | Refusal {
  const { book, spec } = instrument
  if (!crosses(book, side, price)) return price
  const best = bestAgainst(book, side)
  const behind = (side === BUY ? best - 1 : best + 1) as Ticks
  if (behind < 1 || behind > spec.priceMax) return refuse('post_only_would_cross', { best })
  return bandFault(state, instrument, behind) ?? behind
}

/** The protection limit of a market order, drawn in to corridor and band; 0 where nobody is there. */
export function marketLimit(state: State, instrument: Instrument, side: number, price: Ticks | null): Ticks {
  const named = protectedPrice(state, instrument, side, price)
  if (named === 0) return named
  const reach = reachOf(state, instrument, side, named)
  const { band } = state.settings
  if (band === 0) return reach
  const edge = side === BUY ? bandCeiling(instrument, band) : bandFloor(instrument, band)
  return side === BUY ? (Math.min(reach, edge) as Ticks) : (Math.max(reach, edge) as Ticks)
}

/** Whether a price lies outside the band around the reference. A price of 0, nobody's, does not. */
export function bandFault(state: State, instrument: Instrument, price: number): Refusal | undefined {
  if (price === 0) return undefined
  const { band } = state.settings
  if (isInBand(instrument, band, price)) return undefined
  const floor = bandFloor(instrument, band)
  const ceiling = bandCeiling(instrument, band)
  if (price >= floor && price <= ceiling) return undefined
  return refuse('price_outside_band', { floor, ceiling, reference: referencePrice(instrument) })
}

/** Whether a price surely lies between floor and ceiling: told by products, because a division costs more. */
function isInBand(instrument: Instrument, band: Ppm, price: number): boolean {
  const reference = referencePrice(instrument)
  const own = price * PPM
  const most = reference * (PPM + band)
  if (price < 1 || price > instrument.spec.priceMax || most > Number.MAX_SAFE_INTEGER) return false
  return own <= most && own >= reference * (PPM - band)
}
