import { createHash } from 'node:crypto'
import { MICROS_PER_MS } from '../base/time.ts'
import { PPM } from '../base/money.ts'
import type { OfferCertify } from '../state/command.ts'
import type { Capability, Spec } from '../state/instrument.ts'
import { JUDGED_OUTPUT_TOKENS, latencyCeiling } from '../claims/judge.ts'
import type { Offer } from '../state/state.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { POOL_VERSION } from './item-pool.ts'
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

/** What was asked of which offer for which grade, and everything that came back. */
export type Sampling = { spec: Spec; offer: Offer; samples: readonly Sample[]; asked: number }

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
  const { spec, offer } = sampling
  const measures = [
    reliability(sampling, cut),
    latency(sampling),
    throughput(sampling),
    context(spec, offer),
    outputLimit(sampling),
    ...offer.terms.capabilities.map((capability) => capable(sampling, capability)),
    intelligence(sampling),
  ]
  const missed = measures.filter(({ passed }) => !passed)
  const words = missed.map(({ name, measured, required }) => `${name}: ${measured}; required: ${required}`)
  const more = missed.length > REASONS_MAX ? `; and ${missed.length - REASONS_MAX} more` : ''
  return {
    passed: missed.length === 0,
    reason: missed.length === 0 ? null : words.slice(0, REASONS_MAX).join('. ') + more,
    measures,
    evidence: evidenceOf(sampling),
  }
}

const count = (value: number): string => value.toLocaleString('en-US')
const ms = (micros: number): string => `${count(Math.round(micros / MICROS_PER_MS))} ms`
const percent = (share: number): string => `${(100 * share).toFixed(1).replace(/\.0$/, '')} %`

/** The value below or at which a share of all values lies (nearest rank). */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

const failed = ({ reading }: Sample): boolean => reading.failure !== null
const paced = ({ samples }: Sampling): Sample[] => samples.filter(({ question }) => question.kind === 'paced')

/** Failures may not be more than the spec's share of all requests, rounded up: a sample sees no finer. */
function reliability({ spec, samples, asked }: Sampling, cut: string | null): Measure {
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
function latency(sampling: Sampling): Measure {
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

const context = (spec: Spec, { terms }: Offer): Measure => ({
  name: 'context',
  measured: `${count(terms.contextTokens)} tokens claimed`,
  required: `${count(spec.contextTokens)} tokens`,
  passed: terms.contextTokens >= spec.contextTokens,
})

function outputLimit({ spec, samples }: Sampling): Measure {
  const found = samples.findLast(({ question }) => question.kind === 'limit')
  const limit = `a limit of ${count(spec.outputTokensMax)} output tokens`
  const passed = found !== undefined && !failed(found) && found.fault === null
  const refusal = found?.reading.failure?.detail ?? found?.fault ?? 'not asked'
  return {
    name: 'output',
    measured: passed ? `accepted ${limit}` : `did not accept ${limit} (${refusal})`,
    required: `accepts ${limit}`,
    passed,
  }
}

/** Every check must be passed; one whose request failed was made once more, and then that one counts. */
function capable({ samples }: Sampling, capability: Capability): Measure {
  const made = new Map<Question, Sample>()
  for (const sample of samples) {
    const { question } = sample
    if (question.kind === 'capability' && question.check.capability === capability) made.set(question, sample)
  }
  const checks = [...made.values()]
  const bad = checks.find((sample) => failed(sample) || sample.fault !== null)
  const good = checks.filter((sample) => !failed(sample) && sample.fault === null).length
  const why = bad?.fault ?? bad?.reading.failure?.detail
  const [first] = checks
  return {
    name: capability,
    measured: checks.length === 0 ? 'not asked' : `${good} of ${checks.length}${why ? `: ${why}` : ''}`,
    required: first?.question.kind === 'capability' ? first.question.check.required : capability,
    passed: checks.length > 0 && bad === undefined,
  }
}

/**
 * Share of the items that a grade asks, by its floor on the Intelligence Index. A stopgap with no claim to
 * that scale: until answers are scored against a reference panel, it tells models that reckon and read from
 * those that do not.
 */
export function shareRequired(spec: Spec): number {
  if (spec.intelligenceFloor >= 115) return 0.85
  return spec.intelligenceFloor >= 100 ? 0.75 : 0.6
}

/** Lower bound of the 95 % Wilson interval of a share: what was seen, less what chance may have added. */
export function wilsonLow(passed: number, of: number): number {
  if (of === 0) return 0
  const z2 = 1.96 * 1.96
  const share = passed / of
  const spread = 1.96 * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))
  return Math.max(0, (share + z2 / (2 * of) - spread) / (1 + z2 / of))
}

/** Passed and all items. One whose request failed was asked once more, and then that one counts. */
function itemScore({ samples }: Sampling): { passed: number; items: number } {
  const answered = new Map<Question, boolean>()
  for (const sample of samples)
    if (sample.question.kind === 'item')
      answered.set(sample.question, !failed(sample) && sample.fault === null)
  return { passed: [...answered.values()].filter(Boolean).length, items: answered.size }
}

function intelligence(sampling: Sampling): Measure {
  const { passed, items } = itemScore(sampling)
  const least = shareRequired(sampling.spec)
  const low = wilsonLow(passed, items)
  return {
    name: 'items',
    measured:
      items === 0
        ? 'none asked'
        : `${passed} of ${items} right (${percent(passed / items)}; 95 % lower bound ${percent(low)})`,
    required:
      `${percent(least)} or more of a short verifiable set (${POOL_VERSION}); ` +
      'not yet a score on the Intelligence Index',
    passed: items > 0 && passed / items >= least,
  }
}

function evidenceOf(sampling: Sampling): Measurement['evidence'] {
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
  return {
    requests: sampling.samples.length,
    ttftMsP95: timed.length === 0 ? 0 : Math.ceil(p95 / MICROS_PER_MS),
    tokensPerSecondP5: judged.length === 0 ? 0 : Math.floor(p5),
    ...itemScore(sampling),
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
  failure: reading.failure?.code ?? null,
  fault,
})
