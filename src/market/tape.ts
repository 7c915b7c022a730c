import type { TradeId } from '../base/ids.ts'
import type { Lots, Ticks } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { Side } from '../state/command.ts'
import type { Trade } from '../state/event.ts'

/** One trade as everybody sees it: nobody's name. */
export type Print = {
  trade: TradeId
  seq: number
  at: Instant
  price: Ticks
  lots: Lots
  /** Side of the aggressor. */
  side: Side
  /** Whether any of it was newly issued supply. */
  primary: boolean
}

/** The latest trades of one instrument, oldest first. */
export type Tape = { prints: Print[] }

/** How many trades the tape keeps for readers. It holds up to twice as many, so that dropping is cheap. */
export const TAPE_LENGTH = 10_000

export const newTape = (): Tape => ({ prints: [] })

/** Adds a trade to the tape and returns it as printed. */
export function foldTape(tape: Tape, seq: number, at: Instant, event: Trade): Print {
  const print: Print = {
    trade: event.trade,
    seq,
    at,
    price: event.price,
    lots: event.lots,
    side: event.side,
    primary: event.primary > 0,
  }
  append(tape, print)
  return print
}

function append(tape: Tape, print: Print): void {
  tape.prints.push(print)
  if (tape.prints.length >= 2 * TAPE_LENGTH) tape.prints = tape.prints.slice(-TAPE_LENGTH)
}

/** Up to `limit` trades, newest first, of those before `before` if it is given. */
export function tradesOf(tape: Tape, limit: number, before?: TradeId): Print[] {
  const { prints } = tape
  const oldest = Math.max(0, prints.length - TAPE_LENGTH)
  const found: Print[] = []
  let at = before === undefined ? prints.length : firstFrom(prints, before)
  while (--at >= oldest && found.length < limit) found.push(prints[at] as Print)
  return found
}

/** Index of the first trade whose id is at least `trade`. Ids rise. */
function firstFrom(prints: readonly Print[], trade: TradeId): number {
  let low = 0
  let high = prints.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((prints[middle] as Print).trade < trade) low = middle + 1
    else high = middle
  }
  return low
}

/** The tape as plain numbers, seven a trade. */
export const packTape = (tape: Tape): number[] =>
  tape.prints
    .slice(-TAPE_LENGTH)
    .flatMap(({ trade, seq, at, price, lots, side, primary }) => [
      trade,
      seq,
      at,
      price,
      lots,
      side === 'buy' ? 0 : 1,
      primary ? 1 : 0,
    ])

/** The tape of `packTape`. */
export function unpackTape(packed: readonly number[]): Tape {
  const tape = newTape()
  for (let i = 0; i + 6 < packed.length; i += 7)
    append(tape, {
      trade: packed[i] as TradeId,
      seq: packed[i + 1] as number,
      at: packed[i + 2] as Instant,
      price: packed[i + 3] as Ticks,
      lots: packed[i + 4] as Lots,
      side: packed[i + 5] === 0 ? 'buy' : 'sell',
      primary: packed[i + 6] === 1,
    })
  return tape
}
