import { sql } from 'kysely'
import type { AccountId, DrawId, InstrumentId, OrderId, TradeId } from '../base/ids.ts'
import type { Side } from '../state/command.ts'
import { deliveryOf, eventsOf, fillOf, fixingRecordOf, orderOf } from './history-row.ts'
import type { HistoryDatabase } from './history-table.ts'
import type { AccountEvents } from './account-event.ts'
import type { DeliveryRecord, FillRecord, FixingRecord, OrderRecord } from './projection.ts'

/**
 * Up to `limit` records, newest first. `next` is where to go on, as `before` of the next question, or null.
 */
export type Page<Record, Id> = { records: Record[]; next: Id | null }

export type OrderQuery = {
  account: AccountId
  instrument?: InstrumentId | undefined
  side?: Side | undefined
  status?: OrderRecord['status'] | undefined
  before?: OrderId | undefined
  limit: number
}
export type FillQuery = {
  account: AccountId
  instrument?: InstrumentId | undefined
  order?: OrderId | undefined
  before?: TradeId | undefined
  limit: number
}
export type FixingQuery = {
  instrument?: InstrumentId | undefined
  period?: 'hour' | 'day' | undefined
  before?: number | undefined
  limit: number
}
export type DeliveryQuery = {
  account: AccountId
  /** Deliveries that it bought, or that it made. */
  as: 'buyer' | 'supplier'
  instrument?: InstrumentId | undefined
  before?: DrawId | undefined
  limit: number
}

/** One row more than asked for tells whether there is a next page. */
function pageOf<Record, Id>(
  records: Record[],
  limit: number,
  idOf: (record: Record) => Id,
): Page<Record, Id> {
  const kept = records.slice(0, limit)
  const last = kept.at(-1)
  return { records: kept, next: records.length > limit && last !== undefined ? idOf(last) : null }
}

export async function orderAt(db: HistoryDatabase, id: OrderId): Promise<OrderRecord | undefined> {
  const row = await db.selectFrom('order_record').selectAll().where('id', '=', id).executeTakeFirst()
  return row && orderOf(row)
}

export async function deliveryAt(db: HistoryDatabase, draw: DrawId): Promise<DeliveryRecord | undefined> {
  const row = await db.selectFrom('delivery').selectAll().where('draw', '=', draw).executeTakeFirst()
  return row && deliveryOf(row)
}

/** The order of an account that has this client order id. */
export async function orderNamed(
  db: HistoryDatabase,
  account: AccountId,
  clientOrderId: string,
): Promise<OrderRecord | undefined> {
  const row = await db
    .selectFrom('order_record')
    .selectAll()
    .where('account', '=', account)
    .where('client_order_id', '=', clientOrderId)
    .executeTakeFirst()
  return row && orderOf(row)
}

export async function listOrders(
  db: HistoryDatabase,
  query: OrderQuery,
): Promise<Page<OrderRecord, OrderId>> {
  const { account, instrument, side, status, before, limit } = query
  let rows = db.selectFrom('order_record').selectAll().where('account', '=', account)
  if (instrument !== undefined) rows = rows.where('instrument', '=', instrument)
  if (side !== undefined) rows = rows.where('side', '=', side)
  if (status !== undefined) rows = rows.where('status', '=', status)
  if (before !== undefined) rows = rows.where('id', '<', before)
  const found = await rows
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(found.map(orderOf), limit, ({ id }) => id)
}

export async function listFills(db: HistoryDatabase, query: FillQuery): Promise<Page<FillRecord, TradeId>> {
  const { account, instrument, order, before, limit } = query
  let rows = db.selectFrom('fill').selectAll().where('account', '=', account)
  if (instrument !== undefined) rows = rows.where('instrument', '=', instrument)
  if (order !== undefined) rows = rows.where('order_id', '=', order)
  if (before !== undefined) rows = rows.where('trade', '<', before)
  const found = await rows
    .orderBy('trade', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(found.map(fillOf), limit, ({ trade }) => trade)
}

export async function listDeliveries(
  db: HistoryDatabase,
  query: DeliveryQuery,
): Promise<Page<DeliveryRecord, DrawId>> {
  const { account, as, instrument, before, limit } = query
  const role = as === 'buyer' ? 'account' : 'supplier'
  let rows = db.selectFrom('delivery').selectAll().where(role, '=', account)
  if (instrument !== undefined) rows = rows.where('instrument', '=', instrument)
  if (before !== undefined) rows = rows.where('draw', '<', before)
  const found = await rows
    .orderBy('draw', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(found.map(deliveryOf), limit, ({ draw }) => draw)
}

/** The takers' side of every trade of an instrument, newest first: the tape beyond what memory keeps. */
export async function listTrades(
  db: HistoryDatabase,
  instrument: InstrumentId,
  before: TradeId,
  limit: number,
): Promise<FillRecord[]> {
  const found = await db
    .selectFrom('fill')
    .selectAll()
    .where('liquidity', '=', sql.lit('taker'))
    .where('instrument', '=', instrument)
    .where('trade', '<', before)
    .orderBy('trade', 'desc')
    .limit(limit)
    .execute()
  return found.map(fillOf)
}

export async function listFixings(
  db: HistoryDatabase,
  query: FixingQuery,
): Promise<Page<FixingRecord, number>> {
  const { instrument, period, before, limit } = query
  let rows = db.selectFrom('fixing').selectAll()
  if (instrument !== undefined) rows = rows.where('instrument', '=', instrument)
  if (period !== undefined) rows = rows.where('period', '=', period)
  if (before !== undefined) rows = rows.where('seq', '<', before)
  const found = await rows
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(found.map(fixingRecordOf), limit, ({ seq }) => seq)
}

export async function fixingAt(db: HistoryDatabase, seq: number): Promise<FixingRecord | undefined> {
  const row = await db.selectFrom('fixing').selectAll().where('seq', '=', seq).executeTakeFirst()
  return row && fixingRecordOf(row)
}

export async function listEvents(
  db: HistoryDatabase,
  account: AccountId,
  after: number,
  limit: number,
): Promise<AccountEvents[]> {
  const found = await db
    .selectFrom('account_event')
    .selectAll()
    .where('account', '=', account)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return found.map(eventsOf)
}
