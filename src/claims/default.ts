import type { AccountId, OrderId } from '../base/ids.ts'
import type { Wt } from '../base/money.ts'
import { lots, micros, mulDivDown, wt } from '../base/money.ts'
import {
  inTrading,
  obligationOf,
  openPosition,
  positionOf,
  theAccount,
  theInstrument,
} from '../state/account.ts'
import type { EventLog } from '../state/event-log.ts'
import { balanceOf, move } from '../state/ledger.ts'
import { findOrder, NO_SLOT, SELL } from '../state/order.ts'
import { olderOf } from '../state/order-link.ts'
import type { Failing } from '../state/conduct.ts'
import type { ClaimLot, Instrument, Position, State } from '../state/state.ts'
import { capPrepaid } from '../mandate/budget.ts'
import { escrowBehind, freeBond, takeEscrow } from '../trading/escrow.ts'
import { closeOrder } from '../trading/match.ts'
import { cancelUnsold, lowerBacked } from '../trading/obligation.ts'
import { isCallable } from '../trading/supply.ts'
import { dropIfEmpty, forgetCompensated } from './claim.ts'
import { buyIn, cancelCovered, planPart } from './cover.ts'

/** So many missed calls in a window, and none served, are silence. */
const SILENT_AFTER = 3

/** Opens what the command under way has found to be in default, and buys in what can be bought. */
export function tendDefaults(state: State, events: EventLog): void {
  for (const failing of state.failing.splice(0)) openDefault(state, failing, events)
  for (const { account, instrument } of state.defaults) {
    const position = openPosition(state, theAccount(state, account), instrument)
    while (buySome(state, theInstrument(state, instrument), position, events));
  }
}

/** The supplier is out: no calls, no sales, no unsold units, and what it has sold counts as missed. */
function openDefault(
  state: State,
  { account: id, instrument: only, reason }: Failing,
  events: EventLog,
): void {
  const account = theAccount(state, id)
  for (const offer of state.offers) {
    if (offer.terms.account !== id || offer.suspended || only !== null) continue
    offer.suspended = true
    events.push({ kind: 'offer.suspended', offer: offer.id, account: id, reason })
  }
  for (const position of account.positions) {
    if (position === undefined || obligationOf(state, position) === 0) continue
    const { instrument } = position
    if (only !== null && instrument !== only) continue
    if (state.defaults.some((one) => one.account === id && one.instrument === instrument)) continue
    closeSales(state, theInstrument(state, instrument), id, events)
    cancelUnsold(state, position, 'default', events)
    if (obligationOf(state, position) === 0) continue
    position.missed = position.escrowed
    state.defaults.push({ account: id, instrument })
    const { escrowed, bond } = position
    const escrow = escrowBehind(position, escrowed)
    events.push({ kind: 'supplier.defaulted', account: id, instrument, reason, wt: escrowed, escrow, bond })
  }
}

function closeSales(state: State, instrument: Instrument, id: AccountId, events: EventLog): void {
  const pool = state.orders
  const sales: OrderId[] = []
  for (let slot = theAccount(state, id).orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot))
    if (pool.instrument[slot] === instrument.id && pool.side[slot] === SELL)
      sales.push(pool.id[slot] as OrderId)
  for (const order of sales) closeOrder(state, instrument, findOrder(pool, order), 'default', true, events)
}

/** Sold and not called by a draw under way. */
const uncalled = (state: State, position: Position): number =>
  obligationOf(state, position) - inTrading(state, position) - position.reserved

/** Buys in what one other supplier offers, by the rule of cover. What it costs less stays with the bond. */
function buySome(state: State, instrument: Instrument, failing: Position, events: EventLog): boolean {
  const most = lots(Math.max(0, Math.floor(uncalled(state, failing) / instrument.spec.lot)))
  if (most === 0) return false
  const able = state.offers.filter((offer) => isCallable(offer, instrument.id, state.at)).map(({ id }) => id)
  const plan = planPart(state, instrument, failing, able, most, failing.reserved)
  if (plan === undefined) return false
  const { cost, surplus } = buyIn(state, instrument, failing, plan.purchase, events)
  const { free } = theAccount(state, failing.account)
  move(state.ledger, free, state.house.bonds, surplus)
  failing.bond = micros(failing.bond + surplus)
  cancelCovered(state, instrument, failing, plan.purchase.lots, null, 'kept')
  const { account } = failing
  events.push({
    kind: 'default.bought_in',
    account,
    instrument: instrument.id,
    lots: plan.purchase.lots,
    cost,
  })
  return true
}

/** A supplier that missed calls in the window that ends, and served none, is silent: in default from now. */
export function closeWindow(state: State, { account, escrowed, conduct }: Position): void {
  if (conduct === null) return
  const silent = conduct.missedCalls >= SILENT_AFTER && conduct.servedCalls === 0 && escrowed > 0
  conduct.missedCalls = 0
  conduct.servedCalls = 0
  if (silent) state.failing.push({ account, instrument: null, reason: 'silent' })
}

/** At the sweep, what has not been bought in is cancelled; what draws have called waits for the next one. */
export function closeDefaults(state: State, instrument: Instrument, events: EventLog): void {
  const still = state.defaults.filter(({ account, instrument: id }) => {
    const position = positionOf(state, account, id)
    if (id !== instrument.id || position === undefined) return true
    cancelRest(state, instrument, position, events)
    if (obligationOf(state, position) > 0) return true
    // What was bought in cheaply, and the bond behind it, was kept for the rest.
    move(state.ledger, state.house.bonds, theAccount(state, account).free, position.bond)
    position.bond = micros(0)
    return false
  })
  state.defaults = still
}

/**
 * Cancels a defaulter's uncalled obligation pro rata over all undrawn units of the instrument, which by now
 * are all in lots. Each is paid the lower of escrowed price and what it had cost; what is left returns.
 */
function cancelRest(state: State, instrument: Instrument, failing: Position, events: EventLog): void {
  const { account: id } = failing
  const quantity = wt(Math.max(0, uncalled(state, failing)))
  if (quantity > 0) {
    const account = theAccount(state, id)
    freeBond(state, failing, quantity, account.free)
    const escrow = takeEscrow(state, failing, quantity, account.free)
    let surplus = escrow as number
    for (const [lot, part] of shareOut(state, instrument, quantity)) {
      const refund = Math.min(mulDivDown(escrow, part, quantity), costOfPart(lot, part))
      surplus -= refund
      move(state.ledger, account.free, theAccount(state, lot.account).free, refund)
      cancelUnits(state, lot, part, failing)
      const { account: holder, id: name } = lot
      const what = { lot: name, wt: part, refund: micros(refund) }
      events.push({ kind: 'units.cancelled', account: holder, instrument: instrument.id, ...what })
    }
    lowerBacked(state, id, null, quantity)
    const kept = micros(surplus)
    events.push({
      kind: 'default.closed',
      account: id,
      instrument: instrument.id,
      wt: quantity,
      surplus: kept,
    })
  }
}

const undrawn = (lot: ClaimLot): number => lot.wt - lot.drawn

const costOfPart = (lot: ClaimLot, part: Wt): number => mulDivDown(lot.cost, part, undrawn(lot))

/** Each lot's part of what is cancelled, rounded down; the rest goes to the oldest lots that have room. */
function shareOut(state: State, instrument: Instrument, quantity: Wt): [ClaimLot, Wt][] {
  const all = [...state.lots.values()].filter((lot) => lot.instrument === instrument.id && undrawn(lot) > 0)
  const total = all.reduce((sum, lot) => sum + undrawn(lot), 0)
  const parts = all.map((lot) => mulDivDown(quantity, undrawn(lot), total))
  let rest = quantity - parts.reduce((sum, part) => sum + part, 0)
  return all.map((lot, i): [ClaimLot, Wt] => {
    const part = parts[i] ?? 0
    const more = Math.min(rest, undrawn(lot) - part)
    rest -= more
    return [lot, wt(part + more)]
  })
}

function cancelUnits(state: State, lot: ClaimLot, part: Wt, failing: Position): void {
  const holder = openPosition(state, theAccount(state, lot.account), lot.instrument)
  const cost = costOfPart(lot, part)
  move(state.ledger, holder.consumption, failing.owed, part)
  lot.cost = micros(lot.cost - cost)
  lot.wt = wt(lot.wt - part)
  dropIfEmpty(state, holder, lot)
  forgetCompensated(state, holder)
  const held = inTrading(state, holder) + balanceOf(state.ledger, holder.consumption)
  capPrepaid(state, lot.account, lot.instrument, held)
}
