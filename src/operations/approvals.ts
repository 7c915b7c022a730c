import type { ApprovalId } from '../base/ids.ts'
import { rfc3339 } from '../base/time.ts'
import { theInstrument } from '../state/account.ts'
import type { Approval } from '../state/mandate.ts'
import type { State } from '../state/state.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { approval, approvalAnswer, approvalPath, approvalQuery, approvals } from '../wire/mandate.ts'
import type { ApprovalOut } from '../wire/mandate.ts'
import { printPrice, printQuantity } from '../api/amount.ts'
import { rules } from '../api/authority.ts'
import { marketName } from '../api/instrument-name.ts'
import type { Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { refusalIn } from '../api/outcome.ts'
import { PAGE_ROWS, printCursor, readCursor } from '../api/page.ts'
import { notFound, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'

function printApproval(state: State, one: Approval): ApprovalOut {
  const { asked } = one
  const instrument = theInstrument(state, asked.instrument)
  const { spec } = instrument
  const isOrder = asked.kind === 'order.place'
  const price = isOrder ? asked.price : asked.buyLimit
  return {
    id: printId('approval', one.id),
    mandate: printId('mandate', one.mandate),
    threshold_of: printId('mandate', one.over),
    kind: isOrder ? 'order' : 'request',
    instrument: marketName(instrument),
    side: isOrder ? asked.side : 'buy',
    price: price === null ? null : printPrice(spec, price),
    quantity: isOrder ? printQuantity(spec, asked.lots) : units(asked.wt),
    client_order_id: isOrder ? asked.clientOrderId : null,
    cost: money(one.worst),
    threshold: money(one.threshold),
    status: one.status,
    reason: one.reason,
    order: one.order === null ? null : printId('order', one.order),
    delivery: one.draw === null ? null : printId('delivery', one.draw),
    asked_at: rfc3339(one.askedAt),
    expires_at: rfc3339(one.expiresAt),
    seq: state.seq,
  }
}

/** An approval that was asked under a mandate which the caller rules. */
const isRuled = (state: State, caller: Caller, { account, mandate }: Approval): boolean =>
  account === caller.account && rules(state, caller, mandate)

function show(state: State, caller: Caller, id: ApprovalId): ApprovalOut | Problem {
  const one = state.approvals.get(id)
  return one === undefined || !isRuled(state, caller, one)
    ? notFound('approval', '/path/id')
    : printApproval(state, one)
}

const list = operation({
  id: 'approval.list',
  method: 'GET',
  path: '/v1/approvals',
  tag: 'Keys and mandates',
  summary: 'What waits for a person or did lately, newest first.',
  scope: 'account:read',
  query: approvalQuery,
  answer: approvals,
  run: (venue, { query, caller }) =>
    venue.sequencer.read((state) => {
      const before = readCursor<ApprovalId>('approval', query.after)
      if (before instanceof Problem) return before
      const found = [...state.approvals.values()]
        .filter((one) => isRuled(state, caller, one))
        .filter((one) => query.status === undefined || one.status === query.status)
        .filter((one) => query.mandate === undefined || one.mandate === query.mandate)
        .filter((one) => before === undefined || one.id < before)
        .reverse()
      const rows = found.slice(0, query.limit ?? PAGE_ROWS)
      const next = found.length > rows.length ? (rows.at(-1)?.id ?? null) : null
      return {
        data: rows.map((one) => printApproval(state, one)),
        next_cursor: printCursor('approval', next),
      }
    }),
})

const get = operation({
  id: 'approval.get',
  method: 'GET',
  path: '/v1/approvals/{id}',
  tag: 'Keys and mandates',
  summary: 'One approval. It is remembered for 30 days after its time.',
  scope: 'account:read',
  params: approvalPath,
  answer: approval,
  run: (venue, { path, caller }) => venue.sequencer.read((state) => show(state, caller, path.id)),
})

/** Gives a person's answer. The same answer given again is told what came of the first. */
async function decide(
  venue: Venue,
  caller: Caller,
  id: ApprovalId,
  approve: boolean,
  reason = '',
): Promise<ApprovalOut | Problem> {
  const { account, mandate } = caller
  const one = venue.sequencer.state.approvals.get(id)
  if (one === undefined || !isRuled(venue.sequencer.state, caller, one))
    return notFound('approval', '/path/id')
  const { spec } = theInstrument(venue.sequencer.state, one.asked.instrument)
  const command = { kind: 'approval.decide', account, mandate, approval: id, approve, reason } as const
  const refused = refusalIn(await venue.sequencer.ask(command), spec)
  const isRepeat = refused?.code === 'approval_over' && hasAnswer(one, approve)
  if (refused !== undefined && !isRepeat) return refused
  return venue.sequencer.read((state) => show(state, caller, id))
}

const hasAnswer = ({ status }: Approval, approve: boolean): boolean =>
  approve ? status === 'approved' || status === 'done' : status === 'refused'

const approve = operation({
  id: 'approval.approve',
  method: 'POST',
  path: '/v1/approvals/{id}/approve',
  tag: 'Keys and mandates',
  summary:
    'Approve: an order is placed now, once, as if it came now; a request may be drawn once. Needs a key of no ' +
    'mandate, or of one above that whose threshold is passed.',
  scope: 'keys:manage',
  params: approvalPath,
  body: approvalAnswer,
  answer: approval,
  example: { reason: 'The batch is due tonight' },
  run: (venue, { path, body, caller }) => decide(venue, caller, path.id, true, body.reason),
})

const refuse = operation({
  id: 'approval.refuse',
  method: 'POST',
  path: '/v1/approvals/{id}/refuse',
  tag: 'Keys and mandates',
  summary: 'Refuse: what was asked is not done, and the same order asked again is told so.',
  scope: 'keys:manage',
  rate: 'cancel',
  params: approvalPath,
  body: approvalAnswer,
  answer: approval,
  example: { reason: 'Too dear' },
  run: (venue, { path, body, caller }) => decide(venue, caller, path.id, false, body.reason),
})

export const approvalOperations = [list, get, approve, refuse]
