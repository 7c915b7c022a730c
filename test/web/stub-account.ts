// The demo account of the stub: orders rest until they are cancelled, and nothing else trades with them.
import type { BalanceOut, DeliveryOut, LotOut } from '../../src/wire/account.ts'
import type { OrderOut, OrderRequest, PreviewOut } from '../../src/wire/order.ts'
import type { StubMarket } from './stub-market.ts'
import { bookOf, now } from './stub-market.ts'

export type StubAccount = { orders: OrderOut[]; deliveries: DeliveryOut[] }

export const holder = {
  id: 'acc_3',
  name: 'Demo desk',
  member: 'mem_3',
  roles: ['trader', 'consumer'],
  scopes: ['account:read', 'trade:place', 'trade:cancel', 'inference:consume'],
  mandate: null,
  seq: 1,
}

const balance = (asset: string, part: Partial<BalanceOut>): BalanceOut => ({
  asset,
  available: '0.000000',
  held: '0.000000',
  consumption: '0.000000',
  drawn: '0.000000',
  obligation: '0.000000',
  escrow: '0.000000',
  bond: '0.000000',
  withheld: '0.000000',
  ...part,
})

export const balancesOf = (account: StubAccount): BalanceOut[] => {
  const held = account.orders
    .filter((order) => order.status === 'open' && order.side === 'buy')
    .reduce((sum, order) => sum + Number(order.price) * Number(order.remaining_quantity), 0)
  return [
    balance('USD', { available: (1_000_000 - held).toFixed(6), held: held.toFixed(6) }),
    balance('TEXT_PRIME', { available: '240.500000', consumption: '12.000000', drawn: '0.250000' }),
    balance('CODE_MAX', { available: '18.000000' }),
  ]
}

export const lots = (): LotOut[] => [
  {
    id: 'lot_7',
    instrument: 'TEXT_PRIME-USD',
    quantity: '12.000000',
    drawn: '0.250000',
    cost: '9.640000',
    expires_at: new Date(Date.now() + 22 * 60_000).toISOString().replace('Z', '000Z'),
  },
]

export function placeOrder(account: StubAccount, market: StubMarket, request: OrderRequest): OrderOut {
  const { asks, bids } = bookOf(market)
  const best = request.side === 'buy' ? asks[0]?.[0] : bids[0]?.[0]
  const takes =
    request.type === 'market' ||
    (request.side === 'buy' ? Number(request.price) >= Number(best) : Number(request.price) <= Number(best))
  const order: OrderOut = {
    id: `ord_${account.orders.length + 1}`,
    client_order_id: request.client_order_id ?? null,
    instrument: market.instrument.id,
    side: request.side,
    type: request.type ?? 'limit',
    time_in_force: request.time_in_force ?? 'gtc',
    post_only: request.post_only ?? 'none',
    self_trade_prevention: 'cancel_newest',
    stop_price: null,
    display_quantity: null,
    queue_ahead: null,
    expires_at: null,
    reduce_only: false,
    all_or_none: false,
    group: null,
    price: request.price ?? best ?? '0.0000',
    quantity: request.quantity,
    filled_quantity: takes ? request.quantity : '0.00',
    remaining_quantity: takes ? '0.00' : request.quantity,
    average_price: takes ? (best ?? null) : null,
    filled_value: takes ? (Number(best) * Number(request.quantity)).toFixed(6) : '0.000000',
    fees: [],
    status: takes ? 'filled' : 'open',
    reason: takes ? 'filled' : null,
    priority: null,
    mandate: null,
    version: 1,
    seq: 1,
    created_at: now(),
    updated_at: now(),
  }
  account.orders.push(order)
  return order
}

export function previewOrder(market: StubMarket, request: OrderRequest): PreviewOut {
  const trial = placeOrder({ orders: [], deliveries: [] }, market, request)
  const fills = trial.status === 'filled'
  const value = Number(trial.price) * Number(trial.quantity)
  return {
    seq: 1,
    fill_quantity: fills ? trial.quantity : '0.00',
    rest_quantity: fills ? '0.00' : trial.quantity,
    average_price: trial.average_price,
    worst_price: trial.average_price,
    value: value.toFixed(6),
    fee: fills ? (value * 0.002).toFixed(6) : '0.000000',
    hold: [{ asset: 'USD', amount: (value * 1.002).toFixed(6) }],
    refusal:
      value > 1_000_000
        ? { code: 'insufficient_funds', detail: 'The order would hold more than the account has.' }
        : null,
    order: {},
  }
}
