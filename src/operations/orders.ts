import type { z } from 'zod'
import { accountOf, theInstrument } from '../state/account.ts'
import type { MandateId, OrderId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { findOrder, NO_SLOT } from '../state/order.ts'
import type { Instrument, State } from '../state/state.ts'
import type { OrderRecord } from '../store/projection.ts'
import { printId } from '../wire/id.ts'
import {
  canceledOrders,
  cancelRequest,
  clientOrderPath,
  order,
  orderAmendment,
  orderPath,
  orderPreview,
  orderQuery,
  orderRequest,
  orders,
} from '../wire/order.ts'
import type { OrderOut } from '../wire/order.ts'
import { readPrice, readQuantity } from '../api/amount.ts'
import { rules } from '../api/authority.ts'
import { namedInstrument } from '../api/instrument-name.ts'
import type { Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { amendedTermsOf, placementOf } from './order-command.ts'
import { findOwnOrder, orderOfClientId } from './order-lookup.ts'
import { previewOrder } from './order-preview.ts'
import { eventIn, refusalIn, waitingIn } from '../api/outcome.ts'
import { PAGE_ROWS, printCursor, readCursor } from '../api/page.ts'
import { placedFacts, printOrder, repeatedFacts } from '../api/print-order.ts'
import { notFound, Problem, problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'

const EXAMPLE = {
  client_order_id: 'quote-20261125-0001',
  instrument: 'TEXT_PRIME-USD',
  side: 'buy',
  price: '0.8000',
  quantity: '1.00',
}

const place = operation({
  id: 'order.place',
  method: 'POST',
  path: '/v1/orders',
  tag: 'Orders',
  summary: 'Place an order. A repeat with the same client_order_id and body gets the first answer.',
  scope: 'trade:place',
  body: orderRequest,
  answer: order,
  status: 201,
  example: EXAMPLE,
  run: (venue, { body, caller }) => placeOwnOrder(venue, body, caller),
})

/** Places an order of the caller's account, alone or as one of a batch. */
export async function placeOwnOrder(
  venue: Venue,
  body: z.output<typeof orderRequest>,
  caller: Caller,
): Promise<OrderOut | Problem> {
  const placement = placementOf(venue.sequencer.state, body, caller)
  if (placement instanceof Problem) return placement
  const { command, instrument } = placement
  const { spec } = instrument
  const applied = await venue.sequencer.ask(command)
  const accepted = eventIn(applied, 'order.accepted')
  if (accepted !== undefined) {
    const facts = placedFacts(applied, accepted, command.selfTrade, spec)
    if (facts.filled > 0) venue.rates.refund(caller.account)
    return printOrder(spec, facts)
  }
  const repeated = eventIn(applied, 'order.repeated')
  if (repeated !== undefined) return printOrder(spec, repeatedFacts(repeated.first, command.selfTrade))
  return waitingIn(venue.sequencer.state, applied) ?? refusalIn(applied, spec) ?? notFound('order')
}

const preview = operation({
  id: 'order.preview',
  method: 'POST',
  path: '/v1/orders/preview',
  tag: 'Orders',
  summary: 'What an order would do now: fill, average price, fee, hold, and a body ready to submit.',
  scope: 'account:read',
  rate: 'read',
  body: orderRequest,
  answer: orderPreview,
  example: EXAMPLE,
  async run(venue, { body, caller }) {
    return venue.sequencer.read((state) => {
      const placement = placementOf(state, body, caller)
      return placement instanceof Problem ? placement : previewOrder(state, placement)
    })
  },
})

const list = operation({
  id: 'order.list',
  method: 'GET',
  path: '/v1/orders',
  tag: 'Orders',
  summary: 'Orders of the account, newest first, open and done.',
  scope: 'account:read',
  query: orderQuery,
  answer: orders,
  async run(venue, { query, caller }) {
    const { state } = venue.sequencer
    const instrument = query.instrument && namedInstrument(state, query.instrument, '/query/instrument')
    if (instrument instanceof Problem) return instrument
    const before = readCursor<OrderId>('order', query.after)
    if (before instanceof Problem) return before
    const page = await venue.history.listOrders({
      account: caller.account,
      instrument: instrument ? instrument.id : undefined,
      side: query.side,
      status: query.status,
      before,
      limit: query.limit ?? PAGE_ROWS,
    })
    const specOf = (row: OrderRecord) => theInstrument(state, row.instrument).spec
    return {
      data: page.records.map((row) => printOrder(specOf(row), row, row.priority)),
      next_cursor: printCursor('order', page.next),
    }
  },
})

const get = operation({
  id: 'order.get',
  method: 'GET',
  path: '/v1/orders/{id}',
  tag: 'Orders',
  summary: 'One order.',
  scope: 'account:read',
  params: orderPath,
  answer: order,
  async run(venue, { path, caller }) {
    return (await findOwnOrder(venue, caller.account, path.id)) ?? notFound('order', '/path/id')
  },
})

const getByClientId = operation({
  id: 'order.get_by_client_id',
  method: 'GET',
  path: '/v1/orders/client:{client_order_id}',
  tag: 'Orders',
  summary: "One order by the client's own id.",
  scope: 'account:read',
  params: clientOrderPath,
  answer: order,
  async run(venue, { path, caller }) {
    const id = await orderOfClientId(venue, caller.account, path.client_order_id)
    const found = id && (await findOwnOrder(venue, caller.account, id))
    return found ?? notFound('order', '/path/client_order_id')
  },
})

const amend = operation({
  id: 'order.amend',
  method: 'PATCH',
  path: '/v1/orders/{id}',
  tag: 'Orders',
  summary:
    'Change price, total quantity, end, shown slice or stop price. Priority is kept iff the prices stay and the ' +
    'quantity is not raised.',
  scope: 'trade:place',
  params: orderPath,
  body: orderAmendment,
  answer: order,
  example: { quantity: '0.50' },
  run: (venue, { path, body, caller }) => amendOwnOrder(venue, path.id, body, caller),
})

/** Amends an order of the caller's account, alone or as one of a batch. */
export async function amendOwnOrder(
  venue: Venue,
  order: OrderId,
  body: z.output<typeof orderAmendment>,
  caller: Caller,
): Promise<OrderOut | Problem> {
  const instrument = openInstrument(venue.sequencer.state, caller, order)
  if (instrument === undefined) return whyNotOpen(venue, caller, order)
  const { spec } = instrument
  const price = body.price === undefined ? null : readPrice(spec, body.price, '/price')
  if (price instanceof Problem) return price
  const lots = body.quantity === undefined ? null : readQuantity(spec, body.quantity, '/quantity')
  if (lots instanceof Problem) return lots
  const special = amendedTermsOf(spec, body)
  if (special instanceof Problem) return special
  const { account, mandate } = caller
  const applied = await venue.sequencer.ask({
    kind: 'order.amend',
    account,
    order,
    price,
    lots,
    mandate,
    ...(special !== undefined && { special }),
  })
  const refused = refusalIn(applied, spec)
  if (refused !== undefined)
    return refused.code === 'order_not_found' ? whyNotOpen(venue, caller, order) : refused
  const found = await findOwnOrder(venue, account, order)
  const priority = eventIn(applied, 'order.amended')?.priority ?? null
  return found === undefined ? notFound('order', '/path/id') : { ...found, priority }
}

const cancel = operation({
  id: 'order.cancel',
  method: 'DELETE',
  path: '/v1/orders/{id}',
  tag: 'Orders',
  summary: 'Cancel an open order.',
  scope: 'trade:cancel',
  rate: 'cancel',
  params: orderPath,
  answer: order,
  run: (venue, { path, caller }) => cancelOwnOrder(venue, path.id, caller),
})

/** Cancels an order of the caller's account, alone or as one of a batch. */
export async function cancelOwnOrder(
  venue: Venue,
  order: OrderId,
  caller: Caller,
): Promise<OrderOut | Problem> {
  const { account } = caller
  if (openInstrument(venue.sequencer.state, caller, order) === undefined)
    return whyNotOpen(venue, caller, order)
  const applied = await venue.sequencer.ask({ kind: 'order.cancel', account, order })
  const refused = refusalIn(applied)
  if (refused !== undefined)
    return refused.code === 'order_not_found' ? whyNotOpen(venue, caller, order) : refused
  return (await findOwnOrder(venue, account, order)) ?? notFound('order', '/path/id')
}

const cancelAll = operation({
  id: 'order.cancel_all',
  method: 'POST',
  path: '/v1/orders/cancel',
  tag: 'Orders',
  summary:
    'Cancel every open order of the account, or those of one instrument, side or group. A key under a mandate ' +
    'cancels what was placed under it.',
  scope: 'trade:cancel',
  rate: 'cancel',
  body: cancelRequest,
  answer: canceledOrders,
  example: { instrument: 'TEXT_PRIME-USD', side: 'sell' },
  async run(venue, { body, caller }) {
    const { state } = venue.sequencer
    const instrument = body.instrument && namedInstrument(state, body.instrument, '/instrument')
    if (instrument instanceof Problem) return instrument
    const applied = await venue.sequencer.ask({
      kind: 'order.cancel_all',
      account: caller.account,
      instrument: instrument ? instrument.id : null,
      side: body.side ?? null,
      ...(body.group !== undefined && { group: body.group }),
      ...(caller.mandate !== NO_MANDATE && { mandate: caller.mandate }),
    })
    const refused = refusalIn(applied)
    if (refused !== undefined) return refused
    const canceled: string[] = []
    for (const event of applied.events)
      if (event.kind === 'order.closed' && event.account === caller.account && event.reason === 'mass_cancel')
        canceled.push(printId('order', event.order))
    return { canceled, seq: applied.seq }
  },
})

/** The market of the caller's open order, or nothing. A key under a mandate sees what was placed under it. */
function openInstrument(state: State, caller: Caller, id: OrderId): Instrument | undefined {
  const { account } = caller
  if (accountOf(state, account) === undefined) return undefined
  const pool = state.orders
  const slot = findOrder(pool, id)
  if (slot === NO_SLOT || pool.account[slot] !== account) return undefined
  if (!rules(state, caller, pool.mandate[slot] as MandateId)) return undefined
  return theInstrument(state, pool.instrument[slot] as Instrument['id'])
}

/** An order that is done is a conflict; one that is another's, or nobody's, is not found. */
async function whyNotOpen(venue: Venue, caller: Caller, id: OrderId): Promise<Problem> {
  const found: OrderOut | undefined = await findOwnOrder(venue, caller.account, id)
  if (found === undefined || found.status === 'open' || found.status === 'pending')
    return notFound('order', '/path/id')
  return problem('order_done', `The order is ${found.status}: ${found.reason ?? found.status}.`, {
    facts: { status: found.status, reason: found.reason ?? found.status },
  })
}

export const orderOperations = [place, preview, cancelAll, list, get, getByClientId, amend, cancel]
