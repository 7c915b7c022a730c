import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate } from '../api/auth.ts'
import type { Complete } from '../operations/completion.ts'
import { readCompletion, refuseCompletion } from '../operations/completion.ts'
import { getModel, listModels } from '../operations/models.ts'
import type { Caller } from '../api/operation.ts'
import { methodNotAllowed, notFound, notJson, Problem, problem, tooLarge, tooMany } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { addressOf, isJson, readBody } from './body.ts'
import type { Metrics } from './metrics.ts'
import type { RequestIds } from './request-id.ts'
import type { Sessions } from './session.ts'

/** Largest body of a completion. */
const BODY_MOST = 16 * 1024 * 1024
const CHAT = '/v1/chat/completions'
const MODELS = '/v1/models'

/** The surface that OpenAI's clients speak. It answers in their shapes, errors too. */
export type Completions = {
  takes(path: string): boolean
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}

export type CompletionsParts = {
  venue: Venue
  complete: Complete
  sessions: Sessions
  metrics: Metrics
  requestIds: RequestIds
}

export function createCompletions(parts: CompletionsParts): Completions {
  const { venue, complete, metrics, requestIds } = parts
  return {
    takes: (path) => path === CHAT || path === MODELS || path.startsWith(`${MODELS}/`),
    async serve(request, response, path) {
      const requestId = requestIds.next()
      const refuse = (error: Parameters<typeof refuseCompletion>[2]) =>
        refuseCompletion(response, requestId, error)
      if (path !== CHAT) {
        request.resume()
        if (request.method !== 'GET') return refuse(methodNotAllowed(['GET']))
        return sendModels(venue, response, requestId, path)
      }
      if (request.method !== 'POST') {
        request.resume()
        return refuse(methodNotAllowed(['POST']))
      }
      const bytes = await bodyOf(request)
      if (bytes instanceof Problem) return refuse(bytes)
      const caller = await callerOf(parts, request, bytes)
      if (caller instanceof Problem) return refuse(caller)
      const maxPrice = request.headers['x-busbar-max-price']
      const { headers } = request
      const call = {
        caller,
        bytes,
        requestId,
        maxPrice: typeof maxPrice === 'string' ? maxPrice : undefined,
        headers,
      }
      const completion = readCompletion(venue.sequencer.state, call)
      if ('status' in completion) return refuse(completion)
      metrics.streaming('completion', 1)
      await complete(completion, response)
      metrics.streaming('completion', -1)
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array | Problem> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (!isJson(request.headers['content-type']) || encoding !== 'identity') {
    request.resume()
    return notJson()
  }
  const bytes = await readBody(request, BODY_MOST)
  if (bytes === 'too_large') return tooLarge(BODY_MOST)
  return bytes === 'aborted' ? problem('invalid_json', 'The body ended early.') : bytes
}

/** Who calls, if their key is good and they do not call too often. */
async function callerOf(
  { venue, sessions }: CompletionsParts,
  request: IncomingMessage,
  body: Uint8Array,
): Promise<Caller | Problem> {
  const ip = addressOf(request)
  const credentials = {
    method: request.method ?? 'POST',
    host: request.headers.host ?? '',
    pathAndQuery: request.url ?? CHAT,
    headers: request.headers,
    body,
    ip,
  }
  const caller = sessions.find(request, ip) ?? (await authenticate(venue, credentials))
  if (caller instanceof Problem) return caller
  const verdict = venue.rates.take(caller.account, 'order', venue.clock())
  return verdict.pass ? caller : tooMany(verdict.waitSeconds)
}

async function sendModels(
  venue: Venue,
  response: ServerResponse,
  requestId: string,
  path: string,
): Promise<void> {
  const name = path.slice(MODELS.length + 1)
  const found = path === MODELS ? await listModels(venue) : await getModel(venue, name.replace(/%2f/i, '/'))
  if (found === undefined) return refuseCompletion(response, requestId, notFound('model'))
  const body = JSON.stringify(found)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
  })
  response.end(body)
}
