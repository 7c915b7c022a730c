import type { Micros } from '../base/money.ts'
import { namedInstrument } from '../api/instrument-name.ts'
import { readMoney } from '../api/amount.ts'
import { FIXING_METHODOLOGY } from '../api/fixing-desk.ts'
import { operation, publicOperation } from '../api/operation.ts'
import { eventIn, refusalIn } from '../api/outcome.ts'
import { PAGE_ROWS, printCursor, readCursor } from '../api/page.ts'
import { printFixing, proveFixing } from '../api/print-fixing.ts'
import { notFound, Problem } from '../api/problem.ts'
import {
  correctionRequest,
  fixing,
  fixingPath,
  fixingProof,
  fixingQuery,
  fixings,
} from '../bulletin/fixing.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { printId } from '../wire/id.ts'
import { sha256Hex } from '../delivery/receipt.ts'
import { forOperator } from '../api/authority.ts'

const listFixings = publicOperation({
  id: 'fixing.list',
  method: 'GET',
  path: '/v1/fixings',
  tag: 'Markets',
  summary: 'Published fixings and their corrections, newest first.',
  query: fixingQuery,
  answer: fixings,
  async run({ history, sequencer }, { query }) {
    const before = readCursor<number>('fixing', query.after)
    if (before instanceof Problem) return before
    const { state } = sequencer
    const named =
      query.instrument === undefined
        ? undefined
        : namedInstrument(state, query.instrument, '/query/instrument')
    if (named instanceof Problem) return named
    const { period } = query
    const limit = query.limit ?? PAGE_ROWS
    const page = await history.listFixings({ instrument: named?.id, period, before, limit })
    return {
      data: page.records.map((record) => printFixing(state, record)),
      next_cursor: printCursor('fixing', page.next),
    }
  },
})

const getFixing = publicOperation({
  id: 'fixing.get',
  method: 'GET',
  path: '/v1/fixings/{id}',
  tag: 'Markets',
  summary: 'A fixing with what it was computed from and a signed receipt: enough to compute it again.',
  params: fixingPath,
  answer: fixingProof,
  async run(venue, { path }) {
    const record = await venue.history.fixingAt(path.id)
    return record === undefined ? notFound('fixing') : proveFixing(venue, record)
  },
})

const correctFixing = operation({
  id: 'admin.correct_fixing',
  method: 'POST',
  path: '/v1/admin/fixings/{id}/corrections',
  tag: 'Operator',
  summary: 'Publish a correction beside a fixing, which stays as it was. It moves no money.',
  scope: 'risk:admin',
  params: fixingPath,
  body: correctionRequest,
  answer: fixing,
  status: 201,
  idempotent: true,
  example: { price: '0.5120', reason: 'Two trades of the hour were busted' },
  run: forOperator(async ({ history, sequencer }, { path, body }) => {
    const record = await history.fixingAt(path.id)
    if (record === undefined) return notFound('fixing')
    const price = body.price === null ? null : readMoney(body.price, '/price')
    if (price instanceof Problem) return price
    const inputs = canonicalJson({ corrects: printId('fixing', path.id), price, reason: body.reason })
    const applied = await sequencer.ask({
      ...record.print,
      kind: 'fixing.publish',
      price: price as Micros | null,
      tier: price === null ? 'no_settle' : record.print.tier,
      inputs,
      inputsRoot: sha256Hex(inputs),
      methodology: FIXING_METHODOLOGY,
      corrects: body.reason,
    })
    const published = eventIn(applied, 'fixing.published')
    if (published === undefined) return refusalIn(applied) ?? notFound('fixing')
    const { kind: _, ...print } = published
    return printFixing(sequencer.state, { seq: applied.seq, publishedAt: applied.at, print })
  }),
})

export const fixingOperations = [listFixings, getFixing, correctFixing]
