import { mixTrade } from './bare-book.ts'
import type { Workload } from './workload.ts'
import { CANCEL, MID, REPLACE, TAKE } from './workload.ts'

/** Prices of the day lie within so many ticks of where it starts: a fixed ladder, a power of two. */
const SPAN = 1 << 15
const BASE = MID - SPAN / 2
/** An order is eight numbers: half a cache line. */
const PRICE = 0
const LOTS = 1
const NEXT = 2
const PREV = 3
const ID = 4
const SIDE = 5
const SHIFT = 3

/**
 * What V8 can do at most: the same day on flat typed arrays and nothing else. Ids are places in an array,
 * prices are places in a fixed ladder, every quantity is a small integer, nothing grows, nothing is checked.
 * Side 0 buys; of both sides `best` is the level where they would trade.
 */
export class Yardstick {
  trades = 0
  checksum = 0
  private readonly orders: Int32Array
  private readonly slotOf: Int32Array
  private readonly heads = [new Int32Array(SPAN).fill(-1), new Int32Array(SPAN).fill(-1)] as const
  private readonly tails = [new Int32Array(SPAN).fill(-1), new Int32Array(SPAN).fill(-1)] as const
  private readonly bits = [new Int32Array(SPAN >> 5), new Int32Array(SPAN >> 5)] as const
  private bestBid = -1
  private bestAsk = SPAN
  private free = 0

  constructor({ count }: Workload) {
    const slots = 1 << 17
    this.orders = new Int32Array(slots << SHIFT)
    this.slotOf = new Int32Array(count + 1).fill(-1)
    for (let slot = 0; slot < slots; slot++) this.orders[(slot << SHIFT) + NEXT] = slot + 1
  }

  /** Does the commands of the day from one to another. */
  run(work: Workload, from: number, to: number): void {
    const { op, id, price, lots, side } = work
    for (let at = from; at < to; at++) {
      const order = id[at] as number
      const level = (price[at] as number) - BASE
      const kind = op[at]
      if (kind === CANCEL) this.cancel(order)
      else if (kind === REPLACE) this.replace(order, level, lots[at] as number)
      else this.enter(order, side[at] as number, level, lots[at] as number, kind !== TAKE)
    }
  }

  private enter(id: number, side: number, level: number, lots: number, rests: boolean): void {
    const left = side === 0 ? this.buy(id, level, lots) : this.sell(id, level, lots)
    if (left === 0 || !rests) return
    const slot = this.free
    const record = slot << SHIFT
    const { orders } = this
    this.free = orders[record + NEXT] as number
    this.slotOf[id] = slot
    orders[record + ID] = id
    orders[record + SIDE] = side
    this.rest(slot, side, level, left)
  }

  private buy(id: number, level: number, lots: number): number {
    let left = lots
    while (left > 0 && this.bestAsk <= level) left = this.meet(id, 1, this.bestAsk, left)
    return left
  }

  private sell(id: number, level: number, lots: number): number {
    let left = lots
    while (left > 0 && this.bestBid >= level) left = this.meet(id, 0, this.bestBid, left)
    return left
  }

  /** Trades with the first order of a level. Returns what is left of the aggressor. */
  private meet(id: number, side: 0 | 1, level: number, lots: number): number {
    const { orders } = this
    const slot = this.heads[side][level] as number
    const record = slot << SHIFT
    const has = orders[record + LOTS] as number
    const part = lots < has ? lots : has
    this.trades++
    this.checksum = mixTrade(this.checksum, id, orders[record + ID] as number, level + BASE, part)
    if (part === has) this.remove(slot)
    else orders[record + LOTS] = has - part
    return lots - part
  }

  private cancel(id: number): void {
    const slot = this.slotOf[id] as number
    if (slot >= 0) this.remove(slot)
  }

  private replace(id: number, level: number, lots: number): void {
    const slot = this.slotOf[id] as number
    if (slot < 0) return
    this.unlink(slot)
    this.rest(slot, this.orders[(slot << SHIFT) + SIDE] as number, level, lots)
  }

  private remove(slot: number): void {
    this.unlink(slot)
    const record = slot << SHIFT
    const { orders } = this
    this.slotOf[orders[record + ID] as number] = -1
    orders[record + NEXT] = this.free
    this.free = slot
  }

  private rest(slot: number, side: number, level: number, lots: number): void {
    const { orders } = this
    const record = slot << SHIFT
    const tails = side === 0 ? this.tails[0] : this.tails[1]
    const last = tails[level] as number
    orders[record + PRICE] = level
    orders[record + LOTS] = lots
    orders[record + NEXT] = -1
    orders[record + PREV] = last
    tails[level] = slot
    if (last >= 0) {
      orders[(last << SHIFT) + NEXT] = slot
      return
    }
    const bits = side === 0 ? this.bits[0] : this.bits[1]
    const heads = side === 0 ? this.heads[0] : this.heads[1]
    heads[level] = slot
    bits[level >> 5] = (bits[level >> 5] as number) | (1 << (level & 31))
    if (side === 0) {
      if (level > this.bestBid) this.bestBid = level
    } else if (level < this.bestAsk) this.bestAsk = level
  }

  private unlink(slot: number): void {
    const { orders } = this
    const record = slot << SHIFT
    const side = orders[record + SIDE] as number
    const level = orders[record + PRICE] as number
    const next = orders[record + NEXT] as number
    const prev = orders[record + PREV] as number
    const heads = side === 0 ? this.heads[0] : this.heads[1]
    const tails = side === 0 ? this.tails[0] : this.tails[1]
    if (prev >= 0) orders[(prev << SHIFT) + NEXT] = next
    else heads[level] = next
    if (next >= 0) orders[(next << SHIFT) + PREV] = prev
    else tails[level] = prev
    if (prev >= 0 || next >= 0) return
    const bits = side === 0 ? this.bits[0] : this.bits[1]
    bits[level >> 5] = (bits[level >> 5] as number) & ~(1 << (level & 31))
    if (side === 0) {
      if (level === this.bestBid) this.bestBid = below(bits, level)
    } else if (level === this.bestAsk) this.bestAsk = above(bits, level)
  }
}

/** The next set bit below, or -1. */
function below(bits: Int32Array, from: number): number {
  for (let word = from >> 5; word >= 0; word--)
    if (bits[word] !== 0) return (word << 5) + 31 - Math.clz32(bits[word] as number)
  return -1
}

/** The next set bit above, or `SPAN`. */
function above(bits: Int32Array, from: number): number {
  for (let word = from >> 5; word < SPAN >> 5; word++) {
    const set = bits[word] as number
    if (set !== 0) return (word << 5) + 31 - Math.clz32(set & -set)
  }
  return SPAN
}
