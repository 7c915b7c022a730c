import type { ApprovalId, DrawId, MandateId, OrderId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import type { Micros } from '../base/money.ts'
import { micros } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_DAY } from '../base/time.ts'
import { isUnder, lapseFault, lineage } from '../mandate/budget.ts'
import { accountOf } from '../state/account.ts'
import { schedule } from '../state/agenda.ts'
import type { CommandOf, OrderPlace } from '../state/command.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Approval, ApprovalAsked, DrawAsk, Mandate } from '../state/mandate.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { State } from '../state/state.ts'
import { asksSame, placeOrder } from '../trading/place.ts'

/** Approvals of one account that may wait at a time. */
const PENDING_MAX = 100
/** How long an approval is remembered after it has ended. */
const REMEMBERED = 30 * MICROS_PER_DAY

type Asking = OrderPlace | CommandOf<'draw.open'>

/**
 * Asks a person to approve what passed every other test but costs more than the threshold of its mandate.
 * Nothing is held meanwhile. The same asked again is the same approval.
 */
export function askApproval(
  state: State,
  command: Asking,
  { detail }: Refusal,
  events: EventLog,
): Refusal | undefined {
  const { account, mandate } = command
  const worst = micros(Number(detail.worst))
  const before = askedBefore(state, command, worst)
  if (before !== undefined) {
    if ('detail' in before) return before
    events.push({ kind: 'approval.repeated', approval: before.id, account, mandate })
    return undefined
  }
  let pending = 0
  for (const one of state.approvals.values())
    if (one.account === account && one.status === 'pending') pending++
  if (pending >= PENDING_MAX) return refuse('approval_limit', { maximum: PENDING_MAX })

  // Nothing below this line can fail.
  const { over, wait } = overOf(state, mandate, worst)
  const approval: Approval = {
    id: state.nextApproval++ as ApprovalId,
    account,
    mandate,
    over,
    asked: command.kind === 'order.place' ? command : askOf(command),
    worst,
    threshold: micros(Number(detail.threshold)),
    askedAt: state.at,
    expiresAt: later(state.at, wait),
    dueAt: later(state.at, wait),
    status: 'pending',
    reason: '',
    order: null,
    draw: null,
  }
  state.approvals.set(approval.id, approval)
  schedule(state, { at: approval.expiresAt, kind: 'approval', id: approval.id })
  events.push(askedEvent(approval))
  return undefined
}

const askOf = ({
  kind,
  account,
  mandate,
  instrument,
  wt,
  whole,
  buyLimit,
}: CommandOf<'draw.open'>): DrawAsk => ({
  kind,
  account,
  mandate,
  instrument,
  wt: whole ?? wt,
  buyLimit,
})

/** An order by its client order id; a request by what it may cost, for it has no name of its own yet. */
function askedBefore(state: State, command: Asking, worst: Micros): Approval | Refusal | undefined {
  for (const one of state.approvals.values()) {
    if (one.account !== command.account) continue
    const { asked } = one
    if (command.kind === 'draw.open') {
      const isSame = asked.kind === 'draw.open' && one.status === 'pending' && covers(one, command, worst)
      if (isSame) return one
    } else if (asked.kind === 'order.place' && command.clientOrderId !== null)
      if (asked.clientOrderId === command.clientOrderId)
        return asksSame(asked, command) ? one : refuse('client_order_id_reused', { approval: one.id })
  }
  return undefined
}

const covers = (
  { mandate, asked, worst: most }: Approval,
  { mandate: of, instrument }: Asking,
  worst: number,
) => mandate === of && asked.instrument === instrument && worst <= most

/** The highest mandate whose threshold a cost passes, and how long that one waits for an answer. */
function overOf(state: State, id: MandateId, worst: number): { over: MandateId; wait: number } {
  let found = { over: id, wait: 0 }
  for (const { id: level, terms } of lineage(state, id)) {
    const approval = terms.bounds?.approval
    if (approval !== undefined && worst > approval.above) found = { over: level, wait: approval.wait }
  }
  return found
}

function askedEvent({ id, account, mandate, asked, worst, threshold, expiresAt }: Approval): ApprovalAsked {
  const isOrder = asked.kind === 'order.place'
  return {
    kind: 'approval.asked',
    approval: id,
    account,
    mandate,
    instrument: asked.instrument,
    what: isOrder ? 'order' : 'request',
    side: isOrder ? asked.side : 'buy',
    price: isOrder ? asked.price : asked.buyLimit,
    lots: isOrder ? asked.lots : null,
    wt: isOrder ? null : asked.wt,
    clientOrderId: isOrder ? asked.clientOrderId : null,
    worst,
    threshold,
    expiresAt,
  }
}

/**
 * A person's answer. An approved order is placed now, once, and passes every test as if it came now: where it
 * does not, the answer is refused for that reason and the order goes on waiting. An approved request may be
 * drawn once, until the approval expires.
 */
export function decideApproval(
  state: State,
  { account, mandate, approval: id, approve, reason }: CommandOf<'approval.decide'>,
  events: EventLog,
): Refusal | undefined {
  if (accountOf(state, account) === undefined) return refuse('account_not_found')
  const approval = state.approvals.get(id)
  if (approval === undefined || approval.account !== account || !mayDecide(state, mandate, approval))
    return refuse('approval_not_found')
  const spent = lapseFault(state, mandate, state.at)
  if (spent !== undefined) return spent
  if (approval.status !== 'pending') return refuse('approval_over', { status: approval.status })
  const { asked, mandate: under } = approval
  if (!approve) {
    end(approval, 'refused', reason)
    events.push({ kind: 'approval.refused', approval: id, account, mandate: under, reason })
    return undefined
  }
  const lapsed = lapseFault(state, under, state.at)
  if (lapsed !== undefined) return lapsed
  let placed: OrderId | null = null
  if (asked.kind === 'order.place') {
    const from = events.count
    const refusal = placeOrder(state, asked, events, true)
    if (refusal !== undefined) return refusal
    placed = placedIn(events, from)
  }

  // Nothing below this line can fail.
  approval.order = placed
  end(approval, placed === null ? 'approved' : 'done', reason)
  events.push({ kind: 'approval.approved', approval: id, account, mandate: under, placed, reason })
  return undefined
}

/** Whether a key under this mandate stands above the one whose threshold was passed. */
const mayDecide = (state: State, mandate: MandateId, { over }: Approval): boolean =>
  mandate === NO_MANDATE || (mandate !== over && isUnder(state, over, mandate))

function placedIn(events: EventLog, from: number): OrderId | null {
  for (const event of events.read(from))
    if (event.kind === 'order.accepted' || event.kind === 'order.repeated') return event.order
  return null
}

function end(approval: Approval, status: Approval['status'], reason: string): void {
  approval.status = status
  approval.reason = reason
}

/** What a person has approved that covers a request: used once, and the oldest first. */
export function permitFor(
  state: State,
  command: CommandOf<'draw.open'>,
  worst: number,
): Approval | undefined {
  for (const one of state.approvals.values())
    if (one.status === 'approved' && one.account === command.account && covers(one, command, worst))
      return one
  return undefined
}

export function usePermit(approval: Approval, draw: DrawId, events: EventLog): void {
  const { id, account, mandate } = approval
  approval.draw = draw
  approval.status = 'done'
  events.push({ kind: 'approval.used', approval: id, account, mandate, draw })
}

/** An approval's time is over: it lapses; long after that it is forgotten. */
export function approvalDue(state: State, id: ApprovalId, at: Instant, events: EventLog): void {
  const approval = state.approvals.get(id)
  if (approval === undefined) return
  if (at > approval.expiresAt) {
    state.approvals.delete(id)
    return
  }
  lapse(approval, 'expired', events)
  approval.dueAt = later(at, REMEMBERED)
  schedule(state, { at: approval.dueAt, kind: 'approval', id })
}

/** A mandate has ended: nothing that was asked under it or below it can be approved, or used, any more. */
export function lapseUnder(state: State, { id, terms }: Mandate, reason: string, events: EventLog): void {
  for (const approval of state.approvals.values())
    if (approval.account === terms.account && isUnder(state, approval.mandate, id))
      lapse(approval, reason, events)
}

function lapse(approval: Approval, reason: string, events: EventLog): void {
  const { id, account, mandate, status } = approval
  if (status !== 'pending' && status !== 'approved') return
  end(approval, 'lapsed', reason)
  events.push({ kind: 'approval.lapsed', approval: id, account, mandate, reason })
}
