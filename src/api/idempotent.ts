import { createHash } from 'node:crypto'
import { SequencerBusy } from '../sequencer/sequencer.ts'
import type { Caller, Operation } from './operation.ts'
import { faultAt, Problem, problem } from './problem.ts'
import type { ApiRequest, ApiResponse } from './request.ts'
import type { Venue } from './venue.ts'

const HEADER = 'idempotency-key'
const FORM = /^[\x21-\x7e]{1,64}$/
const REPLAYED = { 'content-type': 'application/json', 'idempotency-replayed': 'true' }

/** Everything that was asked, as one fingerprint. */
const hashOf = ({ method, pathAndQuery, body }: ApiRequest): string =>
  createHash('sha256')
    .update(`${method}\n${pathAndQuery}\n`)
    .update(body ?? '')
    .digest('hex')

/**
 * Runs a request once per `Idempotency-Key`: a repeat gets the first answer, another request under the same
 * key
 * is refused. What had no effect is forgotten, so that it may be tried again.
 */
export async function withKey(
  venue: Venue,
  operation: Operation,
  caller: Caller,
  request: ApiRequest,
  run: () => Promise<ApiResponse | Problem>,
): Promise<ApiResponse | Problem> {
  const key = request.headers[HEADER]
  if (key === undefined) return run()
  if (typeof key !== 'string' || !FORM.test(key))
    return faultAt('invalid_request', `/headers/${HEADER}`, 'must be 1 to 64 printable ASCII characters')
  const name = { account: caller.account, operation: operation.id, key }
  const begun = await venue.idempotency.begin(name, hashOf(request), venue.clock())
  switch (begun.kind) {
    case 'answered':
      return { status: begun.status, headers: { ...REPLAYED }, body: begun.answer }
    case 'conflict':
      return problem('idempotency_key_reused', 'Use a new key for a new request.')
    case 'running':
      return problem('request_in_progress', 'Ask again in a moment.', { headers: { 'retry-after': '1' } })
    case 'interrupted':
      return problem('outcome_unknown', 'Look at the balances before asking again with a new key.')
    case 'fresh':
      return first()
  }

  async function first(): Promise<ApiResponse | Problem> {
    let done: ApiResponse | Problem
    try {
      done = await run()
    } catch (error) {
      // Anything but a full queue may have had an effect: the key stays taken, and its outcome unknown.
      if (error instanceof SequencerBusy) await venue.idempotency.drop(name)
      throw error
    }
    if (done instanceof Problem) await venue.idempotency.drop(name)
    else await venue.idempotency.finish(name, done.status, done.body)
    return done
  }
}
