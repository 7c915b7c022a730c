import { known } from '../base/assert.ts'
import type { AccountId, DrawId } from '../base/ids.ts'
import type { Lots, Micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { lots, micros, mulDivUp, wt } from '../base/money.ts'
import {
  accountOf,
  instrumentOf,
  offerOf,
  openPosition,
  theAccount,
  theInstrument,
} from '../state/account.ts'
import { schedule } from '../state/agenda.ts'
import { lapseFault, ownsMandate, prepayUnits, reserveBudget, scopeFault } from '../mandate/budget.ts'
import { approvalFault, countTaken, rateFault, scoreFault } from '../mandate/bound.ts'
import { usePermit, permitFor } from '../standing/approval.ts'
import { drawLots, drawTrading } from './claim.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Holding } from './holding.ts'
import { planHolding } from './holding.ts'
import { inMaintenance } from '../trading/maintenance.ts'
import { killFault } from '../trading/kill.ts'
import { callObligation, canCall, endCall, NO_SALES } from '../trading/obligation.ts'
import { missOf, punishMiss } from './miss.ts'
import { buyAtMarket } from './purchase.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Draw, Instrument, Offer, State } from '../state/state.ts'

/**
 * Opens a draw as one act: units from lots, then from trading, then bought at market, and as much obligation
 * of the supplier called. A request id names one live draw, so that it is found again after a restart.
 */
export function openDraw(
  state: State,
  command: CommandOf<'draw.open'>,
  events: EventLog,
): Refusal | undefined {
  const account = accountOf(state, command.account)
  const instrument = instrumentOf(state, command.instrument)
  const offer = offerOf(state, command.offer)
  const { mandate, request } = command
  if (command.wt <= 0) return refuse('quantity_not_positive')
  if (account === undefined) return refuse('account_not_found')
  if (instrument === undefined) return refuse('instrument_not_found')
  if (offer === undefined) return refuse('offer_not_found')
  if (!ownsMandate(state, mandate, account.id)) return refuse('mandate_not_found')
  const namesake = state.drawByRequest.get(request)
  if (namesake !== undefined) return refuse('request_id_reused', { draw: namesake })
  const fault =
    offerFault(state, offer, instrument) ??
    killFault(state, account, instrument) ??
    lapseFault(state, mandate, state.at) ??
    scopeFault(state, mandate, instrument.id, 'buy') ??
    scoreFault(state, mandate, offer.terms.account, instrument.id) ??
    rateFault(state, mandate, state.at)
  if (fault !== undefined) return fault
  const { buyLimit, deadline } = command
  const supplier = offer.terms.account
  const plan = planHolding(state, {
    account,
    mandate,
    instrument,
    supplier,
    failed: [],
    wt: command.wt,
    buyLimit,
    committed: 0,
  })
  if ('reason' in plan) return plan
  const worst = wholeCost(plan, command)
  const asks = approvalFault(state, mandate, worst)
  const permit = asks === undefined ? undefined : permitFor(state, command, worst)
  if (asks !== undefined && permit === undefined) return asks

  // Nothing below this line can fail.
  const id = state.nextDraw++ as DrawId
  const draw = newDraw(id, command, supplier, state.at, permit?.worst ?? null)
  state.draws.set(id, draw)
  state.drawByRequest.set(request, id)
  schedule(state, { at: deadline, kind: 'draw', id })
  hold(state, draw, plan, events)
  countTaken(state, mandate)
  events.push(opened(draw, boughtLots(plan)))
  if (permit !== undefined) usePermit(permit, id, events)
  return undefined
}

/** What a plan asks of its mandate, in µ$. */
const costOfPlan = ({ spend, purchase }: Holding): number => spend + (purchase?.worst ?? 0)

/** What the whole request would ask, if all of it cost as much as what is held at first. */
const wholeCost = (plan: Holding, { wt: first, whole }: CommandOf<'draw.open'>): number =>
  mulDivUp(costOfPlan(plan), Math.max(first, whole ?? 0), first)

/** A draw that holds nothing yet. */
const newDraw = (
  id: DrawId,
  { account, mandate, instrument, offer, request, deadline, buyLimit }: CommandOf<'draw.open'>,
  supplier: AccountId,
  openedAt: Instant,
  approved: Micros | null,
): Draw => ({
  id,
  account,
  mandate,
  instrument,
  offer,
  supplier,
  failed: [],
  blamed: null,
  request,
  wt: wt(0),
  sources: [],
  openedAt,
  deadline,
  buyLimit,
  spend: micros(0),
  prepaid: wt(0),
  committed: micros(0),
  approved,
})

function opened(draw: Draw, bought: Lots): Event {
  return {
    kind: 'draw.opened',
    draw: draw.id,
    account: draw.account,
    mandate: draw.mandate,
    instrument: draw.instrument,
    offer: draw.offer,
    supplier: draw.supplier,
    request: draw.request,
    wt: draw.wt,
    bought,
    deadline: draw.deadline,
  }
}

/** Holds more for a draw that is still streaming, in the same way and under the same limits. */
export function extendDraw(
  state: State,
  command: CommandOf<'draw.extend'>,
  events: EventLog,
): Refusal | undefined {
  const draw = state.draws.get(command.draw)
  if (command.wt <= 0) return refuse('quantity_not_positive')
  if (draw === undefined) return refuse('draw_not_found')
  const { mandate, supplier, failed, buyLimit, committed } = draw
  const account = theAccount(state, draw.account)
  const instrument = theInstrument(state, draw.instrument)
  const lapsed = killFault(state, account, instrument) ?? lapseFault(state, mandate, state.at)
  if (lapsed !== undefined) return lapsed
  const ask = { account, mandate, instrument, supplier, failed, wt: command.wt, buyLimit, committed }
  const plan = planHolding(state, ask)
  if ('reason' in plan) return plan
  const cost = committed + costOfPlan(plan)
  const asks = cost <= (draw.approved ?? 0) ? undefined : approvalFault(state, mandate, cost)
  if (asks !== undefined) return asks

  // Nothing below this line can fail.
  hold(state, draw, plan, events)
  const bought = boughtLots(plan)
  events.push({ kind: 'draw.extended', draw: draw.id, account: draw.account, wt: command.wt, bought })
  return undefined
}

const boughtLots = (plan: Holding): Lots => plan.purchase?.lots ?? lots(0)

/** Does what was planned: buys, holds the units, counts them on the mandate and calls the supplier. */
function hold(state: State, draw: Draw, plan: Holding, events: EventLog): void {
  const account = theAccount(state, draw.account)
  const instrument = theInstrument(state, draw.instrument)
  const position = openPosition(state, account, instrument.id)
  if (plan.purchase !== undefined)
    buyAtMarket(state, instrument, account, draw.mandate, plan.purchase, events)
  drawLots(state, position, draw, plan.fromLots)
  drawTrading(state, position, draw, wt(plan.wt - plan.fromLots))
  reserveBudget(state, draw.mandate, plan.spend)
  prepayUnits(state, draw.mandate, instrument.id, 0 - plan.prepaid)
  draw.wt = wt(draw.wt + plan.wt)
  draw.spend = micros(draw.spend + plan.spend)
  draw.prepaid = wt(draw.prepaid + plan.prepaid)
  draw.committed = micros(draw.committed + costOfPlan(plan))
  callObligation(state, instrument, theOffer(state, draw), plan.wt, draw.failed, events)
}

const theOffer = (state: State, draw: Draw): Offer =>
  known(offerOf(state, draw.offer), 'the offer of a draw exists')

function offerFault(state: State, offer: Offer, instrument: Instrument): Refusal | undefined {
  if (offer.suspended) return refuse('offer_suspended')
  if (inMaintenance(offer, state.at)) return refuse('offer_in_maintenance')
  if ((offer.certified[instrument.id] ?? 0) <= state.at) return refuse('offer_not_certified')
  return undefined
}

/** Sends a draw to another offer after a failure. The supplier that failed keeps what it owes. */
export function rerouteDraw(state: State, command: CommandOf<'draw.reroute'>): Event[] | Refusal {
  const offer = offerOf(state, command.offer)
  const draw = state.draws.get(command.draw)
  if (offer === undefined) return refuse('offer_not_found')
  if (draw === undefined) return refuse('draw_not_found')
  const instrument = theInstrument(state, draw.instrument)
  const fault =
    offerFault(state, offer, instrument) ??
    lapseFault(state, draw.mandate, state.at) ??
    scoreFault(state, draw.mandate, offer.terms.account, instrument.id)
  if (fault !== undefined) return fault
  const from = draw.supplier
  const to = offer.terms.account
  const failed = draw.failed.includes(from) ? draw.failed : [...draw.failed, from]
  if (from !== to && !canCall(state, instrument, to, draw.wt, NO_SALES, failed))
    return refuse('supply_short', { needed: draw.wt })

  // Nothing below this line can fail.
  const events: Event[] = []
  const { id, account, wt: called } = draw
  const { failure } = command
  const parties = { account, from: draw.offer, to: offer.id, supplier: from, instrument: instrument.id }
  const miss = missOf(state, draw, failure)
  if (from !== to) endCall(state, openPosition(state, theAccount(state, from), instrument.id), called)
  events.push({ kind: 'draw.rerouted', draw: id, ...parties, wt: called, failure, fault: command.fault })
  if (command.fault === 'supplier') punishMiss(state, miss, 'marked', events)
  if (from !== to) callObligation(state, instrument, offer, called, failed, events)
  draw.offer = offer.id
  draw.supplier = to
  draw.failed = failed
  return events
}
