import type { Chance } from '../src/base/chance.ts'
import { chance } from '../src/base/chance.ts'
import type { OrderId } from '../src/base/ids.ts'
import { BUY, findOrder } from '../src/state/order.ts'
import type { BareBook } from './bare-book.ts'
import { cancel, enter, newBareBook, replace } from './bare-book.ts'

const ADD = 0
export const CANCEL = 1
export const REPLACE = 2
export const TAKE = 3

/** A seeded day at the book, one array per field. Ids are dense, in the order of adds and takes. */
export type Workload = {
  /** Commands that fill the book before the clock starts. */
  warm: number
  count: number
  op: Uint8Array
  side: Uint8Array
  id: Int32Array
  price: Int32Array
  lots: Int32Array
}

/** Where the mid starts, in ticks. */
export const MID = 100_000
/** How far from the mid passive orders lie at most, and how far marketable ones reach, in ticks. */
const DEPTH = 700
const REACH = 2_000

/**
 * 45 % passive adds, 35 % cancels, 10 % replacements and 10 % marketable orders, around a mid that walks at
 * random, on `resting` orders. What is cancelled or replaced is alive at that moment: the generator keeps a
 * book of its own.
 */
export function generate(seed: number, resting: number, count: number): Workload {
  const random = chance(seed)
  const total = resting + count
  const field = () => new Int32Array(total)
  const work: Workload = {
    warm: resting,
    count: total,
    op: new Uint8Array(total),
    side: new Uint8Array(total),
    id: field(),
    price: field(),
    lots: field(),
  }
  const bare = newBareBook(MID)
  const live = newLiveList()
  let nextId = 1
  let mid = MID
  for (let at = 0; at < total; at++) {
    if (random.below(10) === 0) mid += random.below(3) - 1
    const op = at < resting || live.ids.length < 100 ? ADD : pickOp(random.below(100))
    const lots = 1 + random.below(100)
    const existing = op === CANCEL || op === REPLACE
    const id = existing ? (live.ids[random.below(live.ids.length)] as number) : nextId++
    const side = existing ? (bare.pool.side[findOrder(bare.pool, id as OrderId)] as number) : random.below(2)
    const price = op === TAKE ? mid + (side === BUY ? REACH : -REACH) : passivePrice(bare, random, side, mid)
    work.op[at] = op
    work.side[at] = side
    work.id[at] = id
    work.price[at] = price
    work.lots[at] = lots
    perform(bare, work, at)
    if (op === ADD) live.add(id)
    if (op === CANCEL) live.drop(id)
    if (op === TAKE) for (const filled of bare.filled.subarray(0, bare.ended)) live.drop(filled)
  }
  return work
}

const pickOp = (roll: number): number => (roll < 45 ? ADD : roll < 80 ? CANCEL : roll < 90 ? REPLACE : TAKE)

/** Behind the mid and never across the other side, nearer prices more often. */
function passivePrice({ book }: BareBook, random: Chance, side: number, mid: number): number {
  const away = 1 + Math.floor(random.fraction() * random.fraction() * DEPTH)
  if (side === BUY) return book.asks.best === 0 ? mid - away : Math.min(mid - away, book.asks.best - 1)
  return Math.max(mid + away, book.bids.best + 1)
}

/** Does one command of a day on a bare book. */
export function perform(bare: BareBook, work: Workload, at: number): void {
  const id = work.id[at] as number
  switch (work.op[at]) {
    case CANCEL:
      cancel(bare, id)
      break
    case REPLACE:
      replace(bare, id, work.price[at] as number, work.lots[at] as number)
      break
    default:
      enter(
        bare,
        id,
        work.side[at] as number,
        work.price[at] as number,
        work.lots[at] as number,
        work.op[at] === ADD,
      )
  }
}

/** Ids of live orders, one of which can be picked or dropped in constant time. */
function newLiveList() {
  const ids: number[] = []
  const places = new Map<number, number>()
  return {
    ids,
    add(id: number): void {
      places.set(id, ids.length)
      ids.push(id)
    },
    drop(id: number): void {
      const place = places.get(id) as number
      const last = ids.pop() as number
      places.delete(id)
      if (last === id) return
      ids[place] = last
      places.set(last, place)
    },
  }
}
