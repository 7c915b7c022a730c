import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { dispatch, refuse } from '../api/dispatch.ts'
import { notFound, notJson, Problem, problem, tooLarge } from '../api/problem.ts'
import type { ApiResponse } from '../api/request.ts'
import { findRoute } from '../operations/route.ts'
import type { Venue } from '../api/venue.ts'
import { addressOf, isJson, readBody } from './body.ts'
import type { Completions } from './completions.ts'
import type { Documents } from './documents.ts'
import type { Metrics } from './metrics.ts'
import type { RequestIds } from './request-id.ts'
import type { Sessions } from './session.ts'

/** Largest body of a request to an operation. */
const BODY_MOST = 64 * 1024
const PATH_MOST = 8 * 1024

/** A dialect of others, with paths of its own. */
export type Dialect = {
  takes(path: string): boolean
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}

/** Everything behind the one port. */
export type Surfaces = {
  venue: Venue
  completions: Completions
  /** The dialect of the market that was there before. */
  grid: Dialect
  /** Model Context Protocol, for agents. */
  mcp: Dialect
  documents: Documents
  sessions: Sessions
  metrics: Metrics
  requestIds: RequestIds
}

/** Names and values in turn: the form that node:http copies least. */
const HEADERS = Object.entries({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}).flat()

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  // A second host, key or type is then seen, where it would be dropped.
  joinDuplicateHeaders: true,
}

/** Whether two readers could understand a request differently: it has no version, or two hosts. */
const isAmbiguous = ({ httpVersionMajor, headers: { host } }: IncomingMessage): boolean =>
  httpVersionMajor !== 1 || host === undefined || host.includes(',')

function refuseAmbiguous(response: ServerResponse): void {
  response.writeHead(400, { connection: 'close', 'content-length': 0 })
  response.end()
}

/**
 * One HTTP server for every surface, with bounds on time, headers and connections. It does not listen yet.
 */
export function createHttpServer(surfaces: Surfaces): Server {
  const server = createServer(LIMITS, (request, response) => {
    response.on('error', () => request.destroy())
    if (isAmbiguous(request)) refuseAmbiguous(response)
    else void serve(surfaces, request, response)
  })
  server.maxRequestsPerSocket = 100_000
  server.maxConnections = 10_000
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    else socket.destroy()
  })
  return server
}

async function serve(surfaces: Surfaces, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const began = performance.now()
  const url = request.url ?? '/'
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  let name = 'unknown'
  response.on('close', () => {
    surfaces.metrics.answered(name, response.statusCode, (performance.now() - began) / 1000)
  })
  if (surfaces.completions.takes(path)) {
    name = 'completions'
    await surfaces.completions.serve(request, response, path)
    return
  }
  if (surfaces.grid.takes(path)) {
    name = 'grid'
    await surfaces.grid.serve(request, response, path)
    return
  }
  if (surfaces.mcp.takes(path)) {
    name = 'mcp'
    await surfaces.mcp.serve(request, response, path)
    return
  }
  if (surfaces.documents.serve(request, response, path)) {
    name = 'document'
    return
  }
  const answer = await operate(surfaces, request, path, url, (operation) => {
    name = operation
  })
  send(response, answer)
}

/** Finds and performs the operation that a request names. */
async function operate(
  { venue, sessions, requestIds }: Surfaces,
  request: IncomingMessage,
  path: string,
  url: string,
  named: (operation: string) => void,
): Promise<ApiResponse> {
  const requestId = requestIds.next()
  if (url.length > PATH_MOST) return refuse(notFound('path'), requestId)
  const method = request.method ?? 'GET'
  const route = findRoute(method, path)
  if (route instanceof Problem) {
    request.resume()
    return refuse(route, requestId)
  }
  named(route.operation.id)
  const body = await bodyOf(request, route.operation.bodyMax ?? BODY_MOST)
  if (body instanceof Problem) return refuse(body, requestId)
  const ip = addressOf(request)
  return dispatch(venue, route.operation, {
    method,
    host: request.headers.host ?? '',
    pathAndQuery: url,
    params: route.params,
    query: url.slice(path.length + 1),
    headers: request.headers,
    body,
    ip,
    requestId,
    caller: sessions.find(request, ip),
  })
}

/** The body of a request that may have one. */
async function bodyOf(request: IncomingMessage, most: number): Promise<Uint8Array | undefined | Problem> {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD') return undefined
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    request.resume()
    return problem('unsupported_media_type', 'Send the body without a content encoding.')
  }
  const body = await readBody(request, most)
  if (body === 'too_large') return tooLarge(most)
  if (body === 'aborted') return problem('invalid_json', 'The body ended early.')
  if (body.length === 0) return undefined
  return isJson(headers['content-type']) ? body : notJson()
}

function send(response: ServerResponse, { status, headers, body }: ApiResponse): void {
  if (response.destroyed) return
  const lines = HEADERS.slice()
  for (const name in headers) lines.push(name, headers[name] as string)
  lines.push('content-length', String(Buffer.byteLength(body)))
  response.writeHead(status, lines)
  response.end(body)
}
