import type { Selectable } from 'kysely'
import { assert } from '../base/assert.ts'
import type { AccountId, MandateId } from '../base/ids.ts'
import type { Micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { ControlDatabase, ControlTables } from './control.ts'

/** An address that is told what happens to an account, and how far it has been told. */
export type Webhook = {
  id: number
  account: AccountId
  /** Of the key that made it: who rules the mandate rules the webhook. */
  mandate: MandateId
  url: string
  types: readonly string[]
  /** µ$ of free money below which it is told so, once until it is above again; null: never. */
  lowBalance: Micros | null
  isLow: boolean
  /** Everything up to this command has been told. */
  cursor: number
  createdAt: Instant
  /** Since when it has not answered, and how it failed last; null while all is well. */
  failingSince: Instant | null
  failure: string | null
}

export type NewWebhook = Omit<Webhook, 'id' | 'isLow' | 'failingSince' | 'failure'>
export type WebhookChange = Partial<Pick<Webhook, 'cursor' | 'isLow' | 'failingSince' | 'failure'>>

/** Every webhook, in memory, and on disk before a change is acknowledged. */
export type Webhooks = {
  all(): readonly Webhook[]
  isEmpty(): boolean
  of(account: AccountId): readonly Webhook[]
  find(id: number): Webhook | undefined
  add(webhook: NewWebhook): Promise<Webhook>
  change(id: number, change: WebhookChange): Promise<void>
  remove(id: number): Promise<void>
}

const webhookOf = (row: Selectable<ControlTables['webhook']>): Webhook => ({
  id: row.id,
  account: row.account as AccountId,
  mandate: row.mandate as MandateId,
  url: row.url,
  types: JSON.parse(row.types) as string[],
  lowBalance: row.low_balance as Micros | null,
  isLow: row.is_low === 1,
  cursor: row.cursor,
  createdAt: row.created_at as Instant,
  failingSince: row.failing_since as Instant | null,
  failure: row.failure,
})

/** Loads every webhook. */
export async function createWebhooks(db: ControlDatabase): Promise<Webhooks> {
  const held = new Map<number, Webhook>()
  for (const row of await db.selectFrom('webhook').selectAll().orderBy('id').execute())
    held.set(row.id, webhookOf(row))
  return {
    all: () => [...held.values()],
    isEmpty: () => held.size === 0,
    of: (account) => [...held.values()].filter((one) => one.account === account),
    find: (id) => held.get(id),
    async add({ account, mandate, url, types, lowBalance, cursor, createdAt }) {
      const row = {
        account,
        mandate,
        url,
        types: JSON.stringify(types),
        low_balance: lowBalance,
        is_low: 0,
        cursor,
        created_at: createdAt,
        failing_since: null,
        failure: null,
      }
      const { id } = await db.insertInto('webhook').values(row).returning('id').executeTakeFirstOrThrow()
      const made = webhookOf({ id, ...row })
      held.set(id, made)
      return made
    },
    async change(id, change) {
      const before = held.get(id)
      // Taken away while it was being told.
      if (before === undefined) return
      const after = { ...before, ...change }
      held.set(id, after)
      const { numUpdatedRows } = await db
        .updateTable('webhook')
        .set({
          cursor: after.cursor,
          is_low: after.isLow ? 1 : 0,
          failing_since: after.failingSince,
          failure: after.failure,
        })
        .where('id', '=', id)
        .executeTakeFirst()
      assert(numUpdatedRows === 1n || !held.has(id), 'a webhook that is held is stored')
    },
    async remove(id) {
      held.delete(id)
      await db.deleteFrom('webhook').where('id', '=', id).execute()
    },
  }
}
