import { BrokenPromise } from '../base/assert.ts'
import { SequencerBusy, SequencerStopped } from '../sequencer/sequencer.ts'
import { HistoryAway } from '../store/history-writer.ts'
import { authenticate } from './auth.ts'
import { withKey } from './idempotent.ts'
import type { Caller, Operation } from './operation.ts'
import type { Parts } from './parse.ts'
import { checkParts, parseParts } from './parse.ts'
import { Problem, problem, tooMany } from './problem.ts'
import type { ApiRequest, ApiResponse } from './request.ts'
import type { Venue } from './venue.ts'

const JSON_TYPE = 'application/json'
const PROBLEM_TYPE = 'application/problem+json'
const NOTHING = new Uint8Array()

/** Answers one request of one operation. Never throws, and never says what broke inside. */
export async function dispatch(
  venue: Venue,
  operation: Operation,
  request: ApiRequest,
): Promise<ApiResponse> {
  const headers: Record<string, string> = { 'x-request-id': request.requestId, 'cache-control': 'no-store' }
  try {
    const done = await answer(venue, operation, request, headers)
    if (done instanceof Problem) return refuse(done, request.requestId, headers)
    return { status: done.status, headers: Object.assign(headers, done.headers), body: done.body }
  } catch (error) {
    return refuse(problemOf(venue, operation, request.requestId, error), request.requestId, headers)
  }
}

/** A problem as an answer. */
export function refuse(
  refused: Problem,
  requestId: string,
  headers: Record<string, string> = {},
): ApiResponse {
  return {
    status: refused.status,
    headers: { ...headers, ...refused.more.headers, 'content-type': PROBLEM_TYPE },
    body: JSON.stringify(refused.body(requestId)),
  }
}

/**
 * Performs one operation for a caller who is known, on values that were JSON already: the other surfaces' way
 * in, under the same rules. Returns the answer or a problem. Never throws.
 */
export async function perform(
  venue: Venue,
  operation: Operation,
  caller: Caller,
  values: Parts,
  requestId: string,
): Promise<unknown> {
  const { scope } = operation
  if (scope !== null && !caller.scopes.has(scope)) return scopeMissing(scope)
  const refused = throttle(venue, operation, caller, {})
  return refused ?? enforce(venue, operation, caller, values, requestId)
}

/** The same for what the exchange does on a caller's behalf by itself: no scope is asked, no rate counts. */
export async function enforce(
  venue: Venue,
  operation: Operation,
  caller: Caller,
  values: Parts,
  requestId: string,
): Promise<unknown> {
  const parts = checkParts(operation, values)
  if (parts instanceof Problem) return parts
  try {
    return await operation.run(venue, callOf(parts, caller, requestId))
  } catch (error) {
    return problemOf(venue, operation, requestId, error)
  }
}

/** Named one by one: to spread the parts costs as much as to place the order. */
const callOf = <Who extends Caller | null>({ path, query, body }: Parts, caller: Who, requestId: string) => ({
  path,
  query,
  body,
  caller,
  requestId,
})

const scopeMissing = (scope: string): Problem => problem('scope_missing', `The key needs the scope ${scope}.`)

async function answer(
  venue: Venue,
  operation: Operation,
  request: ApiRequest,
  headers: Record<string, string>,
): Promise<ApiResponse | Problem> {
  const found = callerOf(venue, operation, request)
  const caller = found instanceof Promise ? await found : found
  if (caller instanceof Problem) return caller
  if (caller !== null) {
    const refused = throttle(venue, operation, caller, headers)
    if (refused !== undefined) return refused
  }
  const parts = parseParts(operation, request)
  if (parts instanceof Problem) return parts
  const run = async (): Promise<ApiResponse | Problem> => {
    const result = await operation.run(venue, callOf(parts, caller, request.requestId))
    if (result instanceof Problem) return result
    const status = operation.status ?? 200
    const { media } = operation
    if (media === undefined || typeof result !== 'string')
      return { status, headers: { 'content-type': JSON_TYPE }, body: JSON.stringify(result) }
    return { status, headers: { 'content-type': `${media}; charset=utf-8` }, body: result }
  }
  if (operation.idempotent !== true || caller === null) return run()
  return withKey(venue, operation, caller, request, run)
}

/** The caller, checked for the scope; null where an operation is for everyone. */
function callerOf(
  venue: Venue,
  operation: Operation,
  request: ApiRequest,
): Caller | null | Problem | Promise<Caller | Problem> {
  const { scope } = operation
  if (scope === null) return null
  const allowed = (caller: Caller | Problem) =>
    caller instanceof Problem || caller.scopes.has(scope) ? caller : scopeMissing(scope)
  const found = request.caller ?? authenticate(venue, { ...request, body: request.body ?? NOTHING })
  return found instanceof Promise ? found.then(allowed) : allowed(found)
}

function throttle(
  venue: Venue,
  operation: Operation,
  caller: Caller,
  headers: Record<string, string>,
): Problem | undefined {
  const kind = operation.rate ?? (operation.method === 'GET' ? 'read' : 'order')
  const verdict = venue.rates.take(caller.account, kind, venue.clock())
  Object.assign(headers, verdict.headers)
  return verdict.pass ? undefined : tooMany(verdict.waitSeconds)
}

/** What to answer when something was thrown. Only the operator's log says what it was. */
export function problemOf(
  venue: Venue,
  operation: Pick<Operation, 'id'>,
  requestId: string,
  error: unknown,
): Problem {
  if (error instanceof SequencerBusy)
    return problem('busy', 'The queue of the exchange is full. Try again.', {
      headers: { 'retry-after': '1' },
    })
  if (error instanceof SequencerStopped) return problem('stopping', 'Try again when the exchange is back.')
  if (error instanceof HistoryAway)
    return problem('history_away', 'Trading goes on; ask for what has been when the database is back.', {
      headers: { 'retry-after': '5' },
    })
  const facts = { request_id: requestId, operation: operation.id, error }
  venue.log.error(facts, error instanceof BrokenPromise ? 'a promise was broken' : 'an operation failed')
  return problem('internal', 'Try again with the same id, or ask the operator with the request id.')
}
