import { functions, Precise } from 'ccxt'

type Level = readonly (number | undefined)[]

const LEVELS = 10

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? (word >>> 1) ^ 0xedb88320 : word >>> 1
  return word
})

function crc32(text: string): number {
  let word = 0xffffffff
  for (let i = 0; i < text.length; i++)
    word = (word >>> 8) ^ (TABLE[(word ^ text.charCodeAt(i)) & 255] as number)
  return (word ^ 0xffffffff) >>> 0
}

/** How many increments a number is, in exact arithmetic on its shortest decimal text. */
const steps = (value: number | undefined, increment: string): string =>
  Precise.stringDiv(functions.numberToString(value), increment, 0) ?? ''

/** The exchange's checksum of a book: CRC-32 of `"{ticks}:{lots}|"`, ten asks from the best, ten bids. */
export const bookChecksum = (
  asks: readonly Level[],
  bids: readonly Level[],
  tick: string,
  lot: string,
): number =>
  crc32(
    [...asks.slice(0, LEVELS), ...bids.slice(0, LEVELS)]
      .map(([price, quantity]) => `${steps(price, tick)}:${steps(quantity, lot)}|`)
      .join(''),
  )
