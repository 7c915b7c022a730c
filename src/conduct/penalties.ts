import { forOperator } from '../api/authority.ts'
import { marketName } from '../api/instrument-name.ts'
import { operation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { notFound } from '../api/problem.ts'
import { rfc3339 } from '../base/time.ts'
import { theInstrument } from '../state/account.ts'
import type { Penalty } from '../state/penalty.ts'
import type { State } from '../state/state.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { PenaltyOut } from '../wire/conduct.ts'
import {
  decision,
  decisionRequest,
  disputeRequest,
  penalties,
  penalty,
  penaltyPath,
} from '../wire/conduct.ts'

const printPenalty = (state: State, one: Penalty): PenaltyOut => ({
  id: printId('penalty', one.id),
  account: printId('account', one.account),
  instrument: marketName(theInstrument(state, one.instrument)),
  offence: one.offence,
  amount: money(one.amount),
  for: one.to === null ? 'insurance' : 'buyer',
  units: units(one.wt),
  delivery: one.draw === null ? null : printId('delivery', one.draw),
  failure: one.failure,
  status: one.dispute === null ? 'open' : 'disputed',
  statement: one.dispute,
  charged_at: rfc3339(one.at),
  disputable_until: one.dispute === null ? rfc3339(one.due) : null,
})

const list = operation({
  id: 'penalty.list',
  method: 'GET',
  path: '/v1/penalties',
  tag: 'Supply',
  summary:
    'Penalties of the account that are not final yet, oldest first. What became of older ones is among its events.',
  scope: 'supply:manage',
  answer: penalties,
  run: (venue, { caller }) =>
    venue.sequencer.read((state) => ({
      data: [...state.penalties.values()]
        .filter(({ account }) => account === caller.account)
        .map((one) => printPenalty(state, one)),
      seq: state.seq,
    })),
})

const dispute = operation({
  id: 'penalty.dispute',
  method: 'POST',
  path: '/v1/penalties/{id}/dispute',
  tag: 'Supply',
  summary: 'Say why a penalty should not stand. It waits for the operator from then on.',
  scope: 'supply:manage',
  params: penaltyPath,
  body: disputeRequest,
  answer: penalty,
  example: { statement: 'The answer was whole: our log shows its last chunk at 09:14:02.' },
  async run(venue, { path, body, caller }) {
    const { statement } = body
    const ask = { kind: 'penalty.dispute', account: caller.account, penalty: path.id, statement } as const
    const refused = refusalIn(await venue.sequencer.ask(ask))
    if (refused !== undefined) return refused
    return venue.sequencer.read((state) => {
      const found = state.penalties.get(path.id)
      return found === undefined ? notFound('penalty', '/path/id') : printPenalty(state, found)
    })
  },
})

const listAll = operation({
  id: 'admin.penalties',
  method: 'GET',
  path: '/v1/admin/penalties',
  tag: 'Operator',
  summary: "Everybody's penalties that are not final yet, oldest first.",
  scope: 'risk:admin',
  answer: penalties,
  run: forOperator((venue) =>
    venue.sequencer.read((state) => ({
      data: [...state.penalties.values()].map((one) => printPenalty(state, one)),
      seq: state.seq,
    })),
  ),
})

const decide = operation({
  id: 'admin.penalty',
  method: 'POST',
  path: '/v1/admin/penalties/{id}/decision',
  tag: 'Operator',
  summary:
    'Decide whether a penalty stands. One that does not is paid back; where a buyer has it, out of the fees.',
  scope: 'risk:admin',
  params: penaltyPath,
  body: decisionRequest,
  answer: decision,
  example: { upheld: false, reason: 'A line of ours was down from 09:10 to 09:20.' },
  run: forOperator(async (venue, { path, body }) => {
    const applied = await venue.sequencer.ask({ kind: 'penalty.decide', penalty: path.id, ...body })
    const closed = eventIn(applied, 'penalty.closed')
    if (closed === undefined) return refusalIn(applied) ?? notFound('penalty', '/path/id')
    const { account, amount, upheld, reason } = closed
    const who = { id: printId('penalty', closed.penalty), account: printId('account', account) }
    return { ...who, amount: money(amount), upheld, reason, seq: applied.seq }
  }),
})

export const penaltyOperations = [list, dispute, listAll, decide]
