import type { NaiveMarket, NaiveOrder } from './naive-book.ts'
import { against, close, closed, endSlice, fills, insert, printed, reaches, wait } from './naive-book.ts'
import { collects } from './naive-call.ts'
import type { NaiveRules } from './naive-limit.ts'
import { reachOf } from './naive-limit.ts'

/**
 * Trades an order until its limit, its end or its own member stops it; then it rests, if it may. It may have
 * to wait first.
 */
export function enter(market: NaiveMarket, rules: NaiveRules, order: NaiveOrder, delays: boolean): string[] {
  if (order.allOrNone && !fillsWhole(market, rules, order)) return [wait(market, order, 'whole')]
  if (delays && market.status === 'open' && rules.corridor.takerDelay > 0 && wouldTrade(market, order)) {
    order.due = market.now + rules.corridor.takerDelay
    return [wait(market, order, 'delay')]
  }
  if (collects(market.status)) return collect(market, order)
  const lines: string[] = []
  const reach = reachOf(market, rules, order)
  for (;;) {
    if (order.remaining === 0) return [...lines, closed(order, 'filled', false)]
    const best = against(market, order.side)[0]
    if (best === undefined || !reaches(order.side, reach, best.price)) break
    if (best.member === order.member) {
      lines.push(...giveWay(market, order, best))
      if (order.selfTrade === 'cancel_oldest' || (shrinks(order) && order.remaining > 0)) continue
      return [...lines, closed(order, 'self_trade', false)]
    }
    const quantity = Math.min(order.remaining, best.shown)
    best.shown -= quantity
    for (const party of [order, best]) {
      party.remaining -= quantity
      party.filled += quantity
      fills(market, party, quantity)
    }
    printed(market, best.price)
    lines.push(`trade #${order.id} with #${best.id}: ${quantity} @ ${best.price}`)
    if (best.shown === 0) lines.push(endSlice(market, best, 'filled'))
  }
  if (!order.stays) return [...lines, closed(order, 'ioc_remainder', false)]
  const best = against(market, order.side)[0]
  if (best !== undefined && reaches(order.side, order.price, best.price)) {
    market.status = 'volatility_auction'
    market.until = market.now + rules.corridor.callTime
    return [...lines, 'status volatility_auction', ...collect(market, order)]
  }
  return [...lines, insert(market, order)]
}

/**
 * A call takes an order in without a trade, once its own member's orders that it crosses are out of its way.
 */
function collect(market: NaiveMarket, order: NaiveOrder): string[] {
  const lines: string[] = []
  const others = [...against(market, order.side)]
  for (const other of others) {
    if (!reaches(order.side, order.price, other.price)) break
    if (other.member !== order.member) continue
    lines.push(...giveWay(market, order, other))
    if (order.selfTrade === 'cancel_oldest' || (shrinks(order) && order.remaining > 0)) continue
    return [...lines, closed(order, 'self_trade', false)]
  }
  return [...lines, insert(market, order)]
}

const shrinks = ({ selfTrade }: NaiveOrder): boolean => selfTrade === 'decrement' || selfTrade === 'transfer'

function giveWay(market: NaiveMarket, order: NaiveOrder, best: NaiveOrder): string[] {
  const quantity = Math.min(order.remaining, collects(market.status) ? best.remaining : best.shown)
  const lines = [`prevented #${order.id} with #${best.id}: ${quantity} @ ${best.price}`]
  if (shrinks(order)) {
    if (order.selfTrade === 'transfer' && order.account !== best.account)
      lines.push(`moved #${order.id} with #${best.id}: ${quantity} @ ${best.price}`)
    for (const party of [order, best]) {
      party.remaining -= quantity
      lines.push(`reduced #${party.id} by ${quantity}`)
    }
    best.shown = Math.max(0, best.shown - quantity)
    if (best.shown === 0) lines.push(endSlice(market, best, 'self_trade'))
  } else if (order.selfTrade !== 'cancel_newest') lines.push(close(market, best, 'self_trade'))
  return lines
}

/** Whether an order meets anybody at its limit. */
export function wouldTrade(market: NaiveMarket, { side, price }: NaiveOrder): boolean {
  const best = against(market, side)[0]
  return best !== undefined && reaches(side, price, best.price)
}

/** Whether the open market would fill all of an order now: it is tried on a copy. */
export function fillsWhole(market: NaiveMarket, rules: NaiveRules, order: NaiveOrder): boolean {
  if (market.status !== 'open' || !wouldTrade(market, order)) return false
  const rehearsal = { ...order, allOrNone: false, stays: false }
  enter(structuredClone(market), rules, rehearsal, false)
  return rehearsal.filled - order.filled === order.remaining
}
