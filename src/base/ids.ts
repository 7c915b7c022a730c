import type { Brand } from './brand.ts'

// Every kind of id, once. All are dense integers given out by the engine in order, so replay gives them
// again.
export type MemberId = Brand<number, 'MemberId'>
export type AccountId = Brand<number, 'AccountId'>
export type InstrumentId = Brand<number, 'InstrumentId'>
export type OfferId = Brand<number, 'OfferId'>
export type OrderId = Brand<number, 'OrderId'>
export type TradeId = Brand<number, 'TradeId'>
/** A consumption lot: units taken out of trading to be used before they expire. */
export type LotId = Brand<number, 'LotId'>
/** One called request, from the hold of its units to its receipt. */
export type DrawId = Brand<number, 'DrawId'>
/** What a supplier paid for a miss. */
export type PenaltyId = Brand<number, 'PenaltyId'>
/** Orders that end together. */
export type GroupId = Brand<number, 'GroupId'>
/** A standing order to the exchange to keep so many units on hand. */
export type ProcurementId = Brand<number, 'ProcurementId'>
export type MandateId = Brand<number, 'MandateId'>
/** An order or a request that waits for a person. */
export type ApprovalId = Brand<number, 'ApprovalId'>
/** Position of a command in the one order of the exchange. Starts at 1. */
export type Seq = Brand<number, 'Seq'>

/** No mandate: the key acts with the whole authority of its account. */
export const NO_MANDATE = 0 as MandateId
