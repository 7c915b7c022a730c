import { known } from '../base/assert.ts'
import type { AccountId, InstrumentId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type {
  OrderPlace,
  OrderType,
  PostOnly,
  SelfTrade,
  Side,
  SpecialTerms,
  TimeInForce,
} from './command.ts'
import type { OrderIndex } from './order-index.ts'
import { enterIndex, leaveIndex, newIndex, slotIn } from './order-index.ts'
import type { Links } from './order-link.ts'
import { LINKS, nextOf, prevOf, setNextFree } from './order-link.ts'

/** A place in the pool. Reused once its order has ended. */
export type Slot = number
export const NO_SLOT: Slot = -1

export const BUY = 0
export const SELL = 1
export const sideCode = (side: Side): number => (side === 'buy' ? BUY : SELL)
export const sideName = (code: number): Side => (code === BUY ? 'buy' : 'sell')

/** What an order keeps that matching never looks at. */
export type OrderTerms = {
  type: OrderType
  timeInForce: TimeInForce
  postOnly: PostOnly
  selfTrade: SelfTrade
  clientOrderId: string | null
  special: SpecialTerms | null
}

/** Whether what is not filled at once may stand. */
export const mayRest = ({ type, timeInForce }: Pick<OrderTerms, 'type' | 'timeInForce'>): boolean =>
  type === 'limit' && timeInForce !== 'ioc' && timeInForce !== 'fok'

/** The small numbers of an order, as they lie side by side: names and prices. */
const INTS = [
  'price',
  'side',
  'account',
  'member',
  'instrument',
  'mandate',
  'group',
  'waits',
  'version',
  'kind',
] as const

/** The large ones: what matching and money need, then times. */
const FLOATS = [
  'id',
  'remaining',
  'hidden',
  'held',
  'filled',
  'value',
  'fees',
  'backing',
  'updatedAt',
  'updatedSeq',
  'createdAt',
  'createdSeq',
] as const
type Fields = Record<(typeof INTS)[number], Int32Array> & Record<(typeof FLOATS)[number], Float64Array>

/** From one order to the next, in numbers: of small ones one cache line, of large ones two. */
const STRIDE = 16

// The places of what a new order is written with, all at once.
const PRICE = INTS.indexOf('price')
const SIDE = INTS.indexOf('side')
const ACCOUNT = INTS.indexOf('account')
const MEMBER = INTS.indexOf('member')
const INSTRUMENT = INTS.indexOf('instrument')
const MANDATE = INTS.indexOf('mandate')
const GROUP = INTS.indexOf('group')
const WAITS = INTS.indexOf('waits')
const VERSION = INTS.indexOf('version')
const KIND = INTS.indexOf('kind')
const ID = FLOATS.indexOf('id')
const REMAINING = FLOATS.indexOf('remaining')
const HIDDEN = FLOATS.indexOf('hidden')
const HELD = FLOATS.indexOf('held')
const FILLED = FLOATS.indexOf('filled')
const VALUE = FLOATS.indexOf('value')
const FEES = FLOATS.indexOf('fees')
const BACKING = FLOATS.indexOf('backing')

/**
 * Every live order of every instrument. Each order's numbers lie side by side, because an order that is
 * touched once is touched in many fields: a slot is where an order's numbers begin, and each field is a view
 * of the buffer of its kind, shifted by its place, so that `pool.price[slot]` reads as one array per field.
 *
 *     slot →  price side account … kind  ·  ·  price side account …
 *             └────────── one order ─────────┘ └── the next ──
 *
 * Orders are linked two ways, in a queue per price level and a list per account (order-link.ts), and found by
 * id. Nothing is allocated per order once the pool is as large
 * as the market needs.
 *
 * `member` stands beside `account` because self-trade prevention works by member. `hidden`: of what remains,
 * lots behind the slice that an iceberg shows. `held`: µ$ still held for the order. `value`, `fees`: µ$
 * filled so far, fees aside, and fees paid. `backing`: µ$ per lot a primary seller holds against a sale below
 * the bond reference; -1: placed owing nothing. `group`: 0 is none. `waits`: for a stop price, or a word of
 * waiting.ts; 0: it does not. `kind`: the number of its terms, if they are common ones.
 */
export type OrderPool = Fields & {
  /** Orders that there is room for. */
  capacity: number
  live: number
  freeHead: Slot
  ints: Int32Array
  floats: Float64Array
  links: Links
  /** Of orders whose terms are their own, by place in the pool. */
  terms: (OrderTerms | null)[]
  index: OrderIndex
}

export function newPool(capacity = 1024): OrderPool {
  const pool: OrderPool = {
    capacity,
    live: 0,
    freeHead: 0,
    ...newNumbers(capacity),
    terms: Array.from({ length: capacity }, () => null),
    index: newIndex(capacity),
  }
  linkFree(pool, 0)
  return pool
}

/** Bytes before the first order: a large block begins 16 past a page, and orders shall begin cache lines. */
const INSET = 48

/** Room for so many orders, and one view per field, each shifted by the field's place. */
function newNumbers(capacity: number): Fields & Pick<OrderPool, 'ints' | 'floats' | 'links'> {
  const ints = new Int32Array(new ArrayBuffer(INSET + capacity * STRIDE * 4), INSET)
  const floats = new Float64Array(new ArrayBuffer(INSET + capacity * STRIDE * 8), INSET)
  const small = INTS.map((name, place) => [name, ints.subarray(place)])
  const large = FLOATS.map((name, place) => [name, floats.subarray(place)])
  const links = new Int32Array(new ArrayBuffer(INSET + capacity * LINKS * 4), INSET)
  return { ints, floats, links, ...(Object.fromEntries([...small, ...large]) as Fields) }
}

/** Every live order, in no order that means anything, for readers outside the hot path. */
export function* liveOrders(pool: OrderPool): Generator<Slot> {
  for (let slot = 0; slot < pool.capacity * STRIDE; slot += STRIDE) if (pool.id[slot] !== 0) yield slot
}

function linkFree(pool: OrderPool, from: Slot): void {
  const end = pool.capacity * STRIDE
  for (let slot = from; slot < end; slot += STRIDE)
    setNextFree(pool.links, slot, slot + STRIDE < end ? slot + STRIDE : NO_SLOT)
  pool.freeHead = from
}

function grow(pool: OrderPool): void {
  const old = pool.capacity
  pool.capacity = old * 2
  const wider = newNumbers(pool.capacity)
  wider.ints.set(pool.ints)
  wider.floats.set(pool.floats)
  wider.links.set(pool.links)
  Object.assign(pool, wider)
  for (let place = old; place < pool.capacity; place++) pool.terms.push(null)
  linkFree(pool, old * STRIDE)
  pool.index = newIndex(pool.capacity)
  for (let slot = 0; slot < old * STRIDE; slot += STRIDE)
    enterIndex(pool.index, pool.id, pool.id[slot] as number, slot)
}

/** The slot of a live order, or `NO_SLOT`. */
export const findOrder = (pool: OrderPool, id: OrderId): Slot => slotIn(pool.index, pool.id, id)

/** Takes a place for a new order. The caller fills what is not said here, and links it. */
export function takeSlot(
  pool: OrderPool,
  id: OrderId,
  account: AccountId,
  member: number,
  instrument: InstrumentId,
  side: number,
  price: Ticks,
  quantity: Lots,
): Slot {
  if (pool.freeHead === NO_SLOT) grow(pool)
  const slot = pool.freeHead
  const { ints, floats } = pool
  pool.freeHead = nextOf(pool.links, slot)
  pool.live++
  ints[slot + PRICE] = price
  ints[slot + SIDE] = side
  ints[slot + ACCOUNT] = account
  ints[slot + MEMBER] = member
  ints[slot + INSTRUMENT] = instrument
  ints[slot + MANDATE] = 0
  ints[slot + GROUP] = 0
  ints[slot + WAITS] = 0
  ints[slot + VERSION] = 1
  ints[slot + KIND] = 0
  floats[slot + ID] = id
  floats[slot + REMAINING] = quantity
  floats[slot + HIDDEN] = 0
  floats[slot + HELD] = 0
  floats[slot + FILLED] = 0
  floats[slot + VALUE] = 0
  floats[slot + FEES] = 0
  floats[slot + BACKING] = -1
  enterIndex(pool.index, pool.id, id, slot)
  return slot
}

/** Gives a place back. The order must have left its level queue and its account's list. */
export function freeSlot(pool: OrderPool, slot: Slot): void {
  leaveIndex(pool.index, pool.id, pool.id[slot] as number)
  pool.id[slot] = 0
  if (pool.kind[slot] === OWN_TERMS) pool.terms[slot / STRIDE] = null
  setNextFree(pool.links, slot, pool.freeHead)
  pool.freeHead = slot
  pool.live--
}

const TYPES = ['limit', 'market'] as const
const TIMES = ['gtc', 'ioc', 'fok', 'gtd', 'day'] as const
const POSTS = ['none', 'reject', 'slide'] as const
const SELF_TRADES = ['cancel_newest', 'cancel_oldest', 'cancel_both', 'decrement', 'transfer'] as const

/** Terms of plain orders without a client order id, one of each kind: orders that are alike share them. */
const COMMON: readonly OrderTerms[] = SELF_TRADES.flatMap((selfTrade) =>
  POSTS.flatMap((postOnly) =>
    TIMES.flatMap((timeInForce) =>
      TYPES.map((type) =>
        Object.freeze({ type, timeInForce, postOnly, selfTrade, clientOrderId: null, special: null }),
      ),
    ),
  ),
)

/** The words of an order's terms as one number, which snapshots keep: append to the lists, never reorder. */
export const termsCode = ({
  type,
  timeInForce,
  postOnly,
  selfTrade,
}: Pick<OrderTerms, 'type' | 'timeInForce' | 'postOnly' | 'selfTrade'>): number =>
  (type === 'limit' ? 0 : 1) +
  2 * (timeInForce === 'gtc' ? 0 : TIMES.indexOf(timeInForce)) +
  10 * (postOnly === 'none' ? 0 : POSTS.indexOf(postOnly)) +
  30 *
    (selfTrade === 'cancel_newest' ? 0 : selfTrade === 'cancel_oldest' ? 1 : SELF_TRADES.indexOf(selfTrade))

/** Terms by their number. */
export function termsByCode(
  code: number,
  clientOrderId: string | null,
  special: SpecialTerms | null,
): OrderTerms {
  const common = known(COMMON[code], 'stored terms are known')
  return clientOrderId === null && special === null ? common : { ...common, clientOrderId, special }
}

/** The terms of a new order: allocated only where it has a client order id or special terms. */
export const termsFor = (order: OrderPlace, special: SpecialTerms | null): OrderTerms =>
  termsByCode(termsCode(order), order.clientOrderId, special)

/** The kind of an order whose terms are like no other's; else it is the number of common ones. */
const OWN_TERMS = -1

/** What a live order keeps that matching never looks at. */
export function termsOf(pool: OrderPool, slot: Slot): OrderTerms {
  const kind = pool.kind[slot] as number
  const terms = kind === OWN_TERMS ? pool.terms[slot / STRIDE] : COMMON[kind]
  return known(terms ?? undefined, 'a live order has terms')
}

/** Gives an order its terms, new or amended. */
export function setTerms(pool: OrderPool, slot: Slot, terms: OrderTerms): void {
  if (pool.kind[slot] === OWN_TERMS) pool.terms[slot / STRIDE] = null
  const isCommon = terms.clientOrderId === null && terms.special === null
  pool.kind[slot] = isCommon ? termsCode(terms) : OWN_TERMS
  if (!isCommon) pool.terms[slot / STRIDE] = terms
}

/** Lots that are shown before a resting order at its price: a walk along its queue, for readers. */
export function queueAhead(pool: OrderPool, slot: Slot): Lots {
  let lots = 0
  for (let before = prevOf(pool.links, slot); before !== NO_SLOT; before = prevOf(pool.links, before))
    lots += (pool.remaining[before] as number) - (pool.hidden[before] as number)
  return lots as Lots
}

/** A live order as plain values, for readers outside the engine. */
export type OrderView = OrderTerms & {
  id: OrderId
  account: AccountId
  instrument: InstrumentId
  side: Side
  price: Ticks
  remaining: Lots
  filled: Lots
  value: Micros
  fees: Micros
  mandate: MandateId
  createdAt: Instant
  updatedAt: Instant
  createdSeq: number
  updatedSeq: number
  version: number
  /** Whether it waits, outside the book. */
  waits: boolean
}

export function viewOrder(pool: OrderPool, slot: Slot): OrderView {
  return {
    ...termsOf(pool, slot),
    id: pool.id[slot] as OrderId,
    account: pool.account[slot] as AccountId,
    instrument: pool.instrument[slot] as InstrumentId,
    side: sideName(pool.side[slot] as number),
    price: pool.price[slot] as Ticks,
    remaining: pool.remaining[slot] as Lots,
    filled: pool.filled[slot] as Lots,
    value: pool.value[slot] as Micros,
    fees: pool.fees[slot] as Micros,
    mandate: pool.mandate[slot] as MandateId,
    createdAt: pool.createdAt[slot] as Instant,
    updatedAt: pool.updatedAt[slot] as Instant,
    createdSeq: pool.createdSeq[slot] as number,
    updatedSeq: pool.updatedSeq[slot] as number,
    version: pool.version[slot] as number,
    waits: pool.waits[slot] !== 0,
  }
}
