import { NO_MANDATE } from '../base/ids.ts'
import type { MandateId } from '../base/ids.ts'
import { micros, PPM } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_DAY } from '../base/time.ts'
import { accountOf, mandateOf } from '../state/account.ts'
import { schedule } from '../state/agenda.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { Bounds, Budget } from '../state/mandate-terms.ts'
import type { Mandate, SpendWindow } from '../state/mandate.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'
import { lapseFault, WINDOWS } from './budget.ts'

type Terms = Mandate['terms']
type AnyWindow = 'order' | SpendWindow

/**
 * The windows that contain each: what is spent in one is spent in those too. A week lies in no one month.
 */
const WITHIN: Record<AnyWindow, readonly AnyWindow[]> = {
  order: ['order', 'hour', 'day', 'week', 'month', 'lifetime'],
  hour: ['hour', 'day', 'week', 'month', 'lifetime'],
  day: ['day', 'week', 'month', 'lifetime'],
  week: ['week', 'lifetime'],
  month: ['month', 'lifetime'],
  lifetime: ['lifetime'],
}
const ANY_WINDOW: readonly AnyWindow[] = ['order', ...WINDOWS]

/** Most that a bound may say: a share of the fixing, a rate, a score, a wait. */
const SHARE_MOST = 100 * PPM
const COUNT_MOST = 1_000_000
const SCORE_MOST = 100
const WAIT_MOST = 30 * MICROS_PER_DAY

/** Lends a part of an account's authority. A child is never wider than its parent in anything. */
export function grantMandate(state: State, command: CommandOf<'mandate.grant'>): Event[] | Refusal {
  const { kind: _, ...terms } = command
  for (const [window, amount] of Object.entries(terms.budget))
    if (amount <= 0) return refuse('budget_not_positive', { window })
  const fault = windowFault(terms.budget) ?? boundsFault(terms.bounds ?? {})
  if (fault !== undefined) return fault
  if (accountOf(state, terms.account) === undefined) return refuse('account_not_found')
  for (const instrument of terms.instruments ?? [])
    if (state.instruments[instrument] === undefined) return refuse('instrument_not_found')
  const parent = mandateOf(state, terms.parent)
  if (terms.parent !== NO_MANDATE && parent?.terms.account !== terms.account)
    return refuse('mandate_not_found')
  const lapsed = lapseFault(state, terms.parent, state.at)
  if (lapsed !== undefined) return lapsed
  if (terms.expiresAt !== null && terms.expiresAt <= state.at) return refuse('expiry_not_ahead')
  const wider = parent === undefined ? undefined : widerThan(parent.terms, terms)
  if (wider !== undefined) return refuse('mandate_wider_than_parent', { field: wider })

  // Nothing below this line can fail.
  const id = (state.mandates.length + 1) as MandateId
  const bounded = parent?.bounded === true || Object.keys(terms.bounds ?? {}).length > 0
  state.mandates.push(newMandate(id, terms, bounded))
  if (terms.expiresAt !== null) schedule(state, { at: terms.expiresAt, kind: 'mandate', id })
  return [{ kind: 'mandate.granted', mandate: id, terms: command }]
}

function newMandate(id: MandateId, terms: Terms, bounded: boolean): Mandate {
  const nothing = () => ({ since: 0 as Instant, amount: micros(0) })
  return {
    id,
    terms,
    bounded,
    revoked: false,
    killed: null,
    reserved: micros(0),
    spent: { hour: nothing(), day: nothing(), week: nothing(), month: nothing(), lifetime: nothing() },
    ownSpent: micros(0),
    prepaid: [],
    units: [],
    minute: { since: 0 as Instant, count: 0 },
  }
}

/** A budget that one of a window containing it makes unreachable: somebody has mixed up the two. */
function windowFault(budget: Budget): Refusal | undefined {
  for (const window of ANY_WINDOW)
    for (const longer of WITHIN[window]) {
      const [amount, most] = [budget[window] ?? 0, budget[longer] ?? Infinity]
      if (amount > most) return refuse('budget_windows', { window, amount, longer, limit: most })
    }
  return undefined
}

/** The first bound that is out of its own bounds. */
function boundsFault(bounds: Bounds): Refusal | undefined {
  const { approval } = bounds
  const asks = [
    ['price_floor', bounds.priceFloor, 1, Number.MAX_SAFE_INTEGER],
    ['fixing_most', bounds.fixingMost, 1, SHARE_MOST],
    ['fixing_least', bounds.fixingLeast, 1, SHARE_MOST],
    ['position', bounds.position, 0, Number.MAX_SAFE_INTEGER],
    ['open_orders', bounds.openOrders, 0, COUNT_MOST],
    ['per_minute', bounds.perMinute, 0, COUNT_MOST],
    ['score_least', bounds.scoreLeast, 0, SCORE_MOST],
    ['approval_above', approval?.above, 0, Number.MAX_SAFE_INTEGER],
    ['approval_wait', approval?.wait, 1, WAIT_MOST],
  ] as const
  for (const [field, value, least, most] of asks)
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least && value <= most))
      return refuse('bounds_invalid', { field, least, most })
  return undefined
}

/**
 * The first term in which a child would be wider than its parent. What it leaves out it inherits, so that is
 * not wider.
 */
function widerThan(parent: Terms, child: Terms): string | undefined {
  for (const window of ANY_WINDOW)
    for (const longer of WITHIN[window])
      if ((child.budget[window] ?? 0) > (parent.budget[longer] ?? Infinity)) return `budget.${window}`
  const { instruments } = parent
  if (instruments !== null && child.instruments?.some((i) => !instruments.includes(i))) return 'instruments'
  if (child.sides.some((side) => !parent.sides.includes(side))) return 'sides'
  if (parent.priceLimit !== null && (child.priceLimit ?? 0) > parent.priceLimit) return 'price_limit'
  if (child.autoBuy && !parent.autoBuy) return 'auto_buy'
  if (parent.expiresAt !== null && (child.expiresAt ?? 0) > parent.expiresAt) return 'expires_at'
  return widerBound(parent.bounds ?? {}, child.bounds ?? {})
}

function widerBound(parent: Bounds, child: Bounds): string | undefined {
  const isAbove = (below: number | undefined, above: number | undefined) => (below ?? 0) > (above ?? Infinity)
  const isUnder = (below: number | undefined, above: number | undefined) => (below ?? Infinity) < (above ?? 0)
  if (isUnder(child.priceFloor, parent.priceFloor)) return 'price_floor'
  if (isAbove(child.fixingMost, parent.fixingMost)) return 'fixing_most'
  if (isUnder(child.fixingLeast, parent.fixingLeast)) return 'fixing_least'
  if (isAbove(child.position, parent.position)) return 'position'
  if (isAbove(child.openOrders, parent.openOrders)) return 'open_orders'
  if (isAbove(child.perMinute, parent.perMinute)) return 'per_minute'
  if (isUnder(child.scoreLeast, parent.scoreLeast)) return 'score_least'
  if (isAbove(child.approval?.above, parent.approval?.above)) return 'approval_above'
  return undefined
}
