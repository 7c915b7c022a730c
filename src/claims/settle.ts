import { known } from '../base/assert.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros, mulDivUp, shareDown, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { positionOf, theAccount, theInstrument } from '../state/account.ts'
import { prepayUnits, reserveBudget, spendBudget } from '../mandate/budget.ts'
import { forgetCompensated, returnSources, useSources } from './claim.ts'
import type { CommandOf } from '../state/command.ts'
import { withhold } from '../trading/escrow.ts'
import type { Event } from '../state/event.ts'
import { takeMetered } from '../trading/fee.ts'
import { judge, weigh } from './judge.ts'
import { compensate, missOf, punishMiss } from './miss.ts'
import { move } from '../state/ledger.ts'
import { charge, roomFor } from './penalty.ts'
import { endCall, meetObligation } from '../trading/obligation.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Draw, Instrument, Position, State } from '../state/state.ts'

/**
 * Settles a delivered request: the units used are burned and the supplier earns their escrow at its own
 * prices, less the delivery fee and the discount of a soft miss; the rest of the hold goes back.
 */
export function settleDraw(state: State, command: CommandOf<'draw.settle'>): Event[] | Refusal {
  const { reading } = command
  const draw = state.draws.get(command.draw)
  if (draw === undefined) return refuse('draw_not_found')

  // Nothing below this line can fail.
  const { spec } = theInstrument(state, draw.instrument)
  const { verdict, discount } = judge(spec, reading)
  const buyer = buyerOf(state, draw)
  const metered = verdict === 'rejected' ? 0 : takeMetered(buyer, weigh(spec, reading))
  const used = wt(Math.min(metered, draw.wt))
  const cost = useSources(state, buyer, draw, used)
  const supplier = supplierOf(state, draw)
  const { proceeds, fee, bond } = meetObligation(state, supplier, draw.offer, buyer.drawn, used)
  const due = micros(Math.min(shareDown(proceeds, discount), proceeds - fee))
  const refund = micros(Math.min(due, roomFor(state, draw.supplier)))
  move(state.ledger, state.house.withheld, theAccount(state, draw.account).free, refund)
  const purchase = { buyer: draw.account, wt: used, cost, proceeds }
  withhold(state, supplier, proceeds - fee - refund + bond, state.at, purchase)
  const returned = wt(draw.wt - used)
  if (used > 0) {
    theInstrument(state, draw.instrument).outSince = 0 as Instant
    if (supplier.conduct !== null) supplier.conduct.servedCalls++
  }
  const after = closeDraw(state, draw, { used, refund, at: state.at, outage: null })
  const { id, account, mandate, instrument, offer, request } = draw
  const fined: Event[] = []
  if (due > 0) {
    const offence = {
      offence: 'soft_miss',
      due,
      buyer: account,
      wt: used,
      draw: id,
      failure: verdict,
    } as const
    charge(state, supplier, offence, 'paid', fined)
  }
  return [
    {
      kind: 'draw.settled',
      draw: id,
      account,
      mandate,
      instrument,
      offer,
      supplier: draw.supplier,
      request,
      reading,
      verdict,
      used,
      returned,
      cost,
      proceeds,
      deliveryFee: fee,
      refund,
    },
    ...fined,
    ...after,
  ]
}

/** Ends a draw that delivered nothing and was nobody's failure: all of it goes back. */
export function releaseDraw(state: State, command: CommandOf<'draw.release'>): Event[] | Refusal {
  const draw = state.draws.get(command.draw)
  if (draw === undefined) return refuse('draw_not_found')

  // Nothing below this line can fail.
  return giveBack(state, draw, command.reason, state.at)
}

/** Gives all of a draw back at `at`, which is its deadline where nobody ended it in time. */
export function giveBack(state: State, draw: Draw, reason: string, at: Instant): Event[] {
  const { id, account, instrument, request, wt: held } = draw
  const after = closeDraw(state, draw, { ...NOTHING, at })
  return [{ kind: 'draw.released', draw: id, account, instrument, request, wt: held, reason }, ...after]
}

/**
 * Ends a draw whose request failed: the buyer is not charged, and the event is the evidence of the fault. The
 * supplier called last pays as for any hard failure, the first one at fault compensates, and the units live
 * longer by the outage.
 */
export function failDraw(state: State, command: CommandOf<'draw.fail'>): Event[] | Refusal {
  const { failure, fault, relayed } = command
  const draw = state.draws.get(command.draw)
  if (draw === undefined) return refuse('draw_not_found')

  // Nothing below this line can fail.
  const { id, account, instrument, offer, supplier, request, wt: held } = draw
  const miss = missOf(state, draw, failure)
  const isMissed = fault === 'supplier' || draw.blamed !== null
  const outage = isMissed ? beginOutage(theInstrument(state, instrument), draw) : null
  const after = closeDraw(state, draw, { ...NOTHING, at: state.at, outage })
  const who = { draw: id, account, instrument, offer, supplier, request }
  const events: Event[] = [{ kind: 'draw.failed', ...who, wt: held, failure, fault }, ...after]
  if (fault === 'supplier') punishMiss(state, miss, 'marked', events)
  compensate(state, draw, relayed, failure, events)
  return events
}

/** An outage lasts from the opening of the first draw that it made fail until a request is served. */
function beginOutage(instrument: Instrument, { openedAt }: Draw): Instant {
  if (instrument.outSince === 0) instrument.outSince = openedAt
  return instrument.outSince
}

const buyerOf = (state: State, draw: Draw): Position =>
  known(positionOf(state, draw.account, draw.instrument), 'who draws has a position')

const supplierOf = (state: State, draw: Draw): Position =>
  known(positionOf(state, draw.supplier, draw.instrument), 'who is called has a position')

/** How a draw ends: what it used, what was paid back of that, and since when nobody could serve it. */
type End = { used: Wt; refund: Micros; at: Instant; outage: Instant | null }
const NOTHING = { used: wt(0), refund: micros(0), outage: null }

/** Ends the call, counts the use on the mandate, gives back what was not used and says what came of it. */
function closeDraw(state: State, draw: Draw, { used, refund, at, outage }: End): Event[] {
  const events: Event[] = []
  const buyer = buyerOf(state, draw)
  state.draws.delete(draw.id)
  state.drawByRequest.delete(draw.request)
  endCall(state, supplierOf(state, draw), draw.wt)
  countUse(state, draw, used, refund, at)
  returnSources(state, buyer, draw, at, outage, events)
  forgetCompensated(state, buyer)
  return events
}

/**
 * Reserved budget becomes spent for what was used and free for the rest; prepaid units are not spent twice.
 */
function countUse(state: State, draw: Draw, used: Wt, refund: Micros, at: Instant): void {
  const { mandate, instrument, spend, prepaid } = draw
  const usedPrepaid = Math.min(used, prepaid)
  const usedOther = used - usedPrepaid
  const spent = usedOther === 0 ? 0 : mulDivUp(spend, usedOther, draw.wt - prepaid)
  reserveBudget(state, mandate, 0 - spend)
  spendBudget(state, mandate, at, Math.max(0, spent - refund))
  prepayUnits(state, mandate, instrument, prepaid - usedPrepaid)
}
