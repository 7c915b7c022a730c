import type { OrderId } from '../base/ids.ts'
import { MICROS_PER_MS, rfc3339 } from '../base/time.ts'
import { theAccount } from '../state/account.ts'
import { groupOf, groupsOf } from '../state/group.ts'
import { NO_SLOT } from '../state/order.ts'
import { olderOf } from '../state/order-link.ts'
import type { Group, State } from '../state/state.ts'
import { units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import {
  cancelTimer,
  cancelTimerRequest,
  closedGroup,
  groupPath,
  groupRequest,
  orderGroup,
  orderGroups,
} from '../wire/order-group.ts'
import type { GroupOut } from '../wire/order-group.ts'
import { readUnits } from '../api/amount.ts'
import { operation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { notFound, Problem } from '../api/problem.ts'

function printGroup(state: State, group: Group): GroupOut {
  const { account, window, freeze, frozenUntil } = group
  const inWindow = group.fills.filter(({ at }) => at + window > state.at)
  return {
    id: printId('group', group.id),
    name: group.name,
    limit: units(group.limit),
    filled: units(inWindow.reduce((sum, { wt }) => sum + wt, 0)),
    window_ms: window / MICROS_PER_MS,
    freeze_ms: freeze / MICROS_PER_MS,
    frozen_until: frozenUntil > state.at ? rfc3339(frozenUntil) : null,
    open_orders: openOrders(state, account, group).map((id) => printId('order', id)),
    seq: state.seq,
  }
}

function openOrders(state: State, account: Group['account'], { id }: Group): OrderId[] {
  const pool = state.orders
  const found: OrderId[] = []
  for (let slot = theAccount(state, account).orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot))
    if (pool.group[slot] === id) found.push(pool.id[slot] as OrderId)
  return found
}

const create = operation({
  id: 'group.create',
  method: 'POST',
  path: '/v1/order-groups',
  tag: 'Orders',
  summary:
    'Open a group of orders that are cancelled together once they have filled so much within a window.',
  scope: 'trade:place',
  body: groupRequest,
  answer: orderGroup,
  status: 201,
  idempotent: true,
  example: { name: 'rack 7', limit: '5.00', window_ms: 15_000, freeze_ms: 5_000 },
  async run(venue, { body, caller }) {
    const limit = readUnits(body.limit, '/limit')
    if (limit instanceof Problem) return limit
    const { account } = caller
    const window = body.window_ms * MICROS_PER_MS
    const freeze = body.freeze_ms * MICROS_PER_MS
    const { name } = body
    const applied = await venue.sequencer.ask({ kind: 'group.create', account, name, limit, window, freeze })
    const created = eventIn(applied, 'group.created')
    if (created === undefined) return refusalIn(applied) ?? notFound('group')
    return venue.sequencer.read((state) => {
      const group = groupOf(state, account, created.group)
      return group === undefined ? notFound('group') : printGroup(state, group)
    })
  },
})

const list = operation({
  id: 'group.list',
  method: 'GET',
  path: '/v1/order-groups',
  tag: 'Orders',
  summary: 'Open order groups of the account, with what they have filled within their windows.',
  scope: 'account:read',
  answer: orderGroups,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => ({
      data: groupsOf(state, caller.account).map((group) => printGroup(state, group)),
      seq: state.seq,
    })),
})

const get = operation({
  id: 'group.get',
  method: 'GET',
  path: '/v1/order-groups/{id}',
  tag: 'Orders',
  summary: 'One order group.',
  scope: 'account:read',
  params: groupPath,
  answer: orderGroup,
  run: (venue, { path, caller }) =>
    venue.sequencer.read((state) => {
      const group = groupOf(state, caller.account, path.id)
      return group === undefined ? notFound('group', '/path/id') : printGroup(state, group)
    }),
})

const close = operation({
  id: 'group.close',
  method: 'DELETE',
  path: '/v1/order-groups/{id}',
  tag: 'Orders',
  summary: 'Cancel the orders of a group, and close it.',
  scope: 'trade:cancel',
  rate: 'cancel',
  params: groupPath,
  answer: closedGroup,
  async run(venue, { path, caller }) {
    const applied = await venue.sequencer.ask({
      kind: 'group.close',
      account: caller.account,
      group: path.id,
    })
    const refused = refusalIn(applied)
    if (refused !== undefined) return refused
    const canceled: string[] = []
    for (const event of applied.events)
      if (event.kind === 'order.closed' && event.reason === 'group_closed')
        canceled.push(printId('order', event.order))
    return { id: printId('group', path.id), canceled, seq: applied.seq }
  },
})

const timer = operation({
  id: 'timer.set',
  method: 'PUT',
  path: '/v1/cancel-timer',
  tag: 'Orders',
  summary: 'Cancel every order of the account in so many milliseconds, unless this is sent again.',
  scope: 'trade:cancel',
  rate: 'cancel',
  body: cancelTimerRequest,
  answer: cancelTimer,
  example: { timeout_ms: 60_000 },
  async run(venue, { body, caller }) {
    const after = body.timeout_ms * MICROS_PER_MS
    const applied = await venue.sequencer.ask({ kind: 'cancel_timer.set', account: caller.account, after })
    const set = eventIn(applied, 'cancel_timer.set')
    if (set === undefined) return refusalIn(applied) ?? notFound('account')
    return { cancels_at: set.at === null ? null : rfc3339(set.at), seq: applied.seq }
  },
})

export const groupOperations = [create, list, get, close, timer]
