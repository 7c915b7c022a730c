import type { MandateId, OrderId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { countTaken } from '../mandate/bound.ts'
import { accountOf, openPosition } from '../state/account.ts'
import { schedule } from '../state/agenda.ts'
import type { OrderPlace, SpecialTerms } from '../state/command.ts'
import type { CloseReason, Event, FirstAnswer, OrderAccepted } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import { raiseHold } from './hold.ts'
import { enterBook } from './enter.ts'
import { wait } from './wait.ts'
import { hasSameSpecials, specialOf } from './terms.ts'
import { move } from '../state/ledger.ts'
import type { OrderTerms, Slot } from '../state/order.ts'
import { SELL, setTerms, takeSlot, termsCode, termsFor } from '../state/order.ts'
import { joinAccount } from '../state/order-link.ts'
import { Plan, planOrder } from './plan.ts'
import type { Refusal } from '../state/reject.ts'
import type { Account, Instrument, State } from '../state/state.ts'

/** The plan of the order under way: one for all, so that placing allocates nothing. */
const PLAN = new Plan()

/**
 * Places an order, or answers the repeat of one by its client order id as it was answered the first time.
 * `approved`: a person has, so that it may cost more than the threshold of its mandate.
 */
export function placeOrder(
  state: State,
  order: OrderPlace,
  events: EventLog,
  approved = false,
): Refusal | undefined {
  const repeat = repeatOf(state, order)
  if (repeat !== undefined) {
    events.push(repeat)
    return undefined
  }
  PLAN.approved = approved
  const plan = planOrder(state, order, PLAN)
  if ('reason' in plan) return plan

  // Nothing below this line can fail.
  const { account, instrument } = plan
  const special = specialOf(order, state.at)
  const isPlain = special === null && order.clientOrderId === null
  const terms = isPlain ? termsCode(order) : termsFor(order, special)
  if (order.mandate !== NO_MANDATE) countTaken(state, order.mandate)
  const slot = openOrder(state, account, instrument, plan, plan.lots, order.mandate, terms)
  if (isPlain) {
    events.accepted(state.orders, slot, order.lots)
    enterBook(state, instrument, slot, events)
  } else enterSpecially(state, order, plan, slot, special, events)
  return undefined
}

/** An order that may wait, end by itself or be asked for again: its acceptance is kept whole. */
function enterSpecially(
  state: State,
  order: OrderPlace,
  { account, instrument, limit, lots }: Plan,
  slot: Slot,
  special: SpecialTerms | null,
  events: EventLog,
): void {
  const { clientOrderId } = order
  const accepted = acceptedEvent(state.orders.id[slot] as OrderId, order, limit, special)
  events.push(accepted)
  if (lots < order.lots) events.push(reducedEvent(accepted, (order.lots - lots) as Lots))
  let reason: CloseReason | undefined
  if (special?.stop === undefined) reason = enterBook(state, instrument, slot, events)
  else wait(state, instrument, slot, special.stop, events)
  if (reason === undefined && special?.expiresAt !== undefined)
    schedule(state, { at: special.expiresAt, kind: 'order', id: accepted.order })
  if (clientOrderId !== null) {
    const first = firstAnswer(state, slot, accepted, reason)
    account.clientOrders.set(clientOrderId, { order: accepted.order, asked: order, first })
  }
}

const REQUEST = [
  'instrument',
  'side',
  'type',
  'timeInForce',
  'postOnly',
  'selfTrade',
  'price',
  'lots',
  'mandate',
] as const satisfies readonly (keyof OrderPlace)[]

function repeatOf(state: State, order: OrderPlace): Event | undefined {
  if (order.clientOrderId === null) return undefined
  const known = accountOf(state, order.account)?.clientOrders.get(order.clientOrderId)
  if (known === undefined || !asksSame(known.asked, order)) return undefined
  return { kind: 'order.repeated', account: order.account, order: known.order, first: known.first }
}

/**
 * Gives an order its number and place, takes its holds, and enters it in its account's list. Not yet in the
 * book. `terms`: its own, or the number of common ones.
 */
export function openOrder(
  state: State,
  account: Account,
  instrument: Instrument,
  { side, limit, hold, backing }: Pick<Plan, 'side' | 'limit' | 'hold' | 'backing'>,
  quantity: Lots,
  mandate: MandateId,
  terms: OrderTerms | number,
): Slot {
  const pool = state.orders
  const id = state.nextOrder++ as OrderId
  const position = openPosition(state, account, instrument.id)
  const slot = takeSlot(pool, id, account.id, account.member, instrument.id, side, limit, quantity)
  pool.mandate[slot] = mandate
  pool.backing[slot] = backing
  pool.createdAt[slot] = state.at
  pool.updatedAt[slot] = state.at
  pool.createdSeq[slot] = state.seq
  pool.updatedSeq[slot] = state.seq
  if (typeof terms === 'number') pool.kind[slot] = terms
  else {
    setTerms(pool, slot, terms)
    pool.group[slot] = terms.special?.group ?? 0
  }
  joinAccount(pool.links, account.orderHead, slot)
  account.orderHead = slot
  account.openOrders++
  if (hold > 0) raiseHold(state, slot, hold)
  if (side === SELL) {
    move(state.ledger, position.free, position.held, quantity * instrument.spec.lot)
    if (backing < 0) position.unbackedSells = (position.unbackedSells + quantity) as Lots
  }
  return slot
}

/** What an accepted order is told. `price` is the limit that it got. */
export const acceptedEvent = (
  id: OrderId,
  order: OrderPlace,
  price: Ticks,
  special: SpecialTerms | null,
): OrderAccepted => ({
  kind: 'order.accepted',
  order: id,
  account: order.account,
  instrument: order.instrument,
  side: order.side,
  type: order.type,
  timeInForce: order.timeInForce,
  postOnly: order.postOnly,
  price,
  lots: order.lots,
  clientOrderId: order.clientOrderId,
  mandate: order.mandate,
  special,
})

const reducedEvent = ({ order, account, instrument }: OrderAccepted, by: Lots): Event => ({
  kind: 'order.reduced',
  order,
  account,
  instrument,
  by,
  reason: 'reduce_only',
})

/** Whether two requests ask for the same order. */
export const asksSame = (a: OrderPlace, b: OrderPlace): boolean =>
  REQUEST.every((field) => a[field] === b[field]) && hasSameSpecials(a, b)

/** What the order came to by the end of its command. Its place in the pool is still as it left it. */
function firstAnswer(
  state: State,
  slot: Slot,
  accepted: OrderAccepted,
  reason: CloseReason | undefined,
): FirstAnswer {
  const pool = state.orders
  return {
    seq: state.seq,
    at: state.at,
    accepted,
    filled: pool.filled[slot] as Lots,
    value: pool.value[slot] as Micros,
    fees: pool.fees[slot] as Micros,
    closed: reason === undefined ? null : { status: reason === 'filled' ? 'filled' : 'canceled', reason },
    pending: reason === undefined && pool.waits[slot] !== 0,
  }
}
