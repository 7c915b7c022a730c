import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  originValidationResponse,
} from '@modelcontextprotocol/server'
import { authenticate } from '../api/auth.ts'
import { dispatch, refuse } from '../api/dispatch.ts'
import type { Caller, Operation } from '../api/operation.ts'
import { Problem, tooLarge } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { addressOf, readBody } from '../http/body.ts'
import type { RequestIds } from '../http/request-id.ts'
import type { Port, Told } from './port.ts'
import { inferOver } from './remote-port.ts'
import { createMcpServer } from './server.ts'
import type { Document } from './shelf.ts'

const PATH = '/mcp'
/** Largest body of one message. */
const BODY_MOST = 1024 * 1024

export type McpParts = {
  venue: Venue
  requestIds: RequestIds
  shelf: readonly Document[]
  /** Host names that this endpoint answers to, and that pages which call it may come from. */
  hosts: readonly string[]
  /** Where the exchange itself listens. */
  baseUrl: () => string
}

export type McpSurface = {
  takes(path: string): boolean
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
  close(): Promise<void>
}

/** Who asks, as one request's server knows it. */
type Asker = { caller: Caller | null; key: string | undefined; ip: string; host: string }

/**
 * Model Context Protocol over streamable HTTP, without sessions: each message names its key, is checked for
 * Host and Origin against rebinding, and answered by the operations in that key's name. What is public needs
 * no key.
 */
export function createMcpSurface(parts: McpParts): McpSurface {
  const { venue, shelf, hosts } = parts
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const asker = authInfo?.extra?.asker as Asker
      return createMcpServer({
        port: localPort(parts, asker),
        shelf,
        version: venue.settings.version,
        may: (scope) => scope === null || asker.caller?.scopes.has(scope) === true,
      })
    },
    { onerror: (error) => venue.log.info({ error: error.message }, 'a message on /mcp was refused') },
  )
  return {
    takes: (path) => path === PATH,
    async serve(request, response) {
      const bytes = await readBody(request, BODY_MOST)
      if (bytes === 'aborted') return
      if (bytes === 'too_large') return sendProblem(response, parts, tooLarge(BODY_MOST))
      const asked = webRequest(request, response, bytes)
      const foreign =
        hostHeaderValidationResponse(asked, [...hosts]) ?? originValidationResponse(asked, [...hosts])
      if (foreign !== undefined) return send(response, foreign)
      const asker = await askerOf(venue, request, bytes)
      if (asker instanceof Problem) return sendProblem(response, parts, asker)
      const authInfo = { token: '', clientId: asker.caller?.keyId ?? 'public', scopes: [], extra: { asker } }
      await send(response, await handler.fetch(asked, { authInfo }))
    },
    close: () => handler.close(),
  }
}

/** The exchange in this process. Only a completion goes around by its own address, as anyone's does. */
const localPort = ({ venue, requestIds, baseUrl }: McpParts, { caller, key, ip, host }: Asker): Port => ({
  async ask(operation, { method, pathAndQuery, params, query, headers, body }) {
    const bytes = body === undefined ? undefined : Buffer.from(body)
    const requestId = requestIds.next()
    const request = { method, host, pathAndQuery, params, query, headers, body: bytes, ip, requestId }
    const asked = { ...request, ...(caller === null ? {} : { caller }) }
    return toldOf(operation, await dispatch(venue, operation, asked))
  },
  infer: (inference) => inferOver({ baseUrl: baseUrl(), key }, inference),
})

function toldOf(operation: Operation, { status, body }: { status: number; body: string }): Told {
  const json = JSON.parse(body) as Record<string, unknown>
  return status === (operation.status ?? 200)
    ? { ok: true, value: json }
    : ({ ok: false, problem: json } as Told)
}

/** Who sends a message: nobody, where no key is given. */
async function askerOf(venue: Venue, request: IncomingMessage, body: Uint8Array): Promise<Asker | Problem> {
  const { headers, method = 'POST', url = PATH } = request
  const ip = addressOf(request)
  const host = headers.host ?? ''
  if (headers.authorization === undefined && headers['x-api-key'] === undefined)
    return { caller: null, key: undefined, ip, host }
  const caller = await authenticate(venue, { method, host, pathAndQuery: url, headers, body, ip })
  if (caller instanceof Problem) return caller
  const key = headers.authorization?.replace(/^bearer /i, '') ?? String(headers['x-api-key'])
  return { caller, key, ip, host }
}

/** The message as the protocol's package reads it; its signal says that nobody waits any more. */
function webRequest(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): Request {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  const method = request.method ?? 'GET'
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: Buffer.from(bytes) }
  return new Request(`http://localhost${request.url ?? PATH}`, {
    method,
    headers,
    signal: gone.signal,
    ...body,
  })
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (answer.body !== null)
    for await (const chunk of answer.body) {
      if (response.destroyed) break
      response.write(chunk)
    }
  response.end()
}

function sendProblem(response: ServerResponse, { requestIds }: McpParts, refused: Problem): void {
  const { status, headers, body } = refuse(refused, requestIds.next())
  response.writeHead(status, headers)
  response.end(body)
}
