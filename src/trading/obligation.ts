import { known } from '../base/assert.ts'
import type { AccountId, OfferId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros, mulDivUp, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import {
  freeCash,
  inTrading,
  obligationOf,
  offerOf,
  openPosition,
  positionOf,
  theAccount,
} from '../state/account.ts'
import { freeBond, releaseEscrow, takeOver, trimEscrow, unreserved, withhold } from './escrow.ts'
import type { Events } from '../state/event-log.ts'
import type { Cell } from '../state/ledger.ts'
import { move } from '../state/ledger.ts'
import { costOf } from './fill.ts'
import type { Instrument, Offer, Position, State } from '../state/state.ts'

/** What a purchase that has not happened yet will take from one seller. */
export type Sale = { wt: Wt; fills: number; bondAtMost: Micros }
/** The purchase a draw is about to make, as its suppliers will feel it. */
export type Sales = { bySeller: ReadonlyMap<AccountId, Sale>; buyer: AccountId; bought: Wt; cost: Micros }

export const NO_SALES: Sales = { bySeller: new Map(), buyer: 0 as AccountId, bought: wt(0), cost: micros(0) }

/** A supplier's obligations as they will stand after the sales. */
type Owing = {
  obligation: number
  trading: number
  uncalled: number
  born: number
  bond: number
  lots: number
}

function owingAfter(state: State, position: Position | undefined, account: AccountId, sales: Sales): Owing {
  const sale = sales.bySeller.get(account)
  const gained = account === sales.buyer ? sales.bought : 0
  if (position === undefined)
    return { obligation: 0, trading: gained, uncalled: 0, born: state.seq, bond: 0, lots: 0 }
  const obligation = obligationOf(state, position)
  const trading = inTrading(state, position) + gained - (sale?.wt ?? 0)
  return {
    obligation,
    trading,
    uncalled: Math.max(0, obligation - trading - position.reserved),
    born: position.escrow[0]?.born ?? state.seq,
    bond: position.bond + (sale?.bondAtMost ?? 0),
    lots: position.escrow.length + (sale?.fills ?? 0),
  }
}

/** Suppliers of an instrument other than the one called and those that must keep what they owe. */
const others = (instrument: Instrument, called: AccountId, keepers: readonly AccountId[]): AccountId[] =>
  instrument.suppliers.filter((account) => account !== called && !keepers.includes(account))

/**
 * Whether a supplier can be called for `quantity` once the sales have happened: it owes as much uncalled, or
 * can take over what it lacks and pay the bond of that (counted at its highest). `keepers` give none up.
 */
export function canCall(
  state: State,
  instrument: Instrument,
  supplier: AccountId,
  quantity: Wt,
  sales: Sales,
  keepers: readonly AccountId[],
): boolean {
  const position = positionOf(state, supplier, instrument.id)
  const own = owingAfter(state, position, supplier, sales)
  let lack = quantity - own.uncalled
  if (lack <= 0) return true
  if (own.obligation < own.trading || (position?.unbackedSells ?? 0) > 0) return false
  const oldest = others(instrument, supplier, keepers)
    .map((account) => ({
      account,
      ...owingAfter(state, positionOf(state, account, instrument.id), account, sales),
    }))
    .filter(({ uncalled }) => uncalled > 0)
    .sort((a, b) => a.born - b.born || a.account - b.account)
  let needed = supplier === sales.buyer ? (sales.cost as number) : 0
  for (const { uncalled, bond, obligation, lots } of oldest) {
    if (lack === 0) break
    const part = Math.min(lack, uncalled)
    needed += mulDivUp(bond, part, obligation) + lots
    lack -= part
  }
  return lack === 0 && needed <= freeCash(state, theAccount(state, supplier))
}

/** Calls `quantity` of a supplier's sold obligations, after it has taken over what it lacks. */
export function callObligation(
  state: State,
  instrument: Instrument,
  offer: Offer,
  quantity: Wt,
  keepers: readonly AccountId[],
  events: Events,
): void {
  const account = theAccount(state, offer.terms.account)
  const supplier = openPosition(state, account, instrument.id)
  const lack = wt(quantity - unreserved(supplier))
  if (lack > 0) {
    const givers = others(instrument, account.id, keepers)
      .map((id) => positionOf(state, id, instrument.id))
      .filter((position) => position !== undefined)
    const moved = known(takeOver(state, supplier, givers, lack), 'a supplier that can be called takes over')
    for (const { from, wt: part, escrow } of moved) {
      lowerBacked(state, from.account, null, part)
      offer.backed = wt(offer.backed + part)
      const { id } = instrument
      events.push({
        kind: 'obligation.moved',
        from: from.account,
        to: account.id,
        instrument: id,
        wt: part,
        escrow,
      })
    }
  }
  supplier.reserved = wt(supplier.reserved + quantity)
}

/** Ends a call: what it did not deliver is owed as before. */
export function endCall(state: State, supplier: Position, quantity: Wt): void {
  supplier.reserved = wt(supplier.reserved - quantity)
  trimEscrow(state, supplier)
}

export type Earned = { proceeds: Micros; fee: Micros; bond: Micros }

/**
 * Units out of `from` meet a supplier's obligation. Their escrow and the bond behind them come to stand in
 * the withheld cell, the delivery fee already taken out; the caller says to whom the rest is due.
 */
export function meetObligation(
  state: State,
  supplier: Position,
  offer: OfferId | null,
  from: Cell,
  quantity: Wt,
): Earned {
  if (quantity === 0) return { proceeds: micros(0), fee: micros(0), bond: micros(0) }
  const { house, ledger } = state
  const bond = freeBond(state, supplier, quantity, house.withheld)
  move(ledger, from, supplier.owed, quantity)
  const { proceeds, fee } = releaseEscrow(state, supplier, quantity)
  move(ledger, house.withheld, house.fees, fee)
  lowerBacked(state, supplier.account, offer, quantity)
  return { proceeds, fee, bond }
}

/**
 * Pays the suppliers that stood ready for units that expired out of `from`, oldest obligation first. A call
 * that was missed is no standing ready.
 */
export function payStandby(
  state: State,
  instrument: Instrument,
  from: Cell,
  quantity: Wt,
  at: Instant,
  events: Events,
): void {
  const paid = new Map<Position, { wt: number; proceeds: number; fee: number }>()
  const lost = new Map<Position, { wt: number; amount: number }>()
  for (let left = quantity as number; left > 0; ) {
    const { supplier, part } = oldestUncalled(state, instrument, left)
    if (supplier.missed > 0) {
      const missed = wt(Math.min(part, supplier.missed))
      const sum = lost.get(supplier) ?? { wt: 0, amount: 0 }
      const amount = forfeit(state, supplier, from, missed, at)
      lost.set(supplier, { wt: sum.wt + missed, amount: sum.amount + amount })
      left -= missed
      continue
    }
    const { proceeds, fee, bond } = meetObligation(state, supplier, null, from, part)
    withhold(state, supplier, proceeds - fee + bond, at, null)
    const sum = paid.get(supplier) ?? { wt: 0, proceeds: 0, fee: 0 }
    paid.set(supplier, { wt: sum.wt + part, proceeds: sum.proceeds + proceeds, fee: sum.fee + fee })
    left -= part
  }
  const { id } = instrument
  for (const [{ account }, { wt: units, proceeds, fee }] of paid) {
    const earned = { wt: wt(units), proceeds: micros(proceeds), fee: micros(fee) }
    events.push({ kind: 'standby.paid', account, instrument: id, ...earned })
  }
  for (const [{ account }, { wt: units, amount }] of lost)
    events.push({ kind: 'escrow.forfeited', account, instrument: id, wt: wt(units), amount: micros(amount) })
}

/** Units that a call had missed expire: their escrow goes to the insurance fund, their bond to who owed. */
function forfeit(state: State, supplier: Position, from: Cell, quantity: Wt, at: Instant): Micros {
  const { house, ledger } = state
  const bond = freeBond(state, supplier, quantity, house.withheld)
  move(ledger, from, supplier.owed, quantity)
  const { proceeds } = releaseEscrow(state, supplier, quantity)
  move(ledger, house.withheld, house.insurance, proceeds)
  lowerBacked(state, supplier.account, null, quantity)
  withhold(state, supplier, bond, at, null)
  return proceeds
}

/** The supplier whose sold and uncalled obligation is oldest, and how much of `most` its oldest lot meets. */
function oldestUncalled(
  state: State,
  instrument: Instrument,
  most: number,
): { supplier: Position; part: Wt } {
  let supplier: Position | undefined
  let born = Infinity
  for (const account of instrument.suppliers) {
    const position = positionOf(state, account, instrument.id)
    if (position === undefined || unreserved(position) === 0) continue
    const oldest = known(position.escrow[0], 'what is escrowed stands in a lot').born
    if (oldest > born || (oldest === born && account > (supplier?.account ?? 0))) continue
    supplier = position
    born = oldest
  }
  const found = known(supplier, 'somebody owes every unit')
  const lot = known(found.escrow[0], 'what is escrowed stands in a lot')
  return { supplier: found, part: wt(Math.min(most, unreserved(found), lot.remaining)) }
}

/** Lowers what an account's offers back by a fallen obligation: the given offer first, then the oldest. */
export function lowerBacked(state: State, account: AccountId, offer: OfferId | null, quantity: number): void {
  let left = quantity
  const first = offer === null ? undefined : offerOf(state, offer)
  if (first !== undefined) left -= lower(first, left)
  for (const next of state.offers) {
    if (left === 0) return
    if (next.terms.account === account) left -= lower(next, left)
  }

  function lower(backing: Offer, by: number): number {
    const part = Math.min(by, backing.backed)
    backing.backed = wt(backing.backed - part)
    return part
  }
}

/** A supplier's own unsold units cancel against what it owes and no draw has called; their bond is freed. */
export function cancelUnsold(
  state: State,
  position: Position,
  reason: 'sweep' | 'default',
  events: Events,
): void {
  const uncalled = obligationOf(state, position) - position.reserved
  const quantity = wt(Math.min(inTrading(state, position), Math.max(0, uncalled)))
  if (quantity === 0) return
  const { account, instrument } = position
  const bond = freeBond(state, position, quantity, theAccount(state, account).free)
  position.cost = micros(position.cost - costOf(state, position, quantity))
  move(state.ledger, position.free, position.owed, quantity)
  lowerBacked(state, account, null, quantity)
  events.push({ kind: 'units.redeemed', account, instrument, wt: quantity, bond, reason })
}
