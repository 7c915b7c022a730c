import { assert } from '../base/assert.ts'
import type { ApprovalId, DrawId, LotId, OrderId, PenaltyId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Mandate } from './mandate.ts'
import { findOrder, NO_SLOT, termsOf } from './order.ts'
import type { Due, State } from './state.ts'
import { NEVER } from './state.ts'
import { DELAY } from './waiting.ts'

/** Below this many entries, what has ended is not worth clearing out. */
const SMALL = 64

const RANK = {
  draw: 0,
  lot: 1,
  mandate: 2,
  approval: 3,
  order: 4,
  timer: 5,
  penalty: 6,
  delay: 7,
} as const satisfies Record<Due['kind'], number>

/**
 * Earlier first; at one instant draws give back, lots expire, authority ends, orders end, timers fire, takers
 * enter.
 */
const before = (a: Due, b: Due): boolean =>
  a.at !== b.at ? a.at < b.at : a.kind !== b.kind ? RANK[a.kind] < RANK[b.kind] : a.id < b.id

/** Whether what an entry stands for still exists and is due when it says. */
function isLive(state: State, due: Due): boolean {
  if (due.kind === 'lot') return state.lots.get(due.id as LotId)?.expiresAt === due.at
  if (due.kind === 'draw') return state.draws.get(due.id as DrawId)?.deadline === due.at
  if (due.kind === 'penalty') return state.penalties.get(due.id as PenaltyId)?.due === due.at
  if (due.kind === 'timer') return state.accounts[due.id - 1]?.cancelAt === due.at
  if (due.kind === 'mandate') return isMandateDue(state.mandates[due.id - 1], due.at)
  if (due.kind === 'approval') return state.approvals.get(due.id as ApprovalId)?.dueAt === due.at
  const slot = findOrder(state.orders, due.id as OrderId)
  if (due.kind === 'delay') return slot !== NO_SLOT && state.orders.waits[slot] === DELAY
  return slot !== NO_SLOT && termsOf(state.orders, slot).special?.expiresAt === due.at
}

const isMandateDue = (mandate: Mandate | undefined, at: Instant): boolean =>
  mandate !== undefined && !mandate.revoked && mandate.terms.expiresAt === at

/** At least as many as there are entries of what has not ended. */
const liveAtMost = ({ lots, draws, orders, accounts, penalties, mandates, approvals }: State): number =>
  lots.size +
  draws.size +
  2 * orders.live +
  accounts.length +
  penalties.size +
  mandates.length +
  approvals.size +
  1

/** Puts a deadline or an expiry on the agenda, a binary heap: cleared of what has ended when half has. */
export function schedule(state: State, due: Due): void {
  if (due.at < state.nextDue) state.nextDue = due.at
  const { agenda } = state
  agenda.push(due)
  for (let at = agenda.length - 1; at > 0; ) {
    const parent = (at - 1) >> 1
    if (!before(agenda[at] as Due, agenda[parent] as Due)) break
    swap(agenda, at, parent)
    at = parent
  }
  if (agenda.length > SMALL && agenda.length > 2 * liveAtMost(state))
    state.agenda = agenda.filter((entry) => isLive(state, entry)).sort((a, b) => (before(a, b) ? -1 : 1))
}

/** The earliest deadline or expiry of what still exists; entries of what has ended are dropped. */
export function firstDue(state: State): Due | undefined {
  for (;;) {
    const first = state.agenda[0]
    if (first === undefined || isLive(state, first)) return first
    dropFirst(state.agenda)
  }
}

/** Takes the earliest entry off the agenda. */
export function takeDue(state: State): Due {
  const first = state.agenda[0]
  assert(first !== undefined, 'something is due')
  dropFirst(state.agenda)
  return first
}

/** The earliest instant at which anything happens by itself. */
export function earliestDue(state: State): Instant {
  let next = Math.min(firstDue(state)?.at ?? NEVER, state.withheld[0]?.due ?? NEVER)
  for (const { nextSweep, until } of state.instruments) next = Math.min(next, nextSweep, until)
  return next as Instant
}

function dropFirst(agenda: Due[]): void {
  const last = agenda.pop()
  if (last === undefined || agenda.length === 0) return
  agenda[0] = last
  for (let at = 0; ; ) {
    let least = at
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < agenda.length && before(agenda[child] as Due, agenda[least] as Due)) least = child
    if (least === at) return
    swap(agenda, at, least)
    at = least
  }
}

function swap(agenda: Due[], a: number, b: number): void {
  const kept = agenda[a] as Due
  agenda[a] = agenda[b] as Due
  agenda[b] = kept
}
