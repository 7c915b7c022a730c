import type { OrderPlace } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import type { Reject } from '../state/reject.ts'
import type { InstrumentStatus } from '../state/status.ts'
import type { NaiveMarket } from './naive-book.ts'
import { close, endSlice, fills, printed } from './naive-book.ts'
import { collects, fillNaively, tryEveryPrice } from './naive-call.ts'

/** Another status: where orders meet, what crosses trades first, at one price. */
export function moveTo(market: NaiveMarket, spec: Spec, to: InstrumentStatus): string[] {
  const [bid, ask] = [market.bids[0], market.asks[0]]
  const isCrossed = bid !== undefined && ask !== undefined && bid.price >= ask.price
  const meets = to === 'open' || to === 'post_only'
  const lines = meets && (isCrossed || collects(market.status)) ? uncross(market, spec) : []
  market.status = to
  market.until = Infinity
  return [...lines, `status ${to}`]
}

function uncross(market: NaiveMarket, spec: Spec): string[] {
  const found = tryEveryPrice(market.bids, market.asks, market.last === 0 ? spec.listingPrice : market.last)
  if (found === undefined) return ['uncrossed 0 @ null, 0 left']
  const lines: string[] = []
  for (const { bid, ask, lots } of fillNaively([...market.bids], [...market.asks], found.lots)) {
    const [earlier, later] = bid.id < ask.id ? [bid, ask] : [ask, bid]
    lines.push(`trade #${later.id} with #${earlier.id}: ${lots} @ ${found.price}`)
    for (const order of [earlier, later]) fills(market, order, lots)
    printed(market, found.price)
    for (const order of [earlier, later]) order.shown = Math.max(0, order.shown - lots)
    for (const order of [earlier, later])
      if (order.remaining === 0) lines.push(close(market, order, 'filled'))
  }
  for (const side of [market.bids, market.asks])
    for (const order of side.filter(({ shown }) => shown === 0)) lines.push(endSlice(market, order, 'filled'))
  market.called = found.price
  return [...lines, `uncrossed ${found.lots} @ ${found.price}, ${found.imbalance} left`]
}

/** Why a status other than open does not take an order. */
export function statusFault(
  status: InstrumentStatus,
  order: Pick<OrderPlace, 'postOnly' | 'special'>,
  resting: boolean,
): Reject | undefined {
  if (status === 'halted') return 'market_halted'
  if (status === 'closed') return 'market_closed'
  if (status === 'cancel_only') return 'market_cancel_only'
  if (status === 'post_only') return resting ? undefined : 'market_post_only'
  const isPlain = order.postOnly === 'none' && order.special?.allOrNone !== true
  return resting && isPlain ? undefined : 'market_in_auction'
}
