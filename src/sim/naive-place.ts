import type { OrderPlace } from '../state/command.ts'
import type { NaiveMarket, NaiveOrder } from './naive-book.ts'
import { against, reaches, wait } from './naive-book.ts'
import { enter, fillsWhole } from './naive-enter.ts'
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
  if (order.special?.stop !== undefined && order.special.stop <= 0) return no('price_not_positive')
  if (order.special?.stop !== undefined && type === 'market' && order.price !== null) return no('stop_terms')
  const isBlock = order.special?.allOrNone === true
  if (display !== undefined && (!resting || isBlock)) return no('display_terms')
  if (isBlock && (!resting || order.postOnly !== 'none')) return no('all_or_none_terms')
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
  if (stop !== undefined) return placeStop(market, rules, order, stop, at)
  const best = against(market, side)[0]?.price
  const named = type === 'market' ? marketLimit(market, rules, order, best) : (order.price as number)
  if (named > rules.spec.priceMax) return no('price_above_maximum')
  if (order.lots > rules.spec.orderMax) return no('quantity_above_maximum')
  const banded = type === 'market' ? best : named
  const fault = limitFault(market, rules, side, order.postOnly, banded, named)
  if (fault !== undefined) return no(fault)
  const limit = slid(market, side, order.postOnly, named)
  if (market.status === 'post_only' && !isBlock && best !== undefined && reaches(side, limit, best))
    return no('market_post_only')
  const entering = enteringAs(market, rules, order, limit, at)
  if (timeInForce === 'fok' && !fillsWhole(market, rules, entering)) return no('fok_unfillable')
  if (type === 'market' && (best === undefined || !reaches(side, limit, best))) return no('no_liquidity')
  if (expiresAt <= at) return no('expiry_not_ahead')
  const blocks = market.waiting.filter((other) => other.allOrNone && other.account === order.account)
  if (isBlock && blocks.length >= 10) return no('all_or_none_limit')
  market.nextOrder++
  return [
    `accepted #${entering.id} ${side} ${order.lots} @ ${limit}`,
    ...enter(market, rules, entering, true),
  ]
}

/** A stop order waits outside the book, at its limit or at the protection from its stop price. */
function placeStop(
  market: NaiveMarket,
  rules: NaiveRules,
  order: OrderPlace,
  stop: number,
  at: number,
): string[] {
  const { spec } = rules
  const limit = order.type === 'limit' ? (order.price as number) : protectedFrom(rules, order.side, stop)
  if (Math.max(stop, limit) > spec.priceMax) return no('price_above_maximum')
  if (order.lots > spec.orderMax) return no('quantity_above_maximum')
  if ((order.special?.expiresAt ?? Infinity) <= at) return no('expiry_not_ahead')
  if (hasReached(market, order.side, stop)) return no('stop_already_reached')
  const waiting = { ...enteringAs(market, rules, order, limit, at), stop }
  market.nextOrder++
  const line = `accepted #${waiting.id} ${order.side} ${order.lots} @ ${limit}`
  return [line, wait(market, waiting, 'price')]
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
    waits: 'nothing',
    stop: 0,
    due: 0,
    allOrNone: special?.allOrNone === true,
    type,
    timeInForce,
    stays: type === 'limit' && timeInForce !== 'ioc' && timeInForce !== 'fok',
    expiresAt: timeInForce === 'day' ? (Math.floor(at / DAY) + 1) * DAY : (special?.expiresAt ?? Infinity),
    postOnly: order.postOnly,
    selfTrade: order.selfTrade,
  }
}
