import { assert } from '../base/assert.ts'
import type { AccountId, MandateId } from '../base/ids.ts'
import { lapseFault, lineage, spentIn, WINDOWS } from '../mandate/budget.ts'
import type { Approval, Mandate } from '../state/mandate.ts'
import type { Slot } from '../state/order.ts'
import { liveOrders, SELL } from '../state/order.ts'
import type { State } from '../state/state.ts'

/** What a mandate and all below it come to, added up from what is open, spent and bought. */
type Sums = { reserved: number; spent: number; units: number[] }

/**
 * 8: spent + reserved ≤ budget for every mandate. Reserved is what its open orders and draws may still cost;
 * what it has spent is what it and those below it have spent; and nothing stands or waits under one that is
 * over.
 */
export function auditMandates(state: State): void {
  const sums = new Map<MandateId, Sums>()
  for (const { id } of state.mandates) sums.set(id, { reserved: 0, spent: 0, units: [] })
  const add = (id: MandateId, one: (sum: Sums) => void) => {
    for (const { id: level } of lineage(state, id)) one(sums.get(level) as Sums)
  }
  const pool = state.orders
  for (const slot of liveOrders(pool)) {
    const id = pool.mandate[slot] as MandateId
    auditStanding(state, slot, id)
    const held = pool.side[slot] === SELL ? 0 : (pool.held[slot] as number)
    add(id, (sum) => (sum.reserved += held))
  }
  for (const draw of state.draws.values()) add(draw.mandate, (sum) => (sum.reserved += draw.spend))
  for (const { id, ownSpent, prepaid } of state.mandates)
    add(id, (sum) => {
      sum.spent += ownSpent
      for (const [instrument, units] of prepaid.entries())
        sum.units[instrument] = (sum.units[instrument] ?? 0) + units
    })
  for (const mandate of state.mandates) auditMandate(state, mandate, sums.get(mandate.id) as Sums)
  for (const approval of state.approvals.values()) auditApproval(state, approval)
}

function auditMandate(state: State, mandate: Mandate, sums: Sums): void {
  const { terms, reserved, spent, units } = mandate
  assert(reserved === sums.reserved, '8: reserved is what is still open')
  assert(spent.lifetime.amount === sums.spent, '8: spent is what it and those below it have spent')
  for (const window of WINDOWS) {
    const used = spentIn(mandate, window, state.at)
    assert(used <= spent.lifetime.amount, '8: nothing is spent in a window and not in a lifetime')
    assert(used + reserved <= (terms.budget[window] ?? Infinity), '8: spent + reserved is within the budget')
  }
  for (const [instrument, bought] of units.entries())
    assert(bought === (sums.units[instrument] ?? 0), '8: units bought are those of it and all below it')
}

/** 8: no order stands under a mandate that is over. */
function auditStanding(state: State, slot: Slot, id: MandateId): void {
  const account = state.orders.account[slot] as AccountId
  for (const { terms } of lineage(state, id))
    assert(terms.account === account, '8: an order stands under a mandate of its own account')
  assert(lapseFault(state, id, state.at) === undefined, '8: no order stands under a mandate that is over')
}

/** 8: what was approved was done once, and nothing waits under a mandate that was revoked. */
function auditApproval(state: State, { status, order, draw, mandate, over, expiresAt }: Approval): void {
  const isDone = order !== null || draw !== null
  assert(isDone === (status === 'done'), '8: what was approved was done, and nothing else')
  if (status !== 'pending' && status !== 'approved') return
  assert(expiresAt > state.at, '8: nothing waits beyond its time')
  let found = false
  for (const { id, revoked } of lineage(state, mandate)) {
    assert(!revoked, '8: nothing waits under a mandate that was revoked')
    if (id === over) found = true
  }
  assert(found, '8: an approval is of a threshold above its mandate')
}
