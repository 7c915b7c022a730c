import type { InstrumentOut, SpecOut } from '../../wire/instrument.ts'
import { duration, period } from './clock.ts'
import { LOCALE, percent, tokenSize, trimmed } from './number.ts'

const CAPABILITY: Record<SpecOut['capabilities'][number], string> = {
  tools: 'tool calls',
  json_schema: 'JSON schema',
  vision: 'images',
  logprobs: 'log probabilities',
}

/** An instrument's id as its symbol: `TEXT_PRIME/USD`. */
export const symbolOf = (id: string): string => id.replace('-', '/')

/** A grade on one line of the board: `≥ 100 · 4.6 s · 40 tok/s`. */
export const gradeParts = (spec: SpecOut) => ({
  floor: spec.vectors ? '–' : `≥ ${spec.intelligence_floor}`,
  latency: duration(spec.latency_base_ms),
  throughput: spec.vectors ? '–' : `${spec.throughput_floor}`,
})

/** What is promised of the answer itself: how good and how fast text is, or where vectors lie. */
function answerSentences(spec: SpecOut): [label: string, sentence: string][] {
  const reads = `up to ${tokenSize(spec.context_tokens)} tokens`
  if (spec.vectors)
    return [
      ['Vectors', `${spec.vectors.dimensions} numbers and length 1, of the same space whoever serves.`],
      ['Size', `Embeds texts of ${reads}, many in one request.`],
    ]
  return [
    [
      'Intelligence',
      `At least ${spec.intelligence_floor} on the Intelligence Index, by the lower bound of a measurement.`,
    ],
    ['Speed', `At least ${spec.throughput_floor} tokens per second, from first to last.`],
    ['Size', `Reads ${reads}, writes up to ${tokenSize(spec.output_tokens_max)}.`],
    ['Skills', spec.capabilities.map((one) => CAPABILITY[one]).join(', ') || 'plain text'],
  ]
}

/** What a unit comes to in tokens. */
function unitSentence(spec: SpecOut): string {
  const input = `${perUnit(spec, spec.weights.input)} input tokens`
  const counted = `counted with ${spec.tokenizer.name}.`
  if (spec.vectors) return `${input}, ${counted}`
  const cached = `${perUnit(spec, spec.weights.cached_input)} cached input tokens`
  return `${perUnit(spec, spec.weights.output)} output tokens, or ${input}, or ${cached}, ${counted}`
}

const perUnit = (spec: SpecOut, weight: string): string => {
  const tokens = Number(weight) === 0 ? Number.POSITIVE_INFINITY : spec.unit_weighted_tokens / Number(weight)
  if (!Number.isFinite(tokens)) return 'any number of'
  return tokens % 1e6 === 0 ? `${tokens / 1e6}M` : Math.floor(tokens).toLocaleString(LOCALE)
}

/** What one unit promises, as sentences a buyer can hold the seller to. */
export function specSentences(instrument: InstrumentOut): [label: string, sentence: string][] {
  const { spec } = instrument
  const slope = spec.latency_per_input_token_ms
  const perToken = slope === 0 ? '' : `, plus ${duration(slope)} for each input token`
  return [
    [spec.vectors ? 'Answer' : 'First token', `Within ${duration(spec.latency_base_ms)}${perToken}.`],
    ...answerSentences(spec),
    [
      'Reliability',
      `${percent(spec.reliability)} of called requests must conform. One that fails is not charged.`,
    ],
    ['One unit', unitSentence(spec)],
    [
      'Life',
      `Units bought are swept into consumption every ${period(spec.window_seconds)} and then live ` +
        `${period(spec.window_seconds)}: use them or lose them.`,
    ],
    [
      'Fees',
      `Maker ${percent(instrument.maker_fee)}, taker ${percent(instrument.taker_fee)} of value. ` +
        `Price steps of $${trimmed(instrument.price_increment)}, lots of ${trimmed(instrument.quantity_increment)} units.`,
    ],
  ]
}
