import type { GroupId } from '../base/ids.ts'
import { wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_HOUR } from '../base/time.ts'
import { accountOf, theAccount } from '../state/account.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { groupOf, groupsOf } from '../state/group.ts'
import type { Group, State } from '../state/state.ts'
import { closeWhere } from '../trading/cancel.ts'

/** Open groups one account may have. */
const GROUPS_MAX = 100

/** Opens a group of orders that end together once they have filled so much within a rolling window. */
export function createGroup(state: State, command: CommandOf<'group.create'>): Event[] | Refusal {
  const { account, name, limit, window, freeze } = command
  if (limit <= 0) return refuse('quantity_not_positive')
  if (name.trim() === '') return refuse('name_empty')
  if (window <= 0 || window > MICROS_PER_HOUR || freeze < 0 || freeze > 24 * MICROS_PER_HOUR)
    return refuse('group_terms_invalid')
  if (accountOf(state, account) === undefined) return refuse('account_not_found')
  if (groupsOf(state, account).length >= GROUPS_MAX)
    return refuse('group_count_limit', { maximum: GROUPS_MAX })

  // Nothing below this line can fail.
  const id = (state.groups.length + 1) as GroupId
  const terms = { id, account, name, limit, window, freeze }
  state.groups.push({ ...terms, closed: false, frozenUntil: 0 as Instant, fills: [], filled: wt(0) })
  return [{ kind: 'group.created', group: id, account, name, limit, window, freeze }]
}

/** Ends a group and cancels its orders. */
export function closeGroup(
  state: State,
  command: CommandOf<'group.close'>,
  events: EventLog,
): Refusal | undefined {
  const account = accountOf(state, command.account)
  if (account === undefined) return refuse('account_not_found')
  const group = groupOf(state, account.id, command.group)
  if (group === undefined) return refuse('group_not_found')

  // Nothing below this line can fail.
  group.closed = true
  group.fills = []
  group.filled = wt(0)
  events.push({ kind: 'group.closed', group: group.id, account: account.id })
  closeOrders(state, group, 'group_closed', events)
  return undefined
}

/** Cancels the orders of every group that has reached its limit, and freezes it. */
export function endTripped(state: State, events: EventLog): void {
  for (const id of state.tripped.sort((a, b) => a - b)) {
    const group = state.groups[id - 1] as Group
    const { filled } = group
    group.fills = []
    group.filled = wt(0)
    group.frozenUntil = later(state.at, group.freeze)
    events.push({
      kind: 'group.tripped',
      group: id,
      account: group.account,
      filled,
      until: group.frozenUntil,
    })
    closeOrders(state, group, 'group_limit', events)
  }
  state.tripped = []
}

function closeOrders(
  state: State,
  group: Group,
  reason: 'group_limit' | 'group_closed',
  events: EventLog,
): void {
  const pool = state.orders
  const account = theAccount(state, group.account)
  closeWhere(state, account, reason, (slot) => pool.group[slot] === group.id, events)
}
