import type { OrderPlace, PostOnly, Side } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import type { Reject } from '../state/reject.ts'
import type { InstrumentRules } from '../state/status.ts'
import type { NaiveMarket, NaiveOrder } from './naive-book.ts'
import { against, reaches } from './naive-book.ts'

/** What the twin is told of the venue: shares in ppm, and each account's member. */
export type NaiveRules = {
  spec: Spec
  band: number
  protection: number
  corridor: Pick<InstrumentRules, 'collar' | 'volatility' | 'takerDelay' | 'callTime'>
  memberOf(account: number): number
}

/** A refusal. */
export const no = (reason: Reject): string[] => [`no: ${reason}`]

/** Whether the last trade has reached a stop price. */
export const hasReached = ({ last }: NaiveMarket, side: Side, stop: number): boolean =>
  last > 0 && (side === 'buy' ? last >= stop : last <= stop)

/** The lowest and the highest price of the band. */
export function bandOf(market: NaiveMarket, { spec, band }: NaiveRules): { floor: number; ceiling: number } {
  const reference = market.last === 0 ? spec.listingPrice : market.last
  const floor = Math.max(1, Math.ceil((reference * (1e6 - band)) / 1e6))
  const ceiling = Math.min(spec.priceMax, Math.floor((reference * (1e6 + band)) / 1e6))
  return { floor, ceiling }
}

/** How far a market order goes that a trade at `price` lets in. */
export const protectedFrom = ({ spec, protection }: NaiveRules, side: Side, price: number): number =>
  side === 'buy'
    ? Math.min(Math.floor((price * (1e6 + protection)) / 1e6), Math.max(spec.priceMax, price))
    : Math.max(Math.ceil((price * (1e6 - protection)) / 1e6), 1)

/** The protection limit of a market order, within corridor and band; 0: nobody is there. */
export function marketLimit(
  market: NaiveMarket,
  rules: NaiveRules,
  order: OrderPlace,
  best: number | undefined,
): number {
  if (best === undefined) return 0
  const { floor, ceiling } = bandOf(market, rules)
  const { protection, spec } = rules
  if (order.side === 'buy') {
    const reach = Math.min(Math.floor((best * (1e6 + protection)) / 1e6), spec.priceMax)
    const price = Math.min(reach, order.price ?? reach)
    return Math.min(reachOf(market, rules, { side: 'buy', price }), ceiling)
  }
  const reach = Math.max(Math.ceil((best * (1e6 - protection)) / 1e6), 1)
  const price = Math.max(reach, order.price ?? reach)
  return Math.max(reachOf(market, rules, { side: 'sell', price }), floor)
}

/** Why a limit is refused. */
export function limitFault(
  market: NaiveMarket,
  rules: NaiveRules,
  side: Side,
  postOnly: PostOnly,
  price: number | undefined,
  limit: number,
): Reject | undefined {
  if (limit > rules.spec.priceMax) return 'price_above_maximum'
  const { floor, ceiling } = bandOf(market, rules)
  if (price !== undefined && (price < floor || price > ceiling)) return 'price_outside_band'
  const best = against(market, side)[0]
  if (postOnly === 'none' || best === undefined || !reaches(side, limit, best.price)) return undefined
  const behind = slid(market, side, postOnly, limit)
  if (postOnly === 'reject' || behind < 1 || behind > rules.spec.priceMax) return 'post_only_would_cross'
  return behind < floor || behind > ceiling ? 'price_outside_band' : undefined
}

/** The price of an order that slides: a tick behind the best of the other side where it would cross it. */
export function slid(market: NaiveMarket, side: Side, postOnly: PostOnly, price: number): number {
  const best = against(market, side)[0]
  if (postOnly !== 'slide' || best === undefined || !reaches(side, price, best.price)) return price
  return side === 'buy' ? best.price - 1 : best.price + 1
}

/** How far an order may trade: within its limit, the static collar, and the dynamic one of five minutes. */
export function reachOf(
  market: NaiveMarket,
  { spec, corridor }: NaiveRules,
  { side, price }: Pick<NaiveOrder, 'side' | 'price'>,
): number {
  const { collar, volatility } = corridor
  const best = against(market, side)[0]?.price ?? price
  const half = 30e6
  const recent = market.trades.filter(({ at }) => Math.floor(at / half) > Math.floor(market.now / half) - 10)
  const seen = [best, ...(market.last === 0 ? [] : [market.last]), ...recent.map((trade) => trade.price)]
  const centre = market.called === 0 ? spec.listingPrice : market.called
  if (side === 'buy') {
    const dynamic = volatility === 0 ? Infinity : Math.floor((Math.min(...seen) * (1e6 + volatility)) / 1e6)
    return Math.min(price, dynamic, collar === 0 ? Infinity : Math.floor((centre * (1e6 + collar)) / 1e6))
  }
  const dynamic = volatility === 0 ? 0 : Math.ceil((Math.max(...seen) * (1e6 - volatility)) / 1e6)
  return Math.max(price, dynamic, collar === 0 ? 0 : Math.ceil((centre * (1e6 - collar)) / 1e6))
}
