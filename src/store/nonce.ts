import { uptime } from 'node:os'
import type { Insertable, Kysely, Migration } from 'kysely'
import { openDatabase } from './database.ts'

/** Remembers the nonces of signed requests, so that none counts twice, not even across a restart. */
export type Nonces = {
  /**
   * Whether this nonce of this key is new. The answer waits until it is written. Requests signed before the
   * machine was started are refused unseen: what was remembered of them may have gone with its power.
   */
  claim(key: number, nonce: string, timestampMs: number): Promise<boolean>
  /** Forgets what was signed before a time. Call it now and then with twice the largest window. */
  prune(beforeMs: number): Promise<number>
  close(): Promise<void>
}

type NonceTables = { nonce: { key: number; nonce: string; timestamp: number } }

/** How far ahead of ours a client's clock may run. */
const CLOCK_AHEAD_MS = 5_000

const first: Migration = {
  async up(db) {
    await db.schema
      .createTable('nonce')
      .addColumn('key', 'integer', (column) => column.notNull())
      .addColumn('nonce', 'text', (column) => column.notNull())
      .addColumn('timestamp', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('nonce_once', ['key', 'nonce'])
      .execute()
    await db.schema.createIndex('nonce_age').on('nonce').column('timestamp').execute()
  },
}

type Claim = Insertable<NonceTables['nonce']> & {
  resolve(isNew: boolean): void
  reject(error: unknown): void
}

/** When the machine was started: what the system was told to write since then is still there. */
const machineStartMs = (): number => Date.now() - Math.floor(uptime() * 1_000)

/** Opens the database of nonces. Claims that arrive together are written together. */
export async function openNonces(path: string, startedMs = machineStartMs()): Promise<Nonces> {
  const db = await openDatabase<NonceTables>(path, 'normal', { '1_nonce': first })
  let queue: Claim[] = []
  let writing: Promise<void> | undefined
  const drain = async () => {
    while (queue.length > 0) {
      const claims = queue
      queue = []
      try {
        const isNew = await write(db, claims)
        for (const [i, claim] of claims.entries()) claim.resolve(isNew[i] === true)
      } catch (error) {
        for (const claim of claims) claim.reject(error)
      }
    }
    writing = undefined
  }
  return {
    claim(key, nonce, timestamp) {
      if (timestamp < startedMs + CLOCK_AHEAD_MS) return Promise.resolve(false)
      return new Promise((resolve, reject) => {
        queue.push({ key, nonce, timestamp, resolve, reject })
        writing ??= new Promise<void>((soon) => setImmediate(soon)).then(drain)
      })
    },
    async prune(beforeMs) {
      const deleted = await db.deleteFrom('nonce').where('timestamp', '<', beforeMs).executeTakeFirst()
      return Number(deleted.numDeletedRows)
    },
    async close() {
      await writing
      await db.destroy()
    },
  }
}

/** Writes claims in one transaction and says of each whether it was the first. */
const write = (db: Kysely<NonceTables>, claims: readonly Claim[]): Promise<boolean[]> =>
  db.transaction().execute(async (transaction) => {
    const isNew: boolean[] = []
    for (const { key, nonce, timestamp } of claims) {
      const inserted = await transaction
        .insertInto('nonce')
        .values({ key, nonce, timestamp })
        .onConflict((conflict) => conflict.columns(['key', 'nonce']).doNothing())
        .executeTakeFirst()
      isNew.push(inserted.numInsertedOrUpdatedRows === 1n)
    }
    return isNew
  })
