import type { OrderAmend } from '../state/command.ts'
import type { NaiveMarket, NaiveOrder } from './naive-book.ts'
import { against, close, find, reaches, remove, wait } from './naive-book.ts'
import { enter } from './naive-enter.ts'
import type { NaiveRules } from './naive-limit.ts'
import { hasReached, limitFault, no, protectedFrom, slid } from './naive-limit.ts'

/** Changes an order in its place, or takes it out and lets it enter again. */
export function amend(market: NaiveMarket, rules: NaiveRules, command: OrderAmend, at: number): string[] {
  const { lots, special } = command
  if (lots !== null && lots <= 0) return no('quantity_not_positive')
  if (command.price !== null && command.price <= 0) return no('price_not_positive')
  if (lots === null && command.price === null && special === undefined) return no('nothing_to_amend')
  const order = find(market, command.order)
  if (order === undefined || order.account !== command.account) return no('order_not_found')
  if (market.status === 'halted') return no('market_halted')
  if (market.status === 'closed') return no('market_closed')
  if (order.waits === 'delay') return no('order_pending')
  const stop = special?.stop ?? order.stop
  const waits = order.waits !== 'nothing'
  const wanted = waits ? waitingPrice(rules, order, command) : (command.price ?? order.price)
  if (wanted === undefined) return no('stop_terms')
  const price = waits ? wanted : slid(market, order.side, order.postOnly, wanted)
  const remaining = (lots ?? order.filled + order.remaining) - order.filled
  if (price !== wanted) {
    const fault = limitFault(market, rules, order.side, order.postOnly, undefined, wanted)
    if (fault !== undefined && fault !== 'price_above_maximum') return no(fault)
  }
  if (remaining <= 0) return [close(market, order, 'amended_below_filled')]
  const unfit = termsFault(order, command, order.filled + remaining, at)
  if (unfit !== undefined) return unfit
  const display = special?.display ?? order.display
  const isKept = price === order.price && stop === order.stop && remaining <= order.remaining
  const fault = isKept ? undefined : moveFault(market, rules, order, price, remaining, stop)
  if (fault !== undefined) return fault
  order.expiresAt = special?.expiresAt ?? order.expiresAt
  order.display = display
  if (isKept) {
    order.remaining = remaining
    order.shown = Math.min(order.shown, remaining, display)
    return [`amended #${order.id} ${remaining} @ ${price}, kept`]
  }
  const what = order.waits
  remove(market, order)
  Object.assign(order, { price, remaining, stop })
  const line = `amended #${order.id} ${remaining} @ ${price}, lost`
  if (!waits) return [line, ...enter(market, rules, order, true)]
  wait(market, order, what)
  return [line]
}

/** The limit of an order that waits; undefined: it names none and is not to be given one. */
function waitingPrice(rules: NaiveRules, order: NaiveOrder, { price, special }: OrderAmend) {
  if (order.type === 'limit') return price ?? order.price
  if (price !== null) return undefined
  return special?.stop === undefined ? order.price : protectedFrom(rules, order.side, special.stop)
}

/** Why an order cannot have the terms that it is to have. */
function termsFault(order: NaiveOrder, { special }: OrderAmend, lots: number, at: number) {
  const { expiresAt, stop, display } = special ?? {}
  if (stop !== undefined && stop <= 0) return no('price_not_positive')
  if (expiresAt !== undefined && order.timeInForce !== 'gtd') return no('expiry_unasked')
  if (stop !== undefined && order.waits !== 'price') return no('stop_terms')
  if (display !== undefined && (!order.stays || order.allOrNone)) return no('display_terms')
  if ((display ?? order.display) * 20 < lots || (display ?? 0) > lots) return no('display_out_of_bounds')
  return expiresAt !== undefined && expiresAt <= at ? no('expiry_not_ahead') : undefined
}

/** Why an order cannot leave its place for another price, or with more. */
function moveFault(
  market: NaiveMarket,
  rules: NaiveRules,
  order: NaiveOrder,
  price: number,
  remaining: number,
  stop: number,
): string[] | undefined {
  const { spec } = rules
  if (market.status === 'cancel_only') return no('market_cancel_only')
  if (order.waits === 'whole') {
    const fault =
      price === order.price ? undefined : limitFault(market, rules, order.side, 'none', price, price)
    if (fault !== undefined) return no(fault)
  } else if (order.waits === 'price') {
    if (Math.max(price, stop) > spec.priceMax) return no('price_above_maximum')
    if (hasReached(market, order.side, stop)) return no('stop_already_reached')
  } else if (price !== order.price) {
    const fault = limitFault(market, rules, order.side, order.postOnly, price, price)
    if (fault !== undefined) return no(fault)
    const best = against(market, order.side)[0]
    if (market.status === 'post_only' && best !== undefined && reaches(order.side, price, best.price))
      return no('market_post_only')
  }
  return remaining + order.filled > spec.orderMax ? no('quantity_above_maximum') : undefined
}
