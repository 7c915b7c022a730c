import type { IncomingHttpHeaders } from 'node:http'
import { Pool } from 'undici'
import type { Endpoint, EndpointPolicy } from './endpoint.ts'
import { ENDPOINT_FORBIDDEN, endpointFault, guardedLookup } from './endpoint.ts'
import { AnswerReader } from './answer-reader.ts'
import type { Failure } from './failure.ts'
import { failure } from './failure.ts'
import type { Chunk, Claim, Finish } from '../dialect/chunk.ts'
import { hasContent } from '../dialect/chunk.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { dialectOf } from '../dialect/dialects.ts'
import type { Timer } from './timer.ts'
import { Deadline } from './timer.ts'

/** How long a supplier may take, in milliseconds. */
export type Clocks = {
  /** From the request's last byte to the first content token. Waiting for a connection counts. */
  firstToken: number
  /** Between two content tokens; comments and empty events do not count. */
  interToken: number
  /** From start to end. `Call.allow` adds to it. */
  total: number
}

/** How a call ended: the answer is whole, or it failed. An abort by the caller is not reported. */
export type Ending =
  | { finish: Finish | 'content_filter'; claim: Claim | null; stopSequence: string | null }
  | Failure

/** What a call reports while it runs. */
export type Listener = {
  /** The supplier took the request: a 2xx answer has begun. */
  accepted(): void
  chunk(chunk: Chunk, readAt: number): void
  /** All events of one read have been reported: a good moment to write. */
  drained(): void
  ended(ending: Ending): void
}

export type Call = {
  /** When the last byte of the request was written, on the timer; 0 while it waits for a connection. */
  readonly sentAt: number
  abort(): void
  /** Stops reading, and the supplier's clocks with it. */
  pause(): void
  resume(): void
  /** Moves the end of the total clock further away. */
  allow(ms: number): void
}

export type Upstream = {
  call(endpoint: Endpoint, body: string, clocks: Clocks, listener: Listener): Call
  close(): Promise<void>
}

const HEADER_BYTES_MAX = 16 * 1024
const CONNECT_MS = 5_000
/**
 * After the finish reason, how long the usage and `[DONE]` may still take, and then the end of the response.
 */
const TAIL_MS = 100
const RETRY_AFTER_MAX = 60
const ROUTES_MAX = 1_000

/** Calls suppliers over kept-alive connections, never following a redirect. */
export function createUpstream(policy: EndpointPolicy, timer: Timer): Upstream {
  const pools = new Map<string, Pool>()
  const routes = new Map<string, Route>()
  const lookup = guardedLookup(policy)

  /** What a base URL comes to: names behind it are checked anew at every connection. */
  function routeOf(baseUrl: string): Route {
    const existing = routes.get(baseUrl)
    if (existing !== undefined) return existing
    const fault = endpointFault(baseUrl, policy)
    const route = fault === undefined ? callableRoute(baseUrl) : { fault }
    if (routes.size >= ROUTES_MAX) routes.clear()
    routes.set(baseUrl, route)
    return route
  }

  function poolOf(origin: string): Pool {
    const existing = pools.get(origin)
    if (existing !== undefined) return existing
    const pool = new Pool(origin, {
      connect: { lookup, timeout: CONNECT_MS },
      pipelining: 1,
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
    })
    pools.set(origin, pool)
    return pool
  }

  return {
    call(endpoint, body, clocks, listener) {
      const dialect = dialectOf(endpoint.dialect)
      const call = new Exchange(timer, clocks, listener, dialect)
      const route = routeOf(endpoint.baseUrl)
      if ('fault' in route) {
        call.refuse(failure('endpoint_forbidden', route.fault))
        return call
      }
      const headers = headersOf(endpoint, dialect)
      const path = `${route.path}${dialect.path}`
      poolOf(route.origin).dispatch({ path, method: 'POST', headers, body }, call)
      return call
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
      pools.clear()
    },
  }
}

type Route = { origin: string; path: string } | { fault: string }

function callableRoute(baseUrl: string): Route {
  const url = new URL(baseUrl)
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') }
}

/** The supplier's own key and headers, and nothing of the buyer's. */
const headersOf = (endpoint: Endpoint, dialect: Dialect): Record<string, string> => ({
  ...dialect.headers,
  ...endpoint.headers,
  ...(endpoint.apiKey === null ? {} : dialect.keyHeaders(endpoint.apiKey)),
  'content-type': 'application/json',
  accept: dialect.accept,
  'accept-encoding': 'identity',
  'user-agent': 'busbar',
})

type Controller = { abort(reason: Error): void; pause(): void; resume(): void }

/** One request and its response: clocks, status, and the parsed events. Ends exactly once. */
class Exchange implements Call {
  sentAt = 0
  private controller: Controller | null = null
  private reader: AnswerReader | null = null
  private ending: Ending | null = null
  private over = false
  private responded = false
  private paused = false
  private sawToken = false
  private cancelTail: (() => void) | null = null
  private closed = false
  private readonly timer: Timer
  private readonly clocks: Clocks
  private readonly listener: Listener
  private readonly dialect: Dialect
  /** Rings at the earlier of both ends. What moves one of them away lets it ring in vain. */
  private readonly clock: Deadline
  private tokenDue = Number.POSITIVE_INFINITY
  private totalDue: number
  /** When the bytes at hand were read; whether there was content in them. */
  private readAt = 0
  private readToken = false

  constructor(timer: Timer, clocks: Clocks, listener: Listener, dialect: Dialect) {
    this.dialect = dialect
    this.timer = timer
    this.clocks = clocks
    this.listener = listener
    this.clock = new Deadline(timer, () => this.ring())
    this.totalDue = timer.now() + clocks.total * 1_000
    this.awaitToken(clocks.firstToken)
  }

  /** Ends the call before it began. The listener hears of it once the caller has returned. */
  refuse(reason: Failure): void {
    queueMicrotask(() => this.fail(reason))
  }

  abort(): void {
    if (this.over) return
    this.settle()
    this.cut('the caller is gone')
  }

  pause(): void {
    if (this.paused || this.over) return
    this.paused = true
    this.tokenDue = Number.POSITIVE_INFINITY
    this.controller?.pause()
  }

  resume(): void {
    if (!this.paused || this.over) return
    this.paused = false
    this.awaitToken(this.sawToken ? this.clocks.interToken : this.clocks.firstToken)
    this.controller?.resume()
  }

  allow(ms: number): void {
    this.totalDue += ms * 1_000
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller
    if (this.over) return controller.abort(new Error('the caller is gone'))
    this.sentAt = this.timer.now()
    if (!this.paused) this.awaitToken(this.clocks.firstToken)
  }

  onRequestUpgrade(): void {
    this.fail(failure('unexpected_status', 'the supplier switched protocols'))
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    if (this.over || status < 200) return
    this.responded = true
    const wrong = statusFault(status, headers) ?? contentFault(headers)
    if (wrong !== undefined) return this.fail(wrong)
    const whole = mediaType(headers) === 'application/json'
    this.reader = new AnswerReader(this.dialect, whole, (chunk) => this.take(chunk))
    this.listener.accepted()
  }

  onResponseData(_controller: Controller, bytes: Buffer): void {
    if (this.over || this.reader === null) return
    this.readAt = this.timer.now()
    const fault = this.reader.feed(bytes)
    if (this.over) return
    if (this.readToken && !this.paused && this.ending === null) this.awaitToken(this.clocks.interToken)
    this.readToken = false
    this.listener.drained()
    if (fault !== undefined) return this.fail(fault)
    if (this.ending !== null) queueMicrotask(() => this.awaitTail())
    if (this.reader.done) this.close()
  }

  /** After the finish reason: the connection is worth keeping if the response ends by itself in a moment. */
  private awaitTail(): void {
    if (this.closed || this.cancelTail !== null) return
    this.cancelTail = this.timer.after(TAIL_MS, () => {
      this.finish()
      this.cut('the answer has ended')
    })
  }

  onResponseEnd(): void {
    this.closed = true
    this.cancelTail?.()
    if (this.over) return
    this.readAt = this.timer.now()
    const fault = this.reader?.end()
    if (this.over) return
    this.listener.drained()
    this.close(fault)
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.closed = true
    this.cancelTail?.()
    if (this.over) return
    if (this.ending !== null) this.finish()
    else this.fail(connectionFailure(error, this.responded))
  }

  /** One event: content moves the token clock, a finish reason starts the short wait for the tail. */
  private take(chunk: Chunk): void {
    if (this.over) return
    const last = this.ending
    if (last !== null) {
      if (chunk.claim !== null && 'finish' in last) last.claim = chunk.claim
      return
    }
    if (chunk.delta !== null && hasContent(chunk)) {
      this.sawToken = true
      this.readToken = true
    }
    this.listener.chunk(chunk, this.readAt)
    if (chunk.finish === null || this.over) return
    const { finish, claim, stopSequence = null } = chunk
    this.ending = { finish, claim, stopSequence }
    this.clock.stop()
  }

  /** Nothing more will come: whole if there was a finish reason. */
  private close(fault?: Failure): void {
    if (this.ending !== null) this.finish()
    else this.fail(fault ?? failure('truncated', 'the answer ended without a finish reason'))
  }

  private awaitToken(ms: number): void {
    const now = this.timer.now()
    this.tokenDue = now + ms * 1_000
    this.clock.set((Math.min(this.tokenDue, this.totalDue) - now) / 1_000)
  }

  /** One of both ends may have come. What was allowed meanwhile counts. */
  private ring(): void {
    const now = this.timer.now()
    if (now >= this.tokenDue) return this.tokenOverdue()
    if (now >= this.totalDue) return this.fail(failure('overdue', 'the answer took too long'))
    this.clock.set((Math.min(this.tokenDue, this.totalDue) - now) / 1_000)
  }

  private tokenOverdue(): void {
    if (this.sawToken) return this.fail(failure('stalled', 'no content token for too long'))
    this.fail(failure('first_token_timeout', 'no first content token in time'))
  }

  private finish(): void {
    if (this.over || this.ending === null) return
    const { ending } = this
    this.settle()
    // Whoever holds the answer, the tail of the response is read: else the connection could not serve again.
    if (this.paused) this.controller?.resume()
    this.listener.ended(ending)
  }

  private fail(reason: Failure): void {
    if (this.over) return
    this.settle()
    this.cut(reason.code)
    this.listener.ended(reason)
  }

  private settle(): void {
    this.over = true
    this.clock.stop()
  }

  private cut(why: string): void {
    this.controller?.abort(new Error(why))
  }
}

function statusFault(status: number, headers: IncomingHttpHeaders): Failure | undefined {
  if (status === 200) return undefined
  const wait = retryAfter(headers)
  if (status === 429) return failure('rate_limited', 'status 429', wait)
  if (status >= 500) return failure('server_error', `status ${status}`, wait)
  if (status === 400 || status === 413 || status === 422) return failure('bad_request', `status ${status}`)
  if (status === 401 || status === 402 || status === 403) return failure('unauthorized', `status ${status}`)
  return failure('unexpected_status', `status ${status}`, wait)
}

const mediaType = (headers: IncomingHttpHeaders): string =>
  String(headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase() ?? ''

function contentFault(headers: IncomingHttpHeaders): Failure | undefined {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return failure('unexpected_content', 'an encoding that was not asked for')
  const type = mediaType(headers)
  if (type === 'text/event-stream' || type === 'application/json') return undefined
  return failure('unexpected_content', 'neither a stream nor JSON')
}

/** Whole seconds of a `Retry-After` in seconds; a date or nonsense counts as one second. */
function retryAfter(headers: IncomingHttpHeaders): number {
  const text = headers['retry-after']
  if (text === undefined) return 0
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 1
  return Math.min(RETRY_AFTER_MAX, seconds)
}

function connectionFailure(error: Error, responded: boolean): Failure {
  const code = 'code' in error ? String(error.code) : error.name
  if (code === ENDPOINT_FORBIDDEN) return failure('endpoint_forbidden', code)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return failure('oversized', code)
  if (responded) return failure('truncated', code)
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH|CERT|TLS|SSL/.test(code)
    ? failure('unreachable', code)
    : failure('reset', code)
}
