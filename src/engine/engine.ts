import { assert, unreachable } from '../base/assert.ts'
import type { Seq } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { admitMember, deposit, openAccount, withdraw } from '../state/account.ts'
import { amendOrder } from '../trading/amend.ts'
import { grantMandate } from '../mandate/grant.ts'
import { setCancelTimer } from '../standing/cancel-timer.ts'
import { cancelAll, cancelOrder } from '../trading/cancel.ts'
import { askApproval, decideApproval } from '../standing/approval.ts'
import { revokeMandate } from '../standing/mandate-end.ts'
import type { Command, CommandOf } from '../state/command.ts'
import { extendDraw, openDraw, rerouteDraw } from '../claims/draw.ts'
import type { Event } from '../state/event.ts'
import { makeDeclaration, publishFixing } from '../trading/record.ts'
import { EventLog } from '../state/event-log.ts'
import { closeGroup, createGroup, endTripped } from '../standing/group.ts'
import { engageKill, releaseKill } from '../trading/kill.ts'
import { limitAccount } from '../trading/limit.ts'
import { listInstrument } from '../trading/listing.ts'
import { announceMaintenance } from '../trading/maintenance.ts'
import { changeStatus, configureInstrument } from '../trading/market-state.ts'
import { placeOrder } from '../trading/place.ts'
import { endProcurement, keepProcurements, setProcurement } from '../standing/procurement.ts'
import { probeLot } from '../claims/lot-test.ts'
import { fundProbes } from '../claims/probe-fund.ts'
import { coverDraw } from '../claims/cover.ts'
import { gradeSupplier } from '../claims/grade.ts'
import { tendDefaults } from '../claims/default.ts'
import { decidePenalty, disputePenalty } from '../claims/penalty.ts'
import type { Refusal } from '../state/reject.ts'
import { NO_DETAIL } from '../state/reject.ts'
import { failDraw, releaseDraw, settleDraw } from '../claims/settle.ts'
import type { State } from '../state/state.ts'
import { enterWaiting } from '../trading/waiting.ts'
import {
  certifyOffer,
  issueUnits,
  redeemUnits,
  registerOffer,
  suspendOffer,
  liftOffer,
} from '../trading/supply.ts'
import { runDue } from '../claims/sweep.ts'
import { transferUnits } from '../claims/transfer.ts'
import { configureVenue } from '../trading/venue.ts'

/** What the command under way says. One log for all: it is read before the next command. */
const SAID = new EventLog()

/** The whole exchange: one command in, what happened out, as events that may be kept. */
export function apply(state: State, seq: Seq, at: Instant, command: Command): Event[] {
  SAID.clear()
  stamp(state, seq, at)
  perform(state, command, SAID)
  return SAID.read()
}

/** Gives the next command its number and time. */
export function stamp(state: State, seq: Seq, at: Instant): void {
  assert(seq > state.seq && at >= state.at, 'commands come in order, and time does not go back')
  state.seq = seq
  state.at = at
}

/**
 * Performs a command that has been stamped: first whatever has come due by then, then the command. A refused
 * command changes nothing else and says so in one last event. No clock, no chance, no waiting, no I/O.
 */
export function perform(state: State, command: Command, events: EventLog): void {
  if (state.at >= state.nextDue) {
    const from = events.count
    runDue(state, events)
    if (state.failing.length > 0) tendDefaults(state, events)
    if (state.procuring > 0) procure(state, events, from)
  }
  const from = events.count
  const outcome = handle(state, command, events)
  const isRefused = outcome !== undefined && !Array.isArray(outcome)
  if (isRefused) sayRefused(outcome, events)
  else if (outcome !== undefined) events.push(...outcome)
  if (state.failing.length > 0 || (state.defaults.length > 0 && !isRefused)) tendDefaults(state, events)
  if (state.waiting > 0) enterWaiting(state, events)
  if (state.tripped.length > 0) endTripped(state, events)
  if (state.procuring > 0 && !isRefused) procure(state, events, from)
}

/** Procurements answer to what happened; what they trade may reach stops and groups in its turn. */
function procure(state: State, events: EventLog, from: number): void {
  keepProcurements(state, events, from)
  if (state.waiting > 0) enterWaiting(state, events)
  if (state.tripped.length > 0) endTripped(state, events)
}

function sayRefused({ reason, detail }: Refusal, events: EventLog): void {
  if (detail === NO_DETAIL) events.refused(reason)
  else events.push({ kind: 'command.rejected', reason, detail })
}

/** What came of a command: its events, why it was refused, or nothing where it has said its events itself. */
type Outcome = Event[] | Refusal | undefined

type Frequent =
  | 'order.place'
  | 'order.amend'
  | 'order.cancel'
  | 'order.cancel_all'
  | 'group.create'
  | 'group.close'
  | 'cancel_timer.set'
  | 'draw.open'
  | 'draw.extend'
  | 'draw.reroute'
  | 'draw.settle'
  | 'draw.cover'
  | 'draw.fail'
  | 'draw.release'
  | 'units.transfer'
  | 'units.issue'
  | 'units.redeem'
type Rare = Exclude<Command, { kind: Frequent }>

function handle(state: State, command: Command, events: EventLog): Outcome {
  switch (command.kind) {
    case 'order.place':
      return orAsk(state, command, placeOrder(state, command, events), events)
    case 'order.amend':
      return amendOrder(state, command, events)
    case 'order.cancel':
      return cancelOrder(state, command, events)
    case 'order.cancel_all':
      return cancelAll(state, command, events)
    case 'group.create':
      return createGroup(state, command)
    case 'group.close':
      return closeGroup(state, command, events)
    case 'cancel_timer.set':
      return setCancelTimer(state, command)
    case 'draw.open':
      return orAsk(state, command, openDraw(state, command, events), events)
    case 'draw.extend':
      return extendDraw(state, command, events)
    case 'draw.reroute':
      return rerouteDraw(state, command)
    case 'draw.cover':
      return coverDraw(state, command, events)
    case 'draw.settle':
      return settleDraw(state, command)
    case 'draw.fail':
      return failDraw(state, command)
    case 'draw.release':
      return releaseDraw(state, command)
    case 'units.transfer':
      return transferUnits(state, command)
    case 'units.issue':
      return issueUnits(state, command)
    case 'units.redeem':
      return redeemUnits(state, command)
    default:
      return administer(state, command, events)
  }
}

/** What only lacks a person's approval waits for it. */
const orAsk = (
  state: State,
  command: CommandOf<'order.place' | 'draw.open'>,
  refusal: Refusal | undefined,
  events: EventLog,
): Outcome => (refusal?.reason === 'approval_needed' ? askApproval(state, command, refusal, events) : refusal)

/** What is asked less often: members and money, supply, authority, and the venue itself. */
function administer(state: State, command: Rare, events: EventLog): Outcome {
  switch (command.kind) {
    case 'offer.register':
      return registerOffer(state, command)
    case 'offer.certify':
      return certifyOffer(state, command)
    case 'offer.suspend':
      return suspendOffer(state, command)
    case 'offer.lift':
      return liftOffer(state, command)
    case 'offer.notice':
      return announceMaintenance(state, command)
    case 'lot.probe':
      return probeLot(state, command)
    case 'supplier.grade':
      return gradeSupplier(state, command)
    case 'probe.fund':
      return fundProbes(state, command, events)
    case 'penalty.dispute':
      return disputePenalty(state, command)
    case 'penalty.decide':
      return decidePenalty(state, command)
    case 'procurement.set':
      return setProcurement(state, command, events)
    case 'procurement.end':
      return endProcurement(state, command, events)
    case 'mandate.grant':
      return grantMandate(state, command)
    case 'mandate.revoke':
      return revokeMandate(state, command, events)
    case 'approval.decide':
      return decideApproval(state, command, events)
    case 'cash.deposit':
      return deposit(state, command)
    case 'cash.withdraw':
      return withdraw(state, command)
    case 'account.open':
      return openAccount(state, command)
    case 'member.admit':
      return admitMember(state, command)
    case 'instrument.list':
      return listInstrument(state, command)
    case 'instrument.transition':
      return changeStatus(state, command, events)
    case 'account.limit':
      return limitAccount(state, command)
    case 'kill.engage':
      return engageKill(state, command, events)
    case 'kill.release':
      return releaseKill(state, command)
    case 'instrument.configure':
      return configureInstrument(state, command)
    case 'declaration.make':
      return makeDeclaration(state, command)
    case 'fixing.publish':
      return publishFixing(state, command)
    case 'venue.configure':
      return configureVenue(state, command)
    case 'time.tick':
      return []
    default:
      return unreachable(command)
  }
}
