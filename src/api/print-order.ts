import { NO_MANDATE } from '../base/ids.ts'
import { lots, micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { rfc3339 } from '../base/time.ts'
import type { SelfTrade } from '../state/command.ts'
import type { FirstAnswer, OrderAccepted } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import { lotTick } from '../state/instrument.ts'
import type { OrderView } from '../state/order.ts'
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
  status: view.waits ? 'pending' : 'open',
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
    type: printType(order),
    time_in_force: order.timeInForce,
    post_only: order.postOnly,
    self_trade_prevention: order.selfTrade,
    stop_price: order.special?.stop === undefined ? null : printPrice(spec, order.special.stop),
    expires_at: order.special?.expiresAt === undefined ? null : rfc3339(order.special.expiresAt),
    reduce_only: order.special?.reduceOnly === true,
    all_or_none: order.special?.allOrNone === true,
    group: order.special?.group === undefined ? null : printId('group', order.special.group),
    price: printPrice(spec, order.price),
    quantity: printQuantity(spec, order.filled + order.remaining),
    filled_quantity: printQuantity(spec, order.filled),
    remaining_quantity: printQuantity(spec, order.remaining),
    display_quantity:
      order.special?.display === undefined ? null : printQuantity(spec, order.special.display),
    average_price: printAverage(spec, order.value, order.filled),
    filled_value: money(order.value),
    fees: order.fees === 0 ? [] : [{ asset: 'USD', amount: money(order.fees) }],
    status: order.status,
    reason: order.reason,
    queue_ahead: null,
    priority,
    mandate: order.mandate === NO_MANDATE ? null : printId('mandate', order.mandate),
    version: order.version,
    seq: order.seq,
    created_at: rfc3339(order.createdAt),
    updated_at: rfc3339(order.updatedAt),
  }
}

/** An order with a stop price is a stop, and one that names its limit too a stop-limit. */
export const printType = ({ type, special }: Pick<OrderRecord, 'type' | 'special'>): OrderOut['type'] =>
  special?.stop === undefined ? type : type === 'market' ? 'stop' : 'stop_limit'

/** What the placement of an order did, told by the events of its own command. */
export function placedFacts(
  applied: Applied,
  accepted: OrderAccepted,
  selfTrade: SelfTrade,
  spec: Spec,
): OrderFacts {
  const facts = acceptedFacts(accepted, selfTrade, applied.seq, applied.at)
  for (const event of applied.events) {
    if (event.kind === 'trade' && event.aggressor === accepted.order) {
      facts.filled = lots(facts.filled + event.lots)
      facts.remaining = lots(facts.remaining - event.lots)
      facts.value = micros(facts.value + event.price * event.lots * lotTick(spec))
      facts.fees = micros(facts.fees + event.aggressorFee)
    } else if (event.kind === 'order.reduced' && event.order === accepted.order)
      facts.remaining = lots(facts.remaining - event.by)
    else if (event.kind === 'order.pending' && event.order === accepted.order) facts.status = 'pending'
    else if (event.kind === 'order.triggered' || event.kind === 'order.entered') {
      if (event.order === accepted.order) facts.status = 'open'
    } else if (event.kind === 'order.closed' && event.order === accepted.order) {
      facts.status = event.status
      facts.reason = event.reason
    }
  }
  return facts
}

/** The answer that the first submission of a client order id was given. */
export function repeatedFacts(first: FirstAnswer, selfTrade: SelfTrade): OrderFacts {
  const facts = acceptedFacts(first.accepted, selfTrade, first.seq, first.at)
  facts.filled = first.filled
  facts.remaining = lots(first.accepted.lots - first.filled)
  facts.value = first.value
  facts.fees = first.fees
  facts.status = first.closed?.status ?? (first.pending ? 'pending' : 'open')
  facts.reason = first.closed?.reason ?? null
  return facts
}

/** An order as it came in, before it met anybody. */
const acceptedFacts = (
  accepted: OrderAccepted,
  selfTrade: SelfTrade,
  seq: number,
  at: Instant,
): OrderFacts => ({
  id: accepted.order,
  account: accepted.account,
  clientOrderId: accepted.clientOrderId,
  instrument: accepted.instrument,
  side: accepted.side,
  type: accepted.type,
  timeInForce: accepted.timeInForce,
  postOnly: accepted.postOnly,
  selfTrade,
  price: accepted.price,
  filled: lots(0),
  remaining: accepted.lots,
  value: micros(0),
  fees: micros(0),
  status: 'open',
  reason: null,
  mandate: accepted.mandate,
  special: accepted.special,
  version: 1,
  seq,
  createdAt: at,
  updatedAt: at,
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
