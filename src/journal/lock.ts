import { join } from 'node:path'
import { LOCK_FILE, requireWritable, unwritable } from './disk.ts'
import type { Sql } from './driver.ts'
import { openSql } from './driver.ts'
import { JournalError } from './journal.ts'

/** Sole use of a data folder, for as long as it is held. The operating system ends it with the process. */
export type Lock = { release(): void }

/**
 * Takes the folder, or refuses because another process (or this one) has it. An exclusive transaction on a
 * database
 * of its own is a lock that no race can take twice and that even kill -9 releases.
 */
export function takeLock(folder: string): Lock {
  requireWritable(folder)
  let sql: Sql | undefined
  try {
    sql = openSql(join(folder, LOCK_FILE), 'write')
    sql.exec('PRAGMA busy_timeout = 0')
    sql.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    sql?.close()
    if (!/locked|busy/i.test(String(error))) throw unwritable(folder, error)
    const line = `${folder}: the data folder is in use by another process. Stop that process first`
    throw new JournalError('in_use', line, error)
  }
  const held = sql
  return {
    release() {
      held.exec('ROLLBACK')
      held.close()
    },
  }
}
