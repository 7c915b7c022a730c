import type { AccountId, DrawId, InstrumentId, LotId, OfferId, PenaltyId } from '../base/ids.ts'
import type { Lots, Micros, Ppm, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { CommandOf } from './command.ts'
import type { DefaultReason, Offence } from './penalty.ts'

/** What is told of how suppliers keep their promises, and of the money that moves where they do not. */
export type ConductEvent =
  | {
      kind: 'lot.probed'
      offer: OfferId
      account: AccountId
      instrument: InstrumentId
      passed: boolean
      /** Share of such probes that a model at the floor fails. */
      failure: Ppm
      /** The log-likelihood ratio after it, in millionths. */
      ratio: number
      evidence: CommandOf<'lot.probe'>['evidence']
    }
  | ({ kind: 'supplier.graded' } & Omit<CommandOf<'supplier.grade'>, 'kind'>)
  /** The test has ended; the next probe begins another. */
  | {
      kind: 'lot.accepted'
      account: AccountId
      instrument: InstrumentId
      probes: number
      failed: number
      ratio: number
    }
  /** Likewise. Its offer is no longer certified for the instrument, but for the grade named, if for any. */
  | {
      kind: 'lot.rejected'
      offer: OfferId
      account: AccountId
      instrument: InstrumentId
      probes: number
      failed: number
      ratio: number
      regraded: InstrumentId | null
    }
  /** The insurance fund has got its share of the fees. */
  | { kind: 'insurance.funded'; amount: Micros }
  /** The account that the exchange probes with got cash out of fee income. */
  | { kind: 'probe.funded'; account: AccountId; amount: Micros }
  /** What a rejected lot gives back to a buyer, out of its supplier's money and the insurance fund. */
  | {
      kind: 'lot.refunded'
      account: AccountId
      buyer: AccountId
      instrument: InstrumentId
      wt: Wt
      due: Micros
      paid: Micros
      insured: Micros
    }
  /** Its unsold units are gone; what it has sold is bought in until the next sweep, and then cancelled. */
  | {
      kind: 'supplier.defaulted'
      account: AccountId
      instrument: InstrumentId
      reason: DefaultReason
      /** Sold and undelivered, what stands in escrow for it, and the bond. */
      wt: Wt
      escrow: Micros
      bond: Micros
    }
  /** Bought from another supplier, whose obligation takes the place of the defaulter's. */
  | { kind: 'default.bought_in'; account: AccountId; instrument: InstrumentId; lots: Lots; cost: Micros }
  /** Units that nobody delivers any more, paid at the lower of escrowed price and what they had cost. */
  | {
      kind: 'units.cancelled'
      account: AccountId
      instrument: InstrumentId
      lot: LotId
      wt: Wt
      refund: Micros
    }
  | { kind: 'default.closed'; account: AccountId; instrument: InstrumentId; wt: Wt; surplus: Micros }
  /** Escrow of units that a call had missed, when they expired: it went to the insurance fund. */
  | { kind: 'escrow.forfeited'; account: AccountId; instrument: InstrumentId; wt: Wt; amount: Micros }
  | PenaltyCharged
  /** The supplier says why it should not have been charged: nothing more happens until that is decided. */
  | { kind: 'penalty.disputed'; penalty: PenaltyId; account: AccountId; statement: string }
  /** Decided, or no longer open to dispute. Not upheld: the supplier has its money back. */
  | {
      kind: 'penalty.closed'
      penalty: PenaltyId
      account: AccountId
      instrument: InstrumentId
      /** Whether it was held for the insurance fund; otherwise a buyer had got it. */
      held: boolean
      amount: Micros
      upheld: boolean
      reason: string
    }

export type PenaltyCharged = {
  kind: 'penalty.charged'
  penalty: PenaltyId
  account: AccountId
  instrument: InstrumentId
  offence: Offence
  /** What was due, and what was taken: less where the cap, or the money behind it, did not reach. */
  due: Micros
  amount: Micros
  /** The buyer that got it; null: held for the insurance fund. */
  buyer: AccountId | null
  wt: Wt
  draw: DrawId | null
  failure: string
  /** Until then it may be disputed. */
  until: Instant
}
