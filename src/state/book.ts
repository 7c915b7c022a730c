import { assert } from '../base/assert.ts'
import type { Ticks } from '../base/money.ts'
import type { OrderPool, Slot } from './order.ts'
import { BUY, NO_SLOT } from './order.ts'

/**
 * One instrument's price ladder: a level per tick from `base` on, each the head and tail of a queue threaded
 * through the order pool, with a bit per occupied level to find the next one. A level is never shared by both
 * sides, because the book is never crossed. It widens when an order falls outside; it never moves an order.
 *
 *     bits   0 0 1 0 1 1 0 0 0 1 0 1 1       one bit per tick
 *                bid   ^           ^ ask      best bid, best ask
 */
export type Book = {
  base: number
  size: number
  head: Int32Array
  tail: Int32Array
  bits: Int32Array
  /** A bit per word of `bits` that is not zero. */
  summary: Int32Array
  /** 0 where that side is empty. */
  bestBid: number
  bestAsk: number
}

const FIRST_SIZE = 2048

export function newBook(centre: Ticks): Book {
  const base = Math.max(0, ((centre >>> 10) << 10) - FIRST_SIZE / 2)
  return withLevels(base, FIRST_SIZE)
}

const withLevels = (base: number, size: number): Book => ({
  base,
  size,
  head: new Int32Array(size).fill(NO_SLOT),
  tail: new Int32Array(size).fill(NO_SLOT),
  bits: new Int32Array(size >>> 5),
  summary: new Int32Array(Math.max(1, size >>> 10)),
  bestBid: 0,
  bestAsk: 0,
})

/** Makes room for a price outside the ladder, at least doubling it towards that side. */
function widen(book: Book, price: number): void {
  const oldBase = book.base
  const oldSize = book.size
  let base = oldBase
  let size = oldSize
  while (price < base) {
    base = Math.max(0, base - size)
    size *= 2
  }
  while (price >= base + size) size *= 2
  const wider = withLevels(base, size)
  const shift = oldBase - base
  wider.head.set(book.head, shift)
  wider.tail.set(book.tail, shift)
  book.base = base
  book.size = size
  book.head = wider.head
  book.tail = wider.tail
  book.bits = wider.bits
  book.summary = wider.summary
  for (let level = shift; level < shift + oldSize; level++)
    if (book.head[level] !== NO_SLOT) occupy(book, level)
}

function occupy(book: Book, level: number): void {
  const word = level >>> 5
  book.bits[word] = (book.bits[word] as number) | (1 << (level & 31))
  book.summary[word >>> 5] = (book.summary[word >>> 5] as number) | (1 << (word & 31))
}

function vacate(book: Book, level: number): void {
  const word = level >>> 5
  const left = (book.bits[word] as number) & ~(1 << (level & 31))
  book.bits[word] = left
  if (left === 0) book.summary[word >>> 5] = (book.summary[word >>> 5] as number) & ~(1 << (word & 31))
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
function levelAbove(book: Book, level: number): number {
  const word = level >>> 5
  const near = bitFrom(book.bits[word] as number, (level & 31) + 1)
  if (near >= 0) return (word << 5) + near
  let group = word >>> 5
  let within = bitFrom(book.summary[group] as number, (word & 31) + 1)
  while (within < 0) {
    if (++group >= book.summary.length) return -1
    within = bitFrom(book.summary[group] as number, 0)
  }
  const found = (group << 5) + within
  return (found << 5) + bitFrom(book.bits[found] as number, 0)
}

/** The nearest occupied level strictly below, or -1. */
function levelBelow(book: Book, level: number): number {
  const word = level >>> 5
  const near = bitTo(book.bits[word] as number, (level & 31) - 1)
  if (near >= 0) return (word << 5) + near
  let group = word >>> 5
  let within = bitTo(book.summary[group] as number, (word & 31) - 1)
  while (within < 0) {
    if (--group < 0) return -1
    within = bitTo(book.summary[group] as number, 31)
  }
  const found = (group << 5) + within
  return (found << 5) + bitTo(book.bits[found] as number, 31)
}

/** Rests an order behind the others at its price. */
export function rest(book: Book, pool: OrderPool, slot: Slot): void {
  const price = pool.price[slot] as number
  if (price < book.base || price >= book.base + book.size) widen(book, price)
  const level = price - book.base
  const last = book.tail[level] as Slot
  pool.prev[slot] = last
  pool.next[slot] = NO_SLOT
  book.tail[level] = slot
  if (last !== NO_SLOT) {
    pool.next[last] = slot
    return
  }
  book.head[level] = slot
  occupy(book, level)
  if (pool.side[slot] === BUY) {
    if (price > book.bestBid) book.bestBid = price
  } else if (book.bestAsk === 0 || price < book.bestAsk) book.bestAsk = price
}

/** Takes a resting order out of the ladder, in constant time but for the search of the next best price. */
export function unrest(book: Book, pool: OrderPool, slot: Slot): void {
  const price = pool.price[slot] as number
  const level = price - book.base
  const before = pool.prev[slot] as Slot
  const after = pool.next[slot] as Slot
  if (before !== NO_SLOT) pool.next[before] = after
  else book.head[level] = after
  if (after !== NO_SLOT) pool.prev[after] = before
  else book.tail[level] = before
  pool.next[slot] = NO_SLOT
  pool.prev[slot] = NO_SLOT
  if (book.head[level] !== NO_SLOT) return
  vacate(book, level)
  if (price === book.bestBid) book.bestBid = priceAt(book, levelBelow(book, level))
  else if (price === book.bestAsk) book.bestAsk = priceAt(book, levelAbove(book, level))
}

const priceAt = (book: Book, level: number): number => (level < 0 ? 0 : level + book.base)

/** The best price an order of this side could trade at: the other side's. 0 where there is none. */
export const bestAgainst = (book: Book, side: number): number => (side === BUY ? book.bestAsk : book.bestBid)

/** First in the queue at the best price against this side, or `NO_SLOT`. */
export function firstAgainst(book: Book, side: number): Slot {
  const price = bestAgainst(book, side)
  return price === 0 ? NO_SLOT : (book.head[price - book.base] as Slot)
}

/** The order that trades after this one, for an aggressor of the given side: same price next, then worse. */
export function nextAgainst(book: Book, pool: OrderPool, side: number, slot: Slot): Slot {
  const after = pool.next[slot] as Slot
  if (after !== NO_SLOT) return after
  const level = (pool.price[slot] as number) - book.base
  const worse = side === BUY ? levelAbove(book, level) : levelBelow(book, level)
  return worse < 0 ? NO_SLOT : (book.head[worse] as Slot)
}

/** Whether an order at `price` on `side` would trade at once. */
export function crosses(book: Book, side: number, price: number): boolean {
  if (side === BUY) return book.bestAsk !== 0 && price >= book.bestAsk
  return book.bestBid !== 0 && price <= book.bestBid
}

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

/** Throws unless the ladder, its bits and its best prices agree with the queues. */
export function auditBook(book: Book, pool: OrderPool): void {
  let bid = 0
  let ask = 0
  for (let level = 0; level < book.size; level++) {
    const head = book.head[level] as Slot
    const bit = ((book.bits[level >>> 5] as number) >>> (level & 31)) & 1
    assert((head !== NO_SLOT) === (bit === 1), 'a level has its bit exactly when it has an order')
    if (head === NO_SLOT) continue
    const price = level + book.base
    if (pool.side[head] === BUY) bid = price
    else if (ask === 0) ask = price
  }
  assert(bid === book.bestBid && ask === book.bestAsk, 'the best prices are the best of the ladder')
  assert(bid === 0 || ask === 0 || bid < ask, 'the book is never crossed')
}
