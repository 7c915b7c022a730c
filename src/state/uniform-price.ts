import type { Lots, Ticks } from '../base/money.ts'

/** A price and how much stands at it. */
export type Interest = readonly [price: number, lots: number]

/** Where a call would trade. `imbalance` is what is left at the price: above zero buyers, below sellers. */
export type UniformPrice = { price: Ticks; lots: Lots; imbalance: number }

/**
 * The one price of a call auction: most volume, then least imbalance, then nearest the reference, then the
 * lower. Both sides best price first. Nothing where no buyer meets a seller. Volume and imbalance change only
 * beside an order's price, so those prices, their neighbours and the reference are all that need a look.
 */
export function uniformPrice(
  bids: readonly Interest[],
  asks: readonly Interest[],
  reference: number,
): UniformPrice | undefined {
  const highest = bids[0]?.[0]
  const lowest = asks[0]?.[0]
  if (highest === undefined || lowest === undefined || highest < lowest) return undefined
  let demand = 0
  for (const [price, lots] of bids) if (price >= lowest) demand += lots
  let supply = 0
  let bid = bids.length - 1
  while (bid >= 0 && (bids[bid]?.[0] as number) < lowest) bid--
  let ask = 0
  let found: UniformPrice | undefined
  for (const price of candidates(bids, asks, lowest, highest, reference)) {
    for (; bid >= 0 && (bids[bid]?.[0] as number) < price; bid--) demand -= bids[bid]?.[1] as number
    for (; ask < asks.length && (asks[ask]?.[0] as number) <= price; ask++) supply += asks[ask]?.[1] as number
    const lots = Math.min(demand, supply) as Lots
    const next: UniformPrice = { price: price as Ticks, lots, imbalance: demand - supply }
    if (found === undefined || isBetter(next, found, reference)) found = next
  }
  return found
}

/** Prices worth a look between the best ask and the best bid, ascending. */
function candidates(
  bids: readonly Interest[],
  asks: readonly Interest[],
  lowest: number,
  highest: number,
  reference: number,
): number[] {
  const prices = new Set([Math.min(highest, Math.max(lowest, reference))])
  const add = (price: number) => {
    if (price >= lowest && price <= highest) prices.add(price)
  }
  for (const [price] of bids) {
    add(price)
    add(price + 1)
  }
  for (const [price] of asks) {
    add(price)
    add(price - 1)
  }
  return [...prices].sort((a, b) => a - b)
}

function isBetter(next: UniformPrice, best: UniformPrice, reference: number): boolean {
  if (next.lots !== best.lots) return next.lots > best.lots
  const left = Math.abs(next.imbalance) - Math.abs(best.imbalance)
  return left !== 0 ? left < 0 : Math.abs(next.price - reference) < Math.abs(best.price - reference)
}
