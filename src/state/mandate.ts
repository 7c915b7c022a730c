import type { AccountId, ApprovalId, DrawId, InstrumentId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { OrderPlace, Side } from './command.ts'
import type { MandateGrant } from './mandate-terms.ts'

export type SpendWindow = 'hour' | 'day' | 'week' | 'month' | 'lifetime'
export type Spent = { since: Instant; amount: Micros }

export type Mandate = {
  id: MandateId
  terms: Omit<MandateGrant, 'kind'>
  /** Whether it or one above it has bounds: where none has, no order looks for them. */
  bounded: boolean
  revoked: boolean
  killed: string | null
  reserved: Micros
  spent: Record<SpendWindow, Spent>
  /** Of what was spent in its lifetime, what was spent under itself and not under one below it. */
  ownSpent: Micros
  /** Units bought under this mandate and not yet used, by instrument: using them is not spent twice. */
  prepaid: Wt[]
  /** The same for it and all below it. */
  units: Wt[]
  /** Orders, amendments and draws taken in the minute that it counts. */
  minute: { since: Instant; count: number }
}

/** What a person is asked to approve of a request: what it is for and may take, not what it says. */
export type DrawAsk = {
  kind: 'draw.open'
  account: AccountId
  mandate: MandateId
  instrument: InstrumentId
  wt: Wt
  buyLimit: Ticks | null
}

/**
 * `approved`: a request may be drawn once. `done`: the order was placed, or the request drawn. `lapsed`:
 * nobody decided in time, what was approved was not drawn in time, or the mandate ended.
 */
export type ApprovalStatus = 'pending' | 'approved' | 'done' | 'refused' | 'lapsed'

/** An order or a draw that waits for a person. It holds nothing. */
export type Approval = {
  id: ApprovalId
  account: AccountId
  mandate: MandateId
  /** The highest mandate whose threshold it passes: only who stands above that one decides. */
  over: MandateId
  asked: OrderPlace | DrawAsk
  /** What it would have cost at worst when it was asked, and the lowest threshold that it passes. */
  worst: Micros
  threshold: Micros
  askedAt: Instant
  expiresAt: Instant
  /** When it expires, and after that when it is forgotten. */
  dueAt: Instant
  status: ApprovalStatus
  /** What whoever decided said; why it lapsed. */
  reason: string
  order: OrderId | null
  draw: DrawId | null
}

export type MandateEvent =
  | { kind: 'mandate.granted'; mandate: MandateId; terms: MandateGrant }
  | { kind: 'mandate.revoked'; mandate: MandateId; account: AccountId }
  | { kind: 'mandate.expired'; mandate: MandateId; account: AccountId }
  | ApprovalAsked
  /** The same was asked before: it still waits, or has been answered. */
  | { kind: 'approval.repeated'; approval: ApprovalId; account: AccountId; mandate: MandateId }
  /** The order was placed as `placed`; null: a request may now be drawn once. */
  | {
      kind: 'approval.approved'
      approval: ApprovalId
      account: AccountId
      mandate: MandateId
      placed: OrderId | null
      reason: string
    }
  | { kind: 'approval.refused'; approval: ApprovalId; account: AccountId; mandate: MandateId; reason: string }
  | { kind: 'approval.used'; approval: ApprovalId; account: AccountId; mandate: MandateId; draw: DrawId }
  | { kind: 'approval.lapsed'; approval: ApprovalId; account: AccountId; mandate: MandateId; reason: string }

/** A person is asked. Of an order `lots` and `price` (null: at market), of a request `wt` say how much. */
export type ApprovalAsked = {
  kind: 'approval.asked'
  approval: ApprovalId
  account: AccountId
  mandate: MandateId
  instrument: InstrumentId
  what: 'order' | 'request'
  side: Side
  price: Ticks | null
  lots: Lots | null
  wt: Wt | null
  clientOrderId: string | null
  worst: Micros
  threshold: Micros
  expiresAt: Instant
}
