import { theInstrument } from '../state/account.ts'
import { rfc3339 } from '../base/time.ts'
import type { State } from '../state/state.ts'
import { printId } from '../wire/id.ts'
import { qualification, qualificationPath, qualificationRequest, qualifications } from '../wire/supply.ts'
import type { QualificationOut } from '../wire/supply.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { operation } from '../api/operation.ts'
import { notFound, Problem, problem } from '../api/problem.ts'
import { refusalProblem } from '../api/refusal.ts'
import type { Qualification } from '../api/qualification-desk.ts'
import { ownOffer } from './supply.ts'

/** A qualification as its supplier sees it. */
export const printQualification = (state: State, one: Qualification): QualificationOut => ({
  id: `qlf_${one.id}`,
  offer: printId('offer', one.offer),
  instrument: marketName(theInstrument(state, one.instrument)),
  plan: one.plan,
  status: one.status,
  phase: one.phase,
  done: one.done,
  total: one.total,
  samples_passed: one.samplesPassed,
  measures: one.measures.map((measure) => ({ ...measure })),
  reason: one.reason,
  started_at: rfc3339(one.startedAt),
  finished_at: one.finishedAt === null ? null : rfc3339(one.finishedAt),
  expires_at: one.expiresAt === null ? null : rfc3339(one.expiresAt),
})

const start = operation({
  id: 'qualification.start',
  method: 'POST',
  path: '/v1/qualifications',
  tag: 'Supply',
  summary: "Measure an offer's endpoint against an instrument's spec. GET and the stream tell its progress.",
  scope: 'supply:manage',
  body: qualificationRequest,
  answer: qualification,
  status: 202,
  idempotent: true,
  example: { offer: 'off_1', instrument: 'TEXT_PRIME-USD' },
  async run(venue, { body, caller }) {
    const { state } = venue.sequencer
    const instrument = namedInstrument(state, body.instrument, '/instrument')
    if (instrument instanceof Problem) return instrument
    const offer = ownOffer(state, caller.account, body.offer, '/offer')
    if (offer instanceof Problem) return offer
    if (offer.suspended) return refusalProblem({ reason: 'offer_suspended', detail: {} })
    if (body.plan === 'brief' && !venue.settings.briefQualification)
      return problem('brief_not_allowed', 'Ask for the plan "full".')
    const wanted = { account: caller.account, offer: offer.id, instrument: instrument.id, plan: body.plan }
    const started = venue.qualifications.start(wanted)
    if (started === 'running') return problem('already_measuring', 'Wait for the measurement under way.')
    return printQualification(state, started)
  },
})

const list = operation({
  id: 'qualification.list',
  method: 'GET',
  path: '/v1/qualifications',
  tag: 'Supply',
  summary: 'Qualifications of the account since the venue started, newest first.',
  scope: 'supply:manage',
  answer: qualifications,
  async run(venue, { caller }) {
    const { state } = venue.sequencer
    return { data: venue.qualifications.list(caller.account).map((one) => printQualification(state, one)) }
  },
})

const get = operation({
  id: 'qualification.get',
  method: 'GET',
  path: '/v1/qualifications/{id}',
  tag: 'Supply',
  summary: 'One qualification: its progress, and what was measured.',
  scope: 'supply:manage',
  params: qualificationPath,
  answer: qualification,
  async run(venue, { path, caller }) {
    const found = venue.qualifications.find(Number(path.id.slice(4)))
    if (found?.account !== caller.account) return notFound('qualification', '/path/id')
    return printQualification(venue.sequencer.state, found)
  },
})

export const qualificationOperations = [start, list, get]
