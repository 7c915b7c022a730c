import type { NaiveMarket } from './naive-book.ts'
import { close, closeAll, find } from './naive-book.ts'
import type { NaiveRules } from './naive-limit.ts'
import { moveTo } from './naive-status.ts'
import { follow, release } from './naive-waiting.ts'

/** What is due, the earliest first; of one instant orders, timers, delayed takers, the end of a call. */
export function runOut(market: NaiveMarket, rules: NaiveRules, at: number): string[] {
  const expiring = [...market.bids, ...market.asks, ...market.waiting]
    .filter((order) => order.expiresAt <= at)
    .map(({ expiresAt, id }) => ({ at: expiresAt, rank: 0, id }))
  const firing = [...market.timers]
    .filter(([, due]) => due <= at)
    .map(([account, due]) => ({ at: due, rank: 1, id: account }))
  const entering = market.waiting
    .filter(({ waits, due }) => waits === 'delay' && due <= at)
    .map(({ due, id }) => ({ at: due, rank: 2, id }))
  const ending = market.until <= at ? [{ at: market.until, rank: 3, id: 0 }] : []
  return [...expiring, ...firing, ...entering, ...ending]
    .sort((a, b) => a.at - b.at || a.rank - b.rank || a.id - b.id)
    .flatMap(({ rank, id }) => {
      if (rank === 1) {
        market.timers.delete(id)
        return ['cancel_timer.fired', ...closeAll(market, 'cancel_timer', (order) => order.account === id)]
      }
      if (rank === 3) return moveTo(market, rules.spec, 'open')
      const order = find(market, id)
      if (order === undefined) return []
      if (rank === 0) return [close(market, order, 'expired')]
      return order.waits === 'delay' ? [...release(market, rules, order), ...follow(market, rules, at)] : []
    })
}
