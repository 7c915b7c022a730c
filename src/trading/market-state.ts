import { instrumentOf } from '../state/account.ts'
import { isCrossed, restingOrders } from '../state/book.ts'
import type { CommandOf, SpecialTerms } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import { BUY, mayRest, SELL } from '../state/order.ts'
import type { OrderTerms } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Instrument, State } from '../state/state.ts'
import { waitingOrders } from '../state/waiting.ts'
import { NEVER } from '../state/state.ts'
import type { InstrumentStatus, Phase } from '../state/status.ts'
import { ADMITS, FOLLOWS, isCall, rulesFault } from '../state/status.ts'
import { uncross } from './auction.ts'
import { closeOrder } from './match.ts'

/** Why a market does not admit an order now, whatever the book holds, or nothing. */
export function orderFault(
  { status }: Instrument,
  terms: Pick<OrderTerms, 'type' | 'timeInForce' | 'postOnly'> & { special?: SpecialTerms | null },
): Refusal | undefined {
  const { orders, refusal } = ADMITS[status]
  if (orders === 'any') return undefined
  const isPlain = terms.postOnly === 'none' && terms.special?.allOrNone !== true
  const isAdmitted = orders !== 'none' && mayRest(terms) && (orders === 'resting' || isPlain)
  return isAdmitted ? undefined : refuse(refusal)
}

/** Puts a market into another state, now and, if it names an end, through the phases after it. */
export function changeStatus(
  state: State,
  command: CommandOf<'instrument.transition'>,
  events: EventLog,
): Refusal | undefined {
  const { to, reason, until, next } = command
  const instrument = instrumentOf(state, command.instrument)
  if (instrument === undefined) return refuse('instrument_not_found')
  const fault = pathFault(state, instrument.status, [{ status: to, until }, ...next])
  if (fault !== undefined) return refuse('transition_not_allowed', fault)

  // Nothing below this line can fail.
  instrument.phases = [...next]
  enter(state, instrument, { status: to, until }, reason, events)
  return undefined
}

/** Each phase may follow the one before, ends after it, and only the last may be without end. */
function pathFault(state: State, status: InstrumentStatus, path: readonly Phase[]) {
  let from = status
  let at = state.at as number
  for (const [step, phase] of path.entries()) {
    const isLast = step === path.length - 1
    if (!FOLLOWS[from].includes(phase.status)) return { from, to: phase.status }
    if (phase.until === null ? !isLast : !Number.isSafeInteger(phase.until) || phase.until <= at)
      return { from, to: phase.status, fault: 'phases end one after the other, and only the last has no end' }
    from = phase.status
    at = phase.until ?? at
  }
  return undefined
}

/** Stops continuous trading after a move that is too large, until a call has found a price. */
export function interrupt(state: State, instrument: Instrument, events: EventLog): void {
  const until = (state.at + instrument.rules.callTime) as Phase['until']
  instrument.phases = []
  enter(state, instrument, { status: 'volatility_auction', until }, 'volatility', events)
}

/** The phase that a market is in has come to its end: the next one begins, or trading is open. */
export function endPhase(state: State, instrument: Instrument, events: EventLog): void {
  const phase = instrument.phases.shift() ?? { status: 'open', until: null }
  const reason = isCall(instrument.status) ? 'call auction ended' : 'phase ended'
  enter(state, instrument, phase, reason, events)
}

/** Where orders are to meet, a book that crosses is uncrossed first, and a call always ends in a price. */
function enter(state: State, instrument: Instrument, phase: Phase, reason: string, events: EventLog): void {
  const { status, until } = phase
  const from = instrument.status
  if (ADMITS[status].trades && (isCall(from) || isCrossed(instrument.book)))
    uncross(state, instrument, events)
  if (status === 'closed') {
    for (const side of [BUY, SELL])
      for (const slot of Array.from(restingOrders(instrument.book, state.orders, side)))
        closeOrder(state, instrument, slot, 'instrument_closed', true, events)
    for (const slot of waitingOrders(state.orders, instrument))
      closeOrder(state, instrument, slot, 'instrument_closed', true, events)
  }
  instrument.status = status
  instrument.statusReason = reason
  instrument.until = until ?? NEVER
  if (instrument.until < state.nextDue) state.nextDue = instrument.until
  events.push({ kind: 'instrument.status_changed', instrument: instrument.id, from, status, reason, until })
}

/** Sets the protections of one market. Orders at rest stay as they are. */
export function configureInstrument(
  state: State,
  { instrument: id, rules }: CommandOf<'instrument.configure'>,
): Event[] | Refusal {
  const instrument = instrumentOf(state, id)
  if (instrument === undefined) return refuse('instrument_not_found')
  const setting = rulesFault(rules)
  if (setting !== undefined) return refuse('settings_invalid', { setting })

  // Nothing below this line can fail.
  instrument.rules = { ...rules }
  return [{ kind: 'instrument.configured', instrument: id, rules }]
}
