import type { MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { micros } from '../base/money.ts'
import { accountOf, freeCash, instrumentOf, inTrading, obligationOf } from '../state/account.ts'
import { bestAgainst, crosses } from '../state/book.ts'
import { approvalFault, boundFault, isBounded } from '../mandate/bound.ts'
import { budgetFault, lapseFault, ownsMandate, priceFault, scopeFault } from '../mandate/budget.ts'
import type { OrderPlace, SelfTrade } from '../state/command.ts'
import { hasReached } from '../state/waiting.ts'
import { buyHold, feeHold, feeOwing } from './hold.ts'
import { delayOf } from './wait.ts'
import { bandFault, marketLimit, slidTo } from './band.ts'
import { groupFault, termsFault } from './terms.ts'
import { killFault } from './kill.ts'
import { openOrdersMax, sizeFault } from './limit.ts'
import { orderFault } from './market-state.ts'
import { lotTick } from '../state/instrument.ts'
import { balanceOf } from '../state/ledger.ts'
import type { Aggressor, Walk } from './match.ts'
import { newWalk, NOTHING_AHEAD, walk } from './match.ts'
import { BUY, mayRest, NO_SLOT, SELL, sideCode, termsOf } from '../state/order.ts'
import { olderOf } from '../state/order-link.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { bondReference, protectedFrom, valueOf } from './risk.ts'
import type { Account, Instrument, Position, State } from '../state/state.ts'

/** What an order that may be placed would do at once, what would stand in the book, and what it holds. */
export class Plan implements Aggressor {
  account!: Account
  instrument!: Instrument
  selfTrade: SelfTrade = 'cancel_newest'
  side = 0
  /** The limit; for a market order, the protection limit it gets. */
  limit = 0 as Ticks
  /** What enters: less than asked only where the order may but reduce. */
  lots = 0 as Lots
  ahead: Readonly<Walk> = NOTHING_AHEAD
  rests = 0 as Lots
  /** µ$ held on the way in: the exact cost of what fills, the limit for what rests, and the highest fee. */
  hold = 0 as Micros
  /** µ$ per lot that a seller who owes units holds for its bond; -1 where it owes none. */
  backing = 0
  /** Whether a person has approved it, so that it may cost more than the threshold of its mandate. */
  approved = false
  /** Where `ahead` is written, if the order meets anybody. */
  readonly walk = newWalk()
}

/**
 * Every test an order must pass, in the order of reject.ts, touching nothing: also the answer to a preview.
 * Fills in `plan` and returns it.
 */
export function planOrder(state: State, order: OrderPlace, plan = new Plan()): Plan | Refusal {
  const { price, type } = order
  if (order.lots <= 0) return refuse('quantity_not_positive')
  if (type === 'limit' && price === null) return refuse('price_missing')
  if (price !== null && price <= 0) return refuse('price_not_positive')
  if (order.postOnly !== 'none' && !mayRest(order)) return refuse('post_only_needs_gtc_limit')
  const unclear = termsFault(order)
  if (unclear !== undefined) return unclear
  const account = accountOf(state, order.account)
  if (account === undefined) return refuse('account_not_found')
  const instrument = instrumentOf(state, order.instrument)
  if (instrument === undefined) return refuse('instrument_not_found')
  if (!ownsMandate(state, order.mandate, account.id)) return refuse('mandate_not_found')
  const ungrouped = groupFault(state, order)
  const namesake = order.clientOrderId === null ? undefined : account.clientOrders.get(order.clientOrderId)
  if (namesake !== undefined) return refuse('client_order_id_reused', { order: namesake.order })
  if (ungrouped?.reason === 'group_not_found') return ungrouped
  const closed = orderFault(instrument, order)
  if (closed !== undefined) return closed
  const killed = killFault(state, account, instrument)
  if (killed !== undefined) return killed
  plan.account = account
  plan.instrument = instrument
  plan.selfTrade = order.selfTrade
  plan.side = sideCode(order.side)
  plan.lots = order.lots
  const lapsed = order.mandate === NO_MANDATE ? undefined : lapseFault(state, order.mandate, state.at)
  return lapsed ?? ungrouped ?? planInMarket(state, order, plan)
}

/** The market's own rules: maxima, the band, and what the order would meet. */
function planInMarket(state: State, order: OrderPlace, plan: Plan): Plan | Refusal {
  if (order.special?.stop !== undefined) return planStop(state, order, order.special.stop, plan)
  const { account, instrument, side } = plan
  const { book, spec } = instrument
  const market = order.type === 'market'
  const named = market ? marketLimit(state, instrument, side, order.price) : (order.price as Ticks)
  if (named > spec.priceMax) return refuse('price_above_maximum', { maximum: spec.priceMax })
  if (order.lots > spec.orderMax) return refuse('quantity_above_maximum', { maximum: spec.orderMax })
  const banded = bandFault(state, instrument, market ? bestAgainst(book, side) : named)
  if (banded !== undefined) return banded
  const limit = order.postOnly === 'slide' ? slidTo(state, instrument, side, named) : named
  if (typeof limit !== 'number') return limit
  const crossing = crosses(book, side, limit)
  if (order.postOnly === 'reject' && crossing)
    return refuse('post_only_would_cross', { best: bestAgainst(book, side) })
  const isBlock = order.special?.allOrNone === true
  if (crossing && instrument.status === 'post_only' && !isBlock) return refuse('market_post_only')
  plan.limit = limit
  if (order.special?.reduceOnly === true) plan.lots = reducible(state, account, instrument, side, order.lots)
  const { lots } = plan
  const ahead = crossing ? walk(state, instrument, plan, plan.walk) : NOTHING_AHEAD
  if (order.timeInForce === 'fok' && ahead.filled < order.lots)
    return refuse('fok_unfillable', { fillable: ahead.filled })
  if (market && !crossing) return refuse('no_liquidity')
  const left = (lots - ahead.filled - ahead.prevented) as Lots
  const stands = mayRest(order) ? left : (0 as Lots)
  const mustWait = isBlock && (instrument.status !== 'open' || ahead.filled < lots)
  const waits = mustWait || (crossing && delayOf(instrument) > 0)
  plan.rests = waits ? lots : stands
  if (plan.rests > 0 && account.openOrders >= openOrdersMax(account))
    return refuse('open_order_limit', { maximum: openOrdersMax(account) })
  const enters = waits ? lots : ahead.filled + plan.rests
  const oversize = sizeFault(state, account, instrument, side, limit, order.lots, enters, NO_SLOT)
  if (oversize !== undefined) return oversize
  if ((order.special?.expiresAt ?? Infinity) <= state.at) return refuse('expiry_not_ahead')
  if (lots === 0) return refuse('nothing_to_reduce')
  if (isBlock && blocksOf(state, account, instrument) >= BLOCKS_MAX)
    return refuse('all_or_none_limit', { maximum: BLOCKS_MAX })
  // What waits holds what it may cost, whatever the book would give it now.
  plan.ahead = waits ? NOTHING_AHEAD : ahead
  const unfunded = planFunds(state, order, plan)
  if (unfunded !== undefined) return unfunded
  if (waits && !mustWait) {
    plan.ahead = ahead
    plan.rests = stands
  }
  return plan
}

/** All-or-none orders that one account may have in a market: each is looked at whenever its book moves. */
const BLOCKS_MAX = 10

/** How many all-or-none orders an account has in a market. */
function blocksOf({ orders: pool }: State, { orderHead }: Account, { id }: Instrument): number {
  let count = 0
  for (let slot = orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot))
    if (pool.instrument[slot] === id && termsOf(pool, slot).special?.allOrNone === true) count++
  return count
}

/** A stop order meets nobody yet: it holds what it may cost at its limit. */
function planStop(state: State, order: OrderPlace, stop: Ticks, plan: Plan): Plan | Refusal {
  const { account, instrument, side, lots } = plan
  const { spec, lastPrice } = instrument
  const limit = order.type === 'limit' ? (order.price as Ticks) : protectedFrom(state, instrument, side, stop)
  if (Math.max(stop, limit) > spec.priceMax) return refuse('price_above_maximum', { maximum: spec.priceMax })
  if (order.lots > spec.orderMax) return refuse('quantity_above_maximum', { maximum: spec.orderMax })
  if (account.openOrders >= openOrdersMax(account))
    return refuse('open_order_limit', { maximum: openOrdersMax(account) })
  if ((order.special?.expiresAt ?? Infinity) <= state.at) return refuse('expiry_not_ahead')
  if (hasReached(lastPrice, side, stop)) return refuse('stop_already_reached', { last: lastPrice })
  const oversize = sizeFault(state, account, instrument, side, limit, lots, lots, NO_SLOT)
  if (oversize !== undefined) return oversize
  plan.limit = limit
  plan.ahead = NOTHING_AHEAD
  plan.rests = lots
  return planFunds(state, order, plan) ?? plan
}

/**
 * How many of `wanted` lots bring the account nearer to owing and owning nothing: a sale of what it has in
 * trading beyond what it owes, a purchase of what it owes beyond that.
 */
export function reducible(
  state: State,
  account: Account,
  instrument: Instrument,
  side: number,
  wanted: Lots,
): Lots {
  const position = account.positions[instrument.id]
  if (position === undefined) return 0 as Lots
  const net = inTrading(state, position) - obligationOf(state, position)
  const most = Math.floor((side === BUY ? -net : net) / instrument.spec.lot)
  return Math.max(0, Math.min(wanted, most)) as Lots
}

/** Money, units and authority: the last tests, and the hold that follows from them. */
function planFunds(state: State, order: OrderPlace, plan: Plan): Refusal | undefined {
  const { account, instrument, side, limit, lots, ahead, rests } = plan
  const position = account.positions[instrument.id]
  const backing = side === BUY ? -1 : backingAt(state, instrument, position, limit)
  const value = ahead.value + ahead.transferred + valueOf(instrument, limit, rests)
  const hold =
    side === BUY ? buyHold(state, position, value) : sellHold(state, position, value, backing, lots)
  const outside =
    order.mandate === NO_MANDATE ? undefined : authorityFault(state, order, instrument, limit, hold)
  if (outside !== undefined) return outside
  const cash = freeCash(state, account)
  if (hold > cash) return refuse('insufficient_funds', { needed: hold, free: cash })
  if (side === SELL) {
    const units = lots * instrument.spec.lot
    const free = position === undefined ? 0 : balanceOf(state.ledger, position.free)
    if (units > free) return refuse('insufficient_units', { needed: units, free })
  }
  if (isBounded(state, order.mandate)) {
    const beyond = boundsFault(state, order.mandate, plan, side === BUY ? hold : value)
    if (beyond !== undefined) return beyond
  }
  plan.hold = hold
  plan.backing = backing
  return undefined
}

/** What an order may not pass beside budgets; last of all, what a person has to approve. */
function boundsFault(state: State, mandate: MandateId, plan: Plan, worst: number): Refusal | undefined {
  const { account, instrument, side, limit, ahead, rests, approved } = plan
  const lots = ahead.filled + rests
  const order = { account, instrument, side, price: limit, lots, isNew: rests > 0, slot: NO_SLOT }
  return boundFault(state, mandate, order) ?? (approved ? undefined : approvalFault(state, mandate, worst))
}

/** Whether the mandate covers the order; for a buy, at its price and worst cost. */
function authorityFault(
  state: State,
  { mandate, side }: OrderPlace,
  { id }: Instrument,
  limit: Ticks,
  hold: Micros,
): Refusal | undefined {
  const outside = scopeFault(state, mandate, id, side)
  const fault = outside ?? priceFault(state, mandate, id, sideCode(side), limit)
  if (fault !== undefined || side === 'sell') return fault
  return budgetFault(state, mandate, state.at, hold)
}

/**
 * µ$ per lot by which a sale at this limit falls short of the bond reference; -1 if the seller owes nothing.
 */
export function backingAt(
  state: State,
  instrument: Instrument,
  position: Position | undefined,
  limit: number,
): number {
  if (position === undefined || obligationOf(state, position) === 0) return -1
  return Math.max(0, bondReference(state, instrument) - limit) * lotTick(instrument.spec)
}

/**
 * What a sale holds in cash: nothing if its seller owes nothing, else the highest fee and the bond it may
 * add.
 */
export const sellHold = (
  state: State,
  position: Position | undefined,
  value: number,
  backing: number,
  quantity: number,
): Micros =>
  backing < 0 ? (0 as Micros) : micros(feeHold(state, value) + feeOwing(position) + backing * quantity)
