import type { Lots, Micros, Ppm, Ticks } from '../base/money.ts'
import { mulDivDown, mulDivUp, PPM } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'
import { bestAgainst } from '../state/book.ts'
import { noteMove } from './corridor.ts'
import { lotTick } from '../state/instrument.ts'
import { BUY } from '../state/order.ts'
import type { Instrument, State } from '../state/state.ts'

/** Open orders one account may have, over all instruments. */
export const OPEN_ORDERS_MAX = 10_000

/** The price that bands are drawn around: the last trade, or the listing price until there is one. */
export const referencePrice = (instrument: Instrument): Ticks =>
  instrument.lastPrice > 0 ? instrument.lastPrice : instrument.spec.listingPrice

export const bandFloor = (instrument: Instrument, band: Ppm): Ticks =>
  Math.max(1, mulDivUp(referencePrice(instrument), PPM - band, PPM)) as Ticks

export const bandCeiling = (instrument: Instrument, band: Ppm): Ticks =>
  Math.min(instrument.spec.priceMax, mulDivDown(referencePrice(instrument), PPM + band, PPM)) as Ticks

/** How far a market order may reach that enters when trades have come to `price`. */
export function protectedFrom(state: State, { spec }: Instrument, side: number, price: Ticks): Ticks {
  const { protection } = state.settings
  return side === BUY
    ? (Math.min(mulDivDown(price, PPM + protection, PPM), Math.max(spec.priceMax, price)) as Ticks)
    : (Math.max(mulDivUp(price, PPM - protection, PPM), 1) as Ticks)
}

/** How far a market order may reach: `protection` through the best price, never against the one it names. */
export function protectedPrice(
  state: State,
  instrument: Instrument,
  side: number,
  named: Ticks | null,
): Ticks {
  const best = bestAgainst(instrument.book, side)
  if (best === 0) return 0 as Ticks
  const { protection } = state.settings
  if (side === BUY) {
    const reach = Math.min(mulDivDown(best, PPM + protection, PPM), instrument.spec.priceMax)
    return Math.min(reach, named ?? reach) as Ticks
  }
  const reach = Math.max(mulDivUp(best, PPM - protection, PPM), 1)
  return Math.max(reach, named ?? reach) as Ticks
}

const hourOf = (at: Instant): number => Math.floor(at / MICROS_PER_HOUR)

/** Forgets the hours of trading that have left the last 24. */
function rollHours(instrument: Instrument, { at }: State): void {
  const hour = hourOf(at)
  if (hour === instrument.hourOfTrade) return
  const stale = Math.min(24, hour - instrument.hourOfTrade)
  for (let back = 0; back < stale; back++) {
    instrument.hourLots[(hour - back) % 24] = 0
    instrument.hourValue[(hour - back) % 24] = 0
  }
  instrument.hourOfTrade = hour
}

export function recordTrade(state: State, instrument: Instrument, price: Ticks, quantity: Lots): void {
  rollHours(instrument, state)
  const hour = instrument.hourOfTrade % 24
  instrument.lastPrice = price
  noteMove(instrument.moves, state, price)
  instrument.hourLots[hour] = (instrument.hourLots[hour] ?? 0) + quantity
  instrument.hourValue[hour] = (instrument.hourValue[hour] ?? 0) + price * quantity
}

/** What bonds are measured at: the highest of last fixing, 24 h volume-weighted price and listing price. */
export function bondReference({ at }: State, instrument: Instrument): Ticks {
  let quantity = 0
  let value = 0
  for (let hour = hourOf(at) - 23; hour <= instrument.hourOfTrade; hour++) {
    quantity += instrument.hourLots[hour % 24] ?? 0
    value += instrument.hourValue[hour % 24] ?? 0
  }
  const average = quantity === 0 ? 0 : Math.ceil(value / quantity)
  return Math.max(instrument.fixing, average, instrument.spec.listingPrice) as Ticks
}

/** What a quantity costs at a price: whole µ$, by the rule on tick and lot. */
export const valueOf = (instrument: Instrument, price: number, quantity: number): Micros =>
  (price * quantity * lotTick(instrument.spec)) as Micros
