import { createRequire } from 'node:module'
import type { Migration, SqliteDatabase, SqliteStatement } from 'kysely'
import { Kysely, Migrator, SqliteDialect } from 'kysely'
import { assert } from '../base/assert.ts'

/**
 * How hard a commit is pressed on the disk: `full` survives the loss of power, `normal` the end of the
 * process, `bulk` neither: it is for a file that counts only once it is whole.
 */
export type Durability = 'full' | 'normal' | 'bulk'

const PRAGMAS: Record<Durability, readonly string[]> = {
  full: ['journal_mode = wal', 'synchronous = full'],
  normal: ['journal_mode = wal', 'synchronous = normal'],
  bulk: ['journal_mode = off', 'synchronous = off', 'cache_size = -262144'],
}

/** Prepared statements kept per connection. Kysely prepares by text, and most texts come again. */
const STATEMENTS_KEPT = 256

type Run = ReturnType<SqliteStatement['run']>
type NativeStatement = {
  /** Absent from the driver that comes with Node. */
  reader?: boolean
  all(...parameters: unknown[]): unknown[]
  run(...parameters: unknown[]): Run
}
type NativeDatabase = { prepare(sql: string): NativeStatement; exec(sql: string): unknown; close(): void }
type Opener = new (path: string) => NativeDatabase

/**
 * Opens one SQLite file with write-ahead logging and brings it to its latest shape. Throws when the file
 * cannot
 * be opened, is no database, or was written by a newer version.
 */
export async function openDatabase<Tables>(
  path: string,
  durability: Durability,
  migrations: Record<string, Migration>,
): Promise<Kysely<Tables>> {
  let native: NativeDatabase | undefined
  try {
    native = openNative(path)
    for (const pragma of PRAGMAS[durability]) native.exec(`pragma ${pragma}`)
    native.exec('pragma busy_timeout = 5000')
    const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: wrap(native) }) })
    const provider = { getMigrations: async () => migrations }
    const { error } = await new Migrator({ db: database, provider }).migrateToLatest()
    if (error !== undefined) throw error
    return database
  } catch (cause) {
    native?.close()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`cannot open ${path}: ${reason}`, { cause })
  }
}

/** The driver that comes with Node where there is one, otherwise libsql. */
function openNative(path: string): NativeDatabase {
  const builtin = process.getBuiltinModule('node:sqlite' as string) as { DatabaseSync: Opener } | undefined
  const Native = builtin?.DatabaseSync ?? (createRequire(import.meta.url)('libsql') as Opener)
  return new Native(path)
}

/** A native database as kysely wants it, with every number proven to be exact on its way in and out. */
function wrap(native: NativeDatabase): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => native.close(),
    prepare(sql) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      const statement = wrapStatement(native.prepare(sql), sql)
      const oldest = kept.keys().next()
      if (kept.size >= STATEMENTS_KEPT && !oldest.done) kept.delete(oldest.value)
      kept.set(sql, statement)
      return statement
    },
  }
}

function wrapStatement(native: NativeStatement, sql: string): SqliteStatement {
  const all = (parameters: readonly unknown[]) => native.all(...parameters.map(exact)).map(cleanRow)
  return {
    reader: native.reader ?? /^\s*(select|with|pragma|explain)\b|\breturning\b/i.test(sql),
    all,
    run: (parameters) => native.run(...parameters.map(exact)),
    iterate: (parameters) => all(parameters).values(),
  }
}

function exact(value: unknown): unknown {
  assert(typeof value !== 'number' || Number.isSafeInteger(value), 'a stored number is a safe integer')
  return value
}

/** A row as a plain object, without what the driver adds of its own. */
function cleanRow(row: unknown): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row as object))
    if (name !== '_metadata') clean[name] = exact(value)
  return clean
}
