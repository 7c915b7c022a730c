import { assert } from '../base/assert.ts'
import type { AccountId, MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Micros } from '../base/money.ts'
import { micros, shareUp } from '../base/money.ts'
import { theAccount } from '../state/account.ts'
import { reserveBudget, spendBudget } from '../mandate/budget.ts'
import type { Cell } from '../state/ledger.ts'
import { move } from '../state/ledger.ts'
import type { OrderPool, Slot } from '../state/order.ts'
import { BUY } from '../state/order.ts'
import { valueOf } from './risk.ts'
import type { Instrument, Position, State } from '../state/state.ts'
import { highestFee } from '../state/state.ts'

/** µ$ of fees that a buy, or a sale by a supplier, of this value must be able to pay. */
export const feeHold = (state: State, value: number): Micros =>
  shareUp(micros(value), highestFee(state.settings))

/**
 * What a buy of this value holds on its way in: the value, the highest fee, and the µ$ of an earlier fee that
 * the position may still owe.
 */
export const buyHold = (state: State, position: Position | undefined, value: number): Micros =>
  micros(value + feeHold(state, value) + feeOwing(position))

/** Up to 1 µ$ of an earlier fee, taken with the next. */
export const feeOwing = (position: Position | undefined): number =>
  position !== undefined && position.feeAhead < 0 ? 1 : 0

/**
 * The part of an order's hold that is not for fees: what a buy costs, or what a primary sale adds to the
 * bond.
 */
export function coreHold(state: State, instrument: Instrument, slot: Slot, quantity: number): Micros {
  const pool = state.orders
  if (pool.side[slot] === BUY) return valueOf(instrument, pool.price[slot] as number, quantity)
  return micros(Math.max(0, pool.backing[slot] as number) * quantity)
}

/**
 * What an order at rest holds in cash: its remaining cost and the highest fee, or a supplier's fee and bond.
 */
export function standingHold(state: State, instrument: Instrument, slot: Slot): Micros {
  const pool = state.orders
  const remaining = pool.remaining[slot] as number
  if (pool.side[slot] !== BUY && (pool.backing[slot] as number) < 0) return micros(0)
  const value = valueOf(instrument, pool.price[slot] as number, remaining)
  return micros(coreHold(state, instrument, slot, remaining) + feeHold(state, value))
}

/**
 * Frees what an order at rest no longer needs. Fees already paid ahead may have left it a µ$ short of its
 * fee.
 */
export function settleHold(state: State, instrument: Instrument, slot: Slot): void {
  const needed = standingHold(state, instrument, slot)
  if ((state.orders.held[slot] as number) > needed) lowerHold(state, slot, needed)
}

/** Whether what an order holds counts on a mandate. */
const isBudgeted = (pool: OrderPool, slot: Slot): boolean =>
  pool.side[slot] === BUY && pool.mandate[slot] !== NO_MANDATE

/** Takes more cash behind an order. The caller has checked that it is there. */
export function raiseHold(state: State, slot: Slot, amount: number): void {
  const pool = state.orders
  const account = theAccount(state, pool.account[slot] as AccountId)
  move(state.ledger, account.free, account.held, amount)
  pool.held[slot] = (pool.held[slot] as number) + amount
  if (isBudgeted(pool, slot)) reserveBudget(state, pool.mandate[slot] as MandateId, amount)
}

/** Lowers an order's cash hold to `target` and frees the rest. */
export function lowerHold(state: State, slot: Slot, target: Micros): void {
  const pool = state.orders
  const excess = (pool.held[slot] as number) - target
  if (excess === 0) return
  assert(excess > 0, 'an order holds what it may still have to pay')
  const account = theAccount(state, pool.account[slot] as AccountId)
  move(state.ledger, account.held, account.free, excess)
  pool.held[slot] = target
  if (isBudgeted(pool, slot)) reserveBudget(state, pool.mandate[slot] as MandateId, -excess)
}

/** An order's hold has paid `amount` (the posting is the caller's); under a mandate, a buy has spent it. */
export function spendHold(state: State, slot: Slot, amount: number): void {
  const pool = state.orders
  const left = (pool.held[slot] as number) - amount
  assert(left >= 0, 'an order pays from what it holds')
  pool.held[slot] = left
  if (!isBudgeted(pool, slot)) return
  const mandate = pool.mandate[slot] as MandateId
  reserveBudget(state, mandate, -amount)
  spendBudget(state, mandate, state.at, amount)
}

/** Pays `amount` out of an order's hold into a cell. */
export function payFromHold(state: State, slot: Slot, to: Cell, amount: number): void {
  const account = theAccount(state, state.orders.account[slot] as AccountId)
  move(state.ledger, account.held, to, amount)
  spendHold(state, slot, amount)
}
