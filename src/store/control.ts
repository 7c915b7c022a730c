import type { Generated, Kysely, Migration } from 'kysely'
import { openDatabase } from './database.ts'

/** What the venue must not lose though no journal holds it: keys, supplier endpoints, answers to repeat. */
export type ControlTables = {
  api_key: {
    id: Generated<number>
    account: number
    mandate: number
    label: string
    kind: string
    /** JSON lists of text. */
    scopes: string
    addresses: string
    /** The first characters of the secret, enough to tell keys apart. */
    prefix: string
    /** SHA-256 of the secret, hex; null for keys that sign. */
    hash: string | null
    /** Sealed HMAC secret, or null. */
    secret: string | null
    /** Base64 of a raw Ed25519 public key, or null. */
    public_key: string | null
    created_by: number | null
    created_at: number
    expires_at: number | null
    revoked_at: number | null
  }
  endpoint: {
    offer: number
    base_url: string
    model: string
    /** Sealed JSON of the API key and the extra headers. */
    sealed: string
    updated_at: number
  }
  webhook: {
    id: Generated<number>
    account: number
    mandate: number
    url: string
    /** JSON list of text. */
    types: string
    low_balance: number | null
    is_low: number
    cursor: number
    created_at: number
    failing_since: number | null
    failure: string | null
  }
  idempotency: {
    account: number
    operation: string
    key: string
    body_hash: string
    /** Null while the first request is being worked on. */
    status: number | null
    answer: string | null
    created_at: number
  }
  /** JSON of a whole sheet. */
  price_sheet: { id: number; name: string; sheet: string }
  sheet_override: { key: string; instrument: number; include: number; reason: string }
}

export type ControlDatabase = Kysely<ControlTables>

const first: Migration = {
  async up(db) {
    await db.schema
      .createTable('api_key')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('account', 'integer', (column) => column.notNull())
      .addColumn('mandate', 'integer', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('addresses', 'text', (column) => column.notNull())
      .addColumn('prefix', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.unique())
      .addColumn('secret', 'text')
      .addColumn('public_key', 'text')
      .addColumn('created_by', 'integer')
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'integer')
      .addColumn('revoked_at', 'integer')
      .execute()
    await db.schema.createIndex('api_key_account').on('api_key').columns(['account', 'id']).execute()
    await db.schema
      .createTable('endpoint')
      .addColumn('offer', 'integer', (column) => column.primaryKey())
      .addColumn('base_url', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'integer', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('idempotency')
      .addColumn('account', 'integer', (column) => column.notNull())
      .addColumn('operation', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('body_hash', 'text', (column) => column.notNull())
      .addColumn('status', 'integer')
      .addColumn('answer', 'text')
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotency_key', ['account', 'operation', 'key'])
      .execute()
    await db.schema.createIndex('idempotency_age').on('idempotency').column('created_at').execute()
  },
}

const sheets: Migration = {
  async up({ schema }) {
    await schema
      .createTable('price_sheet')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('sheet', 'text', (column) => column.notNull())
      .execute()
    await schema
      .createTable('sheet_override')
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('instrument', 'integer', (column) => column.notNull())
      .addColumn('include', 'integer', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('sheet_override_key', ['key', 'instrument'])
      .execute()
  },
}

const webhooks: Migration = {
  async up(db) {
    await db.schema
      .createTable('webhook')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('account', 'integer', (column) => column.notNull())
      .addColumn('mandate', 'integer', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('types', 'text', (column) => column.notNull())
      .addColumn('low_balance', 'integer')
      .addColumn('is_low', 'integer', (column) => column.notNull())
      .addColumn('cursor', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .addColumn('failing_since', 'integer')
      .addColumn('failure', 'text')
      .execute()
  },
}

/** Opens the control database. Its commits survive the loss of power. */
export const openControl = (path: string): Promise<ControlDatabase> =>
  openDatabase<ControlTables>(path, 'full', {
    '1_keys_endpoints_answers': first,
    '2_price_sheets': sheets,
    '3_webhooks': webhooks,
  })
