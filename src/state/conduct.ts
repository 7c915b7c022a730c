import type { AccountId, InstrumentId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DefaultReason } from './penalty.ts'

/** The grade of a supplier in an instrument: A is best, and on probation too little is known. */
export type Standing = 'A' | 'B' | 'C' | 'suspended' | 'probation'

/** How an account has kept what it promised in one instrument, as far as rules depend on it. */
export type Conduct = {
  test: LotTest
  /** When its last lots were rejected, oldest first; those of more than a week ago are forgotten. */
  rejections: Instant[]
  /** Null: it has not been graded yet. */
  standing: Standing | null
  /** Its score at the last grading, 0 to 100, in hundredths. */
  score: number
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
  standing: null,
  score: 0,
  missedCalls: 0,
  servedCalls: 0,
})

/**
 * Released proceeds and freed bond of one instrument that stay out of reach until `due`, or until the
 * supplier's lot test accepts before; and whose requests earned them, by account.
 */
export type Withheld = {
  account: AccountId
  instrument: InstrumentId
  amount: Micros
  due: Instant
  bought: Record<AccountId, Bought>
}

/** What one buyer's delivered units had cost it, and what their supplier earned for them before the fee. */
export type Bought = { wt: Wt; cost: Micros; proceeds: Micros }

/** A supplier whose promises are bought in and then cancelled, and what of them is still open. */
/** Of all it owes, or in one instrument. */
export type Failing = { account: AccountId; instrument: InstrumentId | null; reason: DefaultReason }
export type Default = { account: AccountId; instrument: InstrumentId }
