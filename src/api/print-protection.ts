import { printDecimal } from '../base/decimal.ts'
import { rfc3339 } from '../base/time.ts'
import type { Instant } from '../base/time.ts'
import { obligationOf, inTrading } from '../state/account.ts'
import { balanceOf } from '../state/ledger.ts'
import { NO_SLOT } from '../state/order.ts'
import type { Account, Instrument, Position, State } from '../state/state.ts'
import type { Spec } from '../state/instrument.ts'
import type { UniformPrice } from '../state/uniform-price.ts'
import { NEVER } from '../state/state.ts'
import { ADMITS, isCall, NO_LIMITS } from '../state/status.ts'
import { indication } from '../trading/auction.ts'
import { openOrdersMax, openValue } from '../trading/limit.ts'
import { referencePrice } from '../trading/risk.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { AccountLimitsOut, AuctionOut, MarketStateOut, PositionOut } from '../wire/protection.ts'
import { printPrice, printQuantity } from './amount.ts'
import { marketName, marketNameOf } from './instrument-name.ts'
import type { Allowance, RateSettings } from './rate.ts'

const end = (until: Instant | null): string | null =>
  until === null || until === NEVER ? null : rfc3339(until)

/** A market's state as everyone may see it. */
export function printMarketState(state: State, instrument: Instrument): MarketStateOut {
  const { status, statusReason, until, phases, killed } = instrument
  const { orders, amends, trades } = ADMITS[status]
  return {
    instrument: marketName(instrument),
    status,
    reason: statusReason,
    expected_until: end(until),
    next: phases.map((phase) => ({ status: phase.status, expected_until: end(phase.until) })),
    orders,
    amends,
    trades,
    killed: state.killed ?? killed,
    seq: state.seq,
  }
}

/** The price, volume and imbalance that a call would end with. */
export const printIndication = (spec: Spec, found: UniformPrice | null) => ({
  indicative_price: found === null ? null : printPrice(spec, found.price),
  indicative_quantity: printQuantity(spec, found?.lots ?? 0),
  imbalance_side: sideOf(found?.imbalance ?? 0),
  imbalance_quantity: printQuantity(spec, Math.abs(found?.imbalance ?? 0)),
})

const sideOf = (imbalance: number): 'buy' | 'sell' | null =>
  imbalance === 0 ? null : imbalance > 0 ? 'buy' : 'sell'

/** Where a call would trade if it ended now. */
export function printAuction(state: State, instrument: Instrument): AuctionOut {
  const { spec, status, auctionPrice, until } = instrument
  const found = isCall(status) ? indication(state, instrument) : undefined
  return {
    instrument: marketName(instrument),
    status,
    ...printIndication(spec, found ?? null),
    reference_price: printPrice(spec, referencePrice(instrument)),
    last_auction_price: auctionPrice === 0 ? null : printPrice(spec, auctionPrice),
    ends_at: isCall(status) ? end(until) : null,
    seq: state.seq,
  }
}

const printRate = (allowance: Allowance) =>
  allowance === null ? null : { per_second: allowance.perSecond, burst: allowance.burst }

/** The bounds of an account, and what of them is taken. */
export function printLimits(state: State, account: Account, rates: RateSettings): AccountLimitsOut {
  const { orderUnits, orderNotional, openNotional, position } = account.limits ?? NO_LIMITS
  const { read, order, cancel, subscribe } = rates
  return {
    account: printId('account', account.id),
    open_orders: openOrdersMax(account),
    order_quantity: orderUnits === null ? null : units(orderUnits),
    order_notional: orderNotional === null ? null : money(orderNotional),
    open_notional: openNotional === null ? null : money(openNotional),
    position: position === null ? null : units(position),
    used: { open_orders: account.openOrders, open_notional: money(openValue(state, account, NO_SLOT)) },
    rates: {
      read: printRate(read),
      order: printRate(order),
      cancel: printRate(cancel),
      subscribe: printRate(subscribe),
    },
    killed: state.killed ?? account.killed,
    seq: state.seq,
  }
}

/** Everything an account has and owes in one instrument. */
export function printHolding(state: State, position: Position, symbol: string): PositionOut {
  const trading = inTrading(state, position)
  const average = trading === 0 ? null : Number((BigInt(position.cost) * 1_000_000n) / BigInt(trading))
  return {
    instrument: marketNameOf(symbol),
    quantity: units(trading),
    for_sale: units(balanceOf(state.ledger, position.held)),
    consumption: units(balanceOf(state.ledger, position.consumption)),
    drawn: units(balanceOf(state.ledger, position.drawn)),
    obligation: units(obligationOf(state, position)),
    sold: units(position.escrowed),
    cost: money(position.cost),
    average_price: average === null ? null : money(average),
  }
}

/** A share in ppm as a decimal of 1. */
export const printShare = (ppm: number): string => printDecimal(ppm, 6)
