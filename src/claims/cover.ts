import { known } from '../base/assert.ts'
import type { OfferId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { lots, micros, mulDivDown, WT_PER_UNIT, wt } from '../base/money.ts'
import {
  freeCash,
  inTrading,
  obligationOf,
  offerOf,
  positionOf,
  theAccount,
  theInstrument,
} from '../state/account.ts'
import type { DrawCover } from '../state/command.ts'
import type { EventLog } from '../state/event-log.ts'
import { move } from '../state/ledger.ts'
import { BUY } from '../state/order.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Draw, Instrument, Offer, Position, State } from '../state/state.ts'
import { scoreFault } from '../mandate/bound.ts'
import { lapseFault } from '../mandate/budget.ts'
import { reachOf } from '../trading/corridor.ts'
import { contractValue, escrowBehind, freeBond, takeEscrow } from '../trading/escrow.ts'
import { costOf } from '../trading/fill.ts'
import { callObligation, endCall, lowerBacked } from '../trading/obligation.ts'
import { bandCeiling } from '../trading/risk.ts'
import { isCallable } from '../trading/supply.ts'
import { missOf, punishMiss } from './miss.ts'
import { available, collect } from './penalty.ts'
import type { Purchase } from './purchase.ts'
import { buyAtMarket, planPurchase } from './purchase.ts'

/** Cover may cost so many times the contract price. */
const COVER_LIMIT = 2

/** What pays for cover beside the escrow of the lots covered, in this order. */
const PAYERS = ['bond', 'withheld', 'penalties'] as const

/**
 * Buys cover for a draw whose supplier has failed, and calls the supplier it was bought from. For the failing
 * one it is a buy-back: its obligation falls by the lots bought, and their escrow and then its bond pay for
 * them. The buyer's own cost stays as it was.
 */
export function coverDraw(
  state: State,
  { draw: id, offers, failure }: DrawCover,
  events: EventLog,
): Refusal | undefined {
  const draw = state.draws.get(id)
  if (draw === undefined) return refuse('draw_not_found')
  const instrument = theInstrument(state, draw.instrument)
  const lapsed = lapseFault(state, draw.mandate, state.at)
  if (lapsed !== undefined) return lapsed
  const able = offers.filter((one) => !isBelowScore(state, draw, one))
  const failing = known(positionOf(state, draw.supplier, instrument.id), 'who is called has a position')
  const wanted = lots(Math.ceil(draw.wt / instrument.spec.lot))
  const called = failing.reserved - draw.wt
  const plan = planCover(state, instrument, failing, able, wanted, called)
  if (plan === undefined) return refuse('cover_short', { needed: draw.wt })

  // Nothing below this line can fail.
  const { offer, purchase } = plan
  const miss = missOf(state, draw, failure)
  endCall(state, failing, draw.wt)
  const { cost, surplus } = buyIn(state, instrument, failing, purchase, events)
  payFromSurplus(state, failing, surplus, () => punishMiss(state, miss, 'covered', events))
  cancelCovered(state, instrument, failing, purchase.lots, draw.offer, 'freed')
  const failed = draw.failed.includes(draw.supplier) ? draw.failed : [...draw.failed, draw.supplier]
  callObligation(state, instrument, offer, draw.wt, failed, events)
  const who = { account: draw.account, from: draw.offer, to: offer.id, supplier: draw.supplier }
  const what = { instrument: instrument.id, wt: draw.wt, failure, lots: purchase.lots, cost }
  events.push({ kind: 'draw.covered', draw: id, ...who, ...what })
  draw.offer = offer.id
  draw.supplier = offer.terms.account
  draw.failed = failed
  return undefined
}

/** Whether the mandate of a draw does not let this offer's supplier serve it. */
function isBelowScore(state: State, { mandate, instrument }: Draw, id: OfferId): boolean {
  const offer = offerOf(state, id)
  return offer !== undefined && scoreFault(state, mandate, offer.terms.account, instrument) !== undefined
}

export type Cover = { offer: Offer; purchase: Purchase }

/**
 * The cheapest cover for `wanted` lots of what a supplier owes, from the bonded asks of one other supplier
 * that can serve now; of equals the one named first. `called` is what other draws have called of it.
 */
export function planCover(
  state: State,
  instrument: Instrument,
  failing: Position,
  offers: readonly OfferId[],
  wanted: Lots,
  called: number,
): Cover | undefined {
  let best: Cover | undefined
  for (const cover of covers(state, instrument, failing, offers, wanted, called)) {
    if (cover.purchase.lots < wanted) continue
    if (best === undefined || cover.purchase.value < best.purchase.value) best = cover
  }
  return best
}

/** The same for as many of `most` lots as the first of the offers that has any can give, within the money. */
export function planPart(
  state: State,
  instrument: Instrument,
  failing: Position,
  offers: readonly OfferId[],
  most: Lots,
  called: number,
): Cover | undefined {
  for (let wanted = most as number; wanted > 0; wanted = Math.floor(wanted / 2))
    for (const cover of covers(state, instrument, failing, offers, lots(wanted), called))
      if (cover.purchase.lots > 0) return cover
  return undefined
}

/** What each of the offers could give of `wanted` lots, as far as the failing supplier's money pays. */
function* covers(
  state: State,
  instrument: Instrument,
  failing: Position,
  offers: readonly OfferId[],
  wanted: Lots,
  called: number,
): Generator<Cover> {
  if (instrument.status !== 'open' || instrument.killed !== null || state.killed !== null) return
  const sold = obligationOf(state, failing) - inTrading(state, failing)
  // Where it has bought back what was called, its escrow stands for the calls and covers nothing else.
  if (failing.escrowed !== sold || sold - called < wanted * instrument.spec.lot) return
  const account = theAccount(state, failing.account)
  const limit = coverLimit(state, instrument, failing, wanted)
  const backing = available(state, failing, PAYERS)
  for (const id of offers) {
    const offer = offerOf(state, id)
    if (offer === undefined || !isCallable(offer, instrument.id, state.at)) continue
    const seller = positionOf(state, offer.terms.account, instrument.id)
    if (seller === undefined || !sellsFirstHand(state, seller)) continue
    const purchase = planPurchase(state, instrument, account, limit, wanted, seller.account)
    const money = escrowBehind(failing, wt(purchase.lots * instrument.spec.lot)) + backing
    if (purchase.worst <= money) yield { offer, purchase }
  }
}

/** Whether all that a supplier sells now raises what it has sold of its obligation. */
const sellsFirstHand = (state: State, seller: Position): boolean =>
  seller.unbackedSells === 0 && obligationOf(state, seller) - inTrading(state, seller) >= seller.reserved

/** Twice the contract price of the lots covered, within the band and the corridor. */
function coverLimit(state: State, instrument: Instrument, failing: Position, wanted: Lots): Ticks {
  const quantity = wt(wanted * instrument.spec.lot)
  const price = mulDivDown(contractValue(failing, quantity), WT_PER_UNIT, quantity)
  const most = Math.min(Math.floor((COVER_LIMIT * price) / instrument.spec.tick), instrument.spec.priceMax)
  const reach = reachOf(state, instrument, BUY, most)
  const { band } = state.settings
  return (band === 0 ? reach : Math.min(reach, bandCeiling(instrument, band))) as Ticks
}

/**
 * Buys the lots on the failing supplier's account with its escrow of them and, where that does not reach, its
 * bond and what else there is. Returns what they cost and what is left in its free cash.
 */
export function buyIn(
  state: State,
  instrument: Instrument,
  failing: Position,
  purchase: Purchase,
  events: EventLog,
): { cost: Micros; surplus: Micros } {
  const account = theAccount(state, failing.account)
  const quantity = wt(purchase.lots * instrument.spec.lot)
  const freed = takeEscrow(state, failing, quantity, account.free)
  const lack = Math.max(0, purchase.worst - freed)
  const added = collect(state, failing, lack, account.free, PAYERS)
  const before = freeCash(state, account)
  buyAtMarket(state, instrument, account, NO_MANDATE, purchase, events)
  const cost = micros(before - freeCash(state, account))
  return { cost, surplus: micros(freed + added - cost) }
}

/** Surplus escrow stands with the bond while penalties are paid; what is left of it returns. */
function payFromSurplus(state: State, failing: Position, surplus: Micros, pay: () => void): void {
  const { ledger, house } = state
  const { free } = theAccount(state, failing.account)
  const { bond } = failing
  move(ledger, free, house.bonds, surplus)
  failing.bond = micros(bond + surplus)
  pay()
  const left = Math.min(surplus, Math.max(0, failing.bond - bond))
  move(ledger, house.bonds, free, left)
  failing.bond = micros(failing.bond - left)
}

/** The lots bought cancel against the obligation; the bond behind them is freed, or kept for the rest. */
export function cancelCovered(
  state: State,
  instrument: Instrument,
  failing: Position,
  bought: Lots,
  offer: OfferId | null,
  bond: 'freed' | 'kept',
): void {
  const quantity = wt(bought * instrument.spec.lot)
  if (bond === 'freed') freeBond(state, failing, quantity, theAccount(state, failing.account).free)
  failing.cost = micros(failing.cost - costOf(state, failing, quantity))
  move(state.ledger, failing.free, failing.owed, quantity)
  lowerBacked(state, failing.account, offer, quantity)
}
