import { crc32 } from '../base/crc.ts'
import type { OrderId } from '../base/ids.ts'
import type { Lots, Ticks } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { Side } from '../state/command.ts'
import type { Event } from '../state/event.ts'

/** One resting order. Within its price, orders stand in the order in which they will trade. */
export type Resting = {
  readonly order: OrderId
  readonly side: Side
  readonly price: Ticks
  lots: Lots
  /** When it took its place. */
  readonly since: Instant
}

/** One price: how much rests there, in how many orders. Zero and zero: the price is empty. */
export type Level = readonly [price: Ticks, lots: Lots, orders: number]

/**
 * What happened to one resting order: the lots it has now, zero when it has left. An order not seen before
 * joins at the back of its price; an order that loses its place leaves and joins again.
 */
export type OrderChange = {
  seq: number
  order: OrderId
  side: Side
  price: Ticks
  lots: Lots
}

/** Every change of one book between two sequence numbers. `checksum` is of the book after it. */
export type DepthDelta = {
  prevSeq: number
  seq: number
  bids: Level[]
  asks: Level[]
  checksum: number
  orders: OrderChange[]
}

type Queue = { lots: number; orders: Map<OrderId, Resting> }
/** Prices in ascending order, and the queue of each. */
type Ladder = { prices: Ticks[]; queues: Map<Ticks, Queue> }

/** One instrument's book as the events tell it. `seq` is that of its last change. */
export type Depth = {
  seq: number
  orders: Map<OrderId, Resting>
  buy: Ladder
  sell: Ladder
  /** What has changed since the last delta, and the sequence number that delta ended with. */
  sentSeq: number
  touched: { buy: Set<Ticks>; sell: Set<Ticks> }
  changes: OrderChange[]
}

/** How many levels of each side the checksum covers. */
const CHECKED_LEVELS = 10

const newLadder = (): Ladder => ({ prices: [], queues: new Map() })

export const newDepth = (): Depth => ({
  seq: 0,
  orders: new Map(),
  buy: newLadder(),
  sell: newLadder(),
  sentSeq: 0,
  touched: { buy: new Set(), sell: new Set() },
  changes: [],
})

/** Folds one event of this instrument into the book. Events that move no resting order pass by. */
export function foldDepth(depth: Depth, seq: number, at: Instant, event: Event): void {
  switch (event.kind) {
    case 'order.rested':
      join(depth, seq, {
        order: event.order,
        side: event.side,
        price: event.price,
        lots: event.lots,
        since: at,
      })
      return
    case 'trade':
      // In a call both sides rest; else the aggressor is not in the book, and this passes it by.
      lower(depth, seq, event.resting, event.lots)
      lower(depth, seq, event.aggressor, event.lots)
      return
    case 'order.reduced':
      lower(depth, seq, event.order, event.by)
      return
    case 'order.amended':
      // An order that lost its place may trade before it rests again, which is an event of its own.
      if (event.priority === 'lost') leave(depth, seq, event.order)
      else lowerTo(depth, seq, event.order, event.shown)
      return
    case 'order.closed':
      leave(depth, seq, event.order)
      return
    default:
  }
}

function join(depth: Depth, seq: number, resting: Resting): void {
  const ladder = depth[resting.side]
  let queue = ladder.queues.get(resting.price)
  if (queue === undefined) {
    queue = { lots: 0, orders: new Map() }
    ladder.queues.set(resting.price, queue)
    ladder.prices.splice(placeOf(ladder.prices, resting.price), 0, resting.price)
  }
  queue.orders.set(resting.order, resting)
  queue.lots += resting.lots
  depth.orders.set(resting.order, resting)
  note(depth, seq, resting, resting.lots)
}

function lower(depth: Depth, seq: number, order: OrderId, by: Lots): void {
  const resting = depth.orders.get(order)
  if (resting === undefined) return
  if (resting.lots <= by) {
    leave(depth, seq, order)
    return
  }
  const queue = depth[resting.side].queues.get(resting.price)
  if (queue !== undefined) queue.lots -= by
  resting.lots = (resting.lots - by) as Lots
  note(depth, seq, resting, resting.lots)
}

function lowerTo(depth: Depth, seq: number, order: OrderId, most: Lots): void {
  const shown = depth.orders.get(order)?.lots ?? 0
  if (shown > most) lower(depth, seq, order, (shown - most) as Lots)
}

function leave(depth: Depth, seq: number, order: OrderId): void {
  const resting = depth.orders.get(order)
  if (resting === undefined) return
  depth.orders.delete(order)
  const ladder = depth[resting.side]
  const queue = ladder.queues.get(resting.price)
  if (queue !== undefined) {
    queue.orders.delete(order)
    queue.lots -= resting.lots
    if (queue.orders.size === 0) {
      ladder.queues.delete(resting.price)
      ladder.prices.splice(placeOf(ladder.prices, resting.price), 1)
    }
  }
  note(depth, seq, resting, 0 as Lots)
}

function note(depth: Depth, seq: number, { order, side, price }: Resting, lots: Lots): void {
  depth.seq = seq
  depth.touched[side].add(price)
  depth.changes.push({ seq, order, side, price, lots })
}

/** Where a price stands, or would stand, among ascending prices. */
function placeOf(prices: readonly Ticks[], price: Ticks): number {
  let low = 0
  let high = prices.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((prices[middle] as Ticks) < price) low = middle + 1
    else high = middle
  }
  return low
}

/** Up to `count` levels of a side, best first. */
export function levelsOf(depth: Depth, side: Side, count: number): Level[] {
  const { prices, queues } = depth[side]
  const found: Level[] = []
  for (let i = 0; i < prices.length && found.length < count; i++) {
    const price = prices[side === 'buy' ? prices.length - 1 - i : i] as Ticks
    found.push(levelAt(queues, price))
  }
  return found
}

const levelAt = (queues: Ladder['queues'], price: Ticks): Level => {
  const queue = queues.get(price)
  return [price, (queue?.lots ?? 0) as Lots, queue?.orders.size ?? 0]
}

/** The best level of a side, or null where it is empty. */
export const bestOf = (depth: Depth, side: Side): Level | null => levelsOf(depth, side, 1)[0] ?? null

/** Every resting order of a side in the order in which they will trade. */
export function* queueOf(depth: Depth, side: Side): Generator<Resting> {
  for (const [price] of levelsOf(depth, side, Number.POSITIVE_INFINITY))
    yield* depth[side].queues.get(price)?.orders.values() ?? []
}

/** CRC-32 of `"{ticks}:{lots}|"` over the ten best asks and then the ten best bids, best first. */
export function checksumOf(depth: Depth): number {
  let text = ''
  for (const side of ['sell', 'buy'] as const)
    for (const [price, lots] of levelsOf(depth, side, CHECKED_LEVELS)) text += `${price}:${lots}|`
  return crc32(text)
}

/** What changed since it was last asked, or nothing. */
export function takeDelta(depth: Depth): DepthDelta | undefined {
  if (depth.changes.length === 0) return undefined
  const { touched } = depth
  const delta: DepthDelta = {
    prevSeq: depth.sentSeq,
    seq: depth.seq,
    bids: [...touched.buy].sort((a, b) => b - a).map((price) => levelAt(depth.buy.queues, price)),
    asks: [...touched.sell].sort((a, b) => a - b).map((price) => levelAt(depth.sell.queues, price)),
    checksum: checksumOf(depth),
    orders: depth.changes,
  }
  depth.sentSeq = depth.seq
  depth.changes = []
  touched.buy.clear()
  touched.sell.clear()
  return delta
}

/** The book as plain numbers: `[seq, order, side, price, lots, since, …]`, in the order of trading. */
export function packDepth(depth: Depth): number[] {
  const packed: number[] = [depth.seq]
  for (const side of ['buy', 'sell'] as const)
    for (const { order, price, lots, since } of queueOf(depth, side))
      packed.push(order, side === 'buy' ? 0 : 1, price, lots, since)
  return packed
}

/** The book of `packDepth`. */
export function unpackDepth(packed: readonly number[]): Depth {
  const depth = newDepth()
  const seq = packed[0] ?? 0
  for (let i = 1; i + 4 < packed.length; i += 5)
    join(depth, seq, {
      order: packed[i] as OrderId,
      side: packed[i + 1] === 0 ? 'buy' : 'sell',
      price: packed[i + 2] as Ticks,
      lots: packed[i + 3] as Lots,
      since: packed[i + 4] as Instant,
    })
  takeDelta(depth)
  depth.seq = seq
  depth.sentSeq = seq
  return depth
}
