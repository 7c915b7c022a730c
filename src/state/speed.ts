import type { Ppm } from '../base/money.ts'
import { mulDivUp, PPM, ppm } from '../base/money.ts'
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../base/time.ts'
import type { Reading } from './command.ts'
import type { Spec } from './instrument.ts'

/** Throughput is judged from this many output tokens on. */
export const JUDGED_OUTPUT_TOKENS = 64
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
