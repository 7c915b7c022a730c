import { assert } from '../base/assert.ts'
import type { Ticks } from '../base/money.ts'
import type { OrderPool, Slot } from './order.ts'
import { BUY, NO_SLOT, SELL } from './order.ts'
import { joinQueue, leaveQueue, nextOf, prevOf } from './order-link.ts'

/**
 * One side's prices: a level per tick from `base` on, each the head and tail of a queue threaded through the
 * order pool, with a bit per occupied level to find the next one. It widens when an order falls outside; it
 * never moves an order.
 *
 *     bits   0 0 1 0 1 1 0 0 0 1 0 1 1       one bit per tick
 */
export type Ladder = {
  base: number
  size: number
  head: Int32Array
  tail: Int32Array
  bits: Int32Array
  /** A bit per word of `bits` that is not zero. */
  summary: Int32Array
  /** The best price of the side; 0 where it is empty. */
  best: number
}

/** One instrument's book. Each side has its own ladder, because a call auction collects orders that cross. */
export type Book = { bids: Ladder; asks: Ladder }

const FIRST_SIZE = 2048

export function newBook(centre: Ticks): Book {
  const base = Math.max(0, ((centre >>> 10) << 10) - FIRST_SIZE / 2)
  return { bids: withLevels(base, FIRST_SIZE), asks: withLevels(base, FIRST_SIZE) }
}

const withLevels = (base: number, size: number): Ladder => ({
  base,
  size,
  head: new Int32Array(size).fill(NO_SLOT),
  tail: new Int32Array(size).fill(NO_SLOT),
  bits: new Int32Array(size >>> 5),
  summary: new Int32Array(Math.max(1, size >>> 10)),
  best: 0,
})

/** The ladder that an order of this side rests in, and the one that it trades with. */
export const ladderOf = (book: Book, side: number): Ladder => (side === BUY ? book.bids : book.asks)
const ladderAgainst = (book: Book, side: number): Ladder => (side === BUY ? book.asks : book.bids)

/** Makes room for a price outside the ladder, at least doubling it towards that side. */
function widen(ladder: Ladder, price: number): void {
  const oldBase = ladder.base
  const oldSize = ladder.size
  let base = oldBase
  let size = oldSize
  while (price < base) {
    base = Math.max(0, base - size)
    size *= 2
  }
  while (price >= base + size) size *= 2
  const wider = withLevels(base, size)
  const shift = oldBase - base
  wider.head.set(ladder.head, shift)
  wider.tail.set(ladder.tail, shift)
  ladder.base = base
  ladder.size = size
  ladder.head = wider.head
  ladder.tail = wider.tail
  ladder.bits = wider.bits
  ladder.summary = wider.summary
  for (let level = shift; level < shift + oldSize; level++)
    if (ladder.head[level] !== NO_SLOT) occupy(ladder, level)
}

function occupy(ladder: Ladder, level: number): void {
  const word = level >>> 5
  ladder.bits[word] = (ladder.bits[word] as number) | (1 << (level & 31))
  ladder.summary[word >>> 5] = (ladder.summary[word >>> 5] as number) | (1 << (word & 31))
}

function vacate(ladder: Ladder, level: number): void {
  const word = level >>> 5
  const left = (ladder.bits[word] as number) & ~(1 << (level & 31))
  ladder.bits[word] = left
  if (left === 0) ladder.summary[word >>> 5] = (ladder.summary[word >>> 5] as number) & ~(1 << (word & 31))
}

/** Lowest set bit of a word from bit `from` on, or -1. */
function bitFrom(word: number, from: number): number {
  const masked = from >= 32 ? 0 : word & (-1 << from)
  return masked === 0 ? -1 : 31 - Math.clz32(masked & -masked)
}

/** Highest set bit of a word up to bit `to`, or -1. */
function bitTo(word: number, to: number): number {
  if (to < 0) return -1
  const masked = word & (to >= 31 ? -1 : (1 << (to + 1)) - 1)
  return masked === 0 ? -1 : 31 - Math.clz32(masked)
}

/** The nearest occupied level strictly above, or -1. */
function levelAbove(ladder: Ladder, level: number): number {
  const word = level >>> 5
  const near = bitFrom(ladder.bits[word] as number, (level & 31) + 1)
  if (near >= 0) return (word << 5) + near
  let group = word >>> 5
  let within = bitFrom(ladder.summary[group] as number, (word & 31) + 1)
  while (within < 0) {
    if (++group >= ladder.summary.length) return -1
    within = bitFrom(ladder.summary[group] as number, 0)
  }
  const found = (group << 5) + within
  return (found << 5) + bitFrom(ladder.bits[found] as number, 0)
}

/** The nearest occupied level strictly below, or -1. */
function levelBelow(ladder: Ladder, level: number): number {
  const word = level >>> 5
  const near = bitTo(ladder.bits[word] as number, (level & 31) - 1)
  if (near >= 0) return (word << 5) + near
  let group = word >>> 5
  let within = bitTo(ladder.summary[group] as number, (word & 31) - 1)
  while (within < 0) {
    if (--group < 0) return -1
    within = bitTo(ladder.summary[group] as number, 31)
  }
  const found = (group << 5) + within
  return (found << 5) + bitTo(ladder.bits[found] as number, 31)
}

/** Rests an order behind the others at its price. */
export function rest(book: Book, pool: OrderPool, slot: Slot): void {
  const price = pool.price[slot] as number
  const isBuy = pool.side[slot] === BUY
  const ladder = isBuy ? book.bids : book.asks
  if (price < ladder.base || price >= ladder.base + ladder.size) widen(ladder, price)
  const level = price - ladder.base
  const last = ladder.tail[level] as Slot
  joinQueue(pool.links, last, slot)
  ladder.tail[level] = slot
  if (last !== NO_SLOT) return
  ladder.head[level] = slot
  occupy(ladder, level)
  if (ladder.best === 0 || (isBuy ? price > ladder.best : price < ladder.best)) ladder.best = price
}

/** Takes a resting order out of its ladder, in constant time but for the search of the next best price. */
export function unrest(book: Book, pool: OrderPool, slot: Slot): void {
  const price = pool.price[slot] as number
  const isBuy = pool.side[slot] === BUY
  const ladder = isBuy ? book.bids : book.asks
  const level = price - ladder.base
  const { links } = pool
  const before = prevOf(links, slot)
  const after = nextOf(links, slot)
  leaveQueue(links, slot)
  if (before === NO_SLOT) ladder.head[level] = after
  if (after === NO_SLOT) ladder.tail[level] = before
  if (before !== NO_SLOT || after !== NO_SLOT) return
  vacate(ladder, level)
  if (price === ladder.best)
    ladder.best = priceAt(ladder, isBuy ? levelBelow(ladder, level) : levelAbove(ladder, level))
}

const priceAt = (ladder: Ladder, level: number): number => (level < 0 ? 0 : level + ladder.base)

/** The best price an order of this side could trade at: the other side's. 0 where there is none. */
export const bestAgainst = (book: Book, side: number): number => ladderAgainst(book, side).best

/** First in the queue at the best price against this side, or `NO_SLOT`. */
export function firstAgainst(book: Book, side: number): Slot {
  const ladder = ladderAgainst(book, side)
  return ladder.best === 0 ? NO_SLOT : (ladder.head[ladder.best - ladder.base] as Slot)
}

/** The order that trades after this one, for an aggressor of the given side: same price next, then worse. */
export function nextAgainst(book: Book, pool: OrderPool, side: number, slot: Slot): Slot {
  const after = nextOf(pool.links, slot)
  if (after !== NO_SLOT) return after
  const ladder = ladderAgainst(book, side)
  const level = (pool.price[slot] as number) - ladder.base
  const worse = side === BUY ? levelAbove(ladder, level) : levelBelow(ladder, level)
  return worse < 0 ? NO_SLOT : (ladder.head[worse] as Slot)
}

/** Whether an order at `price` on `side` would trade at once. */
export function crosses(book: Book, side: number, price: number): boolean {
  const best = bestAgainst(book, side)
  return best !== 0 && (side === BUY ? price >= best : price <= best)
}

/** Whether the two sides of a book could trade with each other: only ever so where nothing trades. */
export const isCrossed = ({ bids, asks }: Book): boolean => asks.best !== 0 && bids.best >= asks.best

/** Every resting order of a side, best first, for readers outside the hot path. */
export function* restingOrders(book: Book, pool: OrderPool, side: number): Generator<Slot> {
  const against = side === BUY ? 1 - BUY : BUY
  for (
    let slot = firstAgainst(book, against);
    slot !== NO_SLOT;
    slot = nextAgainst(book, pool, against, slot)
  )
    yield slot
}

/** Throws unless each ladder, its bits and its best price agree with its queues. */
export function auditBook(book: Book, pool: OrderPool): void {
  for (const side of [BUY, SELL]) {
    const ladder = ladderOf(book, side)
    let best = 0
    for (let level = 0; level < ladder.size; level++) {
      const head = ladder.head[level] as Slot
      const bit = ((ladder.bits[level >>> 5] as number) >>> (level & 31)) & 1
      assert((head !== NO_SLOT) === (bit === 1), 'a level has its bit exactly when it has an order')
      if (head === NO_SLOT) continue
      assert(pool.side[head] === side, 'a ladder has one side')
      if (side === BUY || best === 0) best = level + ladder.base
    }
    assert(best === ladder.best, 'the best price is the best of the ladder')
  }
}
