import type { FixingTier } from '../state/fixing.ts'
import type { PriceTable } from './median.ts'
import { divHalfEven, meanHalfEven, medianOf, medianRange, mergeTables } from './median.ts'

/** Every number of the method. Its SHA-256 goes with each print, so a changed rule cannot pass unseen. */
export const FIXING_METHOD = {
  method: 'busbar-fixing-1',
  partitions_per_hour: 12,
  hours_of_the_wide_window: 4,
  partitions_min: 8,
  buyers_min: 5,
  sellers_min: 4,
  largest_share_max_ppm: 300_000,
  book_rested_parts_of_hour: 120,
  book_reach_ppm: 20_000,
  day_hours: 24,
} as const

/**
 * Trades of some time: a table per five minutes, and what each participant bought or sold, largest first.
 */
export type TradeWindow = {
  partitions: readonly PriceTable[]
  bought: readonly number[]
  sold: readonly number[]
}

/** Orders that had rested long enough, by price. */
export type RestedBook = { bids: PriceTable; asks: PriceTable }

/**
 * Everything that an hourly print is made of. Prices in µ$ per unit, quantities in weighted tokens. What the
 * rungs above have made unnecessary is left out.
 */
export type FixingInputs = {
  hour: TradeWindow
  wide?: TradeWindow
  book?: RestedBook
  /** The last fixing that had a price. */
  previous?: number | null
}

/** `price` in µ$ per unit; null: there is no price that could be defended. */
export type Fixing = { price: number | null; tier: FixingTier }

/** What a window must show to be valid, as counted. */
export type WindowFacts = {
  partitions: number
  buyers: number
  sellers: number
  /** The largest share that one participant has of the buying or of the selling. */
  largestSharePpm: number
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

const shareUpPpm = (part: number, all: number): number =>
  all === 0 ? 0 : Number((BigInt(part) * 1_000_000n + BigInt(all) - 1n) / BigInt(all))

export const windowFacts = ({ partitions, bought, sold }: TradeWindow): WindowFacts => ({
  partitions: partitions.filter((one) => one.length > 0).length,
  buyers: bought.length,
  sellers: sold.length,
  largestSharePpm: Math.max(
    shareUpPpm(Math.max(0, ...bought), sum(bought)),
    shareUpPpm(Math.max(0, ...sold), sum(sold)),
  ),
})

export const isValid = (facts: WindowFacts): boolean =>
  facts.partitions >= FIXING_METHOD.partitions_min &&
  facts.buyers >= FIXING_METHOD.buyers_min &&
  facts.sellers >= FIXING_METHOD.sellers_min &&
  facts.largestSharePpm <= FIXING_METHOD.largest_share_max_ppm

/**
 * The equal mean of the partitions' volume-weighted medians, half to even; null without a trade. Where half
 * of a partition's volume lies on either side, its median is the price between them that is nearest to the
 * median of the whole window: so half the volume of one partition does not decide it.
 */
export function partitionMean(partitions: readonly PriceTable[]): number | null {
  const whole = medianRange(mergeTables(partitions))
  if (whole === null) return null
  const medians = partitions
    .map((table) => medianOf(table, whole.low))
    .filter((median): median is number => median !== null)
  return meanHalfEven(medians)
}

/**
 * The volume-weighted mean of a side within reach of its best price, half to even; null of an empty side.
 */
function depthMean(table: PriceTable, best: number): number | null {
  const reach = Math.floor((best * FIXING_METHOD.book_reach_ppm) / 1_000_000)
  const near = table.filter(([price]) => Math.abs(price - best) <= reach)
  const quantity = near.reduce((all, [, wt]) => all + BigInt(wt), 0n)
  if (quantity === 0n) return null
  return divHalfEven(
    near.reduce((all, [price, wt]) => all + BigInt(price) * BigInt(wt), 0n),
    quantity,
  )
}

/** Half way between the depth-weighted means of the two sides; null of a one-sided book. */
export function depthMid({ bids, asks }: RestedBook): number | null {
  const bid = bids.length === 0 ? null : depthMean(bids, Math.max(...bids.map(([price]) => price)))
  const ask = asks.length === 0 ? null : depthMean(asks, Math.min(...asks.map(([price]) => price)))
  return bid === null || ask === null ? null : meanHalfEven([bid, ask])
}

/** The hourly fixing: the first rung that holds, of hour, four hours, book, previous, none. */
export function fixingOf({ hour, wide, book, previous = null }: FixingInputs): Fixing {
  if (isValid(windowFacts(hour))) return { price: partitionMean(hour.partitions), tier: 'hour' }
  if (wide !== undefined && isValid(windowFacts(wide)))
    return { price: partitionMean(wide.partitions), tier: 'four_hours' }
  const mid = book === undefined ? null : depthMid(book)
  if (mid !== null) return { price: mid, tier: 'book' }
  if (previous !== null) return { price: previous, tier: 'previous' }
  return { price: null, tier: 'no_settle' }
}

/** The inputs less those below the rung that gave the price: what is published, and hashed. */
export function inputsUsed(inputs: FixingInputs): FixingInputs {
  const { hour, wide, book } = inputs
  const { tier } = fixingOf(inputs)
  if (tier === 'hour') return { hour }
  if (tier === 'four_hours') return { hour, ...(wide && { wide }) }
  if (tier === 'book') return { hour, ...(wide && { wide }), ...(book && { book }) }
  return inputs
}

/** The daily settlement: the equal mean of the day's hourly fixings that have a price, half to even. */
export function dayFixingOf(hours: readonly (number | null)[]): Fixing {
  const priced = hours.filter((price): price is number => price !== null)
  return priced.length === 0
    ? { price: null, tier: 'no_settle' }
    : { price: meanHalfEven(priced), tier: 'day' }
}
