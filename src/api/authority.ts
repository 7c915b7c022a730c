import type { MandateId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { mandateOf, accountOf } from '../state/account.ts'
import { isUnder } from '../mandate/budget.ts'
import type { State } from '../state/state.ts'
import type { Call, Caller } from './operation.ts'
import type { Problem } from './problem.ts'
import { notFound, problem } from './problem.ts'
import type { Venue } from './venue.ts'

/** Whether a caller may give away, see or end what acts under a mandate: its own, or one below. */
export const rules = (state: State, caller: Caller, mandate: MandateId): boolean =>
  caller.mandate === NO_MANDATE || (mandate !== NO_MANDATE && isUnder(state, mandate, caller.mandate))

/**
 * A mandate of the caller's account that it rules, or the problem. `NO_MANDATE` is ruled by whoever has none.
 */
export function ruledMandate(
  state: State,
  caller: Caller,
  mandate: MandateId,
  pointer: string,
): Problem | undefined {
  if (mandate !== NO_MANDATE && mandateOf(state, mandate)?.terms.account !== caller.account)
    return notFound('mandate', pointer)
  return rules(state, caller, mandate) ? undefined : notFound('mandate', pointer)
}

/** Scope alone does not make an operator: the account must have the role, and the key no mandate. */
function operatorFault(state: State, caller: Caller): Problem | undefined {
  const isOperator = accountOf(state, caller.account)?.roles.includes('operator') === true
  if (isOperator && caller.mandate === NO_MANDATE) return undefined
  return problem('operator_only', 'Ask with a key of an operator account.')
}

type OfOperator<Path, Body, Out> = (
  venue: Venue,
  call: Call<Path, undefined, Body, Caller>,
) => Promise<Out | Problem>

/** Runs only for an operator. */
export const forOperator =
  <Path, Body, Out>(run: OfOperator<Path, Body, Out>): OfOperator<Path, Body, Out> =>
  async (venue, call) =>
    operatorFault(venue.sequencer.state, call.caller) ?? run(venue, call)
