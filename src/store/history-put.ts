import type { CompiledQuery, Kysely, Transaction } from 'kysely'
import { sql } from 'kysely'
import { known } from '../base/assert.ts'
import type { HistoryDatabase, HistoryRows, HistoryTables } from './history-table.ts'
import { isPostgres } from './history-table.ts'
import type { PackedRows } from './history-writer.ts'

/** Writes rows, each in the place of an earlier one of the same key. */
export type Put = (transaction: Transaction<HistoryTables>, table: Table, rows: PackedRows) => Promise<void>

type Table = Exclude<keyof HistoryRows, 'seq'>

/** By what a row is known, where a later row of the same key takes the place of an earlier one. */
export const KEYS: Record<Table, string[]> = {
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
  statement_day: ['account', 'day', 'instrument', 'kind'],
  instrument: ['id'],
  offer: ['id'],
}

/** What a row of the same key adds to rather than replaces. */
const ADDED: ReadonlySet<Table> = new Set(['statement_day'])

/** What becomes of a column where its row is there already. */
const changeOf = (table: Table, column: string) =>
  ADDED.has(table)
    ? sql<number>`${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`
    : sql<number>`${sql.ref(`excluded.${column}`)}`

/** How rows are written fastest into this database. */
export const putInto = async (db: HistoryDatabase): Promise<Put> =>
  isPostgres(db) ? putColumns(await columnTypes(db)) : putRows(db)

/** Rows per statement: enough to spread the cost of one, few enough that every count is prepared soon. */
const ROWS_PER_STATEMENT = 32

function putRows(db: HistoryDatabase): Put {
  const prepared = new Map<string, CompiledQuery>()
  /** One statement that puts so many rows, written once and used again with other values. */
  const statement = (table: Table, columns: readonly string[], rows: PackedRows['rows']): CompiledQuery => {
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
            .doUpdateSet(Object.fromEntries(others.map((column) => [column, changeOf(table, column)]))),
        )
        .compile()
      prepared.set(name, query)
    }
    const parameters: unknown[] = []
    for (const row of rows) for (const value of row) parameters.push(value)
    return { query: query.query, queryId: query.queryId, sql: query.sql, parameters }
  }
  return async (transaction, table, { columns, rows }) => {
    for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT)
      await transaction.executeQuery(statement(table, columns, rows.slice(from, from + ROWS_PER_STATEMENT)))
  }
}

/** One statement for all rows of a table, a list for each column: a server is asked as seldom as possible. */
const putColumns =
  (typeOf: (table: string, column: string) => string): Put =>
  async (transaction, table, { columns, rows }) => {
    const lists = columns.map((column, n) => {
      const values = rows.map((row) => storable(row[n] ?? null))
      return sql`${values}::${sql.raw(typeOf(table, column))}[]`
    })
    const others = columns.filter((column) => !KEYS[table].includes(column))
    const changes = others.map((column) => sql`${sql.ref(column)} = ${changeOf(table, column)}`)
    const names = columns.map((column) => sql.ref(column))
    const keys = KEYS[table].map((column) => sql.ref(column))
    await sql`insert into ${sql.table(table)} (${sql.join(names)})
      select * from unnest(${sql.join(lists)})
      on conflict (${sql.join(keys)}) do update set ${sql.join(changes)}`.execute(transaction)
  }

/** PostgreSQL's text has no place for the character zero. */
const storable = (value: string | number | null): string | number | null =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value

async function columnTypes(db: HistoryDatabase): Promise<(table: string, column: string) => string> {
  const types = new Map<string, string>()
  for (const { name, columns } of await db.introspection.getTables())
    for (const column of columns)
      types.set(`${name} ${column.name}`, column.dataType === 'int8' ? 'bigint' : 'text')
  return (table, column) => known(types.get(`${table} ${column}`), `${table} has a column ${column}`)
}
