import type { AccountId, InstrumentId, OrderId, ProcurementId } from '../base/ids.ts'
import type { Lots } from '../base/money.ts'
import {
  accountOf,
  freeCash,
  inTrading,
  instrumentOf,
  obligationOf,
  theAccount,
  theInstrument,
} from '../state/account.ts'
import type { CommandOf, OrderPlace, Side } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import { lotTick } from '../state/instrument.ts'
import { balanceOf } from '../state/ledger.ts'
import { findOrder, NO_SLOT } from '../state/order.ts'
import type { Reject, Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { HeldUp, Procurement, State } from '../state/state.ts'
import { amendOrder } from '../trading/amend.ts'
import { budgetLeft, ownsMandate } from '../mandate/budget.ts'
import { cancelOrder } from '../trading/cancel.ts'
import { feeHold } from '../trading/hold.ts'
import { placeOrder } from '../trading/place.ts'

/** Standing procurements one account may have. */
const PROCUREMENTS_MAX = 100

/**
 * Standing procurement: the exchange itself keeps `target` units of an instrument on hand for an account.
 * What is short stands as a bid at `buyAt`; what is above the target, and can be sold, as an offer at
 * `sellAt`. Both are ordinary orders under the mandate that is named, with its limits and budget.
 */
export function setProcurement(
  state: State,
  command: CommandOf<'procurement.set'>,
  events: EventLog,
): Refusal | undefined {
  const { target, buyAt, sellAt, mandate } = command
  if (target <= 0) return refuse('quantity_not_positive')
  if (buyAt <= 0 || (sellAt !== null && sellAt <= 0)) return refuse('price_not_positive')
  if (sellAt !== null && sellAt <= buyAt) return refuse('procurement_prices_cross')
  const account = accountOf(state, command.account)
  if (account === undefined) return refuse('account_not_found')
  const instrument = instrumentOf(state, command.instrument)
  if (instrument === undefined) return refuse('instrument_not_found')
  if (!ownsMandate(state, mandate, account.id)) return refuse('mandate_not_found')
  const own = liveOf(state).filter((one) => one.account === account.id)
  const before = own.find((one) => one.instrument === instrument.id)
  if (before !== undefined) return refuse('procurement_exists', { procurement: before.id })
  if (own.length >= PROCUREMENTS_MAX) return refuse('procurement_limit', { maximum: PROCUREMENTS_MAX })
  if (Math.max(buyAt, sellAt ?? 0) > instrument.spec.priceMax)
    return refuse('price_above_maximum', { maximum: instrument.spec.priceMax })
  if (target > instrument.spec.orderMax)
    return refuse('quantity_above_maximum', { maximum: instrument.spec.orderMax })

  // Nothing below this line can fail.
  const { kind: _, ...terms } = command
  const id = (state.procurements.length + 1) as ProcurementId
  const none = { order: 0 as OrderId, blocked: null }
  const procurement: Procurement = { ...terms, id, ended: false, buying: { ...none }, selling: { ...none } }
  state.procurements.push(procurement)
  state.procuring++
  events.push({ kind: 'procurement.set', procurement: id, ...terms })
  keep(state, procurement, events)
  return undefined
}

/** Ends a procurement; its orders are cancelled, and what it bought stays. */
export function endProcurement(
  state: State,
  command: CommandOf<'procurement.end'>,
  events: EventLog,
): Refusal | undefined {
  const account = accountOf(state, command.account)
  if (account === undefined) return refuse('account_not_found')
  const procurement = state.procurements[command.procurement - 1]
  if (procurement === undefined || procurement.account !== account.id || procurement.ended)
    return refuse('procurement_not_found')

  // Nothing below this line can fail.
  procurement.ended = true
  state.procuring--
  for (const leg of [procurement.buying, procurement.selling])
    if (findOrder(state.orders, leg.order) !== NO_SLOT) pull(state, procurement, leg.order, events)
  events.push({ kind: 'procurement.ended', procurement: procurement.id, account: account.id })
  return undefined
}

const liveOf = (state: State): Procurement[] => state.procurements.filter(({ ended }) => !ended)

/**
 * Brings the orders of procurements back in line after what was said since event number `from`: those of
 * accounts to which something happened, and those that were held up, where their market moved on.
 */
export function keepProcurements(state: State, events: EventLog, from: number): void {
  const said: Event[] = []
  for (const procurement of state.procurements) {
    if (procurement.ended) continue
    said.push(...events.read(from + said.length))
    if (concerns(procurement, said)) keep(state, procurement, events)
  }
}

function concerns({ account, instrument, buying, selling }: Procurement, events: readonly Event[]): boolean {
  const isHeldUp = buying.blocked !== null || selling.blocked !== null
  return events.some((event) => {
    if (event.kind === 'trade')
      return (
        event.aggressorAccount === account ||
        event.restingAccount === account ||
        (isHeldUp && event.instrument === instrument)
      )
    if ('account' in event && event.account === account) return true
    return isHeldUp && event.kind === 'instrument.status_changed' && event.instrument === instrument
  })
}

/** Weighted tokens in trading beyond what is owed, and in lots that no draw holds. */
function stockOf(state: State, account: AccountId, instrument: InstrumentId) {
  const position = theAccount(state, account).positions[instrument]
  if (position === undefined) return { tradable: 0, consumable: 0 }
  return {
    tradable: Math.max(0, inTrading(state, position) - obligationOf(state, position)),
    consumable: balanceOf(state.ledger, position.consumption),
  }
}

/** What the account is short of its target, and what it could sell above it, in lots. */
function gapOf(state: State, { account, instrument, target }: Procurement): { short: Lots; spare: Lots } {
  const { lot } = theInstrument(state, instrument).spec
  const { tradable, consumable } = stockOf(state, account, instrument)
  const above = tradable + consumable - target * lot
  const spare = Math.max(0, Math.floor(Math.min(above, tradable) / lot))
  return { short: Math.max(0, Math.ceil(-above / lot)) as Lots, spare: spare as Lots }
}

/** Units that an account has of what a procurement keeps, in weighted tokens. */
export function onHandOf(state: State, { account, instrument }: Procurement): number {
  const { tradable, consumable } = stockOf(state, account, instrument)
  return tradable + consumable
}

/** Bids for what is short and offers what is spare; what is not wanted any more is taken back first. */
function keep(state: State, procurement: Procurement, events: EventLog): void {
  const { short, spare } = gapOf(state, procurement)
  if (short === 0) stand(state, procurement, 'buy', 0, events)
  stand(state, procurement, 'sell', procurement.sellAt === null ? 0 : spare, events)
  if (short > 0) stand(state, procurement, 'buy', gapOf(state, procurement).short, events)
}

/** Makes one side's standing order as large as is wanted now: placed, amended, or taken back. */
function stand(state: State, procurement: Procurement, side: Side, wanted: number, events: EventLog): void {
  const leg = side === 'buy' ? procurement.buying : procurement.selling
  const pool = state.orders
  const slot = findOrder(pool, leg.order)
  const standing = slot === NO_SLOT ? 0 : (pool.remaining[slot] as number)
  if (standing === wanted) return note(procurement, side, null, events)
  if (wanted === 0) {
    pull(state, procurement, leg.order, events)
    return note(procurement, side, null, events)
  }
  const size = side === 'sell' ? wanted : Math.min(wanted, standing + affordable(state, procurement))
  if (size === standing) return note(procurement, side, shortOf(state, procurement), events)
  const { account, mandate } = procurement
  const from = events.count
  const lots = ((slot === NO_SLOT ? 0 : (pool.filled[slot] as number)) + size) as Lots
  const refusal =
    slot === NO_SLOT
      ? placeOrder(state, orderOf(procurement, side, lots), events)
      : amendOrder(
          state,
          { kind: 'order.amend', account, order: leg.order, price: null, lots, mandate },
          events,
        )
  if (refusal !== undefined) return note(procurement, side, refusal.reason, events)
  const done = events.read(from)
  for (const event of done) if (event.kind === 'order.accepted') leg.order = event.order
  const own = done.some((event) => event.kind === 'order.closed' && event.reason === 'self_trade')
  const reason = own ? 'self_trade' : size < wanted ? shortOf(state, procurement) : null
  note(procurement, side, reason, events)
}

/** Lots that its money and its mandate still reach for at the price that it buys at, the fee included. */
function affordable(state: State, { account, mandate, instrument, buyAt }: Procurement): number {
  const { spec } = theInstrument(state, instrument)
  const money = Math.min(freeCash(state, theAccount(state, account)), budgetLeft(state, mandate, state.at))
  const each = buyAt * lotTick(spec)
  const most = Math.floor(money / each)
  // The fee of the whole is one rounding; a lot less makes room for it.
  return Math.max(0, Math.floor((money - feeHold(state, most * each) - 1) / each))
}

/** What it lacks where it cannot buy all that is short. */
const shortOf = (state: State, { account, mandate }: Procurement): Reject =>
  freeCash(state, theAccount(state, account)) <= budgetLeft(state, mandate, state.at)
    ? 'insufficient_funds'
    : 'budget_exceeded'

function pull(state: State, { account }: Procurement, order: OrderId, events: EventLog): void {
  cancelOrder(state, { kind: 'order.cancel', account, order }, events)
}

const orderOf = (
  { account, instrument, mandate, buyAt, sellAt }: Procurement,
  side: Side,
  lots: Lots,
): OrderPlace => ({
  kind: 'order.place',
  account,
  instrument,
  side,
  type: 'limit',
  timeInForce: 'gtc',
  postOnly: 'none',
  selfTrade: 'cancel_newest',
  price: side === 'buy' ? buyAt : sellAt,
  lots,
  clientOrderId: null,
  mandate,
})

/** Says once why a side is held up, and once that it no longer is. */
function note(procurement: Procurement, side: Side, reason: HeldUp | null, events: EventLog): void {
  const leg = side === 'buy' ? procurement.buying : procurement.selling
  if (leg.blocked === reason) return
  leg.blocked = reason
  const { id, account } = procurement
  events.push({ kind: 'procurement.held_up', procurement: id, account, side, reason })
}
