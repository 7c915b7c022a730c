import type { Lots, Micros, Ppm, Ticks, Wt } from '../base/money.ts'
import { PPM, WT_PER_UNIT } from '../base/money.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'

/** Tasks whose output is tokens. */
export type WrittenTask = 'text' | 'code' | 'agent'
export type Task = WrittenTask | 'embeddings'
export type Capability = 'tools' | 'json_schema' | 'vision' | 'logprobs'

/**
 * Where the vectors of a grade lie, so that those of one supplier can be held against those of another: their
 * length, and the signs of reference texts in hex (`measure/vector-space.ts`).
 */
export type VectorSpace = { dimensions: number; signs: string }

/** What a unit must deliver. Models and chips appear nowhere: they are attributes of an offer. */
export type Spec = {
  /** `text-prime`; its market is `TEXT_PRIME-USD`. */
  symbol: string
  name: string
  task: Task
  /** Of embeddings only. */
  vectors?: VectorSpace
  /** Minimum score on the Intelligence Index (reference panel mean 100, 15 points per standard deviation). */
  intelligenceFloor: number
  /** First content token within `latencyBaseMs + latencyPerTokenUs × input tokens / 1000` milliseconds. */
  latencyBaseMs: number
  latencyPerTokenUs: number
  /** Tokens per second from first to last content token, judged from 64 output tokens on. */
  throughputFloor: number
  contextTokens: number
  outputTokensMax: number
  capabilities: readonly Capability[]
  /** Share of called requests that must conform. */
  reliability: Ppm
  tokenizer: { name: string; sha256: string }
  /** Weighted tokens per token, in ppm. */
  weights: { input: Ppm; cachedInput: Ppm; output: Ppm }
  lot: Wt
  /**
   * µ$ per unit between neighbouring prices. `tick × lot` divides by 1,000,000, so every fill costs whole µ$.
   */
  tick: Micros
  /** Sweep period on the UTC grid, and the life of a consumption lot, in microseconds. */
  window: number
  /** Where the price starts: reference of the band and of the bond until a trade exists. */
  listingPrice: Ticks
  /** Highest price an order may name. Bounds the ladder. */
  priceMax: Ticks
  /** Largest quantity of one order. */
  orderMax: Lots
}

/** µ$ that one lot costs per tick of price. Whole by the rule on `tick × lot`. */
export const lotTick = (spec: Spec): number => (spec.tick * spec.lot) / WT_PER_UNIT

/** Longest window, in microseconds: keeps every expiry a safe integer. */
const WINDOW_MAX = 365 * 24 * MICROS_PER_HOUR

/** µ$ of the largest order: leaves room for its fee in a safe integer. */
const ORDER_VALUE_MAX = Number.MAX_SAFE_INTEGER / 2

const DIMENSIONS_MAX = 16_384

/** What is wrong with what a spec says of vectors. */
function vectorFault({ task, vectors, weights, outputTokensMax }: Spec): string | undefined {
  if (task !== 'embeddings') {
    if (vectors !== undefined) return 'vectors belong to the task embeddings'
    return outputTokensMax > 0 ? undefined : 'outputTokensMax is positive'
  }
  if (vectors === undefined) return 'embeddings say where their vectors lie'
  const { dimensions, signs } = vectors
  if (!Number.isSafeInteger(dimensions) || dimensions < 1 || dimensions > DIMENSIONS_MAX)
    return `dimensions lie between 1 and ${DIMENSIONS_MAX}`
  if (!/^[0-9a-f]{256}$/.test(signs)) return 'signs are 256 hexadecimal digits'
  if (outputTokensMax !== 0) return 'embeddings have no output tokens'
  return weights.input > 0 ? undefined : 'embeddings weigh their input'
}

/** What is wrong with a spec, in words, or nothing. */
export function specFault(spec: Spec): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(spec.symbol))
    return 'symbol is lower-case words joined by hyphens'
  for (const amount of [spec.tick, spec.lot, spec.window, spec.listingPrice, spec.priceMax, spec.orderMax])
    if (!Number.isSafeInteger(amount)) return 'prices, quantities and times are whole numbers'
  if ((spec.tick * spec.lot) % WT_PER_UNIT !== 0) return 'tick × lot must divide by 1,000,000'
  if (spec.tick <= 0 || spec.lot <= 0) return 'tick and lot are positive'
  if (spec.listingPrice <= 0 || spec.listingPrice > spec.priceMax)
    return 'listing price lies within the prices'
  if (spec.priceMax > 10_000_000) return 'priceMax is at most 10,000,000 ticks'
  if (spec.orderMax <= 0) return 'orderMax is positive'
  if (spec.priceMax * spec.orderMax * lotTick(spec) > ORDER_VALUE_MAX) return 'the largest order is too large'
  if (spec.window <= 0 || spec.window > WINDOW_MAX) return 'window is positive and at most a year'
  for (const weight of Object.values(spec.weights))
    if (weight < 0 || weight > 100 * PPM) return 'a weight lies between 0 and 100'
  return vectorFault(spec)
}

/** `text-prime` as its market: `TEXT_PRIME-USD`. */
export const marketOf = (symbol: string): string => `${symbol.toUpperCase().replaceAll('-', '_')}-USD`
