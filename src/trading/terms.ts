import type { Lots } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_DAY, nextOnGrid, rfc3339 } from '../base/time.ts'
import { schedule } from '../state/agenda.ts'
import type { AmendedTerms, OrderPlace, SpecialTerms } from '../state/command.ts'
import { groupOf } from '../state/group.ts'
import type { Slot } from '../state/order.ts'
import { mayRest, setTerms, termsOf } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { SLICES_MAX } from '../state/slice.ts'
import type { State } from '../state/state.ts'

const SPECIALS = [
  'expiresAt',
  'reduceOnly',
  'stop',
  'group',
  'display',
  'allOrNone',
] as const satisfies readonly (keyof SpecialTerms)[]

/** Whether two requests ask the same beyond a plain order. */
export const hasSameSpecials = (a: OrderPlace, b: OrderPlace): boolean =>
  SPECIALS.every((field) => a.special?.[field] === b.special?.[field])

/** An order's special terms with what the engine adds: a day order ends with its UTC day. */
export function specialOf({ timeInForce, special }: OrderPlace, at: Instant): SpecialTerms | null {
  if (timeInForce === 'day') return { ...special, expiresAt: nextOnGrid(at, MICROS_PER_DAY) }
  return special ?? null
}

/** Whether the group that the order names is another's or nobody's, or frozen. */
export function groupFault(state: State, { account, special }: OrderPlace): Refusal | undefined {
  if (special?.group === undefined) return undefined
  const group = groupOf(state, account, special.group)
  if (group === undefined) return refuse('group_not_found')
  return group.frozenUntil > state.at
    ? refuse('group_frozen', { until: rfc3339(group.frozenUntil) })
    : undefined
}

/** Special terms that do not go together. */
export function termsFault(order: OrderPlace): Refusal | undefined {
  const { special, timeInForce } = order
  const ends = special?.expiresAt !== undefined
  if (timeInForce === 'gtd' && !ends) return refuse('expiry_missing')
  if (special === undefined) return undefined
  if (timeInForce !== 'gtd' && ends) return refuse('expiry_unasked')
  if (special.stop !== undefined) {
    if (special.stop <= 0) return refuse('price_not_positive')
    if (order.type === 'market' && order.price !== null) return refuse('stop_terms')
  }
  if (special.reduceOnly === true && mayRest(order)) return refuse('reduce_only_rests')
  const isBlock = special.allOrNone === true
  if (special.display === undefined)
    return isBlock && (!mayRest(order) || order.postOnly !== 'none') ? refuse('all_or_none_terms') : undefined
  return mayRest(order) && !isBlock ? displayFault(special.display, order.lots) : refuse('display_terms')
}

/** Whether an order of so many lots may show so little, or so much, of itself. */
export function displayFault(display: Lots, lots: Lots): Refusal | undefined {
  const minimum = Math.ceil(lots / SLICES_MAX)
  return display < minimum || display > lots
    ? refuse('display_out_of_bounds', { minimum, maximum: lots })
    : undefined
}

/** The special terms that an order has after an amendment to a total of `lots`, or why it cannot. */
export function amendedTerms(
  state: State,
  slot: Slot,
  asked: AmendedTerms | undefined,
  lots: Lots,
): SpecialTerms | null | Refusal {
  const terms = termsOf(state.orders, slot)
  const { special, timeInForce } = terms
  const expiresAt = asked?.expiresAt
  const stop = asked?.stop
  const display = asked?.display
  const waitsForPrice = (state.orders.waits[slot] as number) > 0
  if (stop !== undefined && stop <= 0) return refuse('price_not_positive')
  if (expiresAt !== undefined && timeInForce !== 'gtd') return refuse('expiry_unasked')
  if (stop !== undefined && !waitsForPrice) return refuse('stop_terms')
  if (display !== undefined && (!mayRest(terms) || special?.allOrNone === true))
    return refuse('display_terms')
  const shows = display ?? special?.display
  const fault =
    shows === undefined ? undefined : displayFault(display ?? (Math.min(shows, lots) as Lots), lots)
  if (fault !== undefined) return fault
  if (expiresAt !== undefined && expiresAt <= state.at) return refuse('expiry_not_ahead')
  return asked === undefined ? special : { ...special, ...asked }
}

/** Gives an order its amended terms, and its new end a place on the agenda. */
export function applyTerms(state: State, slot: Slot, special: SpecialTerms | null): void {
  const terms = termsOf(state.orders, slot)
  if (special === terms.special) return
  setTerms(state.orders, slot, { ...terms, special })
  const at = special?.expiresAt
  if (at !== undefined && at !== terms.special?.expiresAt)
    schedule(state, { at, kind: 'order', id: state.orders.id[slot] as number })
}
