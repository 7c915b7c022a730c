import type { AccountId, InstrumentId, MemberId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'
import type { Event } from '../state/event.ts'
import type { DrawSettled } from '../state/event.ts'

/**
 * For what a delivery counts. Only `final` is Machine GDP: `intermediate` is made into inference again;
 * `affiliate` stays within one member; `probe` was bought by the exchange; `unjudged` did not conform, or
 * was not judged.
 */
export type Use = 'final' | 'intermediate' | 'affiliate' | 'probe' | 'unjudged'

/** Deliveries of one supplier, grade and use in one hour. All money in µ$, each column summed by itself. */
export type DeliveryHour = {
  start: Instant
  hour: number
  instrument: InstrumentId
  supplier: AccountId
  use: Use
  deliveries: number
  wt: number
  /** What buyers had paid, fees included, and what they got back. */
  cost: number
  refund: number
  /**
   * What the supplier is left with, the exchange's delivery fee, and what lies between book and contract.
   */
  net: number
  fee: number
  margin: number
}

/** Trades of one grade in one hour, and how far they lay from the limits of those who had named one. */
export type TradeHour = {
  start: Instant
  hour: number
  instrument: InstrumentId
  trades: number
  lots: number
  value: number
  fees: number
  buyerSurplus: number
  buyerLots: number
  sellerSurplus: number
  sellerLots: number
}

/** Who an account is, as far as the boundary of Machine GDP asks. */
export type Party = { account: AccountId; member: MemberId; house: boolean; intermediate: boolean }

/** The hours under way, and what changed since it was last taken. */
export type HourBook = {
  hour: number
  parties: Map<AccountId, Party>
  deliveries: Map<string, DeliveryHour>
  trades: Map<string, TradeHour>
  /**
   * The row that each instrument's last trade since changes were taken went to: the next one goes there too,
   * almost always, and it is among what changed.
   */
  latest: (TradeHour | undefined)[]
  changed: { deliveries: Set<DeliveryHour>; trades: Set<TradeHour>; parties: Set<Party>; hour: boolean }
}

const nothingChanged = (): HourBook['changed'] => ({
  deliveries: new Set(),
  trades: new Set(),
  parties: new Set(),
  hour: false,
})

export const newHourBook = (): HourBook => ({
  hour: MICROS_PER_HOUR,
  parties: new Map(),
  deliveries: new Map(),
  trades: new Map(),
  latest: [],
  changed: nothingChanged(),
})

/** Where a row of deliveries stands. At a change of pace two hours of other lengths may begin together. */
export const deliveryKey = ({ hour, start, instrument, supplier, use }: DeliveryKey): string =>
  `${hour} ${start} ${instrument} ${supplier} ${use}`

/** Where a row of trades stands. */
export const tradeKey = ({ hour, start, instrument }: TradeKey): string => `${hour} ${start} ${instrument}`

type DeliveryKey = Pick<DeliveryHour, 'hour' | 'start' | 'instrument' | 'supplier' | 'use'>
type TradeKey = Pick<TradeHour, 'hour' | 'start' | 'instrument'>

/** What changed since this was last asked. Rows of hours that are over are let go. */
export function takeChanges(book: HourBook, at: Instant): HourBook['changed'] {
  const { changed } = book
  book.changed = nothingChanged()
  book.latest = []
  for (const rows of [book.deliveries, book.trades] as Map<string, { start: Instant; hour: number }>[])
    for (const [key, { start, hour }] of rows) if (start + hour <= at) rows.delete(key)
  return changed
}

const startOfHour = ({ hour }: HourBook, at: Instant): Instant => (Math.floor(at / hour) * hour) as Instant

/**
 * Folds one event that bears on the accounts of the hour; others pass by. Trades come by `foldTradeHour`.
 */
export function foldHour(book: HourBook, at: Instant, event: Event): void {
  switch (event.kind) {
    case 'draw.settled':
      foldDelivery(book, at, event)
      return
    case 'account.opened': {
      const { account, member, roles } = event
      const party = { account, member, house: roles.includes('operator'), intermediate: false }
      book.parties.set(account, party)
      book.changed.parties.add(party)
      return
    }
    case 'declaration.made': {
      const party = event.topic === 'use' ? book.parties.get(event.account) : undefined
      if (party === undefined) return
      party.intermediate = (JSON.parse(event.body) as { use?: string }).use === 'intermediate'
      book.changed.parties.add(party)
      return
    }
    case 'venue.configured':
      if (event.settings.hour === book.hour) return
      book.hour = event.settings.hour
      book.latest = []
      book.changed.hour = true
      return
    default:
  }
}

/** For what a settled delivery counts. */
export function useOf(book: HourBook, { account, supplier, verdict }: DrawSettled): Use {
  const buyer = book.parties.get(account)
  if (verdict === 'rejected' || verdict === 'excused') return 'unjudged'
  if (buyer === undefined) return 'final'
  if (buyer.house) return 'probe'
  if (buyer.member === book.parties.get(supplier)?.member) return 'affiliate'
  return buyer.intermediate ? 'intermediate' : 'final'
}

function foldDelivery(book: HourBook, at: Instant, settled: DrawSettled): void {
  const start = startOfHour(book, at)
  const { hour } = book
  const { instrument, supplier } = settled
  const use = useOf(book, settled)
  const key = deliveryKey({ hour, start, instrument, supplier, use })
  let row = book.deliveries.get(key)
  if (row === undefined) {
    const none = { deliveries: 0, wt: 0, cost: 0, refund: 0, net: 0, fee: 0, margin: 0 }
    row = { start, hour, instrument, supplier, use, ...none }
    book.deliveries.set(key, row)
  }
  row.deliveries++
  row.wt += settled.used
  row.cost += settled.cost
  row.refund += settled.refund
  row.net += settled.proceeds - settled.deliveryFee - settled.refund
  row.fee += settled.deliveryFee
  row.margin += settled.cost - settled.proceeds
  book.changed.deliveries.add(row)
}

function tradeRowAt(book: HourBook, start: Instant, instrument: InstrumentId): TradeHour {
  const { hour } = book
  const key = tradeKey({ hour, start, instrument })
  let row = book.trades.get(key)
  if (row === undefined) {
    const none = { buyerSurplus: 0, buyerLots: 0, sellerSurplus: 0, sellerLots: 0 }
    row = { start, hour, instrument, trades: 0, lots: 0, value: 0, fees: 0, ...none }
    book.trades.set(key, row)
  }
  book.latest[instrument] = row
  book.changed.trades.add(row)
  return row
}

/** One trade, with the limits that its two orders had named; null: none. Money in µ$. */
export type TradeFacts = {
  instrument: InstrumentId
  lots: number
  value: number
  fees: number
  buyerLimit: number | null
  sellerLimit: number | null
  price: number
  lotTick: number
}

/** Folds one trade in, with what its sides would have paid or taken at most. */
export function foldTradeHour(book: HourBook, at: Instant, trade: TradeFacts): void {
  const { instrument, lots, price, lotTick } = trade
  const last = book.latest[instrument]
  const isSame = last !== undefined && at >= last.start && at < last.start + book.hour
  const row = isSame ? last : tradeRowAt(book, startOfHour(book, at), instrument)
  row.trades++
  row.lots += lots
  row.value += trade.value
  row.fees += trade.fees
  if (trade.buyerLimit !== null) {
    row.buyerSurplus += (trade.buyerLimit - price) * lots * lotTick
    row.buyerLots += lots
  }
  if (trade.sellerLimit !== null) {
    row.sellerSurplus += (price - trade.sellerLimit) * lots * lotTick
    row.sellerLots += lots
  }
}
