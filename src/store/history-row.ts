import type { AccountId, DrawId, InstrumentId, MandateId, OfferId, OrderId, TradeId } from '../base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { AccountEvent, AccountEvents } from './account-event.ts'
import type { HourChanges } from './hour-row.ts'
import { hourRowsOf } from './hour-row.ts'
import type { HistoryRows } from './history-table.ts'
import type {
  Changes,
  DeclarationRecord,
  DeliveryRecord,
  DrawOutcome,
  FillRecord,
  FixingRecord,
  OrderRecord,
} from './projection.ts'

type OrderRow = HistoryRows['order_record'][number]
type FillRow = HistoryRows['fill'][number]
type DeliveryRow = HistoryRows['delivery'][number]
type FixingRow = HistoryRows['fixing'][number]
type EventRow = HistoryRows['account_event'][number]

/** What the first thread lays out itself; what accounts were told it hands over as it is. */
export type NewRows = Omit<HistoryRows, 'account_event' | 'statement_day'>

/** What changed as rows: a copy, so that what happens next is not in it. How deliveries ended is left out. */
export const rowsOf = (seq: number, changes: Changes, hours: HourChanges): NewRows => ({
  seq,
  order_record: [...changes.orders].map(orderRow),
  fill: changes.fills.map(fillRow),
  delivery: [...changes.deliveries].map(deliveryRow),
  fixing: changes.fixings.map(fixingRow),
  declaration: changes.declarations.map(declarationRow),
  ...hourRowsOf(hours),
  instrument: changes.instruments.map(({ id, lotTick, lotWt }) => ({ id, lot_tick: lotTick, lot_wt: lotWt })),
  offer: changes.offers,
})

const orderRow = (order: OrderRecord): OrderRow => ({
  id: order.id,
  account: order.account,
  instrument: order.instrument,
  mandate: order.mandate,
  side: order.side,
  type: order.type,
  time_in_force: order.timeInForce,
  post_only: order.postOnly,
  self_trade: order.selfTrade,
  client_order_id: order.clientOrderId,
  special: order.special === null ? null : JSON.stringify(order.special),
  price: order.price,
  filled: order.filled,
  remaining: order.remaining,
  value: order.value,
  fees: order.fees,
  status: order.status,
  reason: order.reason,
  priority: order.priority,
  version: order.version,
  created_seq: order.createdSeq,
  seq: order.seq,
  created_at: order.createdAt,
  updated_at: order.updatedAt,
})

/** An order as it was written. */
export const orderOf = (row: OrderRow): OrderRecord => ({
  id: row.id as OrderId,
  account: row.account as AccountId,
  instrument: row.instrument as InstrumentId,
  mandate: row.mandate as MandateId,
  side: row.side as OrderRecord['side'],
  type: row.type as OrderRecord['type'],
  timeInForce: row.time_in_force as OrderRecord['timeInForce'],
  postOnly: row.post_only as OrderRecord['postOnly'],
  selfTrade: row.self_trade as OrderRecord['selfTrade'],
  clientOrderId: row.client_order_id,
  special: row.special === null ? null : (JSON.parse(row.special) as OrderRecord['special']),
  price: row.price as Ticks,
  filled: row.filled as Lots,
  remaining: row.remaining as Lots,
  value: row.value as Micros,
  fees: row.fees as Micros,
  status: row.status as OrderRecord['status'],
  reason: row.reason as OrderRecord['reason'],
  priority: row.priority as OrderRecord['priority'],
  version: row.version,
  createdSeq: row.created_seq,
  seq: row.seq,
  createdAt: row.created_at as Instant,
  updatedAt: row.updated_at as Instant,
})

const fillRow = (fill: FillRecord): FillRow => ({
  account: fill.account,
  trade: fill.trade,
  order_id: fill.order,
  client_order_id: fill.clientOrderId,
  instrument: fill.instrument,
  side: fill.side,
  price: fill.price,
  lots: fill.lots,
  fee: fill.fee,
  liquidity: fill.liquidity,
  primary_wt: fill.primary,
  seq: fill.seq,
  at: fill.at,
})

/** A fill as it was written. */
export const fillOf = (row: FillRow): FillRecord => ({
  account: row.account as AccountId,
  trade: row.trade as TradeId,
  order: row.order_id as OrderId,
  clientOrderId: row.client_order_id,
  instrument: row.instrument as InstrumentId,
  side: row.side as FillRecord['side'],
  price: row.price as Ticks,
  lots: row.lots as Lots,
  fee: row.fee as Micros,
  liquidity: row.liquidity as FillRecord['liquidity'],
  primary: row.primary_wt as Wt,
  seq: row.seq,
  at: row.at as Instant,
})

const deliveryRow = (delivery: DeliveryRecord): DeliveryRow => ({
  draw: delivery.draw,
  account: delivery.account,
  supplier: delivery.supplier,
  instrument: delivery.instrument,
  offer: delivery.offer,
  mandate: delivery.mandate,
  request: delivery.request,
  wt: delivery.wt,
  status: delivery.status,
  outcome: null,
  opened_seq: delivery.openedSeq,
  opened_at: delivery.openedAt,
  seq: delivery.seq,
  at: delivery.at,
})

/** A delivery as it was written. */
export const deliveryOf = (row: DeliveryRow): DeliveryRecord => ({
  draw: row.draw as DrawId,
  account: row.account as AccountId,
  supplier: row.supplier as AccountId,
  instrument: row.instrument as InstrumentId,
  offer: row.offer as OfferId,
  mandate: row.mandate as MandateId,
  request: row.request,
  wt: row.wt as Wt,
  status: row.status as DeliveryRecord['status'],
  outcome: row.outcome === null ? null : (JSON.parse(row.outcome) as DrawOutcome),
  openedSeq: row.opened_seq,
  openedAt: row.opened_at as Instant,
  seq: row.seq,
  at: row.at as Instant,
})

const declarationRow = (one: DeclarationRecord): HistoryRows['declaration'][number] => ({
  seq: one.seq,
  account: one.account,
  topic: one.topic,
  subject: one.subject,
  body: one.body,
  source: one.source,
  at: one.at,
})

const fixingRow = ({ seq, publishedAt, print }: FixingRecord): FixingRow => ({
  seq,
  instrument: print.instrument,
  period: print.period,
  at: print.at,
  correction: print.corrects === null ? 0 : 1,
  published_at: publishedAt,
  print: JSON.stringify(print),
})

/** A fixing as it was written. */
export const fixingRecordOf = (row: FixingRow): FixingRecord => ({
  seq: row.seq,
  publishedAt: row.published_at as Instant,
  print: JSON.parse(row.print) as FixingRecord['print'],
})

/** What one account was told of one command, as it was written. */
export const eventsOf = (row: EventRow): AccountEvents => ({
  account: row.account as AccountId,
  seq: row.seq,
  at: row.at as Instant,
  events: JSON.parse(row.events) as AccountEvent[],
})
