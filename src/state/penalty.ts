import type { AccountId, DrawId, InstrumentId, PenaltyId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'

/** How long a supplier may dispute a penalty, in microseconds. */
export const DISPUTE_WINDOW = 24 * MICROS_PER_HOUR

/** What a penalty is for. */
export type Offence = 'hard_failure' | 'soft_miss' | 'undelivered' | 'rejected_lot'

/** Money that a supplier paid for a miss, as long as that can still be undone. */
export type Penalty = {
  id: PenaltyId
  account: AccountId
  instrument: InstrumentId
  offence: Offence
  amount: Micros
  /** The buyer that has got it; null: it is held for the insurance fund until nobody disputes it any more. */
  to: AccountId | null
  /** The units it was charged on. */
  wt: Wt
  /** The call that is its evidence; null: a rejected lot, whose probes are. */
  draw: DrawId | null
  /** What the exchange saw, in a word. */
  failure: string
  at: Instant
  /** When the window for a dispute ends; once disputed, when the operator decides. */
  due: Instant
  /** What the supplier says against it; null: it has said nothing. */
  dispute: string | null
}

/** Why a supplier is in default. */
export type DefaultReason = 'suspended' | 'silent' | 'bond_exhausted'
