import type { FillOut, OrderOut } from '../wire/order.ts'
import { namesOf, symbolOf } from './name.ts'
import type { Row } from './print-market.ts'
import { product } from './print-market.ts'

/** What an instrument is called in a row of orders or trades. */
function marketOf(instrument: string): Row {
  const symbol = symbolOf(instrument)
  const names = namesOf(symbol)
  return {
    market_id: names.market,
    market_name: instrument.replace('-', '/'),
    instrument_id: names.instrument,
    instrument_symbol: symbol,
    instrument_name: symbol,
  }
}

/** Their word for where an order stands. */
function statusOf({ status, filled_quantity: filled }: Pick<OrderOut, 'status' | 'filled_quantity'>): string {
  if (status === 'open') return Number(filled) > 0 ? 'partially_filled' : 'active'
  return status === 'canceled' ? 'cancelled' : status
}

/** Their word for why an order closed; null while it is open or when it was filled. */
function closureOf(order: OrderOut): string | null {
  if (order.status === 'open' || order.status === 'filled' || order.reason === null) return null
  if (order.reason !== 'ioc_remainder' && order.reason !== 'fok_unfilled') return 'cancelled'
  // What a market order leaves lies beyond its protection, which is their slippage.
  const why = order.type === 'market' ? 'max_slippage' : 'no_liquidity'
  return Number(order.filled_quantity) > 0 ? `partially_filled_${why}` : `no_fill_${why}`
}

/** An order in their words. A market order's protection is no price of its own to these clients. */
export function printGridOrder(order: OrderOut, trader: string): Row {
  const isOpen = order.status === 'open' || (order.status as string) === 'pending'
  return {
    order_id: order.id,
    client_order_id: order.client_order_id,
    ...marketOf(order.instrument),
    trader_id: trader,
    side: order.side,
    type: order.type,
    status: statusOf(order),
    quantity: order.quantity,
    filled_quantity: order.filled_quantity,
    remaining_quantity: order.remaining_quantity,
    price: order.type === 'market' ? null : order.price,
    average_price: order.average_price,
    stop_price: (order as { stop_price?: string | null }).stop_price ?? null,
    fee: order.fees[0]?.amount ?? '0.000000',
    time_in_force: order.time_in_force,
    post_only: order.post_only !== 'none',
    closure_reason: closureOf(order),
    closed_at: isOpen ? null : order.updated_at,
    submitted_at: order.created_at,
    created_at: order.created_at,
    updated_at: order.updated_at,
  }
}

/** One side of a trade, as its owner sees it. Trades settle as they happen. */
export const printGridFill = (fill: FillOut, account: string): Row => ({
  trade_id: fill.id,
  ...marketOf(fill.instrument),
  price: fill.price,
  quantity: fill.quantity,
  total_value: product(fill.price, fill.quantity),
  fee: fill.fee.amount,
  status: 'settled',
  side: fill.side,
  execution_timestamp: fill.at,
  settlement_timestamp: fill.at,
  order_id: fill.order,
  client_order_id: fill.client_order_id,
  trading_account_id: account,
})

/** An order as the socket tells of it. */
export const printOrderEvent = (order: OrderOut, account: string): Row => ({
  order_id: order.id,
  client_order_id: order.client_order_id,
  market_id: namesOf(symbolOf(order.instrument)).market,
  trading_account_id: account,
  side: order.side,
  order_type: order.type,
  status: statusOf(order),
  original_quantity: order.quantity,
  remaining_quantity: order.remaining_quantity,
  filled_quantity: order.filled_quantity,
  price: order.type === 'market' ? null : order.price,
  average_fill_price: order.average_price,
  closure_reason: closureOf(order),
  created_at: order.created_at,
  updated_at: order.updated_at,
})
