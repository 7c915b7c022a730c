import type { NaiveGroup, NaiveMarket, NaiveOrder } from './naive-book.ts'
import { closeAll, closed, stopWaiting } from './naive-book.ts'
import { enter, fillsWhole, wouldTrade } from './naive-enter.ts'
import type { NaiveRules } from './naive-limit.ts'
import { bandOf, hasReached, limitFault, slid } from './naive-limit.ts'
import { statusFault } from './naive-status.ts'

/** What trades bring about: what waited enters, and groups that have filled enough end. */
export const follow = (market: NaiveMarket, rules: NaiveRules, at: number): string[] => [
  ...enterWaiting(market, rules),
  ...market.groups.flatMap((group, i) => trip(market, group, i + 1, at)),
]

/** Lets what need not wait any more enter, the nearest first, and then what that lets in. */
function enterWaiting(market: NaiveMarket, rules: NaiveRules): string[] {
  const lines: string[] = []
  while (market.status === 'open') {
    const [stop] = market.waiting
      .filter((order) => order.waits === 'price' && hasReached(market, order.side, order.stop))
      .sort((a, b) => (a.side !== b.side ? (a.side === 'buy' ? -1 : 1) : nearer(a.side, a.stop, b.stop)))
    if (stop !== undefined) {
      lines.push(...trigger(market, rules, stop))
      continue
    }
    const block = market.waiting
      .filter((order) => order.waits === 'whole')
      .sort((a, b) => (a.side !== b.side ? (a.side === 'buy' ? -1 : 1) : nearer(a.side, b.price, a.price)))
      .find((order) => fillsWhole(market, rules, order))
    if (block === undefined) break
    stopWaiting(market, block)
    lines.push(`enters #${block.id}`, ...enter(market, rules, block, true))
  }
  return lines
}

/** Below zero where a price that rises meets the first before the second; of a sale, one that falls. */
const nearer = (side: NaiveOrder['side'], first: number, second: number): number =>
  side === 'buy' ? first - second : second - first

function trigger(market: NaiveMarket, rules: NaiveRules, order: NaiveOrder): string[] {
  stopWaiting(market, order)
  order.stop = 0
  const line = `triggered #${order.id} at ${market.last}`
  const { floor, ceiling } = bandOf(market, rules)
  const isOutside = order.price < floor || order.price > ceiling
  if (isOutside && order.type === 'limit') return [line, closed(order, 'price_band', false)]
  order.price = Math.max(floor, Math.min(ceiling, order.price))
  return [line, ...enterNow(market, rules, order, true)]
}

/** Lets the order of a taker enter whose delay is over, if the market takes it. */
export function release(market: NaiveMarket, rules: NaiveRules, order: NaiveOrder): string[] {
  stopWaiting(market, order)
  const line = `enters #${order.id}`
  const asked = { ...order, special: order.allOrNone ? { allOrNone: true as const } : {} }
  const isRefused = market.status !== 'open' && statusFault(market.status, asked, order.stays) !== undefined
  if (isRefused || (market.status === 'post_only' && wouldTrade(market, order)))
    return [line, closed(order, 'market_state', false)]
  return [line, ...enterNow(market, rules, order, false)]
}

/** It enters, or ends because it may not take, may only take whole, or may not slide that far. */
function enterNow(market: NaiveMarket, rules: NaiveRules, order: NaiveOrder, delays: boolean): string[] {
  const { side, postOnly, price } = order
  if (postOnly !== 'none' && wouldTrade(market, order)) {
    const fault = limitFault(market, rules, side, postOnly, undefined, price)
    if (fault !== undefined) return [closed(order, 'post_only', false)]
    order.price = slid(market, side, postOnly, price)
  }
  if (order.timeInForce === 'fok' && !fillsWhole(market, rules, order))
    return [closed(order, 'fok_unfilled', false)]
  return enter(market, rules, order, delays)
}

/** Ends the orders of a group that has filled its limit within its window in this command. */
function trip(market: NaiveMarket, group: NaiveGroup, id: number, at: number): string[] {
  const within = group.fills.filter((fill) => fill.at + group.window > at)
  const filled = within.reduce((sum, fill) => sum + fill.wt, 0)
  if (!group.isOpen || filled < group.limit) return []
  group.fills = []
  group.frozenUntil = at + group.freeze
  return [`group ${id} trips at ${filled}`, ...closeAll(market, 'group_limit', (order) => order.group === id)]
}
