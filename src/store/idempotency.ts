import type { AccountId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { ControlDatabase } from './control.ts'

/** One request that may be repeated: who asks, which operation, under which `Idempotency-Key`. */
export type Request = { account: AccountId; operation: string; key: string }

/**
 * What is known of a request when it arrives. `fresh`: go on, and finish or drop it. `answered`: say the same
 * again. `conflict`: the key was used with another body. `running`: the first is still at work.
 * `interrupted`:
 * the process ended during the first, so whether it had an effect is not known.
 */
export type Begun =
  | { kind: 'fresh' }
  | { kind: 'answered'; status: number; answer: string }
  | { kind: 'conflict' }
  | { kind: 'running' }
  | { kind: 'interrupted' }

/** Remembers what was answered to requests with an `Idempotency-Key`. */
export type Idempotency = {
  /** Reserves the key on disk before anything is done. `bodyHash` stands for everything that was asked. */
  begin(request: Request, bodyHash: string, at: Instant): Promise<Begun>
  /** Keeps the answer for repeats. */
  finish(request: Request, status: number, answer: string): Promise<void>
  /** Forgets a request that had no effect, so that it may be tried again. */
  drop(request: Request): Promise<void>
  /** Forgets what was begun before an instant. Returns how many. */
  prune(before: Instant): Promise<number>
}

export function createIdempotency(db: ControlDatabase): Idempotency {
  // Requests at work in this process. A row without an answer that is not among them outlived its process.
  const running = new Set<string>()
  return {
    async begin(request, bodyHash, at) {
      const name = nameOf(request)
      if (running.has(name)) {
        const row = await find(db, request)
        return row !== undefined && row.body_hash !== bodyHash ? { kind: 'conflict' } : { kind: 'running' }
      }
      running.add(name)
      let begun: Begun | undefined
      try {
        begun = await reserve(db, request, bodyHash, at)
      } finally {
        if (begun?.kind !== 'fresh') running.delete(name)
      }
      return begun
    },
    async finish(request, status, answer) {
      await db
        .updateTable('idempotency')
        .set({ status, answer })
        .where((row) => row.and(keyOf(request)))
        .execute()
      running.delete(nameOf(request))
    },
    async drop(request) {
      await db
        .deleteFrom('idempotency')
        .where((row) => row.and(keyOf(request)))
        .execute()
      running.delete(nameOf(request))
    },
    async prune(before) {
      const deleted = await db.deleteFrom('idempotency').where('created_at', '<', before).executeTakeFirst()
      return Number(deleted.numDeletedRows)
    },
  }
}

async function reserve(db: ControlDatabase, request: Request, bodyHash: string, at: Instant): Promise<Begun> {
  const inserted = await db
    .insertInto('idempotency')
    .values({ ...keyOf(request), body_hash: bodyHash, status: null, answer: null, created_at: at })
    .onConflict((conflict) => conflict.columns(['account', 'operation', 'key']).doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows === 1n) return { kind: 'fresh' }
  const row = await find(db, request)
  if (row === undefined) return { kind: 'running' }
  if (row.body_hash !== bodyHash) return { kind: 'conflict' }
  if (row.status === null || row.answer === null) return { kind: 'interrupted' }
  return { kind: 'answered', status: row.status, answer: row.answer }
}

const find = (db: ControlDatabase, request: Request) =>
  db
    .selectFrom('idempotency')
    .selectAll()
    .where((row) => row.and(keyOf(request)))
    .executeTakeFirst()

const keyOf = ({ account, operation, key }: Request) => ({ account, operation, key })

const nameOf = ({ account, operation, key }: Request): string => JSON.stringify([account, operation, key])
