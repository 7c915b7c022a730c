import type { AccountId, InstrumentId, MemberId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { instant, later, MICROS_PER_HOUR, nextOnGrid } from '../base/time.ts'
import type { FixingInputs, RestedBook, TradeWindow } from '../index/fixing.ts'
import { FIXING_METHOD } from '../index/fixing.ts'
import type { PriceTable } from '../index/median.ts'
import type { Event, Trade } from '../state/event.ts'
import type { FixingEvent } from '../state/fixing.ts'
import type { Depth } from './depth.ts'
import { queueOf } from './depth.ts'

/** Trades of one partition: lots by price in ticks, and lots bought and sold, by number of the member. */
type Partition = {
  start: Instant
  prices: Map<number, { lots: number }>
  members: ([bought: number, sold: number] | undefined)[]
}

/**
 * The latest partitions of one instrument, oldest first, and what a tick and a lot are. Then its last fixing
 * with a price, and the fixings of the day under way, in µ$ per unit.
 */
type Window = {
  tick: number
  lot: number
  partitions: Partition[]
  previous: number | null
  today: (number | null)[]
}

type Ended = {
  instrument: InstrumentId
  /** The end of the period. */
  at: Instant
  /** Length of the venue's hour, in microseconds. */
  hour: number
}

/** What the fixing of one instrument at the end of an hour or a day is made of. Prices in µ$ per unit. */
export type FixingCut =
  | (Ended & { period: 'hour'; inputs: Required<FixingInputs> })
  | (Ended & { period: 'day'; hours: readonly (number | null)[] })

type HourCut = Ended & { inputs: Omit<Required<FixingInputs>, 'previous'> }
type DayCut = Ended & { hours: readonly (number | null)[] }

/** The fixing in the making: the same commands cut the same hours, whenever they are folded. */
export type FixingFold = {
  hour: number
  /** The end of the hour under way; 0 until the first command. */
  next: Instant
  /** By account. */
  members: (MemberId | undefined)[]
  windows: Window[]
  /** Hours and days that have ended and are not yet published, oldest first. */
  cuts: HourCut[]
  days: DayCut[]
}

const { partitions_per_hour: PER_HOUR, hours_of_the_wide_window: WIDE_HOURS } = FIXING_METHOD
const PARTITIONS_KEPT = PER_HOUR * WIDE_HOURS + 1

export const newFixingFold = (): FixingFold => ({
  hour: MICROS_PER_HOUR,
  next: 0 as Instant,
  members: [],
  windows: [],
  cuts: [],
  days: [],
})

/** What is to be published next, oldest first; days once their last hour is. */
export const pendingCuts = ({ cuts, days, windows }: FixingFold): FixingCut[] => [
  ...cuts.map(({ inputs, ...cut }): FixingCut => {
    const previous = windows[cut.instrument]?.previous ?? null
    return { ...cut, period: 'hour', inputs: { ...inputs, previous } }
  }),
  ...days.map((cut): FixingCut => ({ ...cut, period: 'day' })),
]

/**
 * Closes every hour that ended by `at`, before what happens then is folded in. Of a longer standstill only
 * the last four hours are closed: nobody could have traded.
 */
export function closeHours(fold: FixingFold, at: Instant, depthOf: (one: InstrumentId) => Depth): void {
  if (at < fold.next) return
  if (fold.next > 0) {
    const newest = Math.floor(at / fold.hour) * fold.hour
    let end = Math.max(fold.next, newest - (WIDE_HOURS - 1) * fold.hour)
    for (; end <= newest; end += fold.hour)
      for (const [index, window] of fold.windows.entries()) {
        const instrument = index as InstrumentId
        fold.cuts.push(cutOf(fold, window, instrument, instant(end), depthOf(instrument)))
      }
  }
  fold.next = nextOnGrid(at, fold.hour)
}

/** Folds one event that bears on fixings; others pass by. */
export function foldFixing(fold: FixingFold, at: Instant, event: Event): void {
  switch (event.kind) {
    case 'trade':
      foldTrade(fold, at, event)
      return
    case 'account.opened':
      fold.members[event.account] = event.member
      return
    case 'instrument.listed':
      fold.windows[event.instrument] = {
        tick: event.spec.tick,
        lot: event.spec.lot,
        partitions: [],
        previous: null,
        today: [],
      }
      return
    case 'venue.configured':
      if (event.settings.hour === fold.hour) return
      fold.hour = event.settings.hour
      fold.next = nextOnGrid(at, fold.hour)
      fold.cuts = []
      for (const window of fold.windows) {
        window.partitions = []
        window.today = []
      }
      return
    case 'fixing.published':
      if (event.corrects === null) foldPrint(fold, event)
      return
    default:
  }
}

/** What is published is no longer pending; the last hour of a day completes the day. */
function foldPrint(fold: FixingFold, { period, instrument, at, price }: FixingEvent): void {
  const isLeft = (cut: Ended) => cut.instrument !== instrument || cut.at > at
  if (period === 'day') {
    fold.days = fold.days.filter(isLeft)
    return
  }
  fold.cuts = fold.cuts.filter(isLeft)
  const window = fold.windows[instrument]
  if (window === undefined) return
  if (price !== null) window.previous = price
  window.today.push(price)
  if (at % (FIXING_METHOD.day_hours * fold.hour) !== 0) return
  fold.days.push({ instrument, at, hour: fold.hour, hours: window.today })
  window.today = []
}

function foldTrade(fold: FixingFold, at: Instant, event: Trade): void {
  const window = fold.windows[event.instrument]
  if (window === undefined) return
  const partition = partitionAt(fold, window, at)
  const { price, lots } = event
  const traded = partition.prices.get(price)
  if (traded === undefined) partition.prices.set(price, { lots })
  else traded.lots += lots
  const isBuy = event.side === 'buy'
  count(fold, partition, isBuy ? event.aggressorAccount : event.restingAccount, 0, lots)
  count(fold, partition, isBuy ? event.restingAccount : event.aggressorAccount, 1, lots)
}

function partitionAt({ hour }: FixingFold, window: Window, at: Instant): Partition {
  const length = hour / PER_HOUR
  const last = window.partitions.at(-1)
  if (last !== undefined && at < last.start + length) return last
  const start = instant(Math.floor(at / length) * length)
  const partition: Partition = { start, prices: new Map(), members: [] }
  window.partitions.push(partition)
  if (window.partitions.length > PARTITIONS_KEPT) window.partitions.shift()
  return partition
}

function count(fold: FixingFold, { members }: Partition, account: AccountId, side: 0 | 1, by: number): void {
  const member = fold.members[account] ?? (0 as MemberId)
  const counted = members[member]
  if (counted === undefined) members[member] = side === 0 ? [by, 0] : [0, by]
  else counted[side] += by
}

function cutOf(
  { hour }: FixingFold,
  window: Window,
  instrument: InstrumentId,
  at: Instant,
  depth: Depth,
): HourCut {
  const since = later(at, -hour / FIXING_METHOD.book_rested_parts_of_hour)
  return {
    instrument,
    at,
    hour,
    inputs: {
      hour: windowOf(window, at, hour, PER_HOUR),
      wide: windowOf(window, at, hour, PER_HOUR * WIDE_HOURS),
      book: restedBook(depth, since, window),
    },
  }
}

/** The `count` partitions that end at `at`. */
function windowOf({ tick, lot, partitions }: Window, at: Instant, hour: number, count: number): TradeWindow {
  const length = hour / PER_HOUR
  const tables: PriceTable[] = Array.from({ length: count }, () => [])
  const totals = new Map<MemberId, [number, number]>()
  for (const { start, prices, members } of partitions) {
    const place = count - Math.round((at - start) / length)
    if (place < 0 || place >= count) continue
    tables[place] = tableOf(lotsBy(prices), tick, lot)
    for (const [member, [bought, sold]] of sidesBy(members)) {
      const total = totals.get(member) ?? [0, 0]
      totals.set(member, [total[0] + bought * lot, total[1] + sold * lot])
    }
  }
  const largestFirst = (side: 0 | 1) =>
    [...totals.values()]
      .map((total) => total[side])
      .filter((quantity) => quantity > 0)
      .sort((a, b) => b - a)
  return { partitions: tables, bought: largestFirst(0), sold: largestFirst(1) }
}

const sidesBy = (members: Partition['members']): [MemberId, [number, number]][] =>
  [...members.entries()].flatMap(([member, sides]) =>
    sides === undefined ? [] : [[member as MemberId, sides]],
  )

const lotsBy = (prices: Partition['prices']): [number, number][] =>
  [...prices].map(([price, { lots }]) => [price, lots])

const tableOf = (prices: Iterable<[number, number]>, tick: number, lot: number): PriceTable =>
  [...prices].sort(([a], [b]) => a - b).map(([price, lots]) => [price * tick, lots * lot] as const)

/** What has rested since `since` or longer, by price. */
function restedBook(depth: Depth, since: Instant, { tick, lot }: Window): RestedBook {
  const side = (name: 'buy' | 'sell'): PriceTable => {
    const prices = new Map<number, number>()
    for (const order of queueOf(depth, name))
      if (order.since <= since) prices.set(order.price, (prices.get(order.price) ?? 0) + order.lots)
    return tableOf(prices, tick, lot)
  }
  return { bids: side('buy'), asks: side('sell') }
}

type PackedPartition = [start: number, prices: [number, number][], members: [number, [number, number]][]]
/** The fold as plain data. */
export type PackedFixing = {
  hour: number
  next: number
  members: (MemberId | null)[]
  windows: (Omit<Window, 'partitions'> & { partitions: PackedPartition[] })[]
  cuts: HourCut[]
  days: DayCut[]
}

export const packFixing = ({ hour, next, members, windows, cuts, days }: FixingFold): PackedFixing => ({
  hour,
  next,
  members: Array.from(members, (member) => member ?? null),
  windows: windows.map(({ partitions, ...rest }) => ({
    ...rest,
    partitions: partitions.map((one) => [one.start, lotsBy(one.prices), sidesBy(one.members)]),
  })),
  cuts,
  days,
})

function membersFrom(packed: PackedPartition[2]): Partition['members'] {
  const members: Partition['members'] = []
  for (const [member, sides] of packed) members[member] = sides
  return members
}

/** The fold of `packFixing`. */
export const unpackFixing = (packed: PackedFixing): FixingFold => ({
  hour: packed.hour,
  next: packed.next as Instant,
  members: packed.members.map((member) => member ?? undefined),
  windows: packed.windows.map(({ partitions, ...rest }) => ({
    ...rest,
    partitions: partitions.map(([start, prices, members]) => ({
      start: start as Instant,
      prices: new Map(prices.map(([price, lots]) => [price, { lots }])),
      members: membersFrom(members),
    })),
  })),
  cuts: packed.cuts,
  days: packed.days,
})
