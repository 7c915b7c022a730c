import { parentPort, workerData } from 'node:worker_threads'
import { sql } from 'kysely'
import { BrokenPromise, known, unreachable } from '../base/assert.ts'
import type { InstrumentId } from '../base/ids.ts'
import { putInto } from './history-put.ts'
import { isPostgres, openHistoryDatabase } from './history-table.ts'
import type { Packed, WriterAnswer, WriterRequest, WriterTask } from './history-writer.ts'
import { isLoss, reasonOf } from './postgres.ts'
import type { LotBook } from './told-rows.ts'
import { unpack } from './told-rows.ts'

// The thread that writes history. Tasks arrive in order and are done one after another.

const port = known(parentPort ?? undefined, 'the history writer runs as a thread')
const { place, bulk } = workerData as { place: string; bulk: boolean }
const db = await openHistoryDatabase(place, { connections: 1, bulk })
const put = await putInto(db)
const lots: LotBook = new Map()
for (const { id, lot_tick, lot_wt } of await db.selectFrom('instrument').selectAll().execute())
  lots.set(id as InstrumentId, { lotTick: lot_tick, wt: lot_wt })
const isFile = !isPostgres(db)
// What is filled at once is indexed at the end: a sort is cheaper than a place for each row.
const indexes = isFile && bulk ? await takeIndexes() : []
/** Whether a write can be pressed harder on the disk than it is. */
const canPress = isFile && !bulk

/** Drops every index that is no key, and returns how each was made. */
async function takeIndexes(): Promise<string[]> {
  const made = sql<{ name: string; sql: string }>`
    select name, sql from sqlite_master where type = 'index' and sql is not null`
  const { rows } = await made.execute(db)
  for (const { name } of rows) await sql`drop index ${sql.table(name)}`.execute(db)
  return rows.map((row) => row.sql)
}

/**
 * Rows and the sequence number that they reach, in one transaction. It begins at the row that says how far
 * history is written: whoever else might write waits for it, and then finds another number there.
 */
async function write({ from, seq, tables }: Packed, durable: boolean): Promise<number> {
  if (durable && canPress) await sql`pragma synchronous = full`.execute(db)
  let count = 0
  await db.transaction().execute(async (transaction) => {
    const moved = await transaction
      .updateTable('watermark')
      .set({ seq })
      .where('id', '=', 1)
      .where('seq', '=', from)
      .executeTakeFirst()
    if (moved.numUpdatedRows !== 1n) {
      const mark = await transaction.selectFrom('watermark').select('seq').executeTakeFirst()
      // The answer to an earlier try was lost, the try was not.
      if (mark?.seq === seq) return
      throw new BrokenPromise(
        `history stands at ${mark?.seq}, not at ${from}: another process writes into it, or it was put back`,
      )
    }
    for (const [table, packed] of tables) {
      await put(transaction, table as Parameters<typeof put>[1], packed)
      count += packed.rows.length
    }
  })
  if (durable && canPress) await sql`pragma synchronous = normal`.execute(db)
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

async function perform(task: WriterRequest['task']): Promise<number> {
  switch (task.kind) {
    case 'write':
      return write(unpack(task.packed, task.told, lots), task.durable)
    case 'forget':
      return forget(task)
    case 'close':
      for (const index of indexes) await sql.raw(index).execute(db)
      await db.destroy()
      return 0
    default:
      return unreachable(task)
  }
}

/** How long after a loss the server is tried again: twice as long each time, up to the most. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** Tries until the server is there again; tells its owner of the loss and of the return. */
async function persist(task: WriterRequest['task']): Promise<number> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const rows = await perform(task)
      if (pause !== FIRST_PAUSE_MS) port.postMessage({ lost: null } satisfies WriterAnswer)
      return rows
    } catch (error) {
      if (isFile || !isLoss(error)) throw error
      port.postMessage({ lost: reasonOf(error) } satisfies WriterAnswer)
      await new Promise((soon) => setTimeout(soon, pause))
    }
  }
}

let last: Promise<void> = Promise.resolve()

async function answer({ id, task }: WriterRequest): Promise<void> {
  let told: WriterAnswer
  try {
    told = { id, rows: await persist(task) }
  } catch (error) {
    told = { id, error: reasonOf(error) }
  }
  port.postMessage(told)
}

port.on('message', (request: WriterRequest) => {
  last = last.then(() => answer(request))
})
