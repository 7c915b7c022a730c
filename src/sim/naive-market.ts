import type { Command, OrderAmend, OrderPlace, PostOnly, Side } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import type { Reject } from '../state/reject.ts'
import type { InstrumentRules } from '../state/status.ts'
import type { NaiveMarket, NaiveOrder } from './naive-book.ts'
import {
  against,
  close,
  closeAll,
  closed,
  fills,
  find,
  insert,
  printed,
  reaches,
  remove,
} from './naive-book.ts'
import { collects } from './naive-call.ts'
import { runOut, trip } from './naive-due.ts'
import { moveTo, statusFault } from './naive-status.ts'

/** What the twin is told of the venue: shares in ppm, and each account's member. */
export type NaiveRules = {
  spec: Spec
  band: number
  protection: number
  corridor: Pick<InstrumentRules, 'collar' | 'volatility'>
  memberOf(account: number): number
}

/** Applies a trading command at a time and says what happened, a line per event (naive-line.ts). */
export const applyNaively = (
  market: NaiveMarket,
  rules: NaiveRules,
  command: Command,
  at: number,
): string[] => {
  market.now = at
  market.lot = rules.spec.lot
  const lines = [...runOut(market, at), ...perform(market, rules, command, at)]
  lines.push(...trigger(market, rules))
  return [...lines, ...market.groups.flatMap((group, i) => trip(market, group, i + 1, at))]
}

/** Lets what the last trade has reached enter, the nearest first, and then what that has reached. */
function trigger(market: NaiveMarket, rules: NaiveRules): string[] {
  const lines: string[] = []
  while (market.status === 'open') {
    const next = market.stops
      .filter((order) => hasReached(market, order.side, order.stop))
      .sort((a, b) => (a.side === 'buy' ? a.stop - b.stop : b.stop - a.stop) || a.id - b.id)[0]
    if (next === undefined) break
    remove(market, next)
    next.stop = 0
    lines.push(`triggered #${next.id} at ${market.last}`)
    const { floor, ceiling } = bandOf(market, rules)
    const isOutside = next.price < floor || next.price > ceiling
    if (isOutside && next.stays) lines.push(closed(next, 'price_band', false))
    else {
      next.price = Math.max(floor, Math.min(ceiling, next.price))
      lines.push(...enter(market, rules, next, next.stays))
    }
  }
  return lines
}

const hasReached = ({ last }: NaiveMarket, side: Side, stop: number): boolean =>
  last > 0 && (side === 'buy' ? last >= stop : last <= stop)

/** A stop order waits outside the book, at its limit or at the protection from its stop price. */
function wait(market: NaiveMarket, rules: NaiveRules, order: OrderPlace, stop: number, at: number): string[] {
  const { spec, protection } = rules
  const far =
    order.side === 'buy'
      ? Math.min(Math.floor((stop * (1e6 + protection)) / 1e6), Math.max(spec.priceMax, stop))
      : Math.max(Math.ceil((stop * (1e6 - protection)) / 1e6), 1)
  const limit = order.type === 'limit' ? (order.price as number) : far
  if (Math.max(stop, limit) > spec.priceMax) return no('price_above_maximum')
  if (order.lots > spec.orderMax) return no('quantity_above_maximum')
  if ((order.special?.expiresAt ?? Infinity) <= at) return no('expiry_not_ahead')
  if (hasReached(market, order.side, stop)) return no('stop_already_reached')
  const waiting = { ...enteringAs(market, rules, order, limit, at), stop }
  market.stops.push(waiting)
  market.nextOrder++
  return [`accepted #${waiting.id} ${order.side} ${order.lots} @ ${limit}`, `waits #${waiting.id}`]
}

function perform(market: NaiveMarket, rules: NaiveRules, command: Command, at: number): string[] {
  switch (command.kind) {
    case 'order.place':
      return place(market, rules, command, at)
    case 'order.amend':
      return amend(market, rules, command)
    case 'order.cancel': {
      const order = find(market, command.order)
      if (order === undefined || order.account !== command.account) return no('order_not_found')
      return [close(market, order, 'user')]
    }
    case 'order.cancel_all':
      return closeAll(
        market,
        'mass_cancel',
        (order) =>
          order.account === command.account &&
          (command.side === null || order.side === command.side) &&
          (command.group === undefined || order.group === command.group),
      )
    case 'group.create': {
      const { account, limit, window, freeze } = command
      market.groups.push({ account, limit, window, freeze, frozenUntil: 0, isOpen: true, fills: [] })
      return ['group.created']
    }
    case 'group.close': {
      const group = market.groups[command.group - 1]
      if (group === undefined || !group.isOpen) return no('group_not_found')
      group.isOpen = false
      return ['group.closed', ...closeAll(market, 'group_closed', (order) => order.group === command.group)]
    }
    case 'cancel_timer.set':
      if (command.after === 0) market.timers.delete(command.account)
      else market.timers.set(command.account, at + command.after)
      return ['cancel_timer.set']
    case 'instrument.transition':
      return moveTo(market, rules.spec, command.to)
    default:
      throw new Error(`the twin only trades: ${command.kind}`)
  }
}

const DAY = 24 * 3_600 * 1_000_000

const no = (reason: Reject): string[] => [`no: ${reason}`]
function bandOf(market: NaiveMarket, { spec, band }: NaiveRules): { floor: number; ceiling: number } {
  const reference = market.last === 0 ? spec.listingPrice : market.last
  const floor = Math.max(1, Math.ceil((reference * (1e6 - band)) / 1e6))
  const ceiling = Math.min(spec.priceMax, Math.floor((reference * (1e6 + band)) / 1e6))
  return { floor, ceiling }
}

function place(market: NaiveMarket, rules: NaiveRules, order: OrderPlace, at: number): string[] {
  const { side, type, timeInForce } = order
  const resting = type === 'limit' && timeInForce !== 'ioc' && timeInForce !== 'fok'
  if (order.lots <= 0) return no('quantity_not_positive')
  if (type === 'limit' && order.price === null) return no('price_missing')
  if (order.price !== null && order.price <= 0) return no('price_not_positive')
  if (order.postOnly !== 'none' && !resting) return no('post_only_needs_gtc_limit')
  const expiresAt = order.special?.expiresAt ?? Infinity
  if (timeInForce === 'gtd' && expiresAt === Infinity) return no('expiry_missing')
  if (timeInForce !== 'gtd' && expiresAt < Infinity) return no('expiry_unasked')
  const takes = timeInForce === 'ioc' || timeInForce === 'fok'
  if (order.special?.stop !== undefined && (takes || order.postOnly !== 'none')) return no('stop_terms')
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
    filled: 0,
    group: special?.group ?? 0,
    stop: 0,
    stays: type === 'limit' && timeInForce !== 'ioc' && timeInForce !== 'fok',
    expiresAt: timeInForce === 'day' ? (Math.floor(at / DAY) + 1) * DAY : (special?.expiresAt ?? Infinity),
    postOnly: order.postOnly,
    selfTrade: order.selfTrade,
  }
}

function marketLimit(
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

function limitFault(
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
function slid(market: NaiveMarket, side: Side, postOnly: PostOnly, price: number): number {
  const best = against(market, side)[0]
  if (postOnly !== 'slide' || best === undefined || !reaches(side, price, best.price)) return price
  return side === 'buy' ? best.price - 1 : best.price + 1
}

/** Trades an order until its limit, its end or its own member stops it; then it rests, if it may. */
function enter(market: NaiveMarket, rules: NaiveRules, order: NaiveOrder, mayRest: boolean): string[] {
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
    const quantity = Math.min(order.remaining, best.remaining)
    for (const party of [order, best]) {
      party.remaining -= quantity
      party.filled += quantity
      fills(market, party, quantity)
    }
    printed(market, best.price)
    lines.push(`trade #${order.id} with #${best.id}: ${quantity} @ ${best.price}`)
    if (best.remaining === 0) lines.push(close(market, best, 'filled'))
  }
  if (!mayRest) return [...lines, closed(order, 'ioc_remainder', false)]
  const best = against(market, order.side)[0]
  if (best !== undefined && reaches(order.side, order.price, best.price)) {
    market.status = 'volatility_auction'
    return [...lines, 'status volatility_auction', ...collect(market, order)]
  }
  insert(market, order)
  return [...lines, `rested #${order.id} ${order.remaining} @ ${order.price}`]
}

/** How far an order may trade: within its limit, the static collar, and the dynamic one of five minutes. */
function reachOf(
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
  insert(market, order)
  return [...lines, `rested #${order.id} ${order.remaining} @ ${order.price}`]
}

const shrinks = ({ selfTrade }: NaiveOrder): boolean => selfTrade === 'decrement' || selfTrade === 'transfer'

function giveWay(market: NaiveMarket, order: NaiveOrder, best: NaiveOrder): string[] {
  const quantity = Math.min(order.remaining, best.remaining)
  const lines = [`prevented #${order.id} with #${best.id}: ${quantity} @ ${best.price}`]
  if (shrinks(order)) {
    if (order.selfTrade === 'transfer' && order.account !== best.account)
      lines.push(`moved #${order.id} with #${best.id}: ${quantity} @ ${best.price}`)
    for (const party of [order, best]) {
      party.remaining -= quantity
      lines.push(`reduced #${party.id} by ${quantity}`)
    }
    if (best.remaining === 0) lines.push(close(market, best, 'self_trade'))
  } else if (order.selfTrade !== 'cancel_newest') lines.push(close(market, best, 'self_trade'))
  return lines
}

function amend(market: NaiveMarket, rules: NaiveRules, command: OrderAmend): string[] {
  if (command.lots !== null && command.lots <= 0) return no('quantity_not_positive')
  if (command.price !== null && command.price <= 0) return no('price_not_positive')
  if (command.lots === null && command.price === null) return no('nothing_to_amend')
  const order = find(market, command.order)
  if (order === undefined || order.account !== command.account) return no('order_not_found')
  if (market.status === 'halted') return no('market_halted')
  if (market.status === 'closed') return no('market_closed')
  if (order.stop > 0) return no('order_pending')
  const wanted = command.price ?? order.price
  const price = slid(market, order.side, order.postOnly, wanted)
  const remaining = (command.lots ?? order.filled + order.remaining) - order.filled
  const slides = order.postOnly === 'slide' && price !== wanted
  if (slides) {
    const fault = limitFault(market, rules, order.side, order.postOnly, undefined, wanted)
    if (fault !== undefined && fault !== 'price_above_maximum') return no(fault)
  }
  if (remaining <= 0) return [close(market, order, 'amended_below_filled')]
  if (price === order.price && remaining <= order.remaining) {
    order.remaining = remaining
    return [`amended #${order.id} ${remaining} @ ${price}, kept`]
  }
  if (market.status === 'cancel_only') return no('market_cancel_only')
  if (price !== order.price) {
    const fault = limitFault(market, rules, order.side, order.postOnly, price, price)
    if (fault !== undefined) return no(fault)
    const best = against(market, order.side)[0]
    if (market.status === 'post_only' && best !== undefined && reaches(order.side, price, best.price))
      return no('market_post_only')
  }
  if (remaining + order.filled > rules.spec.orderMax) return no('quantity_above_maximum')
  remove(market, order)
  order.price = price
  order.remaining = remaining
  return [`amended #${order.id} ${remaining} @ ${price}, lost`, ...enter(market, rules, order, true)]
}
