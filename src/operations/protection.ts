import type { z } from 'zod'
import { NO_MANDATE } from '../base/ids.ts'
import type { AccountId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { accountOf, theInstrument } from '../state/account.ts'
import type { CloseReason } from '../state/event.ts'
import type { Applied } from '../sequencer/sequencer.ts'
import type { KillScope } from '../state/status.ts'
import { printId } from '../wire/id.ts'
import {
  accountFees,
  accountLimits,
  accountPath,
  kill,
  killReleaseRequest,
  killRequest,
  limitsRequest,
  ownKillRequest,
  positions,
} from '../wire/protection.ts'
import type { KillOut } from '../wire/protection.ts'
import { readMoney, readUnits } from '../api/amount.ts'
import { parseKeyId } from '../api/auth.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { operation } from '../api/operation.ts'
import { refusalIn } from '../api/outcome.ts'
import { printHolding, printLimits, printShare } from '../api/print-protection.ts'
import { faultAt, notFound, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { forOperator } from '../api/authority.ts'

const limitsOf = (venue: Venue, id: AccountId, pointer?: string) =>
  venue.sequencer.read((state) => {
    const account = accountOf(state, id)
    return account === undefined
      ? notFound('account', pointer)
      : printLimits(state, account, venue.rates.settings)
  })

const getLimits = operation({
  id: 'account.limits',
  method: 'GET',
  path: '/v1/account/limits',
  tag: 'Account',
  summary: 'The bounds of the account, what of them is taken, and how many requests it may make.',
  scope: 'account:read',
  answer: accountLimits,
  run: (venue, { caller }) => limitsOf(venue, caller.account),
})

const getFees = operation({
  id: 'account.fees',
  method: 'GET',
  path: '/v1/account/fees',
  tag: 'Account',
  summary: 'What the account pays for trading and delivery, as shares.',
  scope: 'account:read',
  answer: accountFees,
  run: (venue) =>
    venue.sequencer.read(({ settings, seq }) => ({
      maker: printShare(settings.makerFee),
      taker: printShare(settings.takerFee),
      auction: printShare(settings.auctionFee),
      delivery: printShare(settings.deliveryFee),
      seq,
    })),
})

const listPositions = operation({
  id: 'position.list',
  method: 'GET',
  path: '/v1/positions',
  tag: 'Account',
  summary: 'What the account has and owes in every instrument it has had to do with.',
  scope: 'account:read',
  answer: positions,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => {
      const account = accountOf(state, caller.account)
      if (account === undefined) return notFound('account')
      const data = account.positions.flatMap((one) =>
        one === undefined ? [] : [printHolding(state, one, theInstrument(state, one.instrument).spec.symbol)],
      )
      return { data, seq: state.seq }
    }),
})

type Amount<Kind extends number> = Kind | null | Problem

const amountIn = <Kind extends number>(
  text: string | null,
  pointer: string,
  read: (text: string, pointer: string) => Kind | Problem,
): Amount<Kind> => {
  const value = text === null ? null : read(text, pointer)
  return typeof value === 'number' && value < 0 ? faultAt('invalid_request', pointer, 'zero or more') : value
}

const setLimits = operation({
  id: 'admin.limits',
  method: 'PUT',
  path: '/v1/admin/accounts/{id}/limits',
  tag: 'Operator',
  summary: 'Set the bounds of an account. Orders that stand keep standing.',
  scope: 'risk:admin',
  params: accountPath,
  body: limitsRequest,
  answer: accountLimits,
  example: { open_orders: 200, order_notional: '1000.00', position: '5000' },
  run: forOperator(async (venue, { path, body }) => {
    const orderUnits: Amount<Wt> = amountIn(body.order_quantity, '/order_quantity', readUnits)
    if (orderUnits instanceof Problem) return orderUnits
    const orderNotional: Amount<Micros> = amountIn(body.order_notional, '/order_notional', readMoney)
    if (orderNotional instanceof Problem) return orderNotional
    const openNotional: Amount<Micros> = amountIn(body.open_notional, '/open_notional', readMoney)
    if (openNotional instanceof Problem) return openNotional
    const most: Amount<Wt> = amountIn(body.position, '/position', readUnits)
    if (most instanceof Problem) return most
    const limits = { openOrders: body.open_orders, orderUnits, orderNotional, openNotional, position: most }
    const applied = await venue.sequencer.ask({ kind: 'account.limit', account: path.id, limits })
    return refusalIn(applied) ?? limitsOf(venue, path.id, '/path/id')
  }),
})

type Target = { scope: KillScope; name: string | null }

/** What a request wants stopped or released, or the problem with how it names it. */
function targetOf(venue: Venue, body: z.output<typeof killReleaseRequest>): Target | Problem {
  switch (body.scope) {
    case 'venue':
      return { scope: { kind: 'venue' }, name: null }
    case 'instrument': {
      const found = namedInstrument(venue.sequencer.state, body.instrument ?? '', '/instrument')
      if (found instanceof Problem) return found
      return { scope: { kind: 'instrument', instrument: found.id }, name: marketName(found) }
    }
    case 'account': {
      if (body.account === undefined) return notFound('account', '/account')
      return { scope: { kind: 'account', account: body.account }, name: printId('account', body.account) }
    }
    case 'mandate': {
      if (body.mandate === undefined) return notFound('mandate', '/mandate')
      return { scope: { kind: 'mandate', mandate: body.mandate }, name: printId('mandate', body.mandate) }
    }
  }
}

const canceledIn = ({ events }: Applied, reason: CloseReason): number =>
  events.filter((event) => event.kind === 'order.closed' && event.reason === reason).length

async function engage(venue: Venue, { scope, name }: Target, reason: string): Promise<KillOut | Problem> {
  const applied = await venue.sequencer.ask({ kind: 'kill.engage', scope, reason })
  const canceled = canceledIn(applied, 'kill_switch')
  const done = { scope: scope.kind, target: name, engaged: true, reason, canceled_orders: canceled }
  return refusalIn(applied) ?? { ...done, seq: applied.seq }
}

/** A key ends at once; what was placed under its mandate, or else by its account, is cancelled. */
async function killKey(venue: Venue, name: string, reason: string): Promise<KillOut | Problem> {
  const id = parseKeyId(name) ?? 0
  const found = venue.keys.get(id)
  if (found === undefined) return notFound('key', '/key')
  await venue.keys.revoke(found.account, id, venue.clock())
  const { account, mandate } = found
  if (mandate !== NO_MANDATE) {
    const stopped = await engage(venue, { scope: { kind: 'mandate', mandate }, name }, reason)
    return stopped instanceof Problem ? stopped : { ...stopped, scope: 'key' }
  }
  const all = { account, instrument: null, side: null }
  const applied = await venue.sequencer.ask({ kind: 'order.cancel_all', ...all })
  const canceled = canceledIn(applied, 'mass_cancel')
  const done = { scope: 'key' as const, target: name, engaged: true, reason, canceled_orders: canceled }
  return refusalIn(applied) ?? { ...done, seq: applied.seq }
}

const engageKill = operation({
  id: 'admin.kill',
  method: 'POST',
  path: '/v1/admin/kill',
  tag: 'Operator',
  summary:
    'Stop the venue, a market, an account, a mandate or a key: nothing new is taken, what rests is cancelled.',
  scope: 'risk:admin',
  rate: 'cancel',
  body: killRequest,
  answer: kill,
  example: { scope: 'account', account: 'acc_2', reason: 'Runaway program' },
  run: forOperator(async (venue, { body }) => {
    const { key, scope, ...names } = body
    if (scope === 'key') return killKey(venue, key ?? '', body.reason)
    const target = targetOf(venue, { ...names, scope })
    return target instanceof Problem ? target : engage(venue, target, body.reason)
  }),
})

const releaseKill = operation({
  id: 'admin.kill_release',
  method: 'POST',
  path: '/v1/admin/kill/release',
  tag: 'Operator',
  summary:
    'Release a kill switch. What it had cancelled stays cancelled; a key that was killed stays revoked.',
  scope: 'risk:admin',
  body: killReleaseRequest,
  answer: kill,
  example: { scope: 'account', account: 'acc_2', reason: 'Program corrected' },
  run: forOperator(async (venue, { body }) => {
    const target = targetOf(venue, body)
    if (target instanceof Problem) return target
    const { reason } = body
    const applied = await venue.sequencer.ask({ kind: 'kill.release', scope: target.scope, reason })
    const done = { scope: target.scope.kind, target: target.name, engaged: false, reason, canceled_orders: 0 }
    return refusalIn(applied) ?? { ...done, seq: applied.seq }
  }),
})

const killOwn = operation({
  id: 'account.kill',
  method: 'POST',
  path: '/v1/account/kill',
  tag: 'Account',
  summary: "Stop the account, or only the key's own mandate. The operator releases it.",
  scope: 'trade:cancel',
  rate: 'cancel',
  body: ownKillRequest,
  answer: kill,
  example: { reason: 'Position out of hand' },
  run: (venue, { body, caller: { account, mandate } }) =>
    mandate === NO_MANDATE
      ? engage(venue, { scope: { kind: 'account', account }, name: printId('account', account) }, body.reason)
      : engage(
          venue,
          { scope: { kind: 'mandate', mandate }, name: printId('mandate', mandate) },
          body.reason,
        ),
})

export const protectionOperations = [
  getLimits,
  getFees,
  listPositions,
  killOwn,
  setLimits,
  engageKill,
  releaseKill,
]
