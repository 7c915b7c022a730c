import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate } from '../api/auth.ts'
import type { Caller } from '../api/operation.ts'
import { notJson, Problem, problem, tooLarge } from '../api/problem.ts'
import { addressOf, isJson, readBody } from '../http/body.ts'
import type { Completions, CompletionsParts } from '../http/completions.ts'
import { createCompletions } from '../http/completions.ts'
import { readCompletion, refuseCompletion } from '../operations/completion.ts'
import { schemeOf } from './origin.ts'
import type { Redirects } from './redirect.ts'
import { createRedirects } from './redirect.ts'

const BASE = '/grid/v1'
/** Where a redirected request arrives. It is ours: nothing is ever sent on to a supplier. */
const FOLLOWED = '/grid/r/v1/'
const BODY_MOST = 16 * 1024 * 1024
const PAGE = '<html><body>You are being redirected</body></html>'

/** Consumption under this dialect's base: inline, or for clients that insist, by way of a redirect to us. */
export type Consumption = {
  takes(path: string): boolean
  serve(request: IncomingMessage, response: ServerResponse, path: string, query: string): Promise<void>
}

/** Our own path of one under the base, or nothing. */
const ownPath = (path: string): string | undefined =>
  path.startsWith(`${BASE}/`) ? path.slice('/grid'.length) : undefined

export function createConsumption(parts: CompletionsParts): Consumption {
  const inline = createCompletions(parts)
  const redirects = createRedirects(Date.now)
  return {
    takes(path) {
      const own = ownPath(path)
      return path.startsWith(FOLLOWED) || (own !== undefined && inline.takes(own))
    },
    async serve(request, response, path, query) {
      const requestId = parts.requestIds.next()
      response.setHeader('x-grid-request-id', requestId)
      if (path.startsWith(FOLLOWED)) {
        await follow(parts, redirects, requestId, { request, response, path, query })
        return
      }
      const own = ownPath(path) ?? path
      if (request.method === 'POST' && new URLSearchParams(query).get('redirect') === '1')
        await redirect(parts, redirects, requestId, { request, response, path: own })
      else await asNamed(parts, requestId).serve(request, response, own)
    },
  }
}

/** The usual way, under a request id that was said already; as a caller that is known already, if one is. */
function asNamed(parts: CompletionsParts, requestId: string, caller?: Caller): Completions {
  const { sessions } = parts
  return createCompletions({
    ...parts,
    sessions: caller === undefined ? sessions : { ...sessions, find: (_, ip) => ({ ...caller, ip }) },
    requestIds: { next: () => requestId },
  })
}

type Exchange = { request: IncomingMessage; response: ServerResponse; path: string }

/** Checks the key and the question, and sends the client on to ourselves with a token that works once. */
async function redirect(
  { venue, sessions }: CompletionsParts,
  redirects: Redirects,
  requestId: string,
  { request, response, path }: Exchange,
): Promise<void> {
  const refuse = (error: Parameters<typeof refuseCompletion>[2]) =>
    refuseCompletion(response, requestId, error)
  if (!isJson(request.headers['content-type'])) {
    request.resume()
    return refuse(notJson())
  }
  const bytes = await readBody(request, BODY_MOST)
  if (bytes === 'too_large') return refuse(tooLarge(BODY_MOST))
  if (bytes === 'aborted') return refuse(problem('invalid_json', 'The body ended early.'))
  const ip = addressOf(request)
  const { host = '' } = request.headers
  const credentials = {
    method: 'POST',
    host,
    pathAndQuery: request.url ?? path,
    headers: request.headers,
    body: bytes,
    ip,
  }
  const caller = sessions.find(request, ip) ?? (await authenticate(venue, credentials))
  if (caller instanceof Problem) return refuse(caller)
  const call = { caller, bytes, requestId, maxPrice: undefined, headers: request.headers }
  const question = path === '/v1/chat/completions' ? readCompletion(venue.sequencer.state, call) : undefined
  if (question !== undefined && 'status' in question) return refuse(question)
  const token = redirects.issue(caller)
  if (token === undefined) return refuse(problem('busy', 'Too many redirects are open. Try again.'))
  response.writeHead(307, {
    location: `${schemeOf(request)}://${host}/grid/r${path}?token=${token}`,
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(PAGE),
    'cache-control': 'no-store',
    'x-request-id': requestId,
  })
  response.end(PAGE)
}

/** Serves a request that was sent on. The token says who asks; what else they send is not looked at. */
async function follow(
  parts: CompletionsParts,
  redirects: Redirects,
  requestId: string,
  { request, response, path, query }: Exchange & { query: string },
): Promise<void> {
  const caller = redirects.redeem(new URLSearchParams(query).get('token') ?? '')
  const asked = path.slice('/grid/r'.length)
  const completions = asNamed(parts, requestId, caller)
  if (caller === undefined || !completions.takes(asked)) {
    request.resume()
    refuseCompletion(
      response,
      requestId,
      problem('unauthenticated', 'The token has been used or is too old.'),
    )
    return
  }
  await completions.serve(request, response, asked)
}
