import { BusbarError, errorOf } from './problem.ts'

/**
 * Where the exchange is, and who calls. `fetch` and `wait` can be replaced; both default to the platform's
 * own.
 */
export type TransportOptions = {
  /** `http://127.0.0.1:8700`. Empty in a browser: the page's own origin. */
  baseUrl: string
  /** Absent: public operations only, or the session cookie of a browser. */
  key?: string | undefined
  /** Sent with every request, such as the page's own mark beside its session cookie. */
  headers?: Record<string, string> | undefined
  fetch?: typeof fetch | undefined
  /** Attempts of a request that may be repeated, the first included. */
  attempts?: number | undefined
  wait?: ((ms: number) => Promise<void>) | undefined
}

export type Query = { [name: string]: string | number | boolean | undefined }

export type RequestOptions = {
  query?: Query | undefined
  body?: unknown
  /** Whether a repeat has the effect of one. GET is; a POST is when it carries a client's own id. */
  repeatable?: boolean
  headers?: Record<string, string> | undefined
  signal?: AbortSignal | undefined
}

export type Transport = {
  /**
   * The JSON of a 2xx answer. Throws `BusbarError` for every other, and when the exchange cannot be reached.
   */
  json: <Answer>(method: string, path: string, options?: RequestOptions) => Promise<Answer>
  /** The 2xx answer itself, its body not yet read. */
  open: (method: string, path: string, options?: RequestOptions) => Promise<Response>
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000

/** A random id of 128 bits in hex, for `client_order_id` and `Idempotency-Key`. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A request that carries an id of its own, so that a lost answer can be asked for again. */
export const once = (body: unknown): RequestOptions => ({
  body,
  headers: { 'idempotency-key': freshId() },
  repeatable: true,
})

function address(baseUrl: string, path: string, query: Query = {}): string {
  const words = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return `${baseUrl.replace(/\/+$/, '')}${path}${words.length > 0 ? `?${words.join('&')}` : ''}`
}

const unreachable = (cause: unknown) =>
  new BusbarError({
    code: 'unreachable',
    detail: `the exchange cannot be reached: ${cause instanceof Error ? reasonOf(cause) : String(cause)}`,
    status: 0,
    outcome: 'unknown',
    retryable: true,
    cause,
  })

const reasonOf = (error: Error): string =>
  error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message

/** A refusal without effect can always be tried again; an unknown outcome only where a repeat is harmless. */
const mayRepeat = (error: BusbarError, repeatable: boolean): boolean =>
  error.retryable && (repeatable || error.outcome === 'rejected')

/** Doubles with each attempt, a half of it by chance, never below what the exchange asks for. */
function waitMs(attempt: number, error: BusbarError): number {
  const doubled = FIRST_WAIT_MS * 2 ** attempt
  const asked = (error.retryAfter ?? 0) * 1_000
  return Math.min(LONGEST_WAIT_MS, Math.max(asked, doubled * (0.5 + Math.random() / 2)))
}

/** Sends requests and repeats, within bounds, those that may be repeated. */
export function createTransport(options: TransportOptions): Transport {
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)))
  const attempts = options.attempts ?? 4

  async function once(method: string, path: string, request: RequestOptions): Promise<Response> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...options.headers,
      ...request.headers,
    }
    if (options.key !== undefined) headers.authorization = `Bearer ${options.key}`
    const init: RequestInit = { method, headers }
    if (request.body !== undefined) {
      headers['content-type'] = 'application/json'
      init.body = JSON.stringify(request.body)
    }
    if (request.signal) init.signal = request.signal
    let response: Response
    try {
      response = await send(address(options.baseUrl, path, request.query), init)
    } catch (cause) {
      request.signal?.throwIfAborted()
      throw unreachable(cause)
    }
    if (!response.ok) throw await errorOf(response)
    return response
  }

  async function open(method: string, path: string, request: RequestOptions = {}): Promise<Response> {
    const repeatable = request.repeatable ?? method === 'GET'
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(method, path, request)
      } catch (error) {
        const last = attempt + 1 >= attempts
        if (last || !(error instanceof BusbarError) || !mayRepeat(error, repeatable)) throw error
        await wait(waitMs(attempt, error))
      }
    }
  }

  const json = async <Answer>(
    method: string,
    path: string,
    request: RequestOptions = {},
  ): Promise<Answer> => {
    const response = await open(method, path, request)
    return (response.status === 204 ? undefined : await response.json()) as Answer
  }

  return { json, open }
}
