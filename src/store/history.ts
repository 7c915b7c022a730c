import { sql } from 'kysely'
import type { AccountId, DrawId, InstrumentId, OfferId, OrderId, TradeId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { AccountEvents } from './account-event.ts'
import { toldOf } from './account-event.ts'
import { createOverlay } from './history-overlay.ts'
import type { DeliveryQuery, FillQuery, FixingQuery, OrderQuery, Page } from './history-query.ts'
import {
  deliveryAt,
  fixingAt,
  listDeliveries,
  listEvents,
  listFills,
  listFixings,
  listOrders,
  listTrades,
  orderAt,
  orderNamed,
} from './history-query.ts'
import { KEYS } from './history-put.ts'
import { deliveryOf, orderOf } from './history-row.ts'
import type { HistoryDatabase } from './history-table.ts'
import { openHistoryDatabase } from './history-table.ts'
import { HistoryAway, startHistoryWriter } from './history-writer.ts'
import type { Ask, HourRecord } from './hour-query.ts'
import { hourRecordOf } from './hour-query.ts'
import { loadHourBook } from './hour-row.ts'
import type { StatementSums } from './statement-query.ts'
import { sumStatement } from './statement-query.ts'
import { isLoss, isServer, nameOf, reasonOf } from './postgres.ts'
import type {
  Applied,
  DeliveryRecord,
  FillRecord,
  FixingRecord,
  OrderRecord,
  Projection,
} from './projection.ts'
import { isLive, newChanges, ownersOf } from './projection.ts'

/**
 * Everything that happened, laid out for questions. It follows durable batches: what a batch did is seen by
 * every
 * question asked after `apply`, though it is written a little later. Records are copies.
 */
export type History = {
  /** The last command that is written. The sequencer tells again what came after. */
  watermark(): number
  /**
   * Folds one durable batch in. Commands already written pass by; throws a `BrokenPromise` if one is missing.
   */
  apply(batch: readonly Applied[]): void
  /** What each account is told of a batch, for who listens: asked right after it is applied. */
  told(batch: readonly Applied[]): AccountEvents[]
  /** What is at hand without waiting: what is open, and what the last batches changed. */
  readonly live: Live
  orderById(id: OrderId): Promise<OrderRecord | undefined>
  orderByClientId(account: AccountId, clientOrderId: string): Promise<OrderRecord | undefined>
  listOrders(query: OrderQuery): Promise<Page<OrderRecord, OrderId>>
  listFills(query: FillQuery): Promise<Page<FillRecord, TradeId>>
  deliveryById(draw: DrawId): Promise<DeliveryRecord | undefined>
  listDeliveries(query: DeliveryQuery): Promise<Page<DeliveryRecord, DrawId>>
  /** Trades of an instrument before one of them, newest first, as their takers' fills. */
  listTrades(instrument: InstrumentId, before: TradeId, limit: number): Promise<FillRecord[]>
  /** The accounts of every hour, behind the indices. */
  readonly hours: HourRecord
  /** What changed in an account's money from one midnight (UTC) to another, and what it had before. */
  statement(account: AccountId, from: Instant, to: Instant): Promise<StatementSums>
  /** Published fixings and corrections, newest first. */
  listFixings(query: FixingQuery): Promise<Page<FixingRecord, number>>
  fixingAt(seq: number): Promise<FixingRecord | undefined>
  /** What an account was told after a sequence number, oldest first, up to `limit` commands. */
  listEvents(account: AccountId, after: number, limit: number): Promise<AccountEvents[]>
  /**
   * Deletes up to `limit` done orders, fills and events of each account from before an instant; returns how
   * many.
   */
  forget(accounts: readonly AccountId[], before: Instant, limit: number): Promise<number>
  /**
   * Writes everything applied so far so that not even the loss of power takes it. Call it before a snapshot.
   */
  flush(): Promise<void>
  /** Resolves when so little waits to be written that more may be applied. */
  room(): Promise<void>
  /** Whether everything is being written, and if not, why. */
  standing(): HistoryStanding
  /** Flushes, unless the server is away, and lets go of the database. */
  close(): Promise<void>
}

/** `away`: the server is lost, and what happens waits for it; `given_up`: until the next start. */
export type HistoryStanding = {
  state: 'current' | 'away' | 'given_up'
  reason: string | null
  behind: number
}

export type HistoryOptions = {
  /** Whose history it should be, and the last command of the journal behind it. */
  origin?: { exchange: string; last: number }
  /** How many changes may wait for a server that is away. Default 500,000. */
  waitingMost?: number
  /** A file that is filled fast and counts only once it is whole. */
  bulk?: boolean
}

/**
 * The part of history that is held in memory. Its records must not be kept: they change with the next batch.
 */
export type Live = {
  /** The last command folded in. */
  seq(): number
  order(id: OrderId): Readonly<OrderRecord> | undefined
  delivery(draw: DrawId): Readonly<DeliveryRecord> | undefined
  openOrders(account: AccountId): Readonly<OrderRecord>[]
  /** Open deliveries that the account buys or makes. */
  openDeliveries(account: AccountId): Readonly<DeliveryRecord>[]
}

const liveOf = (projection: Projection): Live => ({
  seq: () => projection.seq,
  order: (id) => projection.orders.get(id),
  delivery: (draw) => projection.deliveries.get(draw),
  openOrders: (account) =>
    [...projection.orders.values()].filter((one) => one.account === account && isLive(one)),
  openDeliveries: (account) =>
    [...projection.deliveries.values()].filter(
      (one) => one.status === 'open' && (one.account === account || one.supplier === account),
    ),
})

/**
 * Opens history in a file, or in the database of a PostgreSQL server by its URL. Throws where it is another
 * exchange's or tells of more than the journal. `onFailure` is called once if a file cannot be written any
 * more; from then on questions and `flush` reject with the same error. A server that is lost or refuses is no
 * failure: questions reject with `HistoryAway` until it is back, or until the next start.
 */
export async function openHistory(
  place: string,
  onFailure: (error: Error) => void,
  { origin, waitingMost, bulk = false }: HistoryOptions = {},
): Promise<History> {
  const db = await openHistoryDatabase(place, { bulk })
  if (origin !== undefined) await claim(db, nameOf(place), origin)
  const projection = await load(db)
  const writer = startHistoryWriter(place, bulk)
  const overlay = createOverlay({
    projection,
    writer,
    onFailure: isServer(place) ? null : onFailure,
    waitingMost,
  })
  const owners = ownersOf(projection)
  const ask: Ask = (question) => answered(question(db))
  const askSettled: Ask = async (question) => {
    await overlay.settle()
    return answered(question(db))
  }
  return {
    watermark: () => overlay.watermark(),
    apply: (batch) => overlay.apply(batch),
    told: (batch) => batch.flatMap(({ seq, at, events }) => toldOf(seq, at, events, owners)),
    live: liveOf(projection),
    ...questionsOf(projection, ask, askSettled),
    forget: (accounts, before, limit) =>
      writer.run({ kind: 'forget', accounts: [...accounts], before, limit }),
    flush: () => overlay.settle(true),
    room: () => overlay.room(),
    standing() {
      const [gaveUp, lost] = [overlay.gaveUp(), writer.lost()]
      const state = gaveUp !== null ? 'given_up' : lost !== null ? 'away' : 'current'
      return { state, reason: gaveUp ?? lost, behind: projection.seq - overlay.watermark() }
    },
    async close() {
      try {
        await overlay.settle(true)
      } catch (error) {
        // The journal has it all, and the next start tells it.
        if (!(error instanceof HistoryAway)) throw error
      } finally {
        await writer.close()
        await db.destroy()
      }
    },
  }
}

/** Empties a server's history, whosever it was. */
export async function emptyHistory(url: string): Promise<void> {
  const db = await openHistoryDatabase(url, { connections: 1 })
  try {
    await db.transaction().execute(async (transaction) => {
      await transaction.updateTable('watermark').set({ seq: 0, exchange: null }).execute()
      for (const name of Object.keys(KEYS)) await sql`truncate ${sql.table(name)}`.execute(transaction)
    })
  } finally {
    await db.destroy()
  }
}

/** The answer, or `HistoryAway` where the server was lost over it. */
async function answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw isLoss(error) ? new HistoryAway(reasonOf(error), { cause: error }) : error
  }
}

type Questions = Pick<
  History,
  | 'orderById'
  | 'orderByClientId'
  | 'listOrders'
  | 'listFills'
  | 'deliveryById'
  | 'listDeliveries'
  | 'listTrades'
  | 'hours'
  | 'statement'
  | 'listFixings'
  | 'fixingAt'
  | 'listEvents'
>

/** Questions: some are answered from memory or wait for nothing, the others see all that was applied. */
const questionsOf = (projection: Projection, ask: Ask, askSettled: Ask): Questions => ({
  async orderById(id) {
    const held = projection.orders.get(id)
    return held === undefined ? ask((db) => orderAt(db, id)) : { ...held }
  },
  orderByClientId: (account, name) => askSettled((db) => orderNamed(db, account, name)),
  listOrders: (query) => askSettled((db) => listOrders(db, query)),
  listFills: (query) => askSettled((db) => listFills(db, query)),
  async deliveryById(draw) {
    const held = projection.deliveries.get(draw)
    return held === undefined ? ask((db) => deliveryAt(db, draw)) : { ...held }
  },
  listDeliveries: (query) => askSettled((db) => listDeliveries(db, query)),
  listTrades: (instrument, before, limit) => askSettled((db) => listTrades(db, instrument, before, limit)),
  hours: hourRecordOf(askSettled),
  statement: (account, from, to) => askSettled((db) => sumStatement(db, account, from, to)),
  listFixings: (query) => askSettled((db) => listFixings(db, query)),
  fixingAt: (seq) => askSettled((db) => fixingAt(db, seq)),
  listEvents: (account, after, limit) => askSettled((db) => listEvents(db, account, after, limit)),
})

/** Makes a history that belongs to nobody the exchange's own. */
async function claim(
  db: HistoryDatabase,
  name: string,
  { exchange, last }: { exchange: string; last: number },
): Promise<void> {
  const mark = await db.selectFrom('watermark').selectAll().executeTakeFirstOrThrow()
  if (mark.exchange !== null && mark.exchange !== exchange)
    throw new Error(
      `${name} holds the history of another exchange, ${mark.exchange}: give each its own database`,
    )
  if (mark.seq > last)
    throw new Error(
      `${name} tells of ${mark.seq} commands, the journal of ${last}. ` +
        'Put back the whole journal, or begin the history anew with "busbar history rebuild"',
    )
  await db.updateTable('watermark').set({ exchange }).where('id', '=', 1).execute()
}

/** What is still open, as it was last written. */
async function load(db: HistoryDatabase): Promise<Projection> {
  const [mark, open, pending, deliveries, instruments, offers] = await Promise.all([
    db.selectFrom('watermark').select('seq').executeTakeFirst(),
    db.selectFrom('order_record').selectAll().where('status', '=', sql.lit('open')).execute(),
    db.selectFrom('order_record').selectAll().where('status', '=', sql.lit('pending')).execute(),
    db.selectFrom('delivery').selectAll().where('status', '=', sql.lit('open')).execute(),
    db.selectFrom('instrument').selectAll().execute(),
    db.selectFrom('offer').selectAll().execute(),
  ])
  return {
    seq: mark?.seq ?? 0,
    orders: new Map([...open, ...pending].map((row) => [row.id as OrderId, orderOf(row)])),
    deliveries: new Map(deliveries.map((row) => [row.draw as DrawId, deliveryOf(row)])),
    lotTicks: new Map(instruments.map((row) => [row.id as InstrumentId, row.lot_tick])),
    offers: new Map(offers.map((row) => [row.id as OfferId, row.account as AccountId])),
    book: await loadHourBook(db),
    at: 0 as Instant,
    changes: newChanges(),
  }
}
