import { assert } from '../base/assert.ts'
import type { AccountId, InstrumentId, MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Micros, Ticks, Wt } from '../base/money.ts'
import { micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'
import { mandateOf, theInstrument } from '../state/account.ts'
import type { Side } from '../state/command.ts'
import type { Mandate, SpendWindow } from '../state/mandate.ts'
import { BUY } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'

const DAY = 24 * MICROS_PER_HOUR
export const WINDOWS: readonly SpendWindow[] = ['hour', 'day', 'week', 'month', 'lifetime']

/** Start of the calendar window (UTC; weeks start on Monday) that an instant lies in. */
export function windowStart(window: SpendWindow, at: Instant): Instant {
  if (window === 'lifetime') return 0 as Instant
  if (window === 'hour') return (Math.floor(at / MICROS_PER_HOUR) * MICROS_PER_HOUR) as Instant
  const day = Math.floor(at / DAY)
  if (window === 'day') return (day * DAY) as Instant
  if (window === 'week') return ((day - ((day + 3) % 7)) * DAY) as Instant
  return ((day - dayOfMonth(day) + 1) * DAY) as Instant
}

/**
 * Day of the month of a day counted from 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
 */
function dayOfMonth(day: number): number {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const month = Math.floor((5 * dayOfYear + 2) / 153)
  return dayOfYear - Math.floor((153 * month + 2) / 5) + 1
}

/** A mandate and everything above it. */
export function* lineage(state: State, id: MandateId): Generator<Mandate> {
  for (let next = id; next !== NO_MANDATE; ) {
    const mandate = mandateOf(state, next)
    assert(mandate !== undefined, 'a mandate in use exists')
    yield mandate
    next = mandate.terms.parent
  }
}

/** What a mandate has spent in the window that `at` lies in. */
export function spentIn(mandate: Mandate, window: SpendWindow, at: Instant): Micros {
  const spent = mandate.spent[window]
  return spent.since === windowStart(window, at) ? spent.amount : (0 as Micros)
}

/** Whether a key may name this mandate: none at all, or one of its own account. */
export const ownsMandate = (state: State, id: MandateId, account: AccountId): boolean =>
  id === NO_MANDATE || mandateOf(state, id)?.terms.account === account

/** Why a mandate is over, or nothing. */
export function lapseFault(state: State, id: MandateId, at: Instant): Refusal | undefined {
  if (id === NO_MANDATE) return undefined
  for (const { revoked, killed } of lineage(state, id)) {
    if (revoked) return refuse('mandate_revoked')
    if (killed !== null) return refuse('kill_switch', { scope: 'mandate', reason: killed })
  }
  for (const { terms } of lineage(state, id))
    if (terms.expiresAt !== null && at >= terms.expiresAt) return refuse('mandate_expired')
  return undefined
}

/** Why a mandate does not cover this market and side, or nothing. */
export function scopeFault(
  state: State,
  id: MandateId,
  instrument: InstrumentId,
  side: Side,
): Refusal | undefined {
  for (const { terms } of lineage(state, id))
    if (terms.instruments !== null && !terms.instruments.includes(instrument))
      return refuse('mandate_instrument')
  for (const { terms } of lineage(state, id)) if (!terms.sides.includes(side)) return refuse('mandate_side')
  return undefined
}

/** Whether every ancestor allows this price: a buy's not above its limit, a sell's not below its floor. */
export function priceFault(
  state: State,
  id: MandateId,
  instrument: InstrumentId,
  side: number,
  price: Ticks,
): Refusal | undefined {
  if (id === NO_MANDATE) return undefined
  const asked = price * theInstrument(state, instrument).spec.tick
  for (const { terms } of lineage(state, id)) {
    const { priceLimit, bounds } = terms
    if (side === BUY && priceLimit !== null && asked > priceLimit)
      return refuse('mandate_price', { asked, limit: priceLimit })
    const floor = bounds?.priceFloor
    if (side !== BUY && floor !== undefined && asked < floor) return refuse('mandate_price', { asked, floor })
  }
  return undefined
}

/**
 * The most that one more order or draw may cost under a mandate and all above it; `Infinity` if unbounded.
 */
export const budgetLeft = (state: State, id: MandateId, at: Instant): number =>
  Math.min(orderBudget(state, id), windowsLeft(state, id, at))

function orderBudget(state: State, id: MandateId): number {
  let bound = Infinity
  for (const { terms } of lineage(state, id)) bound = Math.min(bound, terms.budget.order ?? Infinity)
  return bound
}

function windowsLeft(state: State, id: MandateId, at: Instant): number {
  let left = Infinity
  for (const mandate of lineage(state, id))
    for (const window of WINDOWS) {
      const bound = mandate.terms.budget[window]
      if (bound !== undefined) left = Math.min(left, bound - spentIn(mandate, window, at) - mandate.reserved)
    }
  return left
}

/**
 * The one atomic test: `spent + reserved + worst case ≤ budget` on every ancestor. Where an order or a draw
 * grows, `worst` is what that adds and `whole` what all of it may cost.
 */
export function budgetFault(
  state: State,
  id: MandateId,
  at: Instant,
  worst: number,
  whole: number = worst,
): Refusal | undefined {
  if (id === NO_MANDATE || worst <= 0) return undefined
  const bound = orderBudget(state, id)
  if (whole > bound) return refuse('budget_exceeded', { needed: whole, left: bound })
  const left = windowsLeft(state, id, at)
  return worst > left ? refuse('budget_exceeded', { needed: worst, left: Math.max(0, left) }) : undefined
}

/** Reserves (or with a negative amount gives back) budget on every ancestor. */
export function reserveBudget(state: State, id: MandateId, amount: number): void {
  if (id === NO_MANDATE || amount === 0) return
  for (const mandate of lineage(state, id)) {
    mandate.reserved = micros(mandate.reserved + amount)
    assert(mandate.reserved >= 0, 'a reserved budget is never negative')
  }
}

/** Counts money that has gone, in every window of every ancestor. */
export function spendBudget(state: State, id: MandateId, at: Instant, amount: number): void {
  if (id === NO_MANDATE || amount === 0) return
  for (const mandate of lineage(state, id))
    for (const window of WINDOWS) {
      const before = spentIn(mandate, window, at)
      mandate.spent[window] = { since: windowStart(window, at), amount: micros(before + amount) }
    }
  const own = mandateOf(state, id)
  if (own !== undefined) own.ownSpent = micros(own.ownSpent + amount)
}

/**
 * Units bought (or with a negative amount used up) under a mandate: using them is not spent a second time.
 */
export function prepayUnits(state: State, id: MandateId, instrument: InstrumentId, quantity: number): void {
  if (id === NO_MANDATE || quantity === 0) return
  const mandate = mandateOf(state, id)
  assert(mandate !== undefined, 'a mandate in use exists')
  count(mandate.prepaid, instrument, quantity)
  for (const { units } of lineage(state, id)) count(units, instrument, quantity)
}

function count(sums: Wt[], instrument: InstrumentId, quantity: number): void {
  while (sums.length <= instrument) sums.push(0 as Wt)
  const sum = (sums[instrument] ?? 0) + quantity
  assert(sum >= 0, 'units bought under a mandate are never negative')
  sums[instrument] = sum as Wt
}

/** Units sold under a mandate cannot be used under it any more. */
export const unprepay = (state: State, id: MandateId, instrument: InstrumentId, sold: number): void =>
  prepayUnits(state, id, instrument, 0 - Math.min(sold, prepaidOf(state, id, instrument)))

export const prepaidOf = (state: State, id: MandateId, instrument: InstrumentId): Wt =>
  (id === NO_MANDATE ? 0 : (mandateOf(state, id)?.prepaid[instrument] ?? 0)) as Wt

/** Units of an account are gone: its mandates have prepaid no more than the `held` that it still has. */
export function capPrepaid(state: State, account: AccountId, instrument: InstrumentId, held: number): void {
  for (const { id, terms, prepaid } of state.mandates) {
    const beyond = (prepaid[instrument] ?? 0) - held
    if (terms.account === account && beyond > 0) prepayUnits(state, id, instrument, 0 - beyond)
  }
}

/** Whether a mandate is another, or stands below it. */
export function isUnder(state: State, id: MandateId, above: MandateId): boolean {
  for (const mandate of lineage(state, id)) if (mandate.id === above) return true
  return false
}
