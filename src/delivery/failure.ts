import type { BuyerError } from '../surface/surface.ts'
import type { NoRoute } from '../route/router.ts'

/** Every way in which one call of a supplier can go wrong. The code is what commands and metrics carry. */
export type FailureCode =
  | 'unreachable'
  | 'endpoint_forbidden'
  | 'reset'
  | 'bad_request'
  | 'unauthorized'
  | 'rate_limited'
  | 'server_error'
  | 'unexpected_status'
  | 'unexpected_content'
  | 'malformed'
  | 'oversized'
  | 'truncated'
  | 'empty'
  | 'first_token_timeout'
  | 'stalled'
  | 'overdue'
  | 'reported_error'
  | 'content_filter'
  | 'schema_mismatch'
  | 'tool_mismatch'

/** One failed call. `detail` is for the log; a buyer never sees what a supplier wrote. */
export type Failure = {
  code: FailureCode
  detail: string
  /** Seconds the supplier asked to be left alone, at most 60. */
  retryAfter: number
}

export const failure = (code: FailureCode, detail: string, retryAfter = 0): Failure => ({
  code,
  detail,
  retryAfter,
})

const TIMEOUTS: ReadonlySet<FailureCode> = new Set(['first_token_timeout', 'stalled', 'overdue'])

/** The answer to a buyer when the last supplier that could be tried has failed. */
export function buyerError(last: Failure): BuyerError {
  if (last.code === 'bad_request')
    return { status: 400, code: 'request_refused', message: 'No supplier accepts this request as it stands.' }
  if (last.code === 'rate_limited')
    return {
      status: 503,
      code: 'supply_busy',
      message: 'Every supplier of this instrument is at its limit. Nothing was charged.',
      retryAfter: Math.max(1, last.retryAfter),
    }
  if (TIMEOUTS.has(last.code))
    return {
      status: 504,
      code: 'supplier_timeout',
      message: 'The supplier did not answer in time. Nothing was charged.',
      retryAfter: 1,
    }
  return {
    status: 502,
    code: 'supplier_failed',
    message: 'The supplier failed to deliver. Nothing was charged.',
    retryAfter: 1,
  }
}

export const CONTEXT_LENGTH: BuyerError = {
  status: 400,
  code: 'context_length_exceeded',
  message: 'The prompt does not fit the context of this instrument.',
  param: 'messages',
}
export const CLOSING: BuyerError = {
  status: 503,
  code: 'venue_closing',
  message: 'The exchange is closing. Nothing was charged.',
  retryAfter: 5,
}
export const VENUE_FAULT: BuyerError = {
  status: 500,
  code: 'internal_error',
  message: 'The exchange failed to serve this request. Nothing was charged.',
}
export const SEQUENCER_BUSY: BuyerError = {
  status: 503,
  code: 'busy',
  message: 'The exchange has more to do than it can take. Nothing was charged.',
  retryAfter: 1,
}

/** What a buyer is told when no supplier can be called. */
export function unroutable(none: NoRoute): BuyerError {
  switch (none.why) {
    case 'no_supply':
      return {
        status: 503,
        code: 'no_supply',
        message: 'No certified supplier owes this instrument at the moment.',
        retryAfter: 5,
      }
    case 'busy':
      return {
        status: 503,
        code: 'supply_busy',
        message: 'Every supplier of this instrument is at its limit.',
        retryAfter: 1,
      }
    case 'down':
      return {
        status: 503,
        code: 'supply_down',
        message: 'Every supplier of this instrument has just failed and is left alone for a moment.',
        retryAfter: none.retryAfter,
      }
    case 'too_long':
      return {
        status: 400,
        code: 'context_length_exceeded',
        message: 'The prompt and its answer are longer than any supplier of this instrument can take.',
        param: 'messages',
      }
    case 'unscored':
      return {
        status: 403,
        code: 'mandate_score',
        message: 'No supplier that could be called now has the scorecard that the mandate asks for.',
      }
    case 'unwanted':
      return {
        status: 400,
        code: 'no_supplier_fits',
        message: `No supplier that could be called now fits \`${none.param}\`.`,
        param: none.param,
      }
    case 'incapable':
      return {
        status: 400,
        code: 'unsupported_parameter',
        message: `No supplier of this instrument can serve \`${none.param}\`.`,
        param: none.param,
      }
  }
}
