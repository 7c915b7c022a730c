import { crc32 } from '../base/crc.ts'
import { parseDecimal } from '../base/decimal.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { LevelOut } from '../wire/market.ts'

/** What of an instrument turns decimal text into ticks and lots. */
export type Increments = Pick<InstrumentOut, 'price_increment' | 'quantity_increment'>

const PLACES = 9
const LEVELS = 10

const countOf = (text: string, increment: string): number =>
  Math.round((parseDecimal(text, PLACES) ?? 0) / (parseDecimal(increment, PLACES) ?? 1))

/** The checksum of a book: CRC-32 of `"{ticks}:{lots}|"`, ten asks from the best, then ten bids. */
export function bookChecksum(asks: readonly LevelOut[], bids: readonly LevelOut[], of: Increments): number {
  const words = [...asks.slice(0, LEVELS), ...bids.slice(0, LEVELS)].map(
    ([price, quantity]) =>
      `${countOf(price, of.price_increment)}:${countOf(quantity, of.quantity_increment)}|`,
  )
  return crc32(words.join(''))
}
