import { theInstrument } from '../state/account.ts'
import type { State } from '../state/state.ts'
import type { DrawId, Seq } from '../base/ids.ts'
import { rfc3339 } from '../base/time.ts'
import { receiptOf, signReceipt } from '../delivery/receipt.ts'
import { disclosedName } from '../delivery/settlement.ts'
import type { DeliveryRecord } from '../store/projection.ts'
import { deliveries, deliveryQuery, receiptPath } from '../wire/account.ts'
import type { DeliveryOut } from '../wire/account.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { signedReceipt } from '../wire/receipt.ts'
import { marketName, namedInstrument } from '../api/instrument-name.ts'
import { operation } from '../api/operation.ts'
import { PAGE_ROWS, printCursor, readCursor } from '../api/page.ts'
import { notFound, Problem } from '../api/problem.ts'

/** One delivery as its buyer or its supplier may see it. */
export function printDelivery(state: State, record: DeliveryRecord, as: 'buyer' | 'supplier'): DeliveryOut {
  const settled = record.outcome?.kind === 'draw.settled' ? record.outcome : null
  const isBuyer = as === 'buyer'
  return {
    id: printId('delivery', record.draw),
    request_id: record.request,
    instrument: marketName(theInstrument(state, record.instrument)),
    supplier: disclosedName(state, record.offer, record.supplier),
    status: record.status,
    verdict: settled?.verdict ?? null,
    input_tokens: settled?.reading.inputTokens ?? null,
    output_tokens: settled?.reading.outputTokens ?? null,
    units: units(record.status === 'open' ? record.wt : (settled?.used ?? 0)),
    cost: isBuyer ? money(settled === null ? 0 : settled.cost - settled.refund) : null,
    proceeds: isBuyer ? null : money(settled?.proceeds ?? 0),
    delivery_fee: isBuyer ? null : money(settled?.deliveryFee ?? 0),
    seq: record.seq,
    at: rfc3339(record.at),
  }
}

const list = operation({
  id: 'delivery.list',
  method: 'GET',
  path: '/v1/deliveries',
  tag: 'Deliveries',
  summary: 'Requests delivered to the account, or with `as=supplier` by it, newest first.',
  scope: 'account:read',
  query: deliveryQuery,
  answer: deliveries,
  async run(venue, { query, caller }) {
    const { state } = venue.sequencer
    const instrument = query.instrument && namedInstrument(state, query.instrument, '/query/instrument')
    if (instrument instanceof Problem) return instrument
    const before = readCursor<DrawId>('delivery', query.after)
    if (before instanceof Problem) return before
    const as = query.as ?? 'buyer'
    const page = await venue.history.listDeliveries({
      account: caller.account,
      as,
      instrument: instrument ? instrument.id : undefined,
      before,
      limit: query.limit ?? PAGE_ROWS,
    })
    return {
      data: page.records.map((record) => printDelivery(state, record, as)),
      next_cursor: printCursor('delivery', page.next),
    }
  },
})

const getReceipt = operation({
  id: 'receipt.get',
  method: 'GET',
  path: '/v1/receipts/{id}',
  tag: 'Deliveries',
  summary:
    'The signed receipt of a settled delivery, for its buyer and its supplier. The same each time, verifiable offline.',
  scope: 'account:read',
  params: receiptPath,
  answer: signedReceipt,
  async run(venue, { path, caller }) {
    const record = await venue.history.deliveryById(path.id)
    const isParty = record?.account === caller.account || record?.supplier === caller.account
    if (record?.outcome?.kind !== 'draw.settled' || !isParty) return notFound('receipt', '/path/id')
    const { state } = venue.sequencer
    const { spec } = theInstrument(state, record.instrument)
    const at = { seq: record.seq as Seq, at: record.at }
    return signReceipt(
      receiptOf(record.outcome, at, spec, disclosedName(state, record.offer, record.supplier)),
      venue.signer,
    )
  },
})

export const deliveryOperations = [list, getReceipt]
