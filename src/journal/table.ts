import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Link, Row } from './chain.ts'
import { faultOf, SCHEMA } from './chain.ts'
import { damaged, JOURNAL_FILE } from './disk.ts'
import type { Sql, SqlRow, SqlStatement, SqlValue } from './driver.ts'
import { openSql } from './driver.ts'
import type { JournalError } from './journal.ts'

const TABLES = `
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = WAL;
  CREATE TABLE writer (exchange TEXT NOT NULL, schema INTEGER NOT NULL, epoch INTEGER NOT NULL);
  CREATE TABLE batch (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );`

/** About 32 MB of log before it is folded into the table. */
const WAL_PAGES = 4000
const PAGE_OF_ROWS = 32

/** Creates the journal's tables for a newborn exchange. */
export function createTable(folder: string, exchange: string): void {
  const sql = openSql(join(folder, JOURNAL_FILE), 'write')
  try {
    sql.exec(TABLES)
    sql.exec(`INSERT INTO writer VALUES ('${exchange}', ${SCHEMA}, 0)`)
  } finally {
    sql.close()
  }
}

/** Rows of the journal as they stand in its file, oldest first. */
export class BatchTable {
  private readonly folder: string
  private readonly sql: Sql
  private readonly page: SqlStatement
  private readonly before: SqlStatement

  /** Opens the table and refuses a file that is missing, empty, not a journal or another exchange's. */
  constructor(folder: string, exchange: string) {
    this.folder = folder
    const path = join(folder, JOURNAL_FILE)
    if (!existsSync(path)) throw this.damage('the journal is missing')
    if (statSync(path).size === 0) throw this.damage('the journal is empty')
    this.sql = this.guard(() => openSql(path, 'read'))
    try {
      const [page, before] = this.guard(() => [
        this.sql.prepare(`SELECT * FROM batch WHERE first > ? ORDER BY first LIMIT ${PAGE_OF_ROWS}`),
        this.sql.prepare('SELECT * FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1'),
      ])
      this.page = page as SqlStatement
      this.before = before as SqlStatement
      const owner = this.guard(() => this.sql.prepare('SELECT exchange FROM writer').get())?.['exchange']
      if (owner !== exchange) throw this.damage(`the journal belongs to another exchange (${String(owner)})`)
    } catch (error) {
      this.sql.close()
      throw error
    }
  }

  /** The row that holds command `seq`, or the last row before it. */
  rowAt(seq: number): Row | undefined {
    const found = this.guard(() => this.before.get(seq), `near command ${seq}`)
    return found && this.rowOf(found)
  }

  /** A page of rows that begin after `first`. */
  rowsAfter(first: number): Row[] {
    return this.guard(() => this.page.all(first), `after command ${first}`).map((row) => this.rowOf(row))
  }

  /** The link after a row that was proved to follow `link`. Throws JournalError where it does not. */
  prove(link: Link, row: Row): Link {
    const fault = faultOf(link, row)
    if (fault) throw this.damage(fault, placeOf(row))
    return { last: row.last, epoch: row.epoch, hash: row.hash }
  }

  close(): void {
    this.sql.close()
  }

  damage(fault: string, place?: string, cause?: unknown): JournalError {
    return damaged(this.folder, JOURNAL_FILE, place ? `${place}: ${fault}` : fault, cause)
  }

  /** What the engine cannot read is damage. */
  private guard<Result>(read: () => Result, place?: string): Result {
    try {
      return read()
    } catch (error) {
      throw this.damage(error instanceof Error ? error.message : String(error), place, error)
    }
  }

  private rowOf(row: SqlRow): Row {
    const { first, last, epoch, previous, hash, checksum, bytes } = row
    const counts = [first, last, epoch, checksum].every((value) => Number.isSafeInteger(value))
    const blobs = [previous, hash, bytes].every((value: SqlValue | undefined) => value instanceof Uint8Array)
    if (!counts || !blobs) throw this.damage('the row is not a batch', `near command ${String(first)}`)
    return row as unknown as Row
  }
}

/** How a row is named to a person. */
const placeOf = (row: Row): string => `commands ${row.first} to ${row.last}`

/** The pen: appends rows, each in a commit of its own that is on stable storage when the call returns. */
export class BatchWriter {
  /** The epoch it writes in: every earlier writer is fenced. */
  readonly epoch: number
  private readonly sql: Sql
  private readonly statement: SqlStatement

  constructor(folder: string) {
    this.sql = openSql(join(folder, JOURNAL_FILE), 'write')
    this.sql.exec('PRAGMA busy_timeout = 2000')
    this.sql.exec('PRAGMA synchronous = FULL')
    this.sql.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`)
    this.sql.exec('UPDATE writer SET epoch = epoch + 1')
    this.epoch = Number(this.sql.prepare('SELECT epoch FROM writer').get()?.['epoch'])
    this.statement = this.sql.prepare(
      'INSERT INTO batch SELECT ?, ?, ?, ?, ?, ?, ? WHERE (SELECT epoch FROM writer) = ?',
    )
  }

  /** Throws if the place is taken, a later writer has begun, or storage refuses. */
  insert(row: Row): void {
    const { first, last, epoch, previous, hash, checksum, bytes } = row
    const changed = this.statement.run(first, last, epoch, previous, hash, checksum, bytes, epoch)
    if (changed !== 1) throw new Error(`writer epoch ${epoch} was fenced by a later writer`)
  }

  /** Folds the log into the table, so that the next start has nothing to recover. */
  close(): void {
    this.sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.sql.close()
  }
}
