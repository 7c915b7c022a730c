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

/** Each question waits until what was applied before it is written. */
export const hourRecordOf = (settled: () => Promise<HistoryDatabase>): HourRecord => ({
  async gradeHours({ hour, from, to }) {
    const db = await settled()
    return db
      .selectFrom('delivery_hour')
      .select(['start', 'instrument'])
      .select(({ fn }) => [fn.sum<number>('wt').as('wt'), sql<number>`sum(cost - refund)`.as('paid')])
      .where('hour', '=', hour)
      .where('start', '>=', from)
      .where('start', '<', to)
      .where('use', '=', 'final')
      .groupBy(['start', 'instrument'])
      .orderBy('start')
      .orderBy('instrument')
      .execute()
  },
  async flows({ hour, from, to }) {
    const db = await settled()
    const found = await db
      .selectFrom('delivery_hour')
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
      .where('hour', '=', hour)
      .where('start', '>=', from)
      .where('start', '<', to)
      .groupBy(['use', 'instrument', 'supplier'])
      .execute()
    return found.map((row) => ({ ...row, use: row.use as Use }))
  },
  async deliveryHours({ hour, from, to }, limit) {
    const db = await settled()
    const found = await db
      .selectFrom('delivery_hour')
      .selectAll()
      .where('hour', '=', hour)
      .where('start', '>=', from)
      .where('start', '<', to)
      .orderBy('start')
      .orderBy('instrument')
      .orderBy('supplier')
      .orderBy('use')
      .limit(limit)
      .execute()
    return found.map(deliveryHourOf)
  },
  async tradeHours({ hour, from, to }) {
    const db = await settled()
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
  },
  async declarations(topic, limit) {
    const db = await settled()
    const found = await db
      .selectFrom('declaration')
      .selectAll()
      .where('topic', '=', topic)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute()
    return found.map((row) => row as unknown as DeclarationRecord)
  },
})
