import { z } from 'zod'
import { theInstrument } from '../state/account.ts'
import type { State } from '../state/state.ts'
import type { AccountId, DrawId, Seq } from '../base/ids.ts'
import { rfc3339 } from '../base/time.ts'
import { receiptOf, signReceipt } from '../delivery/receipt.ts'
import { disclosed, disclosedName } from '../delivery/settlement.ts'
import type { DrawSettled } from '../state/event.ts'
import type { DeliveryRecord } from '../store/projection.ts'
import { deliveries, deliveryQuery, receiptPath } from '../wire/account.ts'
import type { DeliveryOut } from '../wire/account.ts'
import { money, units } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { printCsv } from '../wire/csv.ts'
import type { Receipt } from '../wire/receipt.ts'
import { receipts, signedReceipt } from '../wire/receipt.ts'
import { RECEIPT_COLUMNS, receiptRow } from '../wire/receipt-row.ts'
import type { Venue } from '../api/venue.ts'
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

type Listed = z.output<typeof deliveryQuery>

/** A page of an account's deliveries, newest first, as a query asks for them. */
async function pageFor(venue: Venue, account: AccountId, query: Listed) {
  const { state } = venue.sequencer
  const instrument = query.instrument && namedInstrument(state, query.instrument, '/query/instrument')
  if (instrument instanceof Problem) return instrument
  const before = readCursor<DrawId>('delivery', query.after)
  if (before instanceof Problem) return before
  return venue.history.listDeliveries({
    account,
    as: query.as ?? 'buyer',
    instrument: instrument ? instrument.id : undefined,
    before,
    limit: query.limit ?? PAGE_ROWS,
  })
}

const receiptFor = (venue: Venue, record: SettledRecord): Promise<Receipt> => {
  const { state } = venue.sequencer
  const { spec } = theInstrument(state, record.instrument)
  const at = { seq: record.seq as Seq, at: record.at }
  const who = disclosed(state, record.offer, record.supplier)
  return signReceipt(receiptOf(record.outcome, at, spec, who), venue.signer)
}

type SettledRecord = DeliveryRecord & { outcome: DrawSettled }

const isSettled = (record: DeliveryRecord): record is SettledRecord => record.outcome?.kind === 'draw.settled'

/** The receipts among a page of deliveries. Only what was settled has one, so a page may be short. */
const receiptsFor = (venue: Venue, records: readonly DeliveryRecord[]): Promise<Receipt[]> =>
  Promise.all(records.filter(isSettled).map((record) => receiptFor(venue, record)))

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
    const as = query.as ?? 'buyer'
    const page = await pageFor(venue, caller.account, query)
    if (page instanceof Problem) return page
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
    if (record === undefined || !isSettled(record) || !isParty) return notFound('receipt', '/path/id')
    return receiptFor(venue, record)
  },
})

const listReceipts = operation({
  id: 'receipt.list',
  method: 'GET',
  path: '/v1/receipts',
  tag: 'Deliveries',
  summary: 'Signed receipts of what was delivered to the account, or with `as=supplier` by it, newest first.',
  scope: 'account:read',
  query: deliveryQuery,
  answer: receipts,
  async run(venue, { query, caller }) {
    const page = await pageFor(venue, caller.account, query)
    if (page instanceof Problem) return page
    return {
      data: await receiptsFor(venue, page.records),
      next_cursor: printCursor('delivery', page.next),
    }
  },
})

const exportReceipts = operation({
  id: 'receipt.export',
  method: 'GET',
  path: '/v1/exports/receipts',
  tag: 'Deliveries',
  summary: 'The same as CSV, a receipt a line. To go on, name the last id as `after`.',
  scope: 'account:read',
  query: deliveryQuery,
  answer: z.string(),
  media: 'text/csv',
  async run(venue, { query, caller }) {
    const limit = query.limit ?? PAGE_ROWS
    const rows: Receipt[] = []
    for (let after = query.after; ; ) {
      const page = await pageFor(venue, caller.account, { ...query, after })
      if (page instanceof Problem) return page
      rows.push(...(await receiptsFor(venue, page.records)))
      after = printCursor('delivery', page.next) ?? undefined
      // Only receipts count: a line's id is where the next export goes on.
      if (after === undefined || rows.length >= limit) break
    }
    return printCsv(RECEIPT_COLUMNS, rows.slice(0, limit).map(receiptRow))
  },
})

export const deliveryOperations = [list, getReceipt, listReceipts, exportReceipts]
