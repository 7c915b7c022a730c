import { enforce, perform } from '../api/dispatch.ts'
import type { Caller, Operation } from '../api/operation.ts'
import { Problem, problem } from '../api/problem.ts'
import { OPERATIONS } from '../operations/operations.ts'
import type { OrderFrame, OrderOp } from '../wire/stream.ts'
import { ORDER_OPS } from '../wire/stream.ts'
import type { Line } from './stream-connection.ts'
import { say, sayProblem } from './stream-connection.ts'

const IN_FLIGHT_MOST = 1_000
const PLACED_KEPT = 5_000

const operations = new Map<OrderOp, Operation>(
  ORDER_OPS.map((op) => {
    const found = OPERATIONS.find(({ id }) => id === op)
    if (found === undefined) throw new Error(`the table has no operation ${op}`)
    return [op, found]
  }),
)

const operationOf = (op: OrderOp): Operation => operations.get(op) as Operation

/** Performs one operation, under the rules of REST, and answers with the id of its request. */
export function takeOrder(line: Line, frame: OrderFrame): void {
  const { caller, desk } = line
  if (caller === null) sayProblem(line, frame.id, problem('unauthenticated', 'Send an "auth" frame first.'))
  else if (desk.inFlight >= IN_FLIGHT_MOST)
    sayProblem(line, frame.id, problem('busy', `At most ${IN_FLIGHT_MOST} requests may be on their way.`))
  else void answer(line, caller, frame)
}

async function answer(line: Line, caller: Caller, { op, id, params }: OrderFrame): Promise<void> {
  const { desk, hub } = line
  desk.inFlight++
  const done = await perform(hub.venue, operationOf(op), caller, partsOf(op, params), hub.nextId())
  desk.inFlight--
  if (done instanceof Problem) sayProblem(line, id, done)
  else {
    say(line, `{"type":"result","id":${id},"result":${JSON.stringify(done)}}`)
    if (op === 'order.place') remember(line, caller, done as { id: string; status: string })
  }
}

/** `params` of an amendment and of a cancel hold the order's id, which REST has in the path. */
function partsOf(op: OrderOp, params: Record<string, unknown>) {
  if (op === 'order.place' || op === 'order.cancel_all') return { path: {}, query: {}, body: params }
  const { id, ...rest } = params
  // A cancel has no body: whatever else is named there is refused as unknown.
  return op === 'order.amend'
    ? { path: { id }, query: {}, body: rest }
    : { path: params, query: {}, body: undefined }
}

function remember(line: Line, caller: Caller, order: { id: string; status: string }): void {
  const { desk, hub } = line
  if (order.status !== 'open' && order.status !== 'pending') return
  if (desk.isLost) {
    if (desk.scope !== null) void cancel(line, caller, order.id)
    return
  }
  desk.placed.add(order.id)
  if (desk.placed.size <= PLACED_KEPT) return
  const open = new Set(hub.venue.history.live.openOrders(caller.account).map((one) => `ord_${one.id}`))
  for (const id of desk.placed) if (!open.has(id)) desk.placed.delete(id)
}

/** The connection is gone: cancels what was agreed, unless it had logged out. */
export function cancelOnLoss(line: Line): void {
  const { desk, caller } = line
  if (desk.isLost) return
  desk.isLost = true
  if (caller === null || desk.scope === null) return
  if (desk.scope === 'session') for (const id of desk.placed) void cancel(line, caller, id)
  else void cancelAll(line, caller)
}

async function cancel({ hub }: Line, caller: Caller, id: string): Promise<void> {
  const parts = { path: { id }, query: {}, body: undefined }
  report(await enforce(hub.venue, operationOf('order.cancel'), caller, parts, hub.nextId()), hub, id)
}

async function cancelAll({ hub }: Line, caller: Caller): Promise<void> {
  const parts = { path: {}, query: {}, body: {} }
  report(await enforce(hub.venue, operationOf('order.cancel_all'), caller, parts, hub.nextId()), hub, 'all')
}

/** That an order had ended by itself is as good; anything else the operator should know. */
function report(done: unknown, { venue }: Line['hub'], order: string): void {
  if (done instanceof Problem && done.code !== 'order_done' && done.code !== 'not_found')
    venue.log.warn({ order, code: done.code }, 'an order could not be cancelled for a lost connection')
}
