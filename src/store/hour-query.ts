import { sql } from 'kysely'
import type { DeliveryHour, TradeHour, Use } from '../index/hour-book.ts'
import type { UseFlow } from '../index/machine-gdp.ts'
import type { GradeHour } from '../index/series.ts'
import type { Topic } from '../state/declaration.ts'
import type { HistoryDatabase } from './history-table.ts'
import { deliveryHourOf, tradeHourOf } from './hour-row.ts'
import type { DeclarationRecord } from './projection.ts'

/** Hours of one length that begin in a span of time, its end excluded. All in microseconds. */
export type HourSpan = { hour: number; from: number; to: number }

/** The record behind the indices, hour by hour. */
export type HourRecord = {
  /** What final users got of each grade in each hour, in order of time. */
  gradeHours(span: HourSpan): Promise<GradeHour[]>
  /** Flows of a span by use, grade and supplier. */
  flows(span: HourSpan): Promise<(UseFlow & { instrument: number; supplier: number })[]>
  deliveryHours(span: HourSpan, limit: number): Promise<DeliveryHour[]>
  tradeHours(span: HourSpan): Promise<TradeHour[]>
  /** Statements on a topic, newest first. */
  declarations(topic: Topic, limit: number): Promise<DeclarationRecord[]>
}

/** Puts a question to the database. */
export type Ask = <Answer>(question: (db: HistoryDatabase) => Promise<Answer>) => Promise<Answer>

/** The hours, asked through `ask`. */
export const hourRecordOf = (ask: Ask): HourRecord => ({
  gradeHours: (span) => ask((db) => gradeHours(db, span)),
  flows: (span) => ask((db) => flows(db, span)),
  deliveryHours: (span, limit) => ask((db) => deliveryHours(db, span, limit)),
  tradeHours: (span) => ask((db) => tradeHours(db, span)),
  declarations: (topic, limit) => ask((db) => declarations(db, topic, limit)),
})

/** What was delivered in the hours of a span. */
const deliveriesIn = (db: HistoryDatabase, { hour, from, to }: HourSpan) =>
  db.selectFrom('delivery_hour').where('hour', '=', hour).where('start', '>=', from).where('start', '<', to)

async function gradeHours(db: HistoryDatabase, span: HourSpan): Promise<GradeHour[]> {
  return deliveriesIn(db, span)
    .select(['start', 'instrument'])
    .select(({ fn }) => [fn.sum<number>('wt').as('wt'), sql<number>`sum(cost - refund)`.as('paid')])
    .where('use', '=', 'final')
    .groupBy(['start', 'instrument'])
    .orderBy('start')
    .orderBy('instrument')
    .execute()
}

async function flows(
  db: HistoryDatabase,
  span: HourSpan,
): Promise<(UseFlow & { instrument: number; supplier: number })[]> {
  const found = await deliveriesIn(db, span)
    .select(['use', 'instrument', 'supplier'])
    .select(({ fn }) => [
      fn.sum<number>('deliveries').as('deliveries'),
      fn.sum<number>('wt').as('wt'),
      fn.sum<number>('cost').as('cost'),
      fn.sum<number>('refund').as('refund'),
      fn.sum<number>('net').as('net'),
      fn.sum<number>('fee').as('fee'),
      fn.sum<number>('margin').as('margin'),
    ])
    .groupBy(['use', 'instrument', 'supplier'])
    .execute()
  return found.map((row) => ({ ...row, use: row.use as Use }))
}

async function deliveryHours(db: HistoryDatabase, span: HourSpan, limit: number): Promise<DeliveryHour[]> {
  const found = await deliveriesIn(db, span)
    .selectAll()
    .orderBy('start')
    .orderBy('instrument')
    .orderBy('supplier')
    .orderBy('use')
    .limit(limit)
    .execute()
  return found.map(deliveryHourOf)
}

async function tradeHours(db: HistoryDatabase, { hour, from, to }: HourSpan): Promise<TradeHour[]> {
  const found = await db
    .selectFrom('trade_hour')
    .selectAll()
    .where('hour', '=', hour)
    .where('start', '>=', from)
    .where('start', '<', to)
    .orderBy('start')
    .orderBy('instrument')
    .execute()
  return found.map(tradeHourOf)
}

async function declarations(db: HistoryDatabase, topic: Topic, limit: number): Promise<DeclarationRecord[]> {
  const found = await db
    .selectFrom('declaration')
    .selectAll()
    .where('topic', '=', topic)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return found.map((row) => row as unknown as DeclarationRecord)
}
