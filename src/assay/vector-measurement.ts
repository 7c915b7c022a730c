import type { Chance } from '../base/chance.ts'
import { agreement, AGREEMENT_LEAST, cosine, REFERENCE_TEXTS, signsOf } from '../measure/vector-space.ts'
import type { Spec } from '../state/instrument.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Measure, Measurement, Sampling } from './measurement.ts'
import { concluded, evidenceOf, isGood, latency, reliability } from './measurement.ts'
import { sentence } from './pace-prompt.ts'
import type { Plan, Question } from './questionnaire.ts'
import { PLANS } from './questionnaire.ts'
import { recallOf } from './recall.ts'

/** Texts of a paced request, and sentences of about ten tokens in each: a thousand tokens in all. */
const PACED_TEXTS = 4
const PACED_SENTENCES = 25
/** Least cosine between two vectors of one text. */
const REPEAT_LEAST = 0.999

const ask = (texts: readonly string[]): ChatRequest => ({
  model: '',
  messages: texts.map((content) => ({ role: 'user', content })),
})

/**
 * What a plan asks of an offer of embeddings: pace, the reference texts twice, and a text that fills the
 * context.
 */
export function vectorQuestionsFor(plan: Plan, spec: Spec, chance: Chance): Question[] {
  const { paced, fill } = PLANS[plan]
  const note = (): string =>
    `Page ${chance.below(1_000_000_000)}. ` +
    Array.from({ length: PACED_SENTENCES }, () => sentence(chance)).join(' ')
  const questions: Question[] = Array.from({ length: paced }, () => ({
    kind: 'paced',
    request: ask(Array.from({ length: PACED_TEXTS }, note)),
    outputMax: 0,
  }))
  for (let i = 0; i < 2; i++) questions.push({ kind: 'space', request: ask(REFERENCE_TEXTS), outputMax: 0 })
  const { request } = recallOf(Math.floor(spec.contextTokens * fill), chance)
  questions.push({ kind: 'filled', request, outputMax: 0 })
  return questions
}

/** Judges embeddings by their form, their place in the space of the spec, and how fast they come. */
export function vectorMeasurementOf(sampling: Sampling, cut: string | null): Measurement {
  const measures = [
    reliability(sampling, cut),
    latency(sampling),
    context(sampling),
    form(sampling),
    space(sampling),
    repeat(sampling),
  ]
  return concluded(measures, evidenceOf(sampling))
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function context({ spec, claims, samples }: Sampling): Measure {
  const claimed = claims.contextTokens
  const filled = samples.findLast(({ question }) => question.kind === 'filled')
  const tokens = filled?.reading.inputTokens.toLocaleString('en-US') ?? '0'
  const passed = filled !== undefined && isGood(filled)
  const why = filled?.reading.failure?.detail ?? filled?.fault ?? 'not asked'
  return {
    name: 'context',
    measured:
      `${claimed.toLocaleString('en-US')} tokens claimed; a text of ${tokens} tokens ` +
      (passed ? 'was embedded' : `was not (${why})`),
    required: `${spec.contextTokens.toLocaleString('en-US')} tokens, and embeds a text that long`,
    passed: claimed >= spec.contextTokens && passed,
  }
}

/** Every answer that came has a vector of the right size for each text. */
function form({ spec, samples }: Sampling): Measure {
  const came = samples.filter(({ reading }) => reading.failure === null)
  const wrong = came.filter(({ fault }) => fault !== null)
  const dimensions = spec.vectors?.dimensions ?? 0
  return {
    name: 'dimensions',
    measured: `${came.length - wrong.length} of ${came.length} answers${wrong[0] ? `: ${wrong[0].fault}` : ''}`,
    required: `a vector of ${dimensions} numbers and of length 1 for each text`,
    passed: came.length > 0 && wrong.length === 0,
  }
}

/** The answers to the reference texts that are of good form. */
const references = ({ samples }: Sampling): (readonly Float32Array[])[] =>
  samples
    .filter((sample) => sample.question.kind === 'space' && isGood(sample))
    .map(({ reading }) => reading.answer.vectors)

function space(sampling: Sampling): Measure {
  const shares = references(sampling).map((vectors) =>
    agreement(vectors.map((vector) => signsOf(vector)).join(''), sampling.spec.vectors?.signs ?? ''),
  )
  const least = Math.min(...shares)
  return {
    name: 'space',
    measured:
      shares.length === 0 ? 'no vectors' : `${percent(least)} of the signs of the reference texts agree`,
    required: `${percent(AGREEMENT_LEAST)} with the space of the grade, where another model reaches about half`,
    passed: shares.length > 0 && least >= AGREEMENT_LEAST,
  }
}

function repeat(sampling: Sampling): Measure {
  const [first = [], second = []] = references(sampling)
  const least = Math.min(...first.map((vector, at) => cosine(vector, second[at] ?? [])))
  const wasAsked = first.length > 0 && second.length > 0
  return {
    name: 'repeat',
    measured: wasAsked ? `cosine ${least.toFixed(5)} between two answers to one text` : 'not answered twice',
    required: `${REPEAT_LEAST} or more`,
    passed: wasAsked && least >= REPEAT_LEAST,
  }
}
