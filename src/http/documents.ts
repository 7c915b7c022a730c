import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../api/operation.ts'
import type { Metrics } from './metrics.ts'
import type { Page } from './page.ts'
import type { Sessions } from './session.ts'
import { isFromThisMachine } from './session.ts'

/** What is served besides operations and completions: the page, the API's description, health and metrics. */
export type Documents = {
  /** Answers if the path is one of its own. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): boolean
}

export type DocumentSources = {
  /** Null where the page was not built. */
  page: Page | null
  /** The OpenAPI document, as text. */
  openapi: string
  /** The AsyncAPI document of the stream, as text. */
  asyncapi: string
  /** Texts for programs that read, by path. */
  texts: ReadonlyMap<string, string>
  metrics: Metrics
  isReady: () => boolean
  /** Whether history is being written: trading does not need it. */
  history: () => string
  sessions: Sessions
  /** Whose session whoever loads the page gets; null where the venue gives none. */
  guest: (() => Omit<Caller, 'ip'> | null) | null
}

const JSON_TYPE = 'application/json; charset=utf-8'

export function createDocuments(sources: DocumentSources): Documents {
  const { page, openapi, asyncapi, texts, metrics, isReady, history } = sources
  return {
    serve(request, response, path) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false
      const words = texts.get(path)
      if (words !== undefined) {
        text(response, 200, 'text/markdown; charset=utf-8', words)
        return true
      }
      switch (path) {
        case '/health':
          text(response, 200, JSON_TYPE, '{"status":"ok"}')
          return true
        case '/ready':
          text(
            response,
            isReady() ? 200 : 503,
            JSON_TYPE,
            JSON.stringify(isReady() ? { status: 'ready', history: history() } : { status: 'starting' }),
          )
          return true
        case '/metrics':
          void metrics.registry
            .metrics()
            .then((body) => text(response, 200, metrics.registry.contentType, body))
          return true
        case '/asyncapi.json':
          text(response, 200, JSON_TYPE, asyncapi)
          return true
        case '/openapi.json':
          text(response, 200, JSON_TYPE, openapi)
          return true
        case '/':
        case '/index.html':
          if (page === null) return false
          index(request, response, page, sources)
          return true
        default:
          return page !== null && file(response, page, path)
      }
    },
  }
}

function index(
  request: IncomingMessage,
  response: ServerResponse,
  page: Page,
  { sessions, guest }: DocumentSources,
): void {
  const { html, policy } = page.index()
  const headers: Record<string, string> = {
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  }
  // A page of another site that has itself resolved to this machine must not be given a session.
  const caller = guest !== null && isFromThisMachine(request) ? guest() : null
  if (caller !== null && !sessions.isOpen(request)) headers['set-cookie'] = sessions.open(caller)
  text(response, 200, 'text/html; charset=utf-8', html, headers)
}

function file(response: ServerResponse, page: Page, path: string): boolean {
  const found = page.file(path)
  if (found === undefined) return false
  response.writeHead(200, {
    'content-type': found.type,
    'content-length': found.body.length,
    'x-content-type-options': 'nosniff',
    'cache-control': found.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  response.end(found.body)
  return true
}

function text(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...headers,
  })
  response.end(body)
}
