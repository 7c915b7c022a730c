import type { InstrumentId } from '../base/ids.ts'
import type { Micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'

/** Which rung of the hierarchy gave a fixing its price; `day`: the mean of the day's hours. */
export type FixingTier = 'hour' | 'four_hours' | 'book' | 'previous' | 'no_settle' | 'day'

/**
 * A fixing as it is published: computed from the record outside the engine, and journaled here, because from
 * now on it moves money. Published once; a correction is a row of its own and moves nothing.
 */
export type FixingPrint = {
  instrument: InstrumentId
  period: 'hour' | 'day'
  /** The end of the period. */
  at: Instant
  /** Length of the venue's hour, in microseconds. */
  hour: number
  /** µ$ per unit; null: no settle. */
  price: Micros | null
  tier: FixingTier
  /** What it was computed from, as canonical JSON, and the SHA-256 of that. */
  inputs: string
  inputsRoot: string
  /** SHA-256 of the method's own numbers. */
  methodology: string
  /** Of a correction: why. */
  corrects: string | null
}

export type FixingCommand = { kind: 'fixing.publish' } & FixingPrint
export type FixingEvent = { kind: 'fixing.published' } & FixingPrint
