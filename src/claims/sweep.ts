import { known } from '../base/assert.ts'
import type {
  AccountId,
  ApprovalId,
  DrawId,
  InstrumentId,
  LotId,
  MandateId,
  OrderId,
  PenaltyId,
} from '../base/ids.ts'
import type { Wt } from '../base/money.ts'
import { micros, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { nextOnGrid } from '../base/time.ts'
import { mandateOf, positionOf, theAccount, theInstrument } from '../state/account.ts'
import { earliestDue, firstDue, takeDue } from '../state/agenda.ts'
import { restingOrders } from '../state/book.ts'
import { expireLot, FROM_TRADING, openLot } from './claim.ts'
import { approvalDue } from '../standing/approval.ts'
import { fireCancelTimer } from '../standing/cancel-timer.ts'
import type { EventLog } from '../state/event-log.ts'
import { closeDefaults, closeWindow } from './default.ts'
import { balanceOf, move } from '../state/ledger.ts'
import { endPhase } from '../trading/market-state.ts'
import { closeOrder } from '../trading/match.ts'
import { cancelUnsold } from '../trading/obligation.ts'
import { findOrder, SELL } from '../state/order.ts'
import { closePenalty } from './penalty.ts'
import { shareFees } from './insurance.ts'
import { waitingOrders } from '../state/waiting.ts'
import { enterWaiting, releaseTaker } from '../trading/waiting.ts'
import { endTripped } from '../standing/group.ts'
import { expireMandate } from '../standing/mandate-end.ts'
import { giveBack } from './settle.ts'
import type { Due, Instrument, Position, State } from '../state/state.ts'

/**
 * Lets everything that is due by the state's time happen, in the order of its own time: at one instant draws
 * give back, then lots expire, orders end, timers fire, delayed takers enter, instruments are swept, phases
 * end, and withheld money is let go.
 */
export function runDue(state: State, events: EventLog): void {
  while (state.nextDue <= state.at) {
    const now = state.nextDue
    for (let due = firstDue(state); due !== undefined && due.at <= now; due = firstDue(state)) {
      takeDue(state)
      endDue(state, due, events)
    }
    for (const instrument of state.instruments)
      if (instrument.nextSweep <= now) sweep(state, instrument, events)
    for (const instrument of state.instruments)
      if (instrument.until <= now) endPhase(state, instrument, events)
    unwithhold(state, now, events)
    state.nextDue = earliestDue(state)
  }
}

function endDue(state: State, due: Due, events: EventLog): void {
  if (due.kind === 'draw') {
    const draw = known(state.draws.get(due.id as DrawId), 'a draw that is due is live')
    events.push(...giveBack(state, draw, 'deadline', due.at))
    return
  }
  if (due.kind === 'penalty') {
    const penalty = known(state.penalties.get(due.id as PenaltyId), 'a penalty that is due is open')
    events.push(closePenalty(state, penalty, 'undisputed'))
    return
  }
  if (due.kind === 'mandate') {
    expireMandate(state, known(mandateOf(state, due.id as MandateId), 'a mandate that is due exists'), events)
    return
  }
  if (due.kind === 'approval') {
    approvalDue(state, due.id as ApprovalId, due.at, events)
    return
  }
  if (due.kind === 'timer') {
    fireCancelTimer(state, due.id as AccountId, events)
    return
  }
  if (due.kind === 'delay') {
    releaseTaker(state, due.id as OrderId, events)
    if (state.waiting > 0) enterWaiting(state, events)
    if (state.tripped.length > 0) endTripped(state, events)
    return
  }
  if (due.kind === 'order') {
    const slot = findOrder(state.orders, due.id as OrderId)
    const instrument = theInstrument(state, state.orders.instrument[slot] as InstrumentId)
    closeOrder(state, instrument, slot, 'expired', true, events)
    return
  }
  const lot = known(state.lots.get(due.id as LotId), 'a lot that is due exists')
  const position = known(positionOf(state, lot.account, lot.instrument), 'who has a lot has a position')
  expireLot(state, position, lot, due.at, events)
}

/** Lets go of the withheld money that is due: it becomes free cash of its supplier. */
function unwithhold(state: State, now: Instant, events: EventLog): void {
  let count = 0
  for (const { account, amount, due } of state.withheld) {
    if (due > now) break
    count++
    if (amount === 0) continue
    move(state.ledger, state.house.withheld, theAccount(state, account).free, amount)
    events.push({ kind: 'cash.unwithheld', account, amount })
  }
  if (count > 0) state.withheld.splice(0, count)
}

/** The scheduled sweep: sells close, and every unit in trading enters consumption or is undone. */
function sweep(state: State, instrument: Instrument, events: EventLog): void {
  const at = instrument.nextSweep
  instrument.nextSweep = nextOnGrid(at, instrument.spec.window)
  const pool = state.orders
  const waiting = waitingOrders(pool, instrument).filter((slot) => pool.side[slot] === SELL)
  const asks = [...restingOrders(instrument.book, pool, SELL), ...waiting]
  for (const slot of asks) closeOrder(state, instrument, slot, 'sweep', true, events)
  const drawn = drawnFromTrading(state, instrument)
  for (const account of state.accounts) {
    const position = account.positions[instrument.id]
    if (position === undefined) continue
    cancelUnsold(state, position, 'sweep', events)
    enterConsumption(state, position, drawn.get(position) ?? [], at, events)
    closeWindow(state, position)
  }
  closeDefaults(state, instrument, events)
  shareFees(state, events)
  events.push({ kind: 'window.swept', instrument: instrument.id, at })
}

type Source = { lot: LotId; wt: Wt }

/** What draws hold out of trading: it enters consumption with the rest, and stays held. */
function drawnFromTrading(state: State, instrument: Instrument): Map<Position, Source[]> {
  const drawn = new Map<Position, Source[]>()
  for (const draw of state.draws.values()) {
    if (draw.instrument !== instrument.id) continue
    const sources = draw.sources.filter((source) => source.lot === FROM_TRADING)
    if (sources.length === 0) continue
    const position = known(positionOf(state, draw.account, instrument.id), 'who draws has a position')
    drawn.set(position, [...(drawn.get(position) ?? []), ...sources])
  }
  return drawn
}

function enterConsumption(
  state: State,
  position: Position,
  drawn: Source[],
  at: Instant,
  events: EventLog,
): void {
  const free = balanceOf(state.ledger, position.free)
  const held = drawn.reduce((sum, source) => sum + source.wt, 0)
  if (free + held === 0) return
  move(state.ledger, position.free, position.consumption, free)
  const lot = {
    wt: wt(free + held),
    drawn: wt(held),
    cost: position.cost,
    entered: at,
    reason: 'sweep',
  } as const
  position.cost = micros(0)
  const opened = openLot(state, position, lot)
  for (const source of drawn) source.lot = opened.lot
  events.push(opened)
}
