import type { Fault, ProblemOut } from '../wire/problem.ts'

/**
 * Whether a request had an effect: `rejected` had none, `unknown` may have, and can be repeated with the
 * same id.
 */
export type Outcome = ProblemOut['outcome']

/** The exchange said no, or could not be reached. `code` is stable; `status` is 0 when no answer came. */
export class BusbarError extends Error {
  override name = 'BusbarError'
  readonly code: string
  readonly status: number
  readonly outcome: Outcome
  readonly retryable: boolean
  readonly requestId: string | undefined
  readonly errors: readonly Fault[]
  /** Seconds after which the exchange asks to be called again. */
  readonly retryAfter: number | undefined
  /** Of a completion that cannot be paid for: the longest answer that could be. */
  readonly affordableMaxTokens: number | undefined

  constructor(from: {
    code: string
    detail: string
    status: number
    outcome: Outcome
    retryable: boolean
    requestId?: string | undefined
    errors?: readonly Fault[] | undefined
    retryAfter?: number | undefined
    affordableMaxTokens?: number | undefined
    cause?: unknown
  }) {
    super(from.detail, { cause: from.cause })
    this.code = from.code
    this.status = from.status
    this.outcome = from.outcome
    this.retryable = from.retryable
    this.requestId = from.requestId
    this.errors = from.errors ?? []
    this.retryAfter = from.retryAfter
    this.affordableMaxTokens = from.affordableMaxTokens
  }
}

type Words = { [key: string]: unknown }

const isWords = (value: unknown): value is Words => typeof value === 'object' && value !== null

function parsed(text: string): Words {
  try {
    const value: unknown = JSON.parse(text)
    return isWords(value) ? value : {}
  } catch {
    // Not JSON: something between us and the exchange answered. The status line says what is known.
    return {}
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** The error in an answer that is not 2xx, in the exchange's own shape or in OpenAI's. */
export async function errorOf(response: Response): Promise<BusbarError> {
  const body = parsed(await response.text())
  const nested = isWords(body.error) ? body.error : undefined
  const status = response.status
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const wait = status === 429 || status === 503
  const outcome = text(body.outcome) as Outcome | undefined
  return new BusbarError({
    code: text(body.code) ?? text(nested?.code) ?? text(nested?.type) ?? `http_${status}`,
    detail:
      text(body.detail) ?? text(nested?.message) ?? text(body.title) ?? `the exchange answered ${status}`,
    status,
    outcome: outcome ?? (status < 500 ? 'rejected' : 'unknown'),
    retryable: typeof body.retryable === 'boolean' ? body.retryable : wait,
    requestId: text(body.request_id) ?? response.headers.get('x-request-id') ?? undefined,
    errors: Array.isArray(body.errors) ? (body.errors as Fault[]) : [],
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
    affordableMaxTokens:
      typeof nested?.affordable_max_tokens === 'number' ? nested.affordable_max_tokens : undefined,
  })
}
