import { sql } from 'kysely'
import type { AccountId, DrawId, InstrumentId, OfferId, OrderId, TradeId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { AccountEvents } from './account-event.ts'
import { toldOf } from './account-event.ts'
import { createOverlay } from './history-overlay.ts'
import type { DeliveryQuery, FillQuery, FixingQuery, OrderQuery, Page } from './history-query.ts'
import {
  fixingAt,
  listDeliveries,
  listEvents,
  listFills,
  listFixings,
  listOrders,
  listTrades,
  orderNamed,
} from './history-query.ts'
import { deliveryOf, orderOf } from './history-row.ts'
import type { HistoryDatabase } from './history-table.ts'
import { openHistoryDatabase } from './history-table.ts'
import type { HourRecord } from './hour-query.ts'
import { hourRecordOf } from './hour-query.ts'
import { loadHourBook } from './hour-row.ts'
import { startHistoryWriter } from './history-writer.ts'
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
  /** Flushes and lets go of the file. */
  close(): Promise<void>
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
 * Opens history. `onFailure` is called once if it cannot be written any more; from then on questions and
 * `flush`
 * reject with the same error.
 */
export async function openHistory(path: string, onFailure: (error: Error) => void): Promise<History> {
  const db = await openHistoryDatabase(path)
  const projection = await load(db)
  const writer = startHistoryWriter(path)
  const overlay = createOverlay(projection, writer, onFailure)
  const owners = ownersOf(projection)
  const settled = async () => {
    await overlay.settle()
    return db
  }
  return {
    watermark: () => overlay.watermark(),
    apply: (batch) => overlay.apply(batch),
    told: (batch) => batch.flatMap(({ seq, at, events }) => toldOf(seq, at, events, owners)),
    live: liveOf(projection),
    async orderById(id) {
      const held = projection.orders.get(id)
      if (held !== undefined) return { ...held }
      const row = await db.selectFrom('order_record').selectAll().where('id', '=', id).executeTakeFirst()
      return row && orderOf(row)
    },
    orderByClientId: async (account, name) => orderNamed(await settled(), account, name),
    listOrders: async (query) => listOrders(await settled(), query),
    listFills: async (query) => listFills(await settled(), query),
    async deliveryById(draw) {
      const held = projection.deliveries.get(draw)
      if (held !== undefined) return { ...held }
      const row = await db.selectFrom('delivery').selectAll().where('draw', '=', draw).executeTakeFirst()
      return row && deliveryOf(row)
    },
    listDeliveries: async (query) => listDeliveries(await settled(), query),
    listTrades: async (instrument, before, limit) => listTrades(await settled(), instrument, before, limit),
    hours: hourRecordOf(settled),
    listFixings: async (query) => listFixings(await settled(), query),
    fixingAt: async (seq) => fixingAt(await settled(), seq),
    listEvents: async (account, after, limit) => listEvents(await settled(), account, after, limit),
    forget: (accounts, before, limit) =>
      writer.run({ kind: 'forget', accounts: [...accounts], before, limit }),
    flush: () => overlay.settle(true),
    async close() {
      try {
        await overlay.settle(true)
      } finally {
        await writer.close()
        await db.destroy()
      }
    },
  }
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
