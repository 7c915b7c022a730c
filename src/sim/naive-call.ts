import type { InstrumentStatus } from '../state/status.ts'

/** What a naive order must have to take part in a call. */
export type NaiveInterest = { id: number; price: number; remaining: number; filled: number }

/** One fill of a naive call. */
export type NaiveFill<Order> = { bid: Order; ask: Order; lots: number }

const total = (orders: readonly NaiveInterest[]): number =>
  orders.reduce((sum, { remaining }) => sum + remaining, 0)

/** The uniform price by trying every tick: most volume, least imbalance, nearest the reference, the lower. */
export function tryEveryPrice(
  bids: readonly NaiveInterest[],
  asks: readonly NaiveInterest[],
  reference: number,
): { price: number; lots: number; imbalance: number } | undefined {
  const prices = [...bids, ...asks].map(({ price }) => price)
  let best: { price: number; lots: number; imbalance: number } | undefined
  for (let price = Math.min(...prices); price <= Math.max(...prices); price++) {
    const demand = total(bids.filter((bid) => bid.price >= price))
    const supply = total(asks.filter((ask) => ask.price <= price))
    const found = { price, lots: Math.min(demand, supply), imbalance: demand - supply }
    if (found.lots === 0) continue
    const rank = (one: typeof found) => [
      -one.lots,
      Math.abs(one.imbalance),
      Math.abs(one.price - reference),
      one.price,
    ]
    if (best === undefined || isBefore(rank(found), rank(best))) best = found
  }
  return best
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i])
  return at >= 0 && (a[at] as number) < (b[at] as number)
}

/** Fills both sides from their fronts, both best first, until the lots are gone: one fill at a time. */
export function* fillNaively<Order extends NaiveInterest>(
  bids: readonly Order[],
  asks: readonly Order[],
  lots: number,
): Generator<NaiveFill<Order>> {
  let left = lots
  for (const bid of bids)
    for (const ask of asks) {
      const part = Math.min(left, bid.remaining, ask.remaining)
      if (part === 0) continue
      for (const order of [bid, ask]) {
        order.remaining -= part
        order.filled += part
      }
      left -= part
      yield { bid, ask, lots: part }
    }
}

/** Whether a status collects orders for one price. */
export const collects = (status: InstrumentStatus): boolean =>
  status === 'auction' || status === 'volatility_auction'
