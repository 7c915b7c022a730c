import { fstatSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import type { Chance } from '../base/chance.ts'
import { chance } from '../base/chance.ts'
import type { Completion, ModelProfile } from './completion.ts'
import { BadRequest, completionFor } from './completion.ts'
import { pause, sendWhole, streamChunks } from './pace.ts'

/** The models of one server, by name. */
export type ModelServerOptions = {
  models: Record<string, ModelProfile>
  /** Asked of callers as a bearer key; absent: none. */
  apiKey?: string
}

const BODY_LIMIT = 8 * 1024 * 1024
const MS_PER_INPUT_TOKEN = 0.05

class Refused extends Error {
  override name = 'Refused'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function bodyOf(request: IncomingMessage): Promise<{ [key: string]: unknown }> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > BODY_LIMIT) throw new Refused(413, 'the body is larger than 8 MiB')
    parts.push(part)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'))
    if (typeof body === 'object' && body !== null) return body as { [key: string]: unknown }
  } catch {
    // Said below, for text that is no JSON as for JSON that is no object.
  }
  throw new Refused(400, 'the body is a JSON object')
}

const send = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

const strayed = (value: number, jitter: number, luck: Chance): number =>
  value * (1 + jitter * (2 * luck.fraction() - 1))

/** Answers one chat request at the model's own pace, or fails as often as its profile says. */
async function complete(
  options: ModelServerOptions,
  luck: Chance,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request)
  const name = String(body.model)
  const profile = options.models[name]
  if (!profile) throw new Refused(404, `there is no model ${name}`)
  const completion: Completion = completionFor(body, profile)
  const fails = luck.fraction() < profile.errorRate
  const waitMs =
    strayed(profile.firstTokenMs, profile.jitter, luck) + completion.inputTokens * MS_PER_INPUT_TOKEN
  await pause(waitMs, response)
  if (response.destroyed) return
  if (fails && luck.below(4) > 0) throw new Refused(503, 'the model is overloaded')
  const answer = {
    completion,
    model: name,
    tokensPerSecond: strayed(profile.tokensPerSecond, profile.jitter, luck),
    /** The rarer failure: half of the answer, then a dropped connection. */
    dropAfter: fails ? completion.outputTokens / 2 : Number.POSITIVE_INFINITY,
  }
  if (body.stream !== true) return sendWhole(response, answer)
  const { include_usage: usage } = (body.stream_options ?? {}) as { include_usage?: boolean }
  return streamChunks(response, answer, usage === true)
}

async function handle(
  options: ModelServerOptions,
  luck: Chance,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?')[0]
  if (options.apiKey !== undefined && request.headers.authorization !== `Bearer ${options.apiKey}`)
    throw new Refused(401, 'the API key is not known here')
  if (request.method === 'GET' && path === '/v1/models') {
    const data = Object.keys(options.models).map((id) => ({
      id,
      object: 'model',
      created: 0,
      owned_by: 'demo',
    }))
    return send(response, 200, { object: 'list', data })
  }
  if (request.method === 'POST' && path === '/v1/chat/completions')
    return complete(options, luck, request, response)
  throw new Refused(404, 'there is nothing here; try /v1/chat/completions')
}

function answerFailure(error: unknown, response: ServerResponse): void {
  const status = error instanceof Refused ? error.status : error instanceof BadRequest ? 400 : 500
  if (response.headersSent) response.destroy()
  else
    send(response, status, {
      error: {
        message: error instanceof Error ? error.message : String(error),
        type: 'sample_model',
        code: null,
      },
    })
}

/** Starts a sample model server on a free port of 127.0.0.1. */
export async function startModelServer(
  options: ModelServerOptions,
): Promise<{ server: Server; port: number }> {
  const seed = Object.values(options.models).reduce((sum, profile) => sum + profile.seed, 0)
  const luck = chance(seed)
  const server = createServer((request, response) => {
    // A caller that hangs up ends its answer; nothing else is lost.
    response.on('error', () => {})
    handle(options, luck, request, response).catch((error: unknown) => answerFailure(error, response))
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** Whether stdin is a pipe, whose end means that the parent is gone. */
function stdinIsPipe(): boolean {
  const found = fstatSync(0)
  return found.isFIFO() || found.isSocket()
}

/** Runs as a process of its own: options as JSON in the first argument, the port as one line on stdout. */
async function run(): Promise<void> {
  const { port } = await startModelServer(
    JSON.parse(process.argv[2] ?? '{"models":{}}') as ModelServerOptions,
  )
  const leave = () => process.exit(0)
  process.on('disconnect', leave)
  // Ctrl-C reaches the whole group; the parent ends us when its open answers are finished.
  process.on('SIGINT', () => {})
  if (stdinIsPipe()) process.stdin.on('end', leave).on('error', leave).resume()
  process.stdout.write(`${port}\n`)
  process.send?.({ port })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run()
