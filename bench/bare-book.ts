import type { AccountId, InstrumentId, OrderId } from '../src/base/ids.ts'
import type { Lots, Ticks } from '../src/base/money.ts'
import { ticks } from '../src/base/money.ts'
import type { Book } from '../src/state/book.ts'
import { firstAgainst, newBook, rest, unrest } from '../src/state/book.ts'
import type { OrderPool, Slot } from '../src/state/order.ts'
import { BUY, findOrder, freeSlot, newPool, NO_SLOT, takeSlot } from '../src/state/order.ts'

/** The engine's book and pool with nothing around them: no money, no events. Trades go into a checksum. */
export type BareBook = {
  book: Book
  pool: OrderPool
  trades: number
  /** Of aggressor, resting order, price and lots of every trade, in order. */
  checksum: number
  /** Ids of the resting orders that the last command filled: the first `ended` of them count. */
  filled: Int32Array
  ended: number
}

export const newBareBook = (centre: number): BareBook => ({
  book: newBook(ticks(centre)),
  pool: newPool(),
  trades: 0,
  checksum: 0,
  filled: new Int32Array(1024),
  ended: 0,
})

/** One step of the checksum, the same for every book that is measured. */
export const mixTrade = (
  checksum: number,
  aggressor: number,
  resting: number,
  price: number,
  lots: number,
): number => {
  const mixed = Math.imul(checksum ^ aggressor, 0x01000193) ^ Math.imul(resting, 0x9e3779b1)
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ Math.imul(price, 0xc2b2ae35) ^ lots
}

/** Trades what crosses, then rests what is left, unless the order is one that never rests. */
export function enter(
  bare: BareBook,
  id: number,
  side: number,
  price: number,
  lots: number,
  rests: boolean,
): void {
  const { book, pool } = bare
  bare.ended = 0
  let left = lots
  while (left > 0) {
    const best = firstAgainst(book, side)
    if (best === NO_SLOT) break
    const at = pool.price[best] as number
    if (side === BUY ? at > price : at < price) break
    const has = pool.remaining[best] as number
    const part = left < has ? left : has
    left -= part
    bare.trades++
    bare.checksum = mixTrade(bare.checksum, id, pool.id[best] as number, at, part)
    if (part === has) remove(bare, best)
    else pool.remaining[best] = has - part
  }
  if (left === 0 || !rests) return
  rest(book, pool, place(pool, id, side, price, left))
}

const place = (pool: OrderPool, id: number, side: number, price: number, lots: number): Slot =>
  takeSlot(pool, id as OrderId, 1 as AccountId, 1, 0 as InstrumentId, side, price as Ticks, lots as Lots)

function remove(bare: BareBook, slot: Slot): void {
  bare.filled[bare.ended++] = bare.pool.id[slot] as number
  unrest(bare.book, bare.pool, slot)
  freeSlot(bare.pool, slot)
}

/** Takes a live order out of the book. */
export function cancel({ book, pool }: BareBook, id: number): void {
  const slot = findOrder(pool, id as OrderId)
  if (slot === NO_SLOT) return
  unrest(book, pool, slot)
  freeSlot(pool, slot)
}

/** Moves a live order to the back of another price, with another quantity. */
export function replace({ book, pool }: BareBook, id: number, price: number, lots: number): void {
  const slot = findOrder(pool, id as OrderId)
  if (slot === NO_SLOT) return
  unrest(book, pool, slot)
  pool.price[slot] = price
  pool.remaining[slot] = lots
  rest(book, pool, slot)
}
