import type { OrderPlace } from '../state/command.ts'
import type { NaiveMarket, NaiveOrder } from './naive-book.ts'
import { against, reaches } from './naive-book.ts'
import { enter } from './naive-enter.ts'
import type { NaiveRules } from './naive-limit.ts'
import { hasReached, limitFault, marketLimit, no, protectedFrom, slid } from './naive-limit.ts'
import { statusFault } from './naive-status.ts'

const DAY = 24 * 3_600 * 1_000_000

/** Refuses an order, lets it wait, or lets it enter. */
export function place(market: NaiveMarket, rules: NaiveRules, order: OrderPlace, at: number): string[] {
  const { side, type, timeInForce } = order
  const resting = type === 'limit' && timeInForce !== 'ioc' && timeInForce !== 'fok'
  if (order.lots <= 0) return no('quantity_not_positive')
  if (type === 'limit' && order.price === null) return no('price_missing')
  if (order.price !== null && order.price <= 0) return no('price_not_positive')
  if (order.postOnly !== 'none' && !resting) return no('post_only_needs_gtc_limit')
  const expiresAt = order.special?.expiresAt ?? Infinity
  if (timeInForce === 'gtd' && expiresAt === Infinity) return no('expiry_missing')
  if (timeInForce !== 'gtd' && expiresAt < Infinity) return no('expiry_unasked')
  const display = order.special?.display
  const takes = timeInForce === 'ioc' || timeInForce === 'fok'
  if (order.special?.stop !== undefined && order.special.stop <= 0) return no('price_not_positive')
  if (order.special?.stop !== undefined && (takes || order.postOnly !== 'none')) return no('stop_terms')
  if (order.special?.stop !== undefined && type === 'market' && order.price !== null) return no('stop_terms')
  if (display !== undefined && !resting) return no('display_terms')
  if (display !== undefined && (display * 20 < order.lots || display > order.lots))
    return no('display_out_of_bounds')
  const group = order.special?.group === undefined ? undefined : market.groups[order.special.group - 1]
  const isOwn = group?.account === order.account && group.isOpen
  if (order.special?.group !== undefined && !isOwn) return no('group_not_found')
  if (market.status !== 'open') {
    const fault = statusFault(market.status, order, resting)
    if (fault !== undefined) return no(fault)
  }
  if (group !== undefined && group.frozenUntil > at) return no('group_frozen')
  const stop = order.special?.stop
  if (stop !== undefined) return wait(market, rules, order, stop, at)
  const best = against(market, side)[0]?.price
  const named = type === 'market' ? marketLimit(market, rules, order, best) : (order.price as number)
  if (named > rules.spec.priceMax) return no('price_above_maximum')
  if (order.lots > rules.spec.orderMax) return no('quantity_above_maximum')
  const banded = type === 'market' ? best : named
  const fault = limitFault(market, rules, side, order.postOnly, banded, named)
  if (fault !== undefined) return no(fault)
  const limit = slid(market, side, order.postOnly, named)
  if (market.status === 'post_only' && best !== undefined && reaches(side, limit, best))
    return no('market_post_only')
  const entering = enteringAs(market, rules, order, limit, at)
  if (timeInForce === 'fok') {
    const rehearsal = structuredClone(entering)
    enter(structuredClone(market), rules, rehearsal, false)
    if (rehearsal.filled < order.lots) return no('fok_unfillable')
  }
  if (type === 'market' && (best === undefined || !reaches(side, limit, best))) return no('no_liquidity')
  if (expiresAt <= at) return no('expiry_not_ahead')
  market.nextOrder++
  return [
    `accepted #${entering.id} ${side} ${order.lots} @ ${limit}`,
    ...enter(market, rules, entering, resting),
  ]
}

/** A stop order waits outside the book, at its limit or at the protection from its stop price. */
function wait(market: NaiveMarket, rules: NaiveRules, order: OrderPlace, stop: number, at: number): string[] {
  const { spec } = rules
  const limit = order.type === 'limit' ? (order.price as number) : protectedFrom(rules, order.side, stop)
  if (Math.max(stop, limit) > spec.priceMax) return no('price_above_maximum')
  if (order.lots > spec.orderMax) return no('quantity_above_maximum')
  if ((order.special?.expiresAt ?? Infinity) <= at) return no('expiry_not_ahead')
  if (hasReached(market, order.side, stop)) return no('stop_already_reached')
  const waiting = { ...enteringAs(market, rules, order, limit, at), stop }
  market.stops.push(waiting)
  market.nextOrder++
  return [`accepted #${waiting.id} ${order.side} ${order.lots} @ ${limit}`, `waits #${waiting.id}`]
}

/** An order as it would enter, with the next id. */
function enteringAs(
  market: NaiveMarket,
  rules: NaiveRules,
  order: OrderPlace,
  price: number,
  at: number,
): NaiveOrder {
  const { type, timeInForce, special } = order
  return {
    id: market.nextOrder,
    account: order.account,
    member: rules.memberOf(order.account),
    side: order.side,
    price,
    remaining: order.lots,
    shown: order.lots,
    display: special?.display ?? Infinity,
    filled: 0,
    group: special?.group ?? 0,
    stop: 0,
    type,
    timeInForce,
    stays: type === 'limit' && timeInForce !== 'ioc' && timeInForce !== 'fok',
    expiresAt: timeInForce === 'day' ? (Math.floor(at / DAY) + 1) * DAY : (special?.expiresAt ?? Infinity),
    postOnly: order.postOnly,
    selfTrade: order.selfTrade,
  }
}
