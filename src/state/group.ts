import type { GroupId } from '../base/ids.ts'
import type { Wt } from '../base/money.ts'
import { wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { Group, State } from './state.ts'

/** The account's open group, or `undefined`. */
export function groupOf(state: State, account: number, id: GroupId): Group | undefined {
  const group = state.groups[id - 1]
  return group === undefined || group.account !== account || group.closed ? undefined : group
}

/** The account's open groups, oldest first. */
export const groupsOf = (state: State, account: number): Group[] =>
  state.groups.filter((group) => group.account === account && !group.closed)

/** What fills of the last window come to, those that have left it forgotten. */
export function filledIn(group: Group, at: Instant): Wt {
  let gone = 0
  for (const fill of group.fills) {
    if (fill.at + group.window > at) break
    group.filled = wt(group.filled - fill.wt)
    gone++
  }
  if (gone > 0) group.fills.splice(0, gone)
  return group.filled
}

/** Counts a fill of a group's order; what brings the group to its limit trips it when the command ends. */
export function countGroupFill(state: State, id: number, units: Wt): void {
  const group = state.groups[id - 1] as Group
  filledIn(group, state.at)
  const last = group.fills.at(-1)
  if (last !== undefined && last.at === state.at) last.wt = wt(last.wt + units)
  else group.fills.push({ at: state.at, wt: units })
  const before = group.filled
  group.filled = wt(before + units)
  if (before < group.limit && group.filled >= group.limit) state.tripped.push(group.id)
}
