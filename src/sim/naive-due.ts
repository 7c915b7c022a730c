import type { NaiveGroup, NaiveMarket } from './naive-book.ts'
import { close, closeAll, find } from './naive-book.ts'

/** What is due, the earliest first; of one instant orders before timers, and the older first. */
export function runOut(market: NaiveMarket, at: number): string[] {
  const expiring = [...market.bids, ...market.asks, ...market.stops]
    .filter((order) => order.expiresAt <= at)
    .map(({ expiresAt, id }) => ({ at: expiresAt, rank: 0, id }))
  const firing = [...market.timers]
    .filter(([, due]) => due <= at)
    .map(([account, due]) => ({ at: due, rank: 1, id: account }))
  return [...expiring, ...firing]
    .sort((a, b) => a.at - b.at || a.rank - b.rank || a.id - b.id)
    .flatMap(({ rank, id }) => {
      if (rank === 1) {
        market.timers.delete(id)
        return ['cancel_timer.fired', ...closeAll(market, 'cancel_timer', (order) => order.account === id)]
      }
      const order = find(market, id)
      return order === undefined ? [] : [close(market, order, 'expired')]
    })
}

/** Ends the orders of a group that has filled its limit within its window in this command. */
export function trip(market: NaiveMarket, group: NaiveGroup, id: number, at: number): string[] {
  const within = group.fills.filter((fill) => fill.at + group.window > at)
  const filled = within.reduce((sum, fill) => sum + fill.wt, 0)
  if (!group.isOpen || filled < group.limit) return []
  group.fills = []
  group.frozenUntil = at + group.freeze
  return [`group ${id} trips at ${filled}`, ...closeAll(market, 'group_limit', (order) => order.group === id)]
}
