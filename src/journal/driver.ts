export type SqlValue = number | string | Uint8Array | null
export type SqlRow = Record<string, SqlValue>

export interface SqlStatement {
  /** How many rows changed. */
  run(...values: SqlValue[]): number
  get(...values: SqlValue[]): SqlRow | undefined
  all(...values: SqlValue[]): SqlRow[]
}

/** The little of SQLite that the journal needs, alike on the runtime's own engine and on the packaged one. */
export interface Sql {
  exec(sql: string): void
  prepare(sql: string): SqlStatement
  close(): void
}

type NativeStatement = {
  run(...values: SqlValue[]): { changes: number | bigint }
  get(...values: SqlValue[]): unknown
  all(...values: SqlValue[]): unknown[]
}
type NativeSql = { exec(sql: string): unknown; prepare(sql: string): NativeStatement; close(): unknown }
type Opener = (path: string, mode: SqlMode) => NativeSql

/** A reader changes nothing, not even the log that a writer's opening and closing fold away. */
export type SqlMode = 'read' | 'write'

/** Node has its own engine from 22.5 on; before that the packaged one is loaded. */
async function findEngine(): Promise<Opener> {
  const builtin = process.getBuiltinModule?.('node:sqlite' as 'node:fs') as unknown as
    | { DatabaseSync: new (path: string, options: { readOnly: boolean }) => NativeSql }
    | undefined
  if (builtin) return (path, mode) => new builtin.DatabaseSync(path, { readOnly: mode === 'read' })
  const { default: Database } = await import('libsql')
  // The packaged engine ignores its `readonly` option; the address form is obeyed.
  const address = (path: string) => `file:${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}?mode=ro`
  return (path, mode) => new Database(mode === 'read' ? address(path) : path) as unknown as NativeSql
}

const openEngine = await findEngine()

/** Opens the database file; a writer creates it. Errors are the engine's own, with its message. */
export function openSql(path: string, mode: SqlMode): Sql {
  const native = openEngine(path, mode)
  return {
    exec: (sql) => void native.exec(sql),
    prepare: (sql) => statement(native.prepare(sql)),
    close: () => void native.close(),
  }
}

const statement = (native: NativeStatement): SqlStatement => ({
  run: (...values) => Number(native.run(...values).changes),
  get: (...values) => plain(native.get(...values)),
  all: (...values) => native.all(...values).map((row) => plain(row) as SqlRow),
})

/**
 * The packaged engine adds a `_metadata` column and gives blobs as ArrayBuffer or Buffer, depending on the
 * call.
 */
function plain(row: unknown): SqlRow | undefined {
  if (row === undefined || row === null) return undefined
  const clean: SqlRow = {}
  for (const [name, value] of Object.entries(row as Record<string, SqlValue | ArrayBuffer>)) {
    if (name !== '_metadata') clean[name] = value instanceof ArrayBuffer ? new Uint8Array(value) : value
  }
  return clean
}
