import type { Ppm } from '../base/money.ts'
import { mulDivUp, PPM, ppm } from '../base/money.ts'
import type { Reading } from '../state/command.ts'
import type { Verdict } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import { latencyMiss, throughputMiss } from '../state/speed.ts'

/** A miss up to here costs nothing; at its limit it costs the most a soft miss can. */
const FREE_MISS = 50_000
const LATENCY_MISS_MAX = PPM
const THROUGHPUT_MISS_MAX = PPM / 2
const DISCOUNT_MAX = 300_000

/** How a reading is judged, and the share of the contract price that goes back to the buyer. */
export type Judgement = { verdict: Verdict; discount: Ppm }

/** 0 up to a miss of 5 %, then rising linearly to 30 % at the most still accepted. In ppm, rounded up. */
const discountOf = (miss: Ppm, most: number): number =>
  miss <= FREE_MISS ? 0 : mulDivUp(miss - FREE_MISS, DISCOUNT_MAX, most - FREE_MISS)

/** Judges a delivered request against its instrument's ceiling and floor; of two misses the worse counts. */
export function judge(spec: Spec, reading: Reading): Judgement {
  if (reading.excused || reading.finish === 'aborted') return { verdict: 'excused', discount: ppm(0) }
  const late = latencyMiss(spec, reading)
  const slow = throughputMiss(spec, reading)
  const isEmpty = reading.outputTokens === 0 && spec.task !== 'embeddings'
  if (isEmpty || late > LATENCY_MISS_MAX || slow > THROUGHPUT_MISS_MAX)
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
