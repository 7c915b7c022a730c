import type { ServerResponse } from 'node:http'
import type { ChatError } from '../wire/openai.ts'
import type { Answer } from './answer.ts'
import type { BuyerError } from './failure.ts'
import type { Cut } from './relay.ts'
import type { Delta } from './openai-dialect.ts'

/** Canonical counts of a finished answer. */
export type Usage = { input: number; output: number; reasoning: number }

/**
 * What the exchange says of a delivery: its name, who served, and what it came to. Decimal text where it is
 * money.
 */
export type Note = {
  receipt: string
  supplier: string
  /** µ$ per unit, the average of the units used. */
  price: string
  units: string
  cost: string
  verdict: string
  truncated: Cut | null
}

/** The buyer's answer on its way out. Nothing leaves before `open`. */
export type Reply = {
  /** Whether the buyer has seen content: from then on no other supplier may serve. */
  readonly committed: boolean
  /** The draw is durable: what has been passed may leave. */
  open(): void
  pass(delta: Delta): void
  flush(): void
  /** Forgets what has been passed and not seen: another supplier starts afresh. */
  reset(): void
  end(answer: Answer, usage: Usage, note: Note): void
  fail(error: BuyerError): void
  /** Says nothing more: the buyer is gone, or has been told. */
  drop(): void
  /** Called with true when the buyer does not read fast enough, and with false when it does again. */
  onBlocked(listener: (blocked: boolean) => void): void
}

/** Fields that every event and every whole answer opens with. */
export type Head = { id: string; created: number; model: string }

/** Headers that are known before the end. */
export type Headers = () => Record<string, string>

const ERROR_TYPE: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'invalid_request_error',
  409: 'invalid_request_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
}

export function printError(error: BuyerError): ChatError {
  const { status, code, message, param, affordableMaxTokens } = error
  return {
    error: {
      message,
      type: ERROR_TYPE[status] ?? 'server_error',
      param: param ?? null,
      code,
      ...(affordableMaxTokens === undefined ? {} : { affordable_max_tokens: affordableMaxTokens }),
    },
  }
}

/** A refusal before anything was sent: status, headers and OpenAI's error body. */
export function refuseReply(
  response: ServerResponse,
  headers: Record<string, string>,
  error: BuyerError,
): void {
  const body = JSON.stringify(printError(error))
  if (error.retryAfter !== undefined) headers['retry-after'] = String(error.retryAfter)
  response.writeHead(error.status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

export const printUsage = (usage: Usage) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: usage.reasoning },
})

/** The facts of the end as headers, for an answer that is sent whole. */
export const noteHeaders = (note: Note): Record<string, string> => ({
  'x-busbar-supplier': note.supplier,
  'x-busbar-price': note.price,
  'x-busbar-units': note.units,
  ...(note.truncated === null ? {} : { 'x-busbar-truncated': note.truncated }),
})
