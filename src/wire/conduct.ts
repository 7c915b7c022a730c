import { z } from 'zod'
import type { AccountId, PenaltyId } from '../base/ids.ts'
import { decimalOut, timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentOut } from './instrument.ts'
import { label } from './label.ts'

/** Money that a supplier has paid for a miss and that may still be given back. */
export const penalty = z.object({
  id: idOut('penalty'),
  account: idOut('account'),
  instrument: instrumentOut,
  /** A call that failed, a slow one, one that nobody could serve, or a lot that was rejected. */
  offence: z.enum(['hard_failure', 'soft_miss', 'undelivered', 'rejected_lot']),
  amount: decimalOut,
  /** A buyer has it already; what is for the insurance fund is held until the penalty is final. */
  for: z.enum(['buyer', 'insurance']),
  units: decimalOut,
  /** The call that is its evidence; null: a lot, whose probes are. */
  delivery: idOut('delivery').nullable(),
  failure: z.string(),
  status: z.enum(['open', 'disputed']),
  /** What the supplier says against it. */
  statement: z.string().nullable(),
  charged_at: timeOut,
  /** Until when it may be disputed; null: it is, and waits for the operator. */
  disputable_until: timeOut.nullable(),
})

export const penalties = z.object({ data: z.array(penalty), seq: z.number().int() })
export const penaltyPath = z.strictObject({ id: idIn<PenaltyId>('penalty') })
export const disputeRequest = z.strictObject({ statement: label(1_000) })
export const decisionRequest = z.strictObject({ upheld: z.boolean(), reason: label(500) })

/** What was decided. Not upheld: the supplier has its money back. */
export const decision = z.object({
  id: idOut('penalty'),
  account: idOut('account'),
  amount: decimalOut,
  upheld: z.boolean(),
  reason: z.string(),
  seq: z.number().int(),
})

export type PenaltyOut = z.infer<typeof penalty>

const bound = z.number().min(0).max(1).nullable()

/** How a supplier keeps its promises in an instrument. Null: nothing is known of that part yet. */
export const scorecard = z.object({
  supplier: idOut('account'),
  /** Its name, where it discloses it. */
  name: z.string(),
  instrument: instrumentOut,
  /** 100 · F^0.35 · L^0.20 · R^0.15 · Q^0.25 · M^0.05 of the bounds below. */
  score: z.number().min(0).max(100),
  standing: z.enum(['A', 'B', 'C', 'suspended', 'probation']),
  /** Requests it rests on: each weighs half after seven days, and one buyer at most a tenth of all. */
  effective_requests: z.number().min(0),
  /**
   * Lower ends of 90 % Wilson intervals: requests served, first tokens in time, speed held, probes against
   * what a model at the floor passes, own counts that agree with ours.
   */
  fulfilment: bound,
  latency: bound,
  throughput: bound,
  quality: bound,
  meter: bound,
})

export const scorecards = z.object({ data: z.array(scorecard), as_of: timeOut })
export const supplierPath = z.strictObject({ id: idIn<AccountId>('account') })
export type ScorecardOut = z.infer<typeof scorecard>
