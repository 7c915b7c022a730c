import type { z } from 'zod'
import { batchAnswer, batchRequest } from '../wire/order-batch.ts'
import type { BatchAnswer } from '../wire/order-batch.ts'
import type { OrderOut } from '../wire/order.ts'
import { problemOf } from '../api/dispatch.ts'
import type { Caller } from '../api/operation.ts'
import { operation } from '../api/operation.ts'
import { Problem, problem, tooMany } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { amendOwnOrder, cancelOwnOrder, placeOwnOrder } from './orders.ts'

type Item = z.output<typeof batchRequest>['items'][number]

const batch = operation({
  id: 'order.batch',
  method: 'POST',
  path: '/v1/orders/batch',
  tag: 'Orders',
  summary: 'Place, amend and cancel up to 100 orders, in their order, with an answer for each.',
  scope: 'trade:place',
  body: batchRequest,
  answer: batchAnswer,
  example: {
    items: [
      { op: 'place', instrument: 'TEXT_PRIME-USD', side: 'buy', price: '0.8000', quantity: '1.00' },
      { op: 'amend', id: 'ord_12', quantity: '0.50' },
      { op: 'cancel', id: 'ord_13' },
    ],
  },
  async run(venue, { body, caller, requestId }) {
    // Each begins before the next is looked at, so they reach the engine in their order and share a commit.
    const answers = body.items.map((item, at) => answerOf(venue, item, caller, requestId, at === 0))
    return { items: await Promise.all(answers) }
  },
})

/** One answer. The batch itself has paid for its first item. */
async function answerOf(
  venue: Venue,
  item: Item,
  caller: Caller,
  requestId: string,
  paid: boolean,
): Promise<BatchAnswer['items'][number]> {
  const told = await carryOut(venue, item, caller, paid).catch((error: unknown) =>
    problemOf(venue, { id: 'order.batch' }, requestId, error),
  )
  if (told instanceof Problem) return { status: told.status, order: null, problem: told.body(requestId) }
  return { status: item.op === 'place' ? 201 : 200, order: told, problem: null }
}

async function carryOut(
  venue: Venue,
  item: Item,
  caller: Caller,
  paid: boolean,
): Promise<OrderOut | Problem> {
  const rate = item.op === 'cancel' ? 'cancel' : 'order'
  const verdict = paid ? undefined : venue.rates.take(caller.account, rate, venue.clock())
  if (verdict?.pass === false) return tooMany(verdict.waitSeconds)
  switch (item.op) {
    case 'place':
      return placeOwnOrder(venue, item, caller)
    case 'amend':
      return amendOwnOrder(venue, item.id, item, caller)
    case 'cancel':
      return caller.scopes.has('trade:cancel')
        ? cancelOwnOrder(venue, item.id, caller)
        : problem('scope_missing', 'The key needs the scope trade:cancel.')
  }
}

export const batchOperations = [batch]
