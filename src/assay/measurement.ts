import { createHash } from 'node:crypto'
import { MICROS_PER_MS } from '../base/time.ts'
import { PPM } from '../base/money.ts'
import type { OfferCertify } from '../state/command.ts'
import type { Capability, Spec } from '../state/instrument.ts'
import { JUDGED_OUTPUT_TOKENS, latencyCeiling } from '../state/speed.ts'
import type { Offer } from '../state/state.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import type { Outcome } from '../measure/ability.ts'
import { abilityFrom } from '../measure/ability.ts'
import { signsOf } from '../measure/vector-space.ts'
import type { Score } from '../measure/scale.ts'
import { priorAt, scoreOf } from '../measure/scale.ts'
import { itemParameters, POOL } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'
import type { Reading } from './probe.ts'
import { paceOf } from './probe.ts'
import type { Question } from './questionnaire.ts'

/** One quantity: what was measured, and what the spec asks, both for people to read. */
export type Measure = { name: string; measured: string; required: string; passed: boolean }

export type Measurement = {
  passed: boolean
  /** The first measures that were missed, in words; null if none was. */
  reason: string | null
  measures: Measure[]
  evidence: OfferCertify['evidence']
}

/** One question asked, what came back, and what was wrong with a whole answer, if anything was. */
export type Sample = { question: Question; reading: Reading; fault: string | null }

/** What a model is said to be capable of. */
export type Claims = Pick<Offer['terms'], 'capabilities' | 'contextTokens'>

/** What was asked for which grade, and everything that came back. */
export type Sampling = { spec: Spec; claims: Claims; samples: readonly Sample[]; asked: number }

const REASONS_MAX = 3
const NOTHING: OfferCertify['evidence'] = {
  requests: 0,
  ttftMsP95: 0,
  tokensPerSecondP5: 0,
  items: 0,
  passed: 0,
  sha256: createHash('sha256').update('[]').digest('hex'),
}

/** A measurement that could not begin. */
export const unmeasured = (reason: string): Measurement => ({
  passed: false,
  reason,
  measures: [],
  evidence: NOTHING,
})

/** Judges what was sampled against the spec. `cut` says why not everything was asked, or is null. */
export function measurementOf(sampling: Sampling, cut: string | null): Measurement {
  const measures = [
    reliability(sampling, cut),
    latency(sampling),
    throughput(sampling),
    context(sampling),
    stopped(sampling),
    outputLimit(sampling),
    ...sampling.claims.capabilities.map((capability) => capable(sampling, capability)),
    intelligence(sampling),
  ]
  return concluded(measures, evidenceOf(sampling))
}

/** Whether every measure was passed, and in words which were not. */
export function concluded(measures: Measure[], evidence: Measurement['evidence']): Measurement {
  const missed = measures.filter(({ passed }) => !passed)
  const words = missed.map(({ name, measured, required }) => `${name}: ${measured}; required: ${required}`)
  const more = missed.length > REASONS_MAX ? `; and ${missed.length - REASONS_MAX} more` : ''
  return {
    passed: missed.length === 0,
    reason: missed.length === 0 ? null : words.slice(0, REASONS_MAX).join('. ') + more,
    measures,
    evidence,
  }
}

const count = (value: number): string => value.toLocaleString('en-US')
const ms = (micros: number): string => `${count(Math.round(micros / MICROS_PER_MS))} ms`
const percent = (share: number): string => `${(100 * share).toFixed(1).replace(/\.0$/, '')} %`

/** The value below or at which a share of all values lies (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

const failed = ({ reading }: Sample): boolean => reading.failure !== null

/** Whether a whole answer came with nothing wrong in it. */
export const isGood = (sample: Sample): boolean => !failed(sample) && sample.fault === null

/** The last sample of each question: one whose request failed was asked once more, and that one counts. */
export const decisive = (samples: readonly Sample[]): Sample[] => [
  ...new Map(samples.map((sample) => [sample.question, sample])).values(),
]

const paced = ({ samples }: Sampling): Sample[] => samples.filter(({ question }) => question.kind === 'paced')

/** Failures may not be more than the spec's share of all requests, rounded up: a sample sees no finer. */
export function reliability({ spec, samples, asked }: Sampling, cut: string | null): Measure {
  const failures = samples.filter(failed)
  const most = Math.ceil((Math.max(samples.length, asked) * (PPM - spec.reliability)) / PPM)
  const codes = [...new Set(failures.map(({ reading }) => reading.failure?.code ?? ''))]
  return {
    name: 'reliability',
    measured:
      `${failures.length} of ${samples.length} requests failed` +
      (codes.length > 0 ? ` (${codes.join(', ')})` : '') +
      (cut === null ? '' : `, ${cut}`),
    required: `at most ${most} (${percent(spec.reliability / PPM)} must conform)`,
    passed: cut === null && failures.length <= most,
  }
}

/** Late answers and those that never came count with the time that was waited. */
export function latency(sampling: Sampling): Measure {
  const { spec } = sampling
  const timed = paced(sampling).filter(({ reading }) => isTimed(reading))
  const required =
    `95 % within ${count(spec.latencyBaseMs)} ms + ${spec.latencyPerTokenUs / 1_000} ms per input token ` +
    `(${ms(latencyCeiling(spec, inputOf(timed)))} at ${count(inputOf(timed))})`
  if (timed.length === 0) return { name: 'latency', measured: 'no first token came', required, passed: false }
  const over = quantile(
    timed.map(({ reading }) => reading.ttft - latencyCeiling(spec, reading.inputTokens)),
    0.95,
  )
  const p95 = quantile(
    timed.map(({ reading }) => reading.ttft),
    0.95,
  )
  return {
    name: 'latency',
    measured: `first token p95 ${ms(p95)}, ${ms(Math.abs(over))} ${over > 0 ? 'over' : 'under'} the ceiling`,
    required,
    passed: over <= 0,
  }
}

const isTimed = ({ answer, failure }: Reading): boolean =>
  !answer.empty || failure?.code === 'first_token_timeout'

const inputOf = (timed: readonly Sample[]): number =>
  timed.length === 0
    ? 1_000
    : quantile(
        timed.map(({ reading }) => reading.inputTokens),
        0.5,
      )

const judgedOn = (sampling: Sampling): Sample[] =>
  paced(sampling).filter(({ reading }) => reading.outputTokens >= JUDGED_OUTPUT_TOKENS)

/** Half of the paced answers at least must be long enough to judge, so that short ones hide nothing. */
function throughput(sampling: Sampling): Measure {
  const judged = judgedOn(sampling)
  const all = paced(sampling).length
  const slowest = quantile(
    judged.map(({ reading }) => paceOf(reading)),
    0.05,
  )
  const length = `${JUDGED_OUTPUT_TOKENS} tokens or more`
  return {
    name: 'throughput',
    measured:
      judged.length === 0
        ? `none of ${all} answers had ${length}`
        : `p5 ${slowest.toFixed(1)} tokens/s over ${judged.length} of ${all} answers, of ${length}`,
    required: `95 % at ${sampling.spec.throughputFloor} tokens/s or more, over half of the answers at least`,
    passed: judged.length * 2 >= Math.max(1, all) && slowest >= sampling.spec.throughputFloor,
  }
}

/** Claimed, and really filled: a word told in the middle of a long prompt is asked for at its end. */
function context({ spec, claims, samples }: Sampling): Measure {
  const claimed = claims.contextTokens
  const found = samples.findLast(({ question }) => question.kind === 'context')
  const isRecalled = found !== undefined && isGood(found)
  const asked = found === undefined ? 'not asked' : (found.reading.failure?.detail ?? found.fault ?? '')
  const required = `${count(spec.contextTokens)} tokens, and recalls a word from a long prompt`
  const filled = `a prompt of ${count(found?.reading.inputTokens ?? 0)} tokens`
  if (found === undefined && claimed < spec.contextTokens)
    return { name: 'context', measured: `${count(claimed)} tokens claimed`, required, passed: false }
  return {
    name: 'context',
    measured:
      `${count(claimed)} tokens claimed; ` +
      (isRecalled ? `recalled a word from ${filled}` : `did not recall a word from ${filled} (${asked})`),
    required,
    passed: claimed >= spec.contextTokens && isRecalled,
  }
}

function stopped({ samples }: Sampling): Measure {
  const found = samples.findLast(({ question }) => question.kind === 'stop')
  const passed = found !== undefined && isGood(found)
  const why = found?.reading.failure?.detail ?? found?.fault ?? 'not asked'
  return {
    name: 'stop',
    measured: passed ? 'ended before the stop sequence' : why,
    required: 'ends before the stop sequence asked for',
    passed,
  }
}

function outputLimit({ spec, samples }: Sampling): Measure {
  const found = samples.findLast(({ question }) => question.kind === 'limit')
  const limit = `a limit of ${count(spec.outputTokensMax)} output tokens`
  const passed = found !== undefined && isGood(found)
  const refusal = found?.reading.failure?.detail ?? found?.fault ?? 'not asked'
  return {
    name: 'output',
    measured: passed ? `accepted ${limit}` : `did not accept ${limit} (${refusal})`,
    required: `accepts ${limit}`,
    passed,
  }
}

/** Every check of a capability that was made. */
export const checksOf = (samples: readonly Sample[], capability: Capability): Sample[] =>
  decisive(samples).filter(
    ({ question }) => question.kind === 'capability' && question.check.capability === capability,
  )

/** Every check must be passed. */
function capable({ samples }: Sampling, capability: Capability): Measure {
  const checks = checksOf(samples, capability)
  const bad = checks.find((sample) => !isGood(sample))
  const good = checks.filter(isGood).length
  const why = bad?.fault ?? bad?.reading.failure?.detail
  const [first] = checks
  return {
    name: capability,
    measured: checks.length === 0 ? 'not asked' : `${good} of ${checks.length}${why ? `: ${why}` : ''}`,
    required: first?.question.kind === 'capability' ? first.question.check.required : capability,
    passed: checks.length > 0 && bad === undefined,
  }
}

/** Passed or not, by item. */
export const outcomesOf = ({ samples }: Pick<Sampling, 'samples'>): Outcome[] =>
  decisive(samples).flatMap((sample) => {
    const { question } = sample
    if (question.kind !== 'item') return []
    return [{ item: itemParameters(question.item), passed: isGood(sample) }]
  })

/** What was answered as a score on the Intelligence Index, from the belief that the offer is at the floor. */
const scoreIn = (sampling: Sampling, outcomes: readonly Outcome[]): Score =>
  scoreOf(abilityFrom(outcomes, priorAt(sampling.spec.intelligenceFloor, PANEL)), PANEL, POOL.linkError)

function intelligence(sampling: Sampling): Measure {
  const { intelligenceFloor: floor } = sampling.spec
  const outcomes = outcomesOf(sampling)
  const { value, low, high, atLeast } = scoreIn(sampling, outcomes)
  const right = outcomes.filter(({ passed }) => passed).length
  return {
    name: 'intelligence',
    measured:
      outcomes.length === 0
        ? 'no items asked'
        : `${value.toFixed(1)} (95 % interval ${low.toFixed(1)} to ${high.toFixed(1)}, ` +
          `lower bound ${atLeast.toFixed(1)}; ${right} of ${outcomes.length} items of pool ${POOL.version})`,
    required: `a lower bound of ${floor} or more on the Intelligence Index`,
    passed: outcomes.length > 0 && atLeast >= floor,
  }
}

/** Points of the index as integers, so that evidence holds no fractions. */
const hundredths = (value: number): number => Math.round(100 * value)

function intelligenceEvidence(sampling: Sampling, outcomes: readonly Outcome[]) {
  const { value, low, high, atLeast } = scoreIn(sampling, outcomes)
  return {
    pool: POOL.version,
    value: hundredths(value),
    low: hundredths(low),
    high: hundredths(high),
    atLeast: hundredths(atLeast),
  }
}

/** What a certificate keeps of the samples. */
export function evidenceOf(sampling: Sampling): Measurement['evidence'] {
  const timed = paced(sampling).filter(({ reading }) => isTimed(reading))
  const judged = judgedOn(sampling)
  const p95 = quantile(
    timed.map(({ reading }) => reading.ttft),
    0.95,
  )
  const p5 = quantile(
    judged.map(({ reading }) => paceOf(reading)),
    0.05,
  )
  const outcomes = outcomesOf(sampling)
  return {
    requests: sampling.samples.length,
    ttftMsP95: timed.length === 0 ? 0 : Math.ceil(p95 / MICROS_PER_MS),
    tokensPerSecondP5: judged.length === 0 ? 0 : Math.floor(p5),
    items: outcomes.length,
    passed: outcomes.filter(({ passed }) => passed).length,
    ...(outcomes.length > 0 && { intelligence: intelligenceEvidence(sampling, outcomes) }),
    sha256: createHash('sha256')
      .update(canonicalJson(sampling.samples.map(recordOf)))
      .digest('hex'),
  }
}

/** A sample as it enters the fingerprint: what was asked and everything that came back. */
const recordOf = ({ question, reading, fault }: Sample) => ({
  kind: question.kind,
  messages: question.request.messages,
  outputMax: question.outputMax,
  ttft: reading.ttft,
  generation: reading.generation,
  inputTokens: reading.inputTokens,
  outputTokens: reading.outputTokens,
  finish: reading.answer.finish,
  content: reading.answer.content,
  reasoning: reading.answer.reasoning,
  tools: reading.answer.tools,
  ...(reading.answer.vectors.length > 0 && { signs: reading.answer.vectors.map(signsOf) }),
  failure: reading.failure?.code ?? null,
  fault,
})
