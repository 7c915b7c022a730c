import type { AccountId, InstrumentId, MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { mulDivDown, mulDivUp, PPM } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_MINUTE } from '../base/time.ts'
import { mandateOf, positionOf, theInstrument } from '../state/account.ts'
import type { Slot } from '../state/order.ts'
import { BUY, NO_SLOT } from '../state/order.ts'
import { olderOf } from '../state/order-link.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Account, Instrument, State } from '../state/state.ts'
import { isUnder, lineage } from './budget.ts'

/** An order as the bounds of its mandate see it: on its way in, or as an amendment would leave it. */
export type Bounded = {
  account: Account
  instrument: Instrument
  side: number
  /** The limit in ticks. */
  price: number
  /** Lots that would trade or stand. */
  lots: number
  /** Whether it would stand as one open order more. */
  isNew: boolean
  /** Itself, where it stands already. */
  slot: Slot
}

/** Whether an order under this mandate has bounds beside budgets to be looked at. */
export const isBounded = (state: State, id: MandateId): boolean =>
  id !== NO_MANDATE && mandateOf(state, id)?.bounded === true

/** The first bound of a mandate, or of one above it, that an order would pass. */
export function boundFault(state: State, id: MandateId, order: Bounded): Refusal | undefined {
  return (
    fixingFault(state, id, order) ??
    (order.side === BUY ? positionFault(state, id, order) : undefined) ??
    (order.isNew ? openOrdersFault(state, id, order) : undefined) ??
    rateFault(state, id, state.at)
  )
}

/** A buy names no more, a sell no less, than its share of the last fixing: without one, nothing. */
function fixingFault(state: State, id: MandateId, { instrument, side, price }: Bounded): Refusal | undefined {
  const { tick } = instrument.spec
  const unfixed = unfixedFault(state, id, instrument, side)
  if (unfixed !== undefined) return unfixed
  const limit = side === BUY ? fixingCeiling(state, id, instrument) : fixingFloor(state, id, instrument)
  if (side === BUY ? price <= limit : price >= limit) return undefined
  return refuse('mandate_fixing', {
    asked: price * tick,
    limit: limit * tick,
    fixing: instrument.fixing * tick,
  })
}

/** Refuses what a fixing would have to allow while the market has none. */
export function unfixedFault(
  state: State,
  id: MandateId,
  { fixing }: Instrument,
  side: number,
): Refusal | undefined {
  if (fixing > 0 || id === NO_MANDATE) return undefined
  for (const { terms } of lineage(state, id))
    if ((side === BUY ? terms.bounds?.fixingMost : terms.bounds?.fixingLeast) !== undefined)
      return refuse('fixing_missing')
  return undefined
}

/** The highest price in ticks that the bounds against the fixing allow a buy; `Infinity` without any. */
function fixingCeiling(state: State, id: MandateId, { fixing }: Instrument): number {
  let ceiling = Infinity
  for (const { terms } of lineage(state, id)) {
    const share = terms.bounds?.fixingMost
    if (share !== undefined) ceiling = Math.min(ceiling, mulDivDown(fixing, share, PPM))
  }
  return ceiling
}

/** The lowest price in ticks that they allow a sell. */
function fixingFloor(state: State, id: MandateId, { fixing }: Instrument): number {
  let floor = 0
  for (const { terms } of lineage(state, id))
    floor = Math.max(floor, mulDivUp(fixing, terms.bounds?.fixingLeast ?? 0, PPM))
  return floor
}

/** The highest price in ticks that every ancestor allows a buy, its bound against the fixing included. */
export function priceCeiling(state: State, id: MandateId, instrument: InstrumentId): number {
  const market = theInstrument(state, instrument)
  let ceiling = fixingCeiling(state, id, market)
  for (const { terms } of lineage(state, id))
    if (terms.priceLimit !== null)
      ceiling = Math.min(ceiling, Math.floor(terms.priceLimit / market.spec.tick))
  return ceiling
}

/** Units bought under it and neither used nor sold, what its open buys would add, and what this one would. */
function positionFault(
  state: State,
  id: MandateId,
  { account, instrument, lots, slot }: Bounded,
): Refusal | undefined {
  for (const { id: level, terms, units } of lineage(state, id)) {
    const limit = terms.bounds?.position
    if (limit === undefined) continue
    const bidding = lotsBidFor(state, account, instrument, level, slot)
    const would = (units[instrument.id] ?? 0) + (bidding + lots) * instrument.spec.lot
    if (would > limit) return refuse('mandate_position', { limit, would })
  }
  return undefined
}

/** The same for lots that a draw buys. */
export const purchaseFault = (
  state: State,
  id: MandateId,
  account: Account,
  instrument: Instrument,
  lots: number,
): Refusal | undefined =>
  isBounded(state, id)
    ? positionFault(state, id, {
        account,
        instrument,
        side: BUY,
        price: 0,
        lots,
        isNew: false,
        slot: NO_SLOT,
      })
    : undefined

/** Lots of an instrument that the open buys under a mandate, but for one, still want. */
function lotsBidFor(state: State, account: Account, { id }: Instrument, level: MandateId, but: Slot): number {
  const pool = state.orders
  let sum = 0
  for (let slot = account.orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot))
    if (slot !== but && pool.instrument[slot] === id && pool.side[slot] === BUY)
      if (isUnder(state, pool.mandate[slot] as MandateId, level)) sum += pool.remaining[slot] as number
  return sum
}

function openOrdersFault(state: State, id: MandateId, { account }: Bounded): Refusal | undefined {
  for (const { id: level, terms } of lineage(state, id)) {
    const limit = terms.bounds?.openOrders
    if (limit === undefined) continue
    const open = openOrdersUnder(state, account, level)
    if (open >= limit) return refuse('mandate_open_orders', { limit, open })
  }
  return undefined
}

/** Open orders under a mandate and those below it. */
export function openOrdersUnder(state: State, account: Account, level: MandateId): number {
  const pool = state.orders
  let count = 0
  for (let slot = account.orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot))
    if (isUnder(state, pool.mandate[slot] as MandateId, level)) count++
  return count
}

const minuteOf = (at: Instant): Instant => (at - (at % MICROS_PER_MINUTE)) as Instant

/** Whether a mandate has had its orders, amendments and draws of this minute. */
export function rateFault(state: State, id: MandateId, at: Instant): Refusal | undefined {
  for (const { terms, minute } of lineage(state, id)) {
    const limit = terms.bounds?.perMinute
    const taken = minute.since === minuteOf(at) ? minute.count : 0
    if (limit !== undefined && taken >= limit) return refuse('mandate_rate', { limit, taken })
  }
  return undefined
}

/** Counts an order, an amendment or a draw that is taken. */
export function countTaken(state: State, id: MandateId): void {
  if (!isBounded(state, id)) return
  const since = minuteOf(state.at)
  for (const mandate of lineage(state, id)) {
    const before = mandate.minute.since === since ? mandate.minute.count : 0
    mandate.minute = { since, count: before + 1 }
  }
}

/** The lowest score, in points, that a supplier must have to serve under a mandate; 0: any, or none. */
export function scoreFloor(state: State, id: MandateId): number {
  let floor = 0
  if (isBounded(state, id))
    for (const { terms } of lineage(state, id)) floor = Math.max(floor, terms.bounds?.scoreLeast ?? 0)
  return floor
}

/** Whether a supplier's scorecard is good enough to serve under a mandate. One not graded yet has none. */
export function scoreFault(
  state: State,
  id: MandateId,
  supplier: AccountId,
  instrument: InstrumentId,
): Refusal | undefined {
  const limit = scoreFloor(state, id)
  const score = positionOf(state, supplier, instrument)?.conduct?.score ?? 0
  return score < limit * 100 ? refuse('mandate_score', { limit, score: Math.floor(score / 100) }) : undefined
}

/** Whether a person has to approve what costs so much, in µ$. */
export function approvalFault(state: State, id: MandateId, worst: number): Refusal | undefined {
  if (!isBounded(state, id)) return undefined
  let threshold = Infinity
  for (const { terms } of lineage(state, id))
    threshold = Math.min(threshold, terms.bounds?.approval?.above ?? Infinity)
  return worst > threshold ? refuse('approval_needed', { worst, threshold }) : undefined
}

/** Whether a mandate, or one above it, has a threshold for approval. */
export function asksPerson(state: State, id: MandateId): boolean {
  if (isBounded(state, id))
    for (const { terms } of lineage(state, id)) if (terms.bounds?.approval !== undefined) return true
  return false
}
