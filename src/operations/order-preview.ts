import { micros, shareUp } from '../base/money.ts'
import { rfc3339 } from '../base/time.ts'
import type { OrderPlace } from '../state/command.ts'
import { restingOrders } from '../state/book.ts'
import { BUY, SELL } from '../state/order.ts'
import type { Plan } from '../trading/plan.ts'
import { planOrder } from '../trading/plan.ts'
import type { Instrument, State } from '../state/state.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { PreviewOut } from '../wire/order.ts'
import { printAverage, printPrice, printQuantity } from '../api/amount.ts'
import { marketName } from '../api/instrument-name.ts'
import type { Placement } from './order-command.ts'
import { assetName } from '../api/print-account.ts'
import { printType } from '../api/print-order.ts'
import { refusalProblem } from '../api/refusal.ts'

/** What an order would do against the book as it stands, without doing it. */
export function previewOrder(state: State, { command, instrument }: Placement): PreviewOut {
  const plan = planOrder(state, command)
  const order = bodyOf(instrument, command)
  if ('reason' in plan) {
    const { code, detail } = refusalProblem(plan, instrument.spec)
    return { ...nothing(state, instrument), refusal: { code, detail }, order }
  }
  const { spec } = instrument
  const { filled, value } = plan.ahead
  return {
    seq: state.seq,
    fill_quantity: printQuantity(spec, filled),
    rest_quantity: printQuantity(spec, plan.rests),
    average_price: printAverage(spec, value, filled),
    worst_price: filled === 0 ? null : printPrice(spec, worstPrice(state, plan)),
    value: money(value),
    fee: money(shareUp(micros(value), state.settings.takerFee)),
    hold: holdOf(plan, command.lots),
    refusal: null,
    order,
  }
}

const nothing = (state: State, { spec }: Instrument) => ({
  seq: state.seq,
  fill_quantity: printQuantity(spec, 0),
  rest_quantity: printQuantity(spec, 0),
  average_price: null,
  worst_price: null,
  value: money(0),
  fee: money(0),
  hold: [],
})

/** The price of the last fill: the worst that the walk through the book reaches. */
function worstPrice(state: State, { instrument, side, account, ahead }: Plan): number {
  const pool = state.orders
  let left: number = ahead.filled
  let worst = 0
  for (const slot of restingOrders(instrument.book, pool, side === BUY ? SELL : BUY)) {
    if (pool.member[slot] === account.member) continue
    worst = pool.price[slot] as number
    left -= pool.remaining[slot] as number
    if (left <= 0) break
  }
  return worst
}

function holdOf({ instrument, side, hold }: Plan, lots: number): PreviewOut['hold'] {
  const cash = hold > 0 ? [{ asset: 'USD', amount: money(hold) }] : []
  if (side === BUY) return cash
  const { symbol, lot } = instrument.spec
  return [...cash, { asset: assetName(symbol), amount: units(lots * lot) }]
}

/** The same order as a body ready to submit, every choice spelled out. */
function bodyOf(instrument: Instrument, command: OrderPlace): PreviewOut['order'] {
  const { spec } = instrument
  const { special = {} } = command
  return {
    ...(command.clientOrderId === null ? {} : { client_order_id: command.clientOrderId }),
    instrument: marketName(instrument),
    side: command.side,
    type: printType({ type: command.type, special }),
    time_in_force: command.timeInForce,
    post_only: command.postOnly,
    self_trade_prevention: command.selfTrade,
    ...(command.price === null ? {} : { price: printPrice(spec, command.price) }),
    quantity: printQuantity(spec, command.lots),
    ...(special.stop !== undefined && { stop_price: printPrice(spec, special.stop) }),
    ...(special.expiresAt !== undefined && { expires_at: rfc3339(special.expiresAt) }),
    ...(special.reduceOnly === true && { reduce_only: true }),
    ...(special.allOrNone === true && { all_or_none: true }),
    ...(special.display !== undefined && { display_quantity: printQuantity(spec, special.display) }),
    ...(special.group !== undefined && { group: printId('group', special.group) }),
  }
}
