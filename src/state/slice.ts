import type { Lots } from '../base/money.ts'
import type { Book } from './book.ts'
import { firstAgainst, nextAgainst } from './book.ts'
import type { OrderPool, Slot } from './order.ts'
import { NO_SLOT, termsOf } from './order.ts'

/** An iceberg shows at least this part of its quantity at a time, so that one order is few fills. */
export const SLICES_MAX = 20

/** Lots of a resting order that everybody sees and that trade in its turn: all but of an iceberg. */
export const shownOf = (pool: OrderPool, slot: Slot): Lots =>
  ((pool.remaining[slot] as number) - (pool.hidden[slot] as number)) as Lots

/** Sets what an order hides as it joins its queue: what is beyond the slice that it asks to show. */
export function hideRest(pool: OrderPool, slot: Slot): void {
  const display = termsOf(pool, slot).special?.display
  if (display !== undefined) pool.hidden[slot] = Math.max(0, (pool.remaining[slot] as number) - display)
}

/** What has been taken off an order beyond its slice comes off what it hides. */
export function clampHidden(pool: OrderPool, slot: Slot): void {
  const remaining = pool.remaining[slot] as number
  if ((pool.hidden[slot] as number) > remaining) pool.hidden[slot] = remaining
}

/** Lots that trade in one turn of an order. */
export type Turn = { slot: Slot; lots: number }

/**
 * Everything that stands against an order of this side in the turns in which it would trade: best price
 * first, at one price in the order of the queue, and each slice of an iceberg behind what stood there before.
 */
export function* turnsAgainst(book: Book, pool: OrderPool, side: number): Generator<Turn> {
  const behind: { slot: Slot; left: number; display: number }[] = []
  for (let slot = firstAgainst(book, side); slot !== NO_SLOT; ) {
    const next = nextAgainst(book, pool, side, slot)
    yield { slot, lots: shownOf(pool, slot) }
    const left = pool.hidden[slot] as number
    const display = termsOf(pool, slot).special?.display
    if (left > 0 && display !== undefined) behind.push({ slot, left, display })
    const isLast = next === NO_SLOT || pool.price[next] !== pool.price[slot]
    for (let one = isLast ? behind.shift() : undefined; one !== undefined; one = behind.shift()) {
      const lots = Math.min(one.left, one.display)
      yield { slot: one.slot, lots }
      one.left -= lots
      if (one.left > 0) behind.push(one)
    }
    slot = next
  }
}
