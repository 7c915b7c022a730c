import { parentPort, workerData } from 'node:worker_threads'
import type { CompiledQuery, Kysely, Transaction } from 'kysely'
import { sql } from 'kysely'
import { known } from '../base/assert.ts'
import type { HistoryRows, HistoryTables } from './history-table.ts'
import { openHistoryDatabase } from './history-table.ts'
import { unpack } from './told-rows.ts'
import type { Packed, PackedRows, WriterAnswer, WriterRequest, WriterTask } from './history-writer.ts'

// The thread that writes history. Tasks arrive in order and are done one after another.

/** Rows per statement: enough to spread the cost of one, few enough that every count is prepared soon. */
const ROWS_PER_STATEMENT = 32

const port = known(parentPort ?? undefined, 'the history writer runs as a thread')
const { path } = workerData as { path: string }
const db = await openHistoryDatabase(path)

type Table = Exclude<keyof HistoryRows, 'seq'>

/** By what a row is known, where a later row of the same key takes the place of an earlier one. */
const KEYS: Record<Table, string[]> = {
  order_record: ['id'],
  fill: ['account', 'trade'],
  delivery: ['draw'],
  account_event: ['account', 'seq'],
  fixing: ['seq'],
  delivery_hour: ['hour', 'start', 'instrument', 'supplier', 'use'],
  trade_hour: ['hour', 'start', 'instrument'],
  party: ['account'],
  declaration: ['seq'],
  venue_hour: ['id'],
  instrument: ['id'],
  offer: ['id'],
}

const prepared = new Map<string, CompiledQuery>()

/** One statement that puts so many rows, written once and used again with other values. */
function statement(table: Table, columns: readonly string[], rows: PackedRows['rows']): CompiledQuery {
  const name = `${table} ${rows.length}`
  let query = prepared.get(name)
  if (query === undefined) {
    const others = columns.filter((column) => !KEYS[table].includes(column))
    const named = rows.map((row) => Object.fromEntries(columns.map((column, n) => [column, row[n]])))
    query = (db as unknown as Kysely<Record<string, Record<string, unknown>>>)
      .insertInto(table)
      .values(named)
      .onConflict((conflict) =>
        conflict
          .columns(KEYS[table])
          .doUpdateSet((row) =>
            Object.fromEntries(others.map((column) => [column, row.ref(`excluded.${column}`)])),
          ),
      )
      .compile()
    prepared.set(name, query)
  }
  const parameters: unknown[] = []
  for (const row of rows) for (const value of row) parameters.push(value)
  return { query: query.query, queryId: query.queryId, sql: query.sql, parameters }
}

async function put(
  transaction: Transaction<HistoryTables>,
  table: Table,
  { columns, rows }: PackedRows,
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT)
    await transaction.executeQuery(statement(table, columns, rows.slice(from, from + ROWS_PER_STATEMENT)))
}

async function write({ seq, tables }: Packed, durable: boolean): Promise<number> {
  if (durable) await sql`pragma synchronous = full`.execute(db)
  let count = 0
  await db.transaction().execute(async (transaction) => {
    for (const [table, packed] of tables) {
      await put(transaction, table as Table, packed)
      count += packed.rows.length
    }
    await transaction
      .insertInto('watermark')
      .values({ id: 1, seq })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ seq }))
      .execute()
  })
  if (durable) await sql`pragma synchronous = normal`.execute(db)
  return count
}

/** Deletes the oldest done orders, fills and events of some accounts, up to `limit` of each. */
async function forget({ accounts, before, limit }: Extract<WriterTask, { kind: 'forget' }>): Promise<number> {
  let deleted = 0
  for (const account of accounts) {
    const statements = [
      sql`delete from order_record where id in (select id from order_record where account = ${account}
          and status not in ('open', 'pending') and updated_at < ${before} order by id limit ${limit})`,
      sql`delete from fill where account = ${account} and trade in (select trade from fill
          where account = ${account} and at < ${before} order by trade limit ${limit})`,
      sql`delete from account_event where account = ${account} and seq in (select seq from account_event
          where account = ${account} and at < ${before} order by seq limit ${limit})`,
    ]
    for (const one of statements) deleted += Number((await one.execute(db)).numAffectedRows ?? 0n)
  }
  return deleted
}

const perform = (task: WriterRequest['task']): Promise<number> =>
  task.kind === 'write' ? write(unpack(task.packed, task.told), task.durable) : forget(task)

let last: Promise<void> = Promise.resolve()

async function answer({ id, task }: WriterRequest): Promise<void> {
  let told: WriterAnswer
  try {
    told = { id, rows: await perform(task) }
  } catch (error) {
    told = { id, error: error instanceof Error ? error.message : String(error) }
  }
  port.postMessage(told)
}

port.on('message', (request: WriterRequest) => {
  last = last.then(() => answer(request))
})
