import type { Ppm } from '../base/money.ts'
import { mulDivUp, PPM, ppm } from '../base/money.ts'
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../base/time.ts'
import type { Reading } from '../state/command.ts'
import type { Verdict } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'

/** Throughput is judged from this many output tokens on. */
export const JUDGED_OUTPUT_TOKENS = 64
/** A miss up to here costs nothing; at its limit it costs the most a soft miss can. */
const FREE_MISS = 50_000
const LATENCY_MISS_MAX = PPM
const THROUGHPUT_MISS_MAX = PPM / 2
const DISCOUNT_MAX = 300_000

/** How a reading is judged, and the share of the contract price that goes back to the buyer. */
export type Judgement = { verdict: Verdict; discount: Ppm }

/** By when the first content token is due, in microseconds after the last request byte. */
export const latencyCeiling = (spec: Spec, inputTokens: number): number =>
  spec.latencyBaseMs * MICROS_PER_MS + spec.latencyPerTokenUs * inputTokens

/** Share by which the first token came late: `TTFT / limit − 1` in ppm, rounded up. 0 if it was in time. */
export function latencyMiss(spec: Spec, reading: Reading): Ppm {
  const limit = latencyCeiling(spec, reading.inputTokens)
  return ppm(reading.ttft <= limit ? 0 : mulDivUp(reading.ttft - limit, PPM, Math.max(1, limit)))
}

/**
 * Share by which tokens came too slowly: `1 − tps / floor` in ppm, rounded up, where tps counts the tokens
 * after the first over the time since the first. 0 if they were fast enough or too few to judge.
 */
export function throughputMiss(spec: Spec, reading: Reading): Ppm {
  if (reading.outputTokens < JUDGED_OUTPUT_TOKENS) return ppm(0)
  const came = (reading.outputTokens - 1) * MICROS_PER_SECOND
  const due = Math.ceil(spec.throughputFloor * reading.generation)
  return ppm(came >= due ? 0 : mulDivUp(due - came, PPM, due))
}

/** 0 up to a miss of 5 %, then rising linearly to 30 % at the most still accepted. In ppm, rounded up. */
const discountOf = (miss: Ppm, most: number): number =>
  miss <= FREE_MISS ? 0 : mulDivUp(miss - FREE_MISS, DISCOUNT_MAX, most - FREE_MISS)

/** Judges a delivered request against its instrument's ceiling and floor; of two misses the worse counts. */
export function judge(spec: Spec, reading: Reading): Judgement {
  if (reading.excused || reading.finish === 'aborted') return { verdict: 'excused', discount: ppm(0) }
  const late = latencyMiss(spec, reading)
  const slow = throughputMiss(spec, reading)
  if (reading.outputTokens === 0 || late > LATENCY_MISS_MAX || slow > THROUGHPUT_MISS_MAX)
    return { verdict: 'rejected', discount: ppm(0) }
  const discount = ppm(Math.max(discountOf(late, LATENCY_MISS_MAX), discountOf(slow, THROUGHPUT_MISS_MAX)))
  return { verdict: late > 0 || slow > 0 ? 'soft_miss' : 'conforming', discount }
}

export type Tokens = Pick<Reading, 'inputTokens' | 'cachedTokens' | 'outputTokens'>

/** Weighted ppm of tokens that a reading comes to. Cached input is part of the input. */
export function weigh(spec: Spec, reading: Tokens): number {
  const cached = Math.min(reading.cachedTokens, reading.inputTokens)
  return (
    (reading.inputTokens - cached) * spec.weights.input +
    cached * spec.weights.cachedInput +
    reading.outputTokens * spec.weights.output
  )
}
