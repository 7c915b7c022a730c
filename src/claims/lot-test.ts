import { assert, known } from '../base/assert.ts'
import type { InstrumentId } from '../base/ids.ts'
import { lnMillionths } from '../base/logarithm.ts'
import type { Micros, Ppm } from '../base/money.ts'
import { micros, PPM } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_DAY } from '../base/time.ts'
import { instrumentOf, offerOf, openPosition, theAccount, theInstrument } from '../state/account.ts'
import type { CommandOf, LotProbe } from '../state/command.ts'
import type { Conduct, LotTest } from '../state/conduct.ts'
import { newConduct, newTest } from '../state/conduct.ts'
import type { Event } from '../state/event.ts'
import type { Events } from '../state/event-log.ts'
import { move } from '../state/ledger.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Instrument, Offer, Position, State } from '../state/state.ts'
import { refundLot } from './refund.ts'
import { grantCertificate } from '../trading/supply.ts'

/** How many more failures than at the floor the test tells from the floor itself: 6 points. */
const MARGIN = 60_000
/** ln((1 − β) / α) and ln(β / (1 − α)) for α = 0.001 and β = 0.05, in millionths. */
const REJECT_AT = 6_856_000
const ACCEPT_AT = -2_995_000
/** So many rejections this close together suspend the supplier. */
const REJECTIONS_MAX = 2
const SERIES = 7 * MICROS_PER_DAY

/**
 * Counts one probe in the sequential probability ratio test (Wald) of a supplier's lots in an instrument. The
 * test goes on until it decides, over days if need be: cut off by the clock, it would not keep its error
 * rates. What it decides about money are the deliveries whose proceeds are still withheld.
 */
export function probeLot(state: State, command: CommandOf<'lot.probe'>): Event[] | Refusal {
  const { passed, evidence, expected } = command
  const instrument = instrumentOf(state, command.instrument)
  if (instrument === undefined) return refuse('instrument_not_found')
  if (!isPlausible(state, instrument, expected)) return refuse('probe_invalid')
  const offer = offerOf(state, command.offer)
  if (offer === undefined) return refuse('offer_not_found')
  if ((offer.certified[instrument.id] ?? 0) <= state.at) return refuse('offer_not_certified')

  // Nothing below this line can fail.
  const { account } = offer.terms
  const position = openPosition(state, theAccount(state, account), instrument.id)
  position.conduct ??= newConduct(state.at)
  const { test } = position.conduct
  countProbe(test, instrument.id, passed, expected)
  const failure = known(failureAt(expected, instrument.id), 'a probe names its own grade')
  const { ratio } = test
  const at = { account, instrument: instrument.id }
  const events: Event[] = [{ kind: 'lot.probed', offer: offer.id, ...at, passed, failure, ratio, evidence }]
  if (ratio <= ACCEPT_AT) acceptLot(state, position, test, events)
  else if (ratio >= REJECT_AT) rejectLot(state, position, offer, test, events)
  return events
}

const failureAt = (expected: LotProbe['expected'], instrument: InstrumentId): Ppm | undefined =>
  expected.find((one) => one.instrument === instrument)?.failure

/** Its own grade is among those expected, and the others are lower grades of its task; each named once. */
function isPlausible(state: State, { id, spec }: Instrument, expected: LotProbe['expected']): boolean {
  if (failureAt(expected, id) === undefined) return false
  if (new Set(expected.map(({ instrument }) => instrument)).size < expected.length) return false
  return expected.every(({ instrument, failure }) => {
    const grade = instrumentOf(state, instrument)?.spec
    if (!(failure > 0 && failure < PPM - MARGIN) || grade === undefined) return false
    const isLower = grade.task === spec.task && grade.intelligenceFloor < spec.intelligenceFloor
    return instrument === id || isLower
  })
}

function countProbe(test: LotTest, own: InstrumentId, passed: boolean, expected: LotProbe['expected']): void {
  test.probes++
  if (!passed) test.failed++
  for (const { instrument, failure } of expected) {
    const step = passed
      ? lnMillionths(PPM - failure - MARGIN, PPM - failure)
      : lnMillionths(failure + MARGIN, failure)
    if (instrument === own) {
      test.ratio += step
      continue
    }
    const lower = test.lower.find((one) => one.instrument === instrument)
    if (lower === undefined) test.lower.push({ instrument, ratio: step })
    else lower.ratio += step
  }
}

/** The lot is as good as promised: what was withheld of it is let go. */
function acceptLot(state: State, position: Position, test: LotTest, events: Events): void {
  const { account, instrument } = position
  const { probes, failed, ratio } = test
  events.push({ kind: 'lot.accepted', account, instrument, probes, failed, ratio })
  restart(state, position)
  const amount = takeWithheld(state, position)
  if (amount === 0) return
  move(state.ledger, state.house.withheld, theAccount(state, account).free, amount)
  events.push({ kind: 'cash.unwithheld', account, amount })
}

function conductOf({ conduct }: Position): Conduct {
  assert(conduct !== null, 'who is tested has a conduct')
  return conduct
}

function restart(state: State, position: Position): void {
  conductOf(position).test = newTest(state.at)
}

/** Takes all that is withheld of a position off the list. The posting is the caller's. */
function takeWithheld(state: State, { account, instrument }: Position): Micros {
  let amount = 0
  state.withheld = state.withheld.filter((entry) => {
    if (entry.account !== account || entry.instrument !== instrument) return true
    amount += entry.amount
    return false
  })
  return micros(amount)
}

/**
 * The lot is worse than promised. Its offer loses the certificate of the instrument and gets that of the best
 * lower grade which the same probes favour, for as long as the lost one had left.
 */
function rejectLot(state: State, position: Position, offer: Offer, test: LotTest, events: Events): void {
  const { account, instrument } = position
  const { probes, failed, ratio } = test
  const regraded = bestPassed(state, test)
  const expiresAt = offer.certified[instrument] as Instant
  offer.certified[instrument] = state.at
  if (regraded !== null) {
    const lasts = Math.max(expiresAt, offer.certified[regraded] ?? 0) as Instant
    grantCertificate(offer, theInstrument(state, regraded), lasts)
  }
  const who = { offer: offer.id, account, instrument }
  events.push({ kind: 'lot.rejected', ...who, probes, failed, ratio, regraded })
  refundLot(state, position, regraded, events)
  // What it has sold it can no longer deliver, unless it qualifies again in time.
  position.missed = position.escrowed
  const conduct = conductOf(position)
  conduct.rejections = [...conduct.rejections.filter((at) => at > state.at - SERIES), state.at]
  restart(state, position)
  if (conduct.rejections.length < REJECTIONS_MAX) return
  for (const each of state.offers) {
    if (each.terms.account !== account || each.suspended) continue
    each.suspended = true
    events.push({ kind: 'offer.suspended', offer: each.id, account, reason: 'lots_rejected' })
  }
  state.failing.push({ account, instrument: null, reason: 'suspended' })
}

/** The highest grade below that the probes speak for rather than against. */
function bestPassed(state: State, { lower }: LotTest): InstrumentId | null {
  let best: Instrument | undefined
  for (const { instrument, ratio } of lower) {
    const grade = theInstrument(state, instrument)
    if (ratio < 0 && grade.spec.intelligenceFloor > (best?.spec.intelligenceFloor ?? 0)) best = grade
  }
  return best?.id ?? null
}
