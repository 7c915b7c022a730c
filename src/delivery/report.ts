import type { AccountId, DrawId, OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { DrawSettled } from '../state/event.ts'
import type { BuyerError } from '../surface/surface.ts'
import type { FailureCode } from './failure.ts'

/** One call of a supplier, as it went. Times in microseconds. */
export type CallReport = {
  offer: OfferId
  /** Since the request came. */
  beganAfter: number
  /** From the last byte sent to the first content token read; 0 if none came. */
  firstToken: number
  took: number
  /** Null where nothing is to be said against the supplier. */
  failure: FailureCode | null
}

/**
 * How one request went, for the log, the metrics and the traces. Holds nothing of what was asked or answered,
 * and no secret.
 */
export type Report = {
  request: string
  account: AccountId
  /** Symbol of the instrument. */
  instrument: string
  stream: boolean
  operation: 'chat' | 'embeddings'
  outcome: 'delivered' | 'client_abort' | 'refused' | 'failed'
  /** What the buyer was told, where it was an error. */
  error: BuyerError | null
  at: Instant
  /** Microseconds from the request to its end. */
  took: number
  outputMax: number
  calls: readonly CallReport[]
  draw: DrawId | null
  /** Where it was settled. */
  settled: DrawSettled | null
}

/** Takes reports. Must not throw, and must not wait. */
export type Reporter = (report: Report) => void
