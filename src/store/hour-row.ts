import type { AccountId, InstrumentId, MemberId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryHour, HourBook, Party, TradeHour, Use } from '../index/hour-book.ts'
import { deliveryKey, newHourBook, takeChanges, tradeKey } from '../index/hour-book.ts'
import type { HistoryDatabase, HistoryRows } from './history-table.ts'
import type { Projection } from './projection.ts'

export type HourChanges = HourBook['changed'] & { length: number }

type DeliveryRow = HistoryRows['delivery_hour'][number]
type TradeRow = HistoryRows['trade_hour'][number]
type PartyRow = HistoryRows['party'][number]

/** What changed in the accounts of the hours since it was last written. */
export const takeHours = ({ book, at }: Pick<Projection, 'book' | 'at'>): HourChanges => ({
  ...takeChanges(book, at),
  length: book.hour,
})

/** Rows as they are written: copies, so that what happens next is not in them. */
export const hourRowsOf = (
  changes: HourChanges,
): Pick<HistoryRows, 'delivery_hour' | 'trade_hour' | 'party' | 'venue_hour'> => ({
  delivery_hour: [...changes.deliveries].map(deliveryRow),
  trade_hour: [...changes.trades].map(tradeRow),
  party: [...changes.parties].map(partyRow),
  venue_hour: changes.hour ? [{ id: 1, hour: changes.length }] : [],
})

// Columns in one order, always: statements are prepared once for all rows.
const deliveryRow = (row: DeliveryHour): DeliveryRow => ({
  start: row.start,
  hour: row.hour,
  instrument: row.instrument,
  supplier: row.supplier,
  use: row.use,
  deliveries: row.deliveries,
  wt: row.wt,
  cost: row.cost,
  refund: row.refund,
  net: row.net,
  fee: row.fee,
  margin: row.margin,
})

const tradeRow = (row: TradeHour): TradeRow => ({
  start: row.start,
  hour: row.hour,
  instrument: row.instrument,
  trades: row.trades,
  lots: row.lots,
  value: row.value,
  fees: row.fees,
  buyer_surplus: row.buyerSurplus,
  buyer_lots: row.buyerLots,
  seller_surplus: row.sellerSurplus,
  seller_lots: row.sellerLots,
})

const partyRow = ({ account, member, house, intermediate }: Party): PartyRow => ({
  account,
  member,
  house: house ? 1 : 0,
  intermediate: intermediate ? 1 : 0,
})

export const deliveryHourOf = (row: DeliveryRow): DeliveryHour => ({
  ...row,
  start: row.start as Instant,
  instrument: row.instrument as InstrumentId,
  supplier: row.supplier as AccountId,
  use: row.use as Use,
})

export const tradeHourOf = (row: TradeRow): TradeHour => ({
  start: row.start as Instant,
  hour: row.hour,
  instrument: row.instrument as InstrumentId,
  trades: row.trades,
  lots: row.lots,
  value: row.value,
  fees: row.fees,
  buyerSurplus: row.buyer_surplus,
  buyerLots: row.buyer_lots,
  sellerSurplus: row.seller_surplus,
  sellerLots: row.seller_lots,
})

/** The accounts of the hour under way, as they were last written. */
export async function loadHourBook(db: HistoryDatabase): Promise<HourBook> {
  const book = newHourBook()
  const [hour, parties] = await Promise.all([
    db.selectFrom('venue_hour').select('hour').executeTakeFirst(),
    db.selectFrom('party').selectAll().execute(),
  ])
  if (hour !== undefined) book.hour = hour.hour
  for (const { account, member, house, intermediate } of parties)
    book.parties.set(account as AccountId, {
      account: account as AccountId,
      member: member as MemberId,
      house: house === 1,
      intermediate: intermediate === 1,
    })
  // Time does not go back: an hour that ended before the last was begun cannot grow.
  const [deliveries, trades] = await Promise.all([
    db
      .selectFrom('delivery_hour')
      .selectAll()
      .where((eb) =>
        eb(
          eb('start', '+', eb.ref('hour')),
          '>',
          eb.selectFrom('delivery_hour').select(({ fn }) => fn.max('start').as('start')),
        ),
      )
      .execute(),
    db
      .selectFrom('trade_hour')
      .selectAll()
      .where((eb) =>
        eb(
          eb('start', '+', eb.ref('hour')),
          '>',
          eb.selectFrom('trade_hour').select(({ fn }) => fn.max('start').as('start')),
        ),
      )
      .execute(),
  ])
  for (const row of deliveries.map(deliveryHourOf)) book.deliveries.set(deliveryKey(row), row)
  for (const row of trades.map(tradeHourOf)) book.trades.set(tradeKey(row), row)
  return book
}
