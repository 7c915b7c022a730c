import { accountOf, inTrading } from '../state/account.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import { balanceOf } from '../state/ledger.ts'
import type { Slot } from '../state/order.ts'
import { BUY, NO_SLOT } from '../state/order.ts'
import { olderOf } from '../state/order-link.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Account, Instrument, State } from '../state/state.ts'
import type { AccountLimits } from '../state/status.ts'
import { OPEN_ORDERS_MAX, valueOf } from './risk.ts'

/** Open orders that an account may have. */
export const openOrdersMax = ({ limits }: Account): number => limits?.openOrders ?? OPEN_ORDERS_MAX

/**
 * The first bound on size, value and position that an order of `lots` would pass, or nothing. `entering`:
 * what of it would trade or stand now. `slot`: itself, if it stands.
 */
export function sizeFault(
  state: State,
  account: Account,
  instrument: Instrument,
  side: number,
  price: number,
  lots: number,
  entering: number,
  slot: Slot,
): Refusal | undefined {
  const { notionalMin } = instrument.rules
  if (notionalMin > 0 && valueOf(instrument, price, lots) < notionalMin)
    return refuse('below_minimum_notional', { minimum: notionalMin })
  if (account.limits === null) return undefined
  return limitFault(state, account, account.limits, instrument, side, price, lots, entering, slot)
}

function limitFault(
  state: State,
  account: Account,
  limits: AccountLimits,
  instrument: Instrument,
  side: number,
  price: number,
  lots: number,
  entering: number,
  slot: Slot,
): Refusal | undefined {
  const { orderUnits, orderNotional, openNotional, position } = limits
  if (orderUnits !== null && lots * instrument.spec.lot > orderUnits)
    return refuse('order_size_limit', { maximum: orderUnits })
  const value = valueOf(instrument, price, lots)
  if (orderNotional !== null && value > orderNotional)
    return refuse('order_notional_limit', { maximum: orderNotional, value })
  if (openNotional !== null) {
    const open = openValue(state, account, slot) + valueOf(instrument, price, entering)
    if (open > openNotional) return refuse('open_notional_limit', { maximum: openNotional, open })
  }
  if (position === null || side !== BUY) return undefined
  const would = unitsAhead(state, account, instrument, slot) + entering * instrument.spec.lot
  return would > position ? refuse('position_limit', { maximum: position, would }) : undefined
}

/** µ$ that the open orders of an account are worth at their limits, but for one of them. */
export function openValue(state: State, account: Account, but: Slot): number {
  const pool = state.orders
  let sum = 0
  for (let slot = account.orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot)) {
    const instrument = state.instruments[pool.instrument[slot] as number]
    if (slot !== but && instrument !== undefined)
      sum += valueOf(instrument, pool.price[slot] as number, pool.remaining[slot] as number)
  }
  return sum
}

/**
 * Units of an instrument that an account has, lots included, and what its open buys, but for one, would add.
 */
export function unitsAhead(state: State, account: Account, instrument: Instrument, but: Slot): number {
  const pool = state.orders
  const position = account.positions[instrument.id]
  let sum =
    position === undefined ? 0 : inTrading(state, position) + balanceOf(state.ledger, position.consumption)
  for (let slot = account.orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot))
    if (slot !== but && pool.instrument[slot] === instrument.id && pool.side[slot] === BUY)
      sum += (pool.remaining[slot] as number) * instrument.spec.lot
  return sum
}

/** The first limit that is out of its bounds, or nothing. */
function limitsFault(limits: AccountLimits): string | undefined {
  for (const [name, limit] of Object.entries(limits))
    if (limit !== null && !(Number.isSafeInteger(limit) && limit >= 0)) return name
  return (limits.openOrders ?? 0) > OPEN_ORDERS_MAX ? 'openOrders' : undefined
}

/** Sets the bounds of an account. Orders that stand already keep standing. */
export function limitAccount(state: State, command: CommandOf<'account.limit'>): Event[] | Refusal {
  const account = accountOf(state, command.account)
  if (account === undefined) return refuse('account_not_found')
  const setting = limitsFault(command.limits)
  if (setting !== undefined) return refuse('settings_invalid', { setting })

  // Nothing below this line can fail.
  const { limits } = command
  account.limits = Object.values(limits).every((limit) => limit === null) ? null : { ...limits }
  return [{ kind: 'account.limited', account: account.id, limits }]
}
