import type { Fault, ProblemOut } from '../wire/problem.ts'

/** What every refusal of a request, before the engine or by it, says beside its own detail. */
type Kind = { status: number; title: string; retryable?: true; outcome?: 'accepted' | 'unknown' }

/** Why a request can be refused before the engine sees it. The engine's own refusals stand in refusal.ts. */
export const requestProblems = {
  invalid_json: { status: 400, title: 'The body is not the JSON we accept' },
  invalid_request: { status: 400, title: 'The request has faults' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of ours' },
  unauthenticated: { status: 401, title: 'A valid key is needed' },
  invalid_signature: { status: 401, title: 'The signature does not fit the request' },
  clock_skew: { status: 401, title: 'The timestamp lies outside the receive window' },
  nonce_reused: { status: 401, title: 'This nonce was used before' },
  key_expired: { status: 401, title: 'The key has expired' },
  ip_not_allowed: { status: 403, title: 'The key may not be used from this address' },
  scope_missing: { status: 403, title: 'The key lacks the scope' },
  scope_wider: { status: 403, title: 'A key cannot give more than it has' },
  operator_only: { status: 403, title: 'Only an operator account may do this' },
  already_subscribed: { status: 409, title: 'The channel is subscribed to already' },
  not_subscribed: { status: 409, title: 'The channel is not subscribed to' },
  too_many_subscriptions: { status: 422, title: 'The connection has as many subscriptions as it may have' },
  not_found: { status: 404, title: 'There is no such thing here' },
  method_not_allowed: { status: 405, title: 'This path does not take this method' },
  idempotency_key_reused: { status: 409, title: 'This idempotency key belongs to another request' },
  request_in_progress: { status: 409, title: 'A request with this key is still running', retryable: true },
  already_measuring: {
    status: 409,
    title: 'The offer is being measured for this instrument',
    retryable: true,
  },
  outcome_unknown: {
    status: 409,
    title: 'The first request with this key was cut short',
    outcome: 'unknown',
  },
  order_done: { status: 409, title: 'The order has already ended' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  price_off_increment: { status: 422, title: 'The price is not a multiple of the price increment' },
  quantity_off_increment: { status: 422, title: 'The quantity is not a multiple of the quantity increment' },
  amount_too_precise: { status: 422, title: 'The amount has more decimals than we keep' },
  amount_too_large: { status: 422, title: 'The amount is larger than the exchange can hold' },
  brief_not_allowed: { status: 422, title: 'This venue takes full qualifications only' },
  endpoint_not_allowed: { status: 422, title: 'The endpoint address is not allowed' },
  ip_range_invalid: { status: 400, title: 'That is no IP address or CIDR range' },
  webhook_limit: { status: 422, title: 'The account has as many webhooks as it may have' },
  key_limit: { status: 422, title: 'The account has as many keys as it may have' },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Something broke on our side', outcome: 'unknown' },
  busy: { status: 503, title: 'The exchange is busy', retryable: true },
  history_away: { status: 503, title: 'History cannot be asked for now', retryable: true },
  stopping: { status: 503, title: 'The exchange is stopping', retryable: true },
} as const satisfies Record<string, Kind>

export type RequestProblem = keyof typeof requestProblems

type More = {
  errors?: readonly Fault[]
  facts?: Record<string, string>
  seq?: number
  headers?: Record<string, string>
}

/**
 * A request that was not done as asked, as a value: handlers return it, surfaces print it in their own
 * dialect.
 */
export class Problem {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly retryable: boolean
  readonly outcome: 'rejected' | 'accepted' | 'unknown'
  readonly more: More

  constructor(code: string, kind: Kind, detail: string, more: More = {}) {
    this.status = kind.status
    this.code = code
    this.title = kind.title
    this.detail = detail
    this.retryable = kind.retryable ?? false
    this.outcome = kind.outcome ?? 'rejected'
    this.more = more
  }

  /** The RFC 9457 body. */
  body(requestId: string): ProblemOut {
    const { seq, errors, facts } = this.more
    return {
      type: `/v1/errors#${this.code}`,
      title: this.title,
      status: this.status,
      code: this.code,
      detail: this.detail,
      outcome: this.outcome,
      retryable: this.retryable,
      request_id: requestId,
      ...(seq === undefined ? {} : { seq }),
      ...(errors === undefined ? {} : { errors: [...errors] }),
      ...(facts === undefined ? {} : { facts }),
    }
  }
}

/** A problem of the request itself, by its code. */
export const problem = (code: RequestProblem, detail: string, more?: More): Problem =>
  new Problem(code, requestProblems[code], detail, more)

/** Same answer for what does not exist and for what is another's: nobody learns which. */
export const notFound = (what: string, pointer?: string): Problem =>
  problem(
    'not_found',
    `There is no such ${what}.`,
    pointer === undefined ? {} : { errors: [{ pointer, detail: `no such ${what}` }] },
  )

/** One fault at one place. */
export const faultAt = (
  code: RequestProblem,
  pointer: string,
  detail: string,
  extra: Partial<Fault> = {},
): Problem => problem(code, `${pointer}: ${detail}.`, { errors: [{ pointer, detail, ...extra }] })

export const tooLarge = (most: number): Problem =>
  problem('too_large', `A body here has at most ${most} bytes.`)

export const notJson = (): Problem =>
  problem('unsupported_media_type', 'Send the body with "content-type: application/json".')

export const methodNotAllowed = (allowed: readonly string[]): Problem =>
  problem('method_not_allowed', `This path takes ${allowed.join(', ')}.`, {
    headers: { allow: allowed.join(', ') },
  })

export const tooMany = (seconds: number): Problem =>
  problem('rate_limited', `Wait ${seconds} s, or spread the requests.`, {
    headers: { 'retry-after': String(seconds) },
  })
