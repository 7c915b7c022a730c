import type { ApiResponse } from '../api/request.ts'
import type { Problem } from '../api/problem.ts'

/** Words of ours for which these clients know another. The rest go out as they are. */
const DETAIL: Record<string, string> = {
  clock_skew: 'expired_timestamp',
  client_order_id_reused: 'duplicate_client_order_id',
  insufficient_funds: 'insufficient_balance',
  insufficient_units: 'insufficient_balance',
  order_done: 'order_not_cancellable',
  rate_limited: 'rate_limit_exceeded',
  internal: 'internal_error',
  nonce_reused: 'duplicate_request',
  resolution_invalid: 'Resolution is invalid',
}

/** Codes of the older dialect, which some clients still switch on. */
const CODE: Record<string, string> = {
  invalid_signature: 'INVALID_SIGNATURE',
  expired_timestamp: 'EXPIRED_TIMESTAMP',
  unauthenticated: 'INVALID_API_KEY',
  key_expired: 'INVALID_API_KEY',
  insufficient_balance: 'INSUFFICIENT_BALANCE',
  budget_exceeded: 'INSUFFICIENT_FUNDS',
  market_not_found: 'MARKET_NOT_FOUND',
  order_not_found: 'ORDER_NOT_FOUND',
  instrument_not_found: 'INVALID_MARKET',
  order_not_cancellable: 'ORDER_NOT_CANCELLABLE',
  market_halted: 'MARKET_CLOSED',
  duplicate_client_order_id: 'DUPLICATE_CLIENT_ORDER_ID',
  invalid_request: 'VALIDATION_ERROR',
  invalid_json: 'VALIDATION_ERROR',
  invalid_cursor: 'VALIDATION_ERROR',
  rate_limit_exceeded: 'RATE_LIMIT_EXCEEDED',
  internal_error: 'INTERNAL_ERROR',
  'Resolution is invalid': 'INVALID_PARAMETERS',
}

/** Statuses of theirs where ours differ: what is not affordable is 402, what conflicts is 422. */
const STATUS: Record<string, number> = {
  insufficient_balance: 402,
  bond_short: 402,
  order_not_cancellable: 422,
}

/** What there is none of: `order_not_found` says more to these clients than our one word for all. */
const missing = (problem: Problem): string => {
  const what = /^There is no such (market|order|instrument|trade|account)/.exec(problem.detail)?.[1]
  return what === undefined ? problem.code : `${what}_not_found`
}

/** A problem in their envelope: a machine word in `detail`, a sentence in `message`. */
export function printFault(problem: Problem, requestId: string): ApiResponse {
  const word = problem.code === 'not_found' ? missing(problem) : problem.code
  const detail = DETAIL[word] ?? word
  const { errors, facts, headers } = problem.more
  const body = {
    errors: {
      detail,
      message: problem.detail,
      code: CODE[detail] ?? detail.toUpperCase(),
      ...(errors === undefined ? {} : { fields: errors }),
      ...(facts === undefined ? {} : { facts }),
    },
    request_id: requestId,
  }
  return {
    status: STATUS[detail] ?? problem.status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}
