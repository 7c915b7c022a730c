import { z } from 'zod'
import type { AccountId } from '../base/ids.ts'
import { timeOut } from './decimal.ts'
import { idIn, idOut } from './id.ts'
import { instrumentOut } from './instrument.ts'

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
