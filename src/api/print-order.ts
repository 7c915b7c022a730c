import { NO_MANDATE } from '../base/ids.ts'
import { lots, micros } from '../base/money.ts'
import { rfc3339 } from '../base/time.ts'
import type { SelfTrade } from '../engine/command.ts'
import type { CloseReason, FirstAnswer, OrderAccepted } from '../engine/event.ts'
import type { Spec } from '../engine/instrument.ts'
import { lotTick } from '../engine/instrument.ts'
import type { OrderView } from '../engine/order.ts'
import type { Applied } from '../sequencer/sequencer.ts'
import type { FillRecord, OrderRecord } from '../store/projection.ts'
import { money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { FillOut, OrderOut } from '../wire/order.ts'
import { printAverage, printPrice, printQuantity } from './amount.ts'
import { marketNameOf } from './instrument-name.ts'

/** Everything an order shows, whether it is still open or long done. */
export type OrderFacts = Omit<OrderRecord, 'priority' | 'createdSeq'>

/** An order that is still open. */
export const openFacts = (view: OrderView): OrderFacts => ({
  ...view,
  status: 'open',
  reason: null,
  seq: view.updatedSeq,
})

/** `priority` is what the latest amendment did to its place, where that is known. */
export function printOrder(spec: Spec, order: OrderFacts, priority: OrderOut['priority'] = null): OrderOut {
  return {
    id: printId('order', order.id),
    client_order_id: order.clientOrderId,
    instrument: marketNameOf(spec.symbol),
    side: order.side,
    type: order.type,
    time_in_force: order.timeInForce,
    post_only: order.postOnly,
    self_trade_prevention: order.selfTrade,
    price: printPrice(spec, order.price),
    quantity: printQuantity(spec, order.filled + order.remaining),
    filled_quantity: printQuantity(spec, order.filled),
    remaining_quantity: printQuantity(spec, order.remaining),
    average_price: printAverage(spec, order.value, order.filled),
    fees: order.fees === 0 ? [] : [{ asset: 'USD', amount: money(order.fees) }],
    status: order.status,
    reason: order.reason,
    priority,
    mandate: order.mandate === NO_MANDATE ? null : printId('mandate', order.mandate),
    version: order.version,
    seq: order.seq,
    created_at: rfc3339(order.createdAt),
    updated_at: rfc3339(order.updatedAt),
  }
}

/** What the placement of an order did, told by the events of its own command. */
export function placedFacts(
  applied: Applied,
  accepted: OrderAccepted,
  selfTrade: SelfTrade,
  spec: Spec,
): OrderFacts {
  let filled = 0
  let value = 0
  let fees = 0
  let reduced = 0
  let status: OrderOut['status'] = 'open'
  let reason: CloseReason | null = null
  for (const event of applied.events) {
    if (event.kind === 'trade' && event.aggressor === accepted.order) {
      filled += event.lots
      value += event.price * event.lots * lotTick(spec)
      fees += event.aggressorFee
    } else if (event.kind === 'order.reduced' && event.order === accepted.order) reduced += event.by
    else if (event.kind === 'order.closed' && event.order === accepted.order) {
      status = event.status
      reason = event.reason
    }
  }
  return {
    ...termsOf(accepted),
    selfTrade,
    filled: lots(filled),
    remaining: lots(accepted.lots - filled - reduced),
    value: micros(value),
    fees: micros(fees),
    status,
    reason,
    version: 1,
    seq: applied.seq,
    createdAt: applied.at,
    updatedAt: applied.at,
  }
}

/** The answer that the first submission of a client order id was given. */
export const repeatedFacts = (first: FirstAnswer, selfTrade: SelfTrade): OrderFacts => ({
  ...termsOf(first.accepted),
  selfTrade,
  filled: first.filled,
  remaining: lots(first.accepted.lots - first.filled),
  value: first.value,
  fees: first.fees,
  status: first.closed?.status ?? 'open',
  reason: first.closed?.reason ?? null,
  version: 1,
  seq: first.seq,
  createdAt: first.at,
  updatedAt: first.at,
})

const termsOf = (accepted: OrderAccepted) => ({
  id: accepted.order,
  account: accepted.account,
  clientOrderId: accepted.clientOrderId,
  instrument: accepted.instrument,
  side: accepted.side,
  type: accepted.type,
  timeInForce: accepted.timeInForce,
  postOnly: accepted.postOnly,
  price: accepted.price,
  mandate: accepted.mandate,
})

/** One side of a trade, as its owner sees it. */
export const printFill = (spec: Spec, fill: FillRecord): FillOut => ({
  id: printId('trade', fill.trade),
  order: printId('order', fill.order),
  client_order_id: fill.clientOrderId,
  instrument: marketNameOf(spec.symbol),
  side: fill.side,
  price: printPrice(spec, fill.price),
  quantity: printQuantity(spec, fill.lots),
  fee: { asset: 'USD', amount: money(fill.fee) },
  liquidity: fill.liquidity,
  seq: fill.seq,
  at: rfc3339(fill.at),
})
