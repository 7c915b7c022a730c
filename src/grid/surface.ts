import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../api/operation.ts'
import { faultAt, notJson, Problem, problem, tooLarge } from '../api/problem.ts'
import type { ApiResponse } from '../api/request.ts'
import type { Venue } from '../api/venue.ts'
import { addressOf, isJson, readBody } from '../http/body.ts'
import type { CompletionsParts } from '../http/completions.ts'
import { readJson } from '../wire/json.ts'
import { createConsumption } from './consumption.ts'
import { openDesk } from './desk.ts'
import type { Devices } from './device.ts'
import { createDevices } from './device.ts'
import { printFault } from './fault.ts'
import { readFilters } from './filter.ts'
import type { Grants } from './grant.ts'
import { createGrants } from './grant.ts'
import { schemeOf } from './origin.ts'
import type { GridAnswer, GridRoute } from './route.ts'
import { findGridRoute } from './route.ts'
import { GRID_ROUTES } from './routes.ts'
import { identify } from './signature.ts'

/** Largest body of a request that is no completion. */
const BODY_MOST = 64 * 1024
const PATH_MOST = 8 * 1024
const PREFIX = /^\/grid(?:\/api)?\/v1(?:\/trading)?(?=\/)/

/** The paths of clients that were written for another market. Mounted beside our own. */
export type GridSurface = {
  takes(path: string): boolean
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}

/** What is remembered between requests, and only until the process ends. */
type Memory = { devices: Devices; grants: Grants }

/** What serves one of these requests, once it is read. */
type Incoming = {
  method: string
  url: string
  path: string
  query: string
  host: string
  ip: string
  request: IncomingMessage
  body: Uint8Array
  requestId: string
}

export function createGridSurface(parts: CompletionsParts): GridSurface {
  const consumption = createConsumption(parts)
  const nowMs = () => Math.floor(parts.venue.clock() / 1_000)
  const memory = { devices: createDevices(nowMs), grants: createGrants(nowMs) }
  return {
    takes: (path) => path.startsWith('/grid/') || path === '/grid',
    async serve(request, response, path) {
      const url = request.url ?? path
      const asked = unfolded(path, url.slice(path.length + 1))
      if (url.length <= PATH_MOST && consumption.takes(asked.path)) {
        await consumption.serve(request, response, asked.path, asked.query)
        return
      }
      const requestId = parts.requestIds.next()
      send(response, requestId, await answer(parts, memory, request, { url, ...asked, requestId }))
    },
  }
}

/**
 * A base address that ends in `?redirect=1` comes to stand before the path of every request: this puts the
 * path back before the query.
 */
function unfolded(path: string, query: string): { path: string; query: string } {
  const [, behind, rest = ''] =
    path === '/grid/v1' ? (/^redirect=1(\/[^?&]*)[?&]?(.*)$/.exec(query) ?? []) : []
  if (behind === undefined) return { path, query }
  return { path: `${path}${behind}`, query: rest === '' ? 'redirect=1' : `redirect=1&${rest}` }
}

async function answer(
  parts: CompletionsParts,
  memory: Memory,
  request: IncomingMessage,
  named: Pick<Incoming, 'url' | 'path' | 'query' | 'requestId'>,
): Promise<ApiResponse> {
  const { venue } = parts
  const { url, requestId, path } = named
  const method = request.method ?? 'GET'
  const place = PREFIX.exec(path)?.[0]
  const found =
    place === undefined || url.length > PATH_MOST
      ? problem('not_found', 'There is no such path.')
      : findGridRoute(GRID_ROUTES, method, path.slice(place.length))
  const isForm = !(found instanceof Problem) && found.route.form === true && isFormType(request)
  const body = await bodyOf(request, isForm)
  if (found instanceof Problem) return printFault(found, requestId)
  if (body instanceof Problem) return printFault(body, requestId)
  const host = request.headers.host ?? ''
  const incoming = { ...named, method, host, ip: addressOf(request), request, body }
  try {
    return await run(parts, memory, found.route, { ...incoming, params: found.params, isForm })
  } catch (error) {
    venue.log.error({ request_id: requestId, route: found.route.path, error }, 'a compatible request failed')
    return printFault(problem('internal', 'Ask the operator with the request id.'), requestId)
  }
}

async function run(
  { venue, sessions }: CompletionsParts,
  memory: Memory,
  route: GridRoute,
  incoming: Incoming & { params: Record<string, string>; isForm: boolean },
): Promise<ApiResponse> {
  const { requestId, query, body, params } = incoming
  const visitor = route.session === true ? sessions.find(incoming.request, incoming.ip) : undefined
  const caller = route.open === true ? undefined : (visitor ?? (await callerOf(venue, incoming)))
  if (caller instanceof Problem) return printFault(caller, requestId)
  const filters = readFilters(query)
  if (filters instanceof Problem) return printFault(filters, requestId)
  const json = readObject(body, incoming.isForm)
  if (json instanceof Problem) return printFault(json, requestId)
  const { request, host, ip } = incoming
  const desk = openDesk(venue, { caller, headers: request.headers, host, ip, requestId })
  const origin = { scheme: schemeOf(request), host, ip }
  const done = await route.run({ venue, desk, ...memory, origin, params, filters, body: json, requestId })
  const printed = done instanceof Problem ? printFault(done, requestId) : printAnswer(done)
  return { ...printed, headers: { ...desk.rateHeaders, ...printed.headers } }
}

const callerOf = (venue: Venue, incoming: Incoming): Promise<Caller | Problem> =>
  identify(venue, {
    method: incoming.method,
    host: incoming.host,
    pathAndQuery: incoming.url,
    headers: incoming.request.headers,
    body: incoming.body,
    ip: incoming.ip,
  })

const printAnswer = ({ status, body }: GridAnswer): ApiResponse => ({
  status,
  headers: body === undefined ? {} : { 'content-type': 'application/json' },
  body: body === undefined ? '' : JSON.stringify(body),
})

const isFormType = ({ headers }: IncomingMessage): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')

/** The bytes of a body, none where there is none. */
async function bodyOf(request: IncomingMessage, isForm: boolean): Promise<Uint8Array | Problem> {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    request.resume()
    return problem('unsupported_media_type', 'Send the body without a content encoding.')
  }
  const body = await readBody(request, BODY_MOST)
  if (body === 'too_large') return tooLarge(BODY_MOST)
  if (body === 'aborted') return problem('invalid_json', 'The body ended early.')
  return body.length === 0 || isForm || isJson(request.headers['content-type']) ? body : notJson()
}

function readObject(bytes: Uint8Array, isForm: boolean): Record<string, unknown> | Problem {
  if (bytes.length === 0) return {}
  if (isForm) return Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString('utf8')))
  const read = readJson(bytes)
  if (!read.ok) return faultAt('invalid_json', read.pointer, read.detail)
  const { value } = read
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : faultAt('invalid_request', '', 'the body is an object')
}

function send(response: ServerResponse, requestId: string, { status, headers, body }: ApiResponse): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-api-version': '1',
    ...headers,
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
  })
  response.end(status === 204 ? undefined : body)
}
