import type { Lots } from '../base/money.ts'
import { schedule } from '../state/agenda.ts'
import type { AmendedTerms, SpecialTerms } from '../state/command.ts'
import type { Slot } from '../state/order.ts'
import { mayRest, setTerms, termsOf } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'
import { displayFault } from './terms.ts'

/** The special terms that an order has after an amendment to a total of `lots`, or why it cannot. */
export function amendedTerms(
  state: State,
  slot: Slot,
  asked: AmendedTerms | undefined,
  lots: Lots,
): SpecialTerms | null | Refusal {
  const terms = termsOf(state.orders, slot)
  const { special, timeInForce } = terms
  const { expiresAt, stop, display } = asked ?? {}
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
