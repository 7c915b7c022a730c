import type { InstrumentId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'

/** How an account has kept what it promised in one instrument, as far as rules depend on it. */
export type Conduct = {
  test: LotTest
  /** When its last lots were rejected, oldest first; those of more than a week ago are forgotten. */
  rejections: Instant[]
  /** Calls since the last sweep that it missed, and that it served. */
  missedCalls: number
  servedCalls: number
}

/**
 * The sequential test over the probes of what a supplier delivers in an instrument: the log-likelihood ratio,
 * in millionths, of failing 6 points more often than a model at the floor, against failing as often. Beside
 * the instrument's own floor it runs at that of every lower grade of the task, to know which one is passed.
 */
export type LotTest = {
  since: Instant
  probes: number
  failed: number
  ratio: number
  lower: { instrument: InstrumentId; ratio: number }[]
}

export const newTest = (at: Instant): LotTest => ({ since: at, probes: 0, failed: 0, ratio: 0, lower: [] })

export const newConduct = (at: Instant): Conduct => ({
  test: newTest(at),
  rejections: [],
  missedCalls: 0,
  servedCalls: 0,
})
