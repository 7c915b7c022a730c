import { createHash } from 'node:crypto'
import type { Kysely, Migration } from 'kysely'
import type { MemberId } from '../base/ids.ts'
import { openDatabase } from './database.ts'

/** Counts how often each supplier was asked each exact question, whichever process asked. */
export type Showings = {
  /**
   * Of these questions, those that the supplier has been asked less than three times. Each of them counts as
   * asked once more from here on, and that is written before the answer.
   */
  show(member: MemberId, prompts: readonly string[]): Promise<string[]>
  close(): Promise<void>
}

/** A question is told by half of its SHA-256: nothing of it can be read here. */
type ShowingTables = { showing: { member: number; item: Uint8Array; times: number } }

const TIMES_MOST = 3
const DIGEST_BYTES = 16

const first: Migration = {
  async up(db) {
    await db.schema
      .createTable('showing')
      .addColumn('member', 'integer', (column) => column.notNull())
      .addColumn('item', 'blob', (column) => column.notNull())
      .addColumn('times', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('showing_item', ['member', 'item'])
      .execute()
  },
}

const digestOf = (prompt: string): Uint8Array =>
  createHash('sha256').update(prompt).digest().subarray(0, DIGEST_BYTES)

/** Counts one showing; false, and nothing counted, where there have been three. */
async function count(db: Kysely<ShowingTables>, member: MemberId, prompt: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('showing')
    .values({ member, item: digestOf(prompt), times: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['member', 'item'])
        .doUpdateSet((row) => ({ times: row('showing.times', '+', 1) }))
        .where('showing.times', '<', TIMES_MOST),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Opens the database of showings. What it answered outlives the process. */
export async function openShowings(path: string): Promise<Showings> {
  const db = await openDatabase<ShowingTables>(path, 'normal', { '1_showing': first })
  return {
    show: (member, prompts) =>
      db.transaction().execute(async (transaction) => {
        const shown: string[] = []
        for (const prompt of prompts) if (await count(transaction, member, prompt)) shown.push(prompt)
        return shown
      }),
    close: () => db.destroy(),
  }
}
