import type { AccountId, ApprovalId, InstrumentId, MandateId } from '../base/ids.ts'
import type { Micros, Ppm, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'

/** Money that may be spent, in µ$ per calendar window (UTC). A missing window is unbounded. */
export type Budget = {
  order?: Micros
  hour?: Micros
  day?: Micros
  week?: Micros
  month?: Micros
  lifetime?: Micros
}

/** What binds orders and draws beside budgets. A bound that is left out binds nothing. */
export type Bounds = {
  /** Lowest price a sell may name, per unit in µ$. */
  priceFloor?: Micros
  /** A buy names no more, and a sell no less, than this share of the last fixing. */
  fixingMost?: Ppm
  fixingLeast?: Ppm
  /** Units of one instrument: bought under it and neither used nor sold, and what its open buys would add. */
  position?: Wt
  /** Open orders under it and below it. */
  openOrders?: number
  /** Orders, amendments and draws that are taken within one calendar minute. */
  perMinute?: number
  /** The lowest scorecard of a supplier that may serve, in points of 100. */
  scoreLeast?: number
  /** What costs more than `above` waits for a person, at most for so many microseconds. */
  approval?: { above: Micros; wait: number }
}

export type MandateGrant = {
  kind: 'mandate.grant'
  account: AccountId
  /** A child is never wider than its parent; spending counts on every ancestor. */
  parent: MandateId
  name: string
  budget: Budget
  /** Null: every instrument. */
  instruments: readonly InstrumentId[] | null
  sides: readonly ('buy' | 'sell')[]
  /** Highest price a buy may name, per unit in µ$; null: any. */
  priceLimit: Micros | null
  /** Whether a draw may buy what it lacks. */
  autoBuy: boolean
  expiresAt: Instant | null
  /** Left out where there are none. */
  bounds?: Bounds
}

/** Commands of authority that is lent. */
export type MandateCommand =
  | MandateGrant
  | { kind: 'mandate.revoke'; account: AccountId; mandate: MandateId }
  | ApprovalDecide

/** Approves or refuses. `mandate`: what the key that decides acts under. */
export type ApprovalDecide = {
  kind: 'approval.decide'
  account: AccountId
  mandate: MandateId
  approval: ApprovalId
  approve: boolean
  reason: string
}
