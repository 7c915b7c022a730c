import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate } from '../api/auth.ts'
import type { Complete, CompletionCall, CountTokens } from '../operations/completion.ts'
import { countTokens, readCompletion, refuseCompletion } from '../operations/completion.ts'
import { getModel, listModels } from '../operations/models.ts'
import { COUNTERS } from '../surface/counters.ts'
import { COUNT_TOKENS } from '../surface/messages-request.ts'
import type { Counter } from '../surface/question.ts'
import { CHAT } from '../surface/question.ts'
import type { Caller } from '../api/operation.ts'
import { methodNotAllowed, notFound, notJson, Problem, problem, tooLarge, tooMany } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import { addressOf, isJson, readBody } from './body.ts'
import type { Metrics } from './metrics.ts'
import type { RequestIds } from './request-id.ts'
import type { Sessions } from './session.ts'

/** Largest body of a completion. */
const BODY_MOST = 16 * 1024 * 1024
const MODELS = '/v1/models'

/** What OpenAI's and Anthropic's clients call. They are answered in their shapes, errors too. */
export type Completions = {
  takes(path: string): boolean
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}

export type CompletionsParts = {
  venue: Venue
  complete: Complete
  count: CountTokens
  sessions: Sessions
  metrics: Metrics
  requestIds: RequestIds
}

const counters = new Map<string, Counter>([...COUNTERS, COUNT_TOKENS].map((one) => [one.path, one]))

export function createCompletions(parts: CompletionsParts): Completions {
  const { venue, requestIds } = parts
  return {
    takes: (path) => counters.has(path) || path === MODELS || path.startsWith(`${MODELS}/`),
    async serve(request, response, path) {
      const requestId = requestIds.next()
      const counter = counters.get(path) ?? CHAT
      const refuse = (error: Parameters<typeof refuseCompletion>[2]) =>
        refuseCompletion(response, requestId, error, counter)
      if (!counters.has(path)) {
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
      const { headers } = request
      const given = headers['x-busbar-max-price']
      const maxPrice = typeof given === 'string' ? given : undefined
      await answer(parts, { caller, bytes, requestId, maxPrice, headers, counter }, response)
    },
  }
}

/** Serves what was asked at a counter, or counts it. */
async function answer(
  { venue, complete, count, metrics }: CompletionsParts,
  call: CompletionCall & { counter: Counter },
  response: ServerResponse,
): Promise<void> {
  const refuse = (error: Parameters<typeof refuseCompletion>[2]) =>
    refuseCompletion(response, call.requestId, error, call.counter)
  const completion = readCompletion(venue.sequencer.state, call)
  if ('status' in completion) return refuse(completion)
  if (call.counter === COUNT_TOKENS) {
    const tokens = await countTokens(count, completion)
    return 'status' in tokens ? refuse(tokens) : sendJson(response, call.requestId, tokens)
  }
  metrics.streaming('completion', 1)
  await complete(completion, response)
  metrics.streaming('completion', -1)
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
    pathAndQuery: request.url ?? CHAT.path,
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
  sendJson(response, requestId, found)
}

function sendJson(response: ServerResponse, requestId: string, value: object): void {
  const body = JSON.stringify(value)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
  })
  response.end(body)
}
