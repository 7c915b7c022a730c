import type { AccountId, InstrumentId } from '../base/ids.ts'
import type { Event, Trade } from '../state/event.ts'

/**
 * Why an account's money changed. Money that its own deliveries tie up (escrow, bonds, what is withheld, and
 * penalties that are held while they may be disputed) is still its own: moving it there is no change.
 */
export const STATEMENT_KINDS = [
  'deposit',
  'withdrawal',
  'purchase',
  'sale',
  'trading_fee',
  'own_transfer',
  'delivery_fee',
  'delivery_bought',
  'delivery_made',
  'standby_fee',
  'refund',
  'penalty',
  'compensation',
  'penalty_returned',
  'escrow_forfeited',
  'obligation_taken',
  'units_cancelled',
  'probe_funding',
] as const
export type StatementKind = (typeof STATEMENT_KINDS)[number]

/** One change of one account: signed µ$, and the weighted tokens that came (+) or went (−) with it. */
export type StatementEntry = {
  account: AccountId
  kind: StatementKind
  /** Null: it concerns no instrument. */
  instrument: InstrumentId | null
  cash: number
  wt: number
}

/** What an instrument's lot is: µ$ per tick and lot, and weighted tokens. */
export type LotOf = (instrument: InstrumentId) => { lotTick: number; wt: number }

/**
 * What the events of one command changed in every account's money. The sum of all entries of an account is
 * what it has: free, held, in escrow, in bonds, withheld, and in penalties held.
 */
export function statementEntries(events: readonly Event[], lotOf: LotOf): StatementEntry[] {
  const entries: StatementEntry[] = []
  const add: Add = (account, kind, instrument, cash, wt = 0) => {
    entries.push({ account, kind, instrument, cash, wt })
  }
  // Who default pays for is told first, and then who paid.
  let cancelled = 0
  for (const event of events) {
    if (event.kind === 'trade') addTrade(event, lotOf, add)
    else if (event.kind === 'units.cancelled') cancelled += event.refund
    else if (event.kind === 'default.closed') {
      add(event.account, 'units_cancelled', event.instrument, 0 - cancelled, 0 - event.wt)
      cancelled = 0
    }
    addEvent(event, lotOf, add)
  }
  return entries
}

type Add = (
  account: AccountId,
  kind: StatementKind,
  instrument: InstrumentId | null,
  cash: number,
  wt?: number,
) => void

function addTrade(trade: Trade, lotOf: LotOf, add: Add): void {
  const { instrument, price, lots, side, aggressorAccount, restingAccount } = trade
  const { lotTick, wt } = lotOf(instrument)
  const value = price * lots * lotTick
  const [buyer, seller] =
    side === 'buy' ? [aggressorAccount, restingAccount] : [restingAccount, aggressorAccount]
  add(buyer, 'purchase', instrument, 0 - value, lots * wt)
  add(seller, 'sale', instrument, value, 0 - lots * wt)
  if (trade.aggressorFee > 0) add(aggressorAccount, 'trading_fee', instrument, 0 - trade.aggressorFee)
  if (trade.restingFee > 0) add(restingAccount, 'trading_fee', instrument, 0 - trade.restingFee)
}

function addEvent(event: Event, lotOf: LotOf, add: Add): void {
  switch (event.kind) {
    case 'cash.deposited':
      add(event.account, 'deposit', null, event.amount)
      return
    case 'cash.withdrawn':
      add(event.account, 'withdrawal', null, 0 - event.amount)
      return
    case 'probe.funded':
      add(event.account, 'probe_funding', null, event.amount)
      return
    case 'self_trade.transferred': {
      const { lotTick, wt } = lotOf(event.instrument)
      const value = event.price * event.lots * lotTick
      add(event.buyer, 'own_transfer', event.instrument, 0 - value, event.lots * wt)
      add(event.seller, 'own_transfer', event.instrument, value, 0 - event.lots * wt)
      return
    }
    case 'obligation.moved':
      add(event.from, 'obligation_taken', event.instrument, 0 - event.escrow)
      add(event.to, 'obligation_taken', event.instrument, event.escrow)
      return
    case 'standby.paid':
      add(event.account, 'standby_fee', event.instrument, 0 - event.fee)
      return
    case 'units.cancelled':
      add(event.account, 'units_cancelled', event.instrument, event.refund, 0 - event.wt)
      return
    case 'escrow.forfeited':
      add(event.account, 'escrow_forfeited', event.instrument, 0 - event.amount)
      return
    default:
      addConduct(event, add)
  }
}

function addConduct(event: Event, add: Add): void {
  switch (event.kind) {
    case 'draw.settled': {
      const { account, supplier, instrument, used, deliveryFee, refund } = event
      add(account, 'delivery_bought', instrument, 0, 0 - used)
      add(supplier, 'delivery_made', instrument, 0, used)
      if (deliveryFee > 0) add(supplier, 'delivery_fee', instrument, 0 - deliveryFee)
      if (refund === 0) return
      add(account, 'refund', instrument, refund)
      add(supplier, 'refund', instrument, 0 - refund)
      return
    }
    case 'lot.refunded':
      add(event.buyer, 'refund', event.instrument, event.paid + event.insured)
      add(event.account, 'refund', event.instrument, 0 - event.paid)
      return
    case 'penalty.charged':
      // What a soft miss costs was told with the delivery; what is held may still be given back.
      if (event.buyer === null || event.offence === 'soft_miss') return
      add(event.buyer, 'compensation', event.instrument, event.amount)
      add(event.account, 'penalty', event.instrument, 0 - event.amount)
      return
    case 'penalty.closed':
      if (event.held && event.upheld) add(event.account, 'penalty', event.instrument, 0 - event.amount)
      if (!event.held && !event.upheld) add(event.account, 'penalty_returned', event.instrument, event.amount)
      return
    default:
  }
}
