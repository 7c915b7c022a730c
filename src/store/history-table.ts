import type { Kysely, Migration, Selectable } from 'kysely'
import { PostgresAdapter, sql } from 'kysely'
import { openDatabase } from './database.ts'
import { isServer, openPostgres } from './postgres.ts'

/** What has happened, laid out for questions. All of it can be told again from the journal. */
export type HistoryTables = {
  order_record: {
    id: number
    account: number
    instrument: number
    mandate: number
    side: string
    type: string
    time_in_force: string
    post_only: string
    self_trade: string
    client_order_id: string | null
    /** JSON of what only some orders ask for. */
    special: string | null
    price: number
    filled: number
    remaining: number
    /** µ$ of the fills, fees aside, and the fees. */
    value: number
    fees: number
    status: string
    reason: string | null
    priority: string | null
    version: number
    created_seq: number
    seq: number
    created_at: number
    updated_at: number
  }
  fill: {
    account: number
    trade: number
    order_id: number
    client_order_id: string | null
    instrument: number
    side: string
    price: number
    lots: number
    fee: number
    liquidity: string
    /** Of a sale: the weighted tokens whose proceeds went to escrow. */
    primary_wt: number
    seq: number
    at: number
  }
  delivery: {
    draw: number
    account: number
    supplier: number
    instrument: number
    offer: number
    mandate: number
    request: string
    wt: number
    status: string
    /** JSON of the event that ended it, or null while it is open. */
    outcome: string | null
    opened_seq: number
    opened_at: number
    seq: number
    at: number
  }
  account_event: { account: number; seq: number; at: number; events: string }
  fixing: {
    /** Of the command that published it. */
    seq: number
    instrument: number
    period: string
    at: number
    /** 1: a correction. */
    correction: number
    published_at: number
    /** JSON of the print. */
    print: string
  }
  delivery_hour: {
    start: number
    hour: number
    instrument: number
    supplier: number
    use: string
    deliveries: number
    wt: number
    cost: number
    refund: number
    net: number
    fee: number
    margin: number
  }
  trade_hour: {
    start: number
    hour: number
    instrument: number
    trades: number
    lots: number
    value: number
    fees: number
    buyer_surplus: number
    buyer_lots: number
    seller_surplus: number
    seller_lots: number
  }
  /** `house` and `intermediate` are 0 or 1. */
  party: { account: number; member: number; house: number; intermediate: number }
  declaration: {
    seq: number
    account: number
    topic: string
    subject: string
    body: string
    source: string
    at: number
  }
  venue_hour: { id: number; hour: number }
  instrument: { id: number; lot_tick: number; lot_wt: number }
  /** What a day changed in an account's money, by kind: `instrument` −1 where it concerns none. */
  statement_day: {
    account: number
    /** Its first microsecond. */
    day: number
    instrument: number
    kind: string
    cash: number
    wt: number
    count: number
  }
  offer: { id: number; account: number }
  /** How far history is written, and whose it is: one row. */
  watermark: { id: number; seq: number; exchange: string | null }
}

export type HistoryDatabase = Kysely<HistoryTables>

/** Rows on their way to disk: whatever changed up to `seq`, and nothing of what came after. */
export type HistoryRows = {
  seq: number
  order_record: Selectable<HistoryTables['order_record']>[]
  fill: Selectable<HistoryTables['fill']>[]
  delivery: Selectable<HistoryTables['delivery']>[]
  account_event: Selectable<HistoryTables['account_event']>[]
  fixing: Selectable<HistoryTables['fixing']>[]
  delivery_hour: Selectable<HistoryTables['delivery_hour']>[]
  trade_hour: Selectable<HistoryTables['trade_hour']>[]
  party: Selectable<HistoryTables['party']>[]
  declaration: Selectable<HistoryTables['declaration']>[]
  venue_hour: Selectable<HistoryTables['venue_hour']>[]
  statement_day: Selectable<HistoryTables['statement_day']>[]
  instrument: Selectable<HistoryTables['instrument']>[]
  offer: Selectable<HistoryTables['offer']>[]
}

/** Whether it is PostgreSQL that is asked. */
export const isPostgres = (db: Pick<Kysely<unknown>, 'getExecutor'>): boolean =>
  db.getExecutor().adapter instanceof PostgresAdapter

/** Whole numbers of 64 bits, and text in the order of its bytes, on either engine. */
const TYPES = {
  sqlite: { integer: sql`integer`, text: sql`text` },
  postgres: { integer: sql`bigint`, text: sql`text collate "C"` },
}

/** A table of columns, `text` or `integer`; a name that ends in `?` may be null. */
async function createTable(
  db: Kysely<unknown>,
  name: string,
  key: string[],
  columns: Record<string, 'text' | 'integer'>,
): Promise<void> {
  const types = TYPES[isPostgres(db) ? 'postgres' : 'sqlite']
  let table = db.schema.createTable(name).addPrimaryKeyConstraint(`${name}_key`, key as [never])
  for (const [column, type] of Object.entries(columns)) {
    const nullable = column.endsWith('?')
    table = table.addColumn(column.replace('?', ''), types[type], (one) => (nullable ? one : one.notNull()))
  }
  await table.execute()
}

const integers = <Name extends string>(...names: Name[]): Record<string, 'integer'> =>
  Object.fromEntries(names.map((name) => [name, 'integer'] as const))
const texts = <Name extends string>(...names: Name[]): Record<string, 'text'> =>
  Object.fromEntries(names.map((name) => [name, 'text'] as const))

const first: Migration = {
  async up(db) {
    const { schema } = db
    await createTable(db, 'order_record', ['id'], {
      ...integers('id', 'account', 'instrument', 'mandate', 'price', 'filled', 'remaining', 'value', 'fees'),
      ...integers('version', 'created_seq', 'seq', 'created_at', 'updated_at'),
      ...texts('side', 'type', 'time_in_force', 'post_only', 'self_trade', 'status'),
      ...texts('client_order_id?', 'reason?', 'priority?'),
    })
    await schema.createIndex('order_account').on('order_record').columns(['account', 'id']).execute()
    await schema
      .createIndex('order_client')
      .on('order_record')
      .columns(['account', 'client_order_id'])
      .where('client_order_id', 'is not', null)
      .execute()
    await schema
      .createIndex('order_open')
      .on('order_record')
      .columns(['status', 'id'])
      .where('status', '=', 'open')
      .execute()
    await createTable(db, 'fill', ['account', 'trade'], {
      ...integers(
        'account',
        'trade',
        'order_id',
        'instrument',
        'price',
        'lots',
        'fee',
        'primary_wt',
        'seq',
        'at',
      ),
      ...texts('side', 'liquidity', 'client_order_id?'),
    })
    await createTable(db, 'delivery', ['draw'], {
      ...integers('draw', 'account', 'supplier', 'instrument', 'offer', 'mandate', 'wt'),
      ...integers('opened_seq', 'opened_at', 'seq', 'at'),
      ...texts('request', 'status', 'outcome?'),
    })
    await schema.createIndex('delivery_buyer').on('delivery').columns(['account', 'draw']).execute()
    await schema.createIndex('delivery_supplier').on('delivery').columns(['supplier', 'draw']).execute()
    await schema
      .createIndex('delivery_open')
      .on('delivery')
      .columns(['status', 'draw'])
      .where('status', '=', 'open')
      .execute()
    await createTable(db, 'account_event', ['account', 'seq'], {
      ...integers('account', 'seq', 'at'),
      ...texts('events'),
    })
    await createTable(db, 'instrument', ['id'], integers('id', 'lot_tick'))
    await createTable(db, 'offer', ['id'], integers('id', 'account'))
    await createTable(db, 'watermark', ['id'], integers('id', 'seq'))
  },
}

const second: Migration = {
  async up(db) {
    const { schema } = db
    await schema.alterTable('order_record').addColumn('special', 'text').execute()
    await schema
      .createIndex('order_pending')
      .on('order_record')
      .columns(['status', 'id'])
      .where('status', '=', 'pending')
      .execute()
  },
}

const third: Migration = {
  async up(db) {
    const { schema } = db
    await createTable(db, 'fixing', ['seq'], {
      ...integers('seq', 'instrument', 'at', 'correction', 'published_at'),
      ...texts('period', 'print'),
    })
    await schema.createIndex('fill_trade').on('fill').columns(['instrument', 'liquidity', 'trade']).execute()
    await schema.createIndex('fixing_of').on('fixing').columns(['instrument', 'period', 'seq']).execute()
  },
}

const accountsOfHours: Migration = {
  async up(db) {
    await createTable(db, 'delivery_hour', ['hour', 'start', 'instrument', 'supplier', 'use'], {
      ...integers('start', 'hour', 'instrument', 'supplier', 'deliveries', 'wt'),
      ...integers('cost', 'refund', 'net', 'fee', 'margin'),
      ...texts('use'),
    })
    await createTable(db, 'trade_hour', ['hour', 'start', 'instrument'], {
      ...integers('start', 'hour', 'instrument', 'trades', 'lots', 'value', 'fees'),
      ...integers('buyer_surplus', 'buyer_lots', 'seller_surplus', 'seller_lots'),
    })
    await createTable(db, 'party', ['account'], integers('account', 'member', 'house', 'intermediate'))
    await createTable(db, 'declaration', ['seq'], {
      ...integers('seq', 'account', 'at'),
      ...texts('topic', 'subject', 'body', 'source'),
    })
    await createTable(db, 'venue_hour', ['id'], integers('id', 'hour'))
  },
}

const owner: Migration = {
  async up(db) {
    const { schema } = db
    await schema.alterTable('watermark').addColumn('exchange', 'text').execute()
    await sql`insert into watermark (id, seq) select 1, 0 where not exists (select 1 from watermark)`.execute(
      db,
    )
  },
}

const statements: Migration = {
  async up(db) {
    await createTable(db, 'statement_day', ['account', 'day', 'instrument', 'kind'], {
      ...integers('account', 'day', 'instrument', 'cash', 'wt', 'count'),
      ...texts('kind'),
    })
    await sql`alter table instrument add column lot_wt bigint not null default 0`.execute(db)
    // What was told before had no statements: the next start tells all of it again from the journal.
    for (const table of TOLD_BEFORE) await sql`delete from ${sql.table(table)}`.execute(db)
    await sql`update watermark set seq = 0`.execute(db)
  },
}

const TOLD_BEFORE =
  'order_record fill delivery account_event fixing delivery_hour trade_hour party declaration venue_hour instrument offer'.split(
    ' ',
  )

const MIGRATIONS = {
  '1_orders_fills_deliveries_events': first,
  '2_special_orders': second,
  '3_fixings': third,
  '4_accounts_of_hours': accountsOfHours,
  '5_owner': owner,
  '6_statements': statements,
}

/**
 * Opens the history database: a file, or the database of a PostgreSQL server by its URL. In a file commits
 * survive the end of the process; the loss of power may take the latest, which the journal then tells again.
 * Through `bulk` a file is filled fast and counts only once it is whole.
 */
export const openHistoryDatabase = (
  place: string,
  { connections = 4, bulk = false }: { connections?: number; bulk?: boolean } = {},
): Promise<HistoryDatabase> =>
  isServer(place)
    ? openPostgres<HistoryTables>(place, connections, MIGRATIONS)
    : openDatabase<HistoryTables>(place, bulk ? 'bulk' : 'normal', MIGRATIONS)
