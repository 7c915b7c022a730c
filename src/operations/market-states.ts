import type { z } from 'zod'
import type { Ppm } from '../base/money.ts'
import { PPM, ppm } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_MS, MICROS_PER_SECOND } from '../base/time.ts'
import type { Instrument } from '../state/state.ts'
import type { InstrumentRules, Phase } from '../state/status.ts'
import { instrumentPath } from '../wire/instrument.ts'
import {
  auction,
  marketRules,
  marketRulesRequest,
  marketState,
  transitionRequest,
} from '../wire/protection.ts'
import { money } from '../wire/decimal.ts'
import { readMoney } from '../api/amount.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { operation, publicOperation } from '../api/operation.ts'
import { refusalIn } from '../api/outcome.ts'
import { printAuction, printMarketState, printShare } from '../api/print-protection.ts'
import { faultAt, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { forOperator } from '../api/authority.ts'

const getState = publicOperation({
  id: 'instrument.status',
  method: 'GET',
  path: '/v1/instruments/{id}/status',
  tag: 'Markets',
  summary: 'The state of a market, what it admits, and what follows it.',
  params: instrumentPath,
  answer: marketState,
  run: (venue, { path }) =>
    venue.sequencer.read((state) => {
      const found = namedInstrument(state, path.id, '/path/id')
      return found instanceof Problem ? found : printMarketState(state, found)
    }),
})

const getAuction = publicOperation({
  id: 'instrument.auction',
  method: 'GET',
  path: '/v1/instruments/{id}/auction',
  tag: 'Markets',
  summary: 'Where a call auction would trade if it ended now: price, volume and imbalance.',
  params: instrumentPath,
  answer: auction,
  run: (venue, { path }) =>
    venue.sequencer.read((state) => {
      const found = namedInstrument(state, path.id, '/path/id')
      return found instanceof Problem ? found : printAuction(state, found)
    }),
})

type Wanted = z.output<typeof transitionRequest>

/** Phases by their lengths as phases by their ends. */
function phasesOf({ to, seconds, next }: Wanted, now: Instant): Phase[] {
  let at = now
  return [{ status: to, seconds }, ...next].map((phase) => {
    if (phase.seconds === undefined) return { status: phase.status, until: null }
    at = later(at, phase.seconds * MICROS_PER_SECOND)
    return { status: phase.status, until: at }
  })
}

const transition = operation({
  id: 'admin.transition',
  method: 'POST',
  path: '/v1/admin/instruments/{id}/transition',
  tag: 'Operator',
  summary: 'Put a market into another state, for a time or until further notice, with what follows it.',
  scope: 'risk:admin',
  params: instrumentPath,
  body: transitionRequest,
  answer: marketState,
  example: { to: 'auction', seconds: 300, reason: 'Reopening after review' },
  run: forOperator(async (venue, { path, body }) => {
    const { state } = venue.sequencer
    const found = namedInstrument(state, path.id, '/path/id')
    if (found instanceof Problem) return found
    const now = venue.clock()
    const [first, ...next] = phasesOf(body, now > state.at ? now : state.at)
    const { to, reason } = body
    const command = { instrument: found.id, to, reason, until: first?.until ?? null, next }
    const applied = await venue.sequencer.ask({ kind: 'instrument.transition', ...command })
    return refusalIn(applied) ?? venue.sequencer.read((after) => printMarketState(after, found))
  }),
})

function readShare(text: string, pointer: string): Ppm | Problem {
  const value = readMoney(text, pointer)
  if (value instanceof Problem) return value
  return value >= 0 && value <= 10 * PPM
    ? ppm(value)
    : faultAt('invalid_request', pointer, 'a share between 0 and 10', { value: text })
}

/** The rules of a market with what a request changes, or the problem with it. */
function changedRules(
  rules: InstrumentRules,
  body: z.output<typeof marketRulesRequest>,
): InstrumentRules | Problem {
  const { min_notional: notional, collar: static_, volatility: dynamic } = body
  const { call_seconds: length, taker_delay_ms: delay } = body
  const notionalMin = notional === undefined ? rules.notionalMin : readMoney(notional, '/min_notional')
  if (notionalMin instanceof Problem) return notionalMin
  if (notionalMin < 0) return faultAt('invalid_request', '/min_notional', 'zero or more')
  const collar = static_ === undefined ? rules.collar : readShare(static_, '/collar')
  if (collar instanceof Problem) return collar
  const volatility = dynamic === undefined ? rules.volatility : readShare(dynamic, '/volatility')
  if (volatility instanceof Problem) return volatility
  const callTime = length === undefined ? rules.callTime : length * MICROS_PER_SECOND
  const takerDelay = delay === undefined ? rules.takerDelay : delay * MICROS_PER_MS
  return { notionalMin, collar, volatility, takerDelay, callTime }
}

const printRules = (venue: Venue, instrument: Instrument) =>
  venue.sequencer.read(({ seq }) => {
    const { notionalMin, collar, volatility, takerDelay, callTime } = instrument.rules
    return {
      instrument: marketName(instrument),
      min_notional: money(notionalMin),
      collar: printShare(collar),
      volatility: printShare(volatility),
      taker_delay_ms: takerDelay / MICROS_PER_MS,
      call_seconds: callTime / MICROS_PER_SECOND,
      seq,
    }
  })

const getRules = publicOperation({
  id: 'instrument.rules',
  method: 'GET',
  path: '/v1/instruments/{id}/rules',
  tag: 'Markets',
  summary: 'The protections of a market: smallest order, collars, taker delay, length of a reopening call.',
  params: instrumentPath,
  answer: marketRules,
  async run(venue, { path }) {
    const found = namedInstrument(venue.sequencer.state, path.id, '/path/id')
    return found instanceof Problem ? found : printRules(venue, found)
  },
})

const setRules = operation({
  id: 'admin.rules',
  method: 'PATCH',
  path: '/v1/admin/instruments/{id}/rules',
  tag: 'Operator',
  summary: 'Change the protections of a market. Orders at rest stay as they are.',
  scope: 'risk:admin',
  params: instrumentPath,
  body: marketRulesRequest,
  answer: marketRules,
  example: { volatility: '0.10', call_seconds: 120 },
  run: forOperator(async (venue, { path, body }) => {
    const found = namedInstrument(venue.sequencer.state, path.id, '/path/id')
    if (found instanceof Problem) return found
    const rules = changedRules(found.rules, body)
    if (rules instanceof Problem) return rules
    const applied = await venue.sequencer.ask({
      kind: 'instrument.configure',
      instrument: found.id,
      rules,
    })
    return refusalIn(applied) ?? printRules(venue, found)
  }),
})

export const marketStateOperations = [getState, getAuction, getRules, transition, setRules]
