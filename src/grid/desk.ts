import { dispatch } from '../api/dispatch.ts'
import type { Headers } from '../api/auth.ts'
import type { Caller, Operation } from '../api/operation.ts'
import { Problem, problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { assert } from '../base/assert.ts'
import { OPERATIONS } from '../operations/operations.ts'
import type { ProblemOut } from '../wire/problem.ts'

const byId = new Map(OPERATIONS.map((one) => [one.id, one]))

/** What an operation is asked with. */
type Question = {
  params?: Record<string, string>
  query?: Record<string, string | undefined>
  body?: Record<string, unknown>
}

/**
 * The way to the operations: one call of one operation by its id, with its rate, its scope and its parser.
 * Gives the answer's body, or the problem.
 */
export type Desk = {
  caller: Caller | undefined
  /** Rate-limit headers of the last operation asked, in these clients' words. */
  rateHeaders: Record<string, string>
  ask<Answer>(operation: string, question?: Question): Promise<Answer | Problem>
}

type Origin = { caller: Caller | undefined; headers: Headers; host: string; ip: string; requestId: string }

/** Opens the desk for one request of one caller. Without a caller, only what is for everyone is answered. */
export function openDesk(venue: Venue, origin: Origin): Desk {
  const key = origin.headers['idempotency-key']
  const headers: Headers = typeof key === 'string' ? { 'idempotency-key': key } : {}
  const desk: Desk = {
    caller: origin.caller,
    rateHeaders: {},
    async ask<Answer>(id: string, question: Question = {}) {
      const operation = byId.get(id)
      assert(operation !== undefined, `there is an operation ${id}`)
      const {
        status,
        headers: told,
        body,
      } = await dispatch(venue, operation, {
        ...request(operation, question),
        host: origin.host,
        headers,
        ip: origin.ip,
        requestId: origin.requestId,
        caller: origin.caller,
      })
      desk.rateHeaders = rateHeadersOf(told)
      const value: unknown = JSON.parse(body)
      return status < 400 ? (value as Answer) : problemOf(value as ProblemOut, told)
    },
  }
  return desk
}

function request({ method, path }: Operation, { params = {}, query = {}, body }: Question) {
  const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  const text = new URLSearchParams(asked).toString()
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  return {
    method,
    pathAndQuery: text === '' ? place : `${place}?${text}`,
    params,
    query: text,
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
  }
}

/** A refusal as it was before it was printed. */
function problemOf(printed: ProblemOut, headers: Record<string, string>): Problem {
  const { status, code, title, detail, retryable, outcome, errors, facts } = printed
  const kind = {
    status,
    title,
    ...(retryable ? { retryable: true as const } : {}),
    ...(outcome === 'unknown' ? { outcome } : {}),
  }
  const retryAfter = headers['retry-after']
  const allow = headers.allow
  return new Problem(code, kind, detail, {
    ...(errors === undefined ? {} : { errors }),
    ...(facts === undefined ? {} : { facts }),
    headers: {
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...(allow === undefined ? {} : { allow }),
    },
  })
}

function rateHeadersOf({ ratelimit = '', 'ratelimit-policy': policy = '' }: Record<string, string>) {
  const [, remaining, reset] = /r=(\d+);t=(\d+)/.exec(ratelimit) ?? []
  const limit = /q=(\d+)/.exec(policy)?.[1]
  if (remaining === undefined || reset === undefined || limit === undefined) return {}
  return { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset }
}

/** The caller of a desk, or the problem of having none. */
export const callerAt = (desk: Desk): Caller | Problem =>
  desk.caller ?? problem('unauthenticated', 'Sign the request, or send "authorization: Bearer <key>".')
