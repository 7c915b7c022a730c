import { sql } from 'kysely'
import type { AccountId, InstrumentId } from '../base/ids.ts'
import type { StatementKind } from '../index/statement.ts'
import type { HistoryDatabase } from './history-table.ts'

/** Sums of one kind in one instrument over a span of days. */
export type StatementLine = {
  kind: StatementKind
  instrument: InstrumentId | null
  cash: number
  wt: number
  count: number
}

/** What an account had before a span of days, in µ$, and what changed in it. */
export type StatementSums = { opening: number; lines: StatementLine[] }

/** The days from one instant to another, its end excluded; both are midnights in UTC. */
export async function sumStatement(
  db: HistoryDatabase,
  account: AccountId,
  from: number,
  to: number,
): Promise<StatementSums> {
  const before = await db
    .selectFrom('statement_day')
    .select(sql<number>`coalesce(sum(cash), 0)`.as('cash'))
    .where('account', '=', account)
    .where('day', '<', from)
    .executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('statement_day')
    .select(['kind', 'instrument'])
    .select(({ fn }) => [
      fn.sum<number>('cash').as('cash'),
      fn.sum<number>('wt').as('wt'),
      fn.sum<number>('count').as('count'),
    ])
    .where('account', '=', account)
    .where('day', '>=', from)
    .where('day', '<', to)
    .groupBy(['kind', 'instrument'])
    .orderBy('instrument')
    .orderBy('kind')
    .execute()
  const lines = rows.map(({ kind, instrument, cash, wt, count }) => ({
    kind: kind as StatementKind,
    instrument: instrument < 0 ? null : (instrument as InstrumentId),
    cash,
    wt,
    count,
  }))
  return { opening: before.cash, lines }
}
