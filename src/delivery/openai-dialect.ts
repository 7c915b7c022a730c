import type { ChatRequest } from '../wire/openai.ts'
import type { Failure } from './failure.ts'
import { failure } from './failure.ts'

export type Finish = 'stop' | 'length' | 'tool_calls'

export type ToolDelta = { index: number; id: string | null; name: string | null; arguments: string | null }
export type TokenLogprob = { token: string; logprob: number; bytes: number[] | null }
export type LogprobEntry = TokenLogprob & { top_logprobs: TokenLogprob[] }
export type Logprobs = { content: LogprobEntry[] | null; refusal: LogprobEntry[] | null }

/** What one event adds to the answer. Everything in it has been checked and may be printed as it is. */
export type Delta = {
  content: string | null
  reasoning: string | null
  refusal: string | null
  tools: ToolDelta[] | null
  logprobs: Logprobs | null
}

/** A supplier's own count, believed by nobody: kept to publish how far it is from ours. */
export type Claim = { input: number | null; output: number | null }

export type Chunk = { delta: Delta | null; finish: Finish | 'content_filter' | null; claim: Claim | null }

type Json = { [key: string]: unknown }
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What goes to the supplier: known fields only, with the supplier's own model name. Streams are always asked
 * for.
 */
export function printCall(request: ChatRequest, model: string, outputMax: number | null): string {
  const call: Json = { model, stream: true, stream_options: { include_usage: true } }
  if (outputMax !== null) call.max_tokens = outputMax
  for (const [field, value] of Object.entries(request))
    if (value !== null && value !== undefined && !REPLACED.has(field)) call[field] = value
  return JSON.stringify(call)
}

const REPLACED = new Set(['model', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'])

/** Reads one streamed event. */
export function readChunk(data: string): Chunk | Failure {
  return read(data, 'delta')
}

/** Reads a whole answer, which a supplier may give although a stream was asked for. */
export function readWhole(data: string): Chunk | Failure {
  return read(data, 'message')
}

export const isFailure = (value: Chunk | Failure): value is Failure => 'code' in value

function read(data: string, part: 'delta' | 'message'): Chunk | Failure {
  let parsed: unknown
  try {
    parsed = JSON.parse(data)
  } catch {
    return failure('malformed', 'an event is not JSON')
  }
  if (!isObject(parsed)) return failure('malformed', 'an event is not an object')
  if (parsed.error !== undefined && parsed.error !== null)
    return failure('reported_error', 'the supplier reported an error in its answer')
  const claim = claimOf(parsed.usage)
  const { choices } = parsed
  if (!Array.isArray(choices))
    return claim === null
      ? failure('malformed', 'an event without choices')
      : { delta: null, finish: null, claim }
  const choice: unknown = choices.find((entry) => isObject(entry) && (entry.index ?? 0) === 0)
  if (choice === undefined) {
    if (choices.some((entry) => !isObject(entry))) return failure('malformed', 'a choice is not an object')
    return { delta: null, finish: null, claim }
  }
  return readChoice(choice as Json, part, claim)
}

function readChoice(choice: Json, part: 'delta' | 'message', claim: Claim | null): Chunk | Failure {
  const finish = finishOf(choice.finish_reason)
  if (finish === undefined) return failure('malformed', 'an unknown finish reason')
  const found = choice[part]
  if (found === undefined || found === null)
    return finish === null ? failure('malformed', `a choice without ${part}`) : { delta: null, finish, claim }
  if (!isObject(found)) return failure('malformed', `${part} is not an object`)
  const content = textOf(found.content)
  const reasoning = textOf(found.reasoning_content ?? found.reasoning)
  const refusal = textOf(found.refusal)
  const tools = toolsOf(found.tool_calls)
  const logprobs = logprobsOf(choice.logprobs)
  if (
    content === undefined ||
    reasoning === undefined ||
    refusal === undefined ||
    tools === undefined ||
    logprobs === undefined
  )
    return failure('malformed', `a field of ${part} has the wrong type`)
  return { delta: { content, reasoning, refusal, tools, logprobs }, finish, claim }
}

function finishOf(reason: unknown): Chunk['finish'] | undefined {
  switch (reason) {
    case undefined:
    case null:
      return null
    case 'stop':
    case 'length':
    case 'tool_calls':
    case 'content_filter':
      return reason
    default:
      return undefined
  }
}

/** Text, or null where there is none; `undefined` if it is something else. */
function textOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null
  return typeof value === 'string' ? value : undefined
}

function toolsOf(value: unknown): ToolDelta[] | null | undefined {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) return undefined
  const tools: ToolDelta[] = []
  for (const [place, entry] of value.entries()) {
    if (!isObject(entry)) return undefined
    const called = isObject(entry.function) ? entry.function : {}
    const index = entry.index ?? place
    const id = textOf(entry.id)
    const name = textOf(called.name)
    const given = textOf(called.arguments)
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index > 127) return undefined
    if (id === undefined || name === undefined || given === undefined) return undefined
    tools.push({ index, id, name, arguments: given })
  }
  return tools.length === 0 ? null : tools
}

function claimOf(usage: unknown): Claim | null {
  if (!isObject(usage)) return null
  return { input: countOf(usage.prompt_tokens), output: countOf(usage.completion_tokens) }
}

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null

function logprobsOf(value: unknown): Logprobs | null | undefined {
  if (value === undefined || value === null) return null
  if (!isObject(value)) return undefined
  const content = entriesOf(value.content)
  const refusal = entriesOf(value.refusal)
  if (content === undefined || refusal === undefined) return undefined
  return content === null && refusal === null ? null : { content, refusal }
}

function entriesOf(value: unknown): LogprobEntry[] | null | undefined {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) return undefined
  const entries: LogprobEntry[] = []
  for (const entry of value) {
    const own = tokenOf(entry)
    const rivals = isObject(entry) && Array.isArray(entry.top_logprobs) ? entry.top_logprobs.map(tokenOf) : []
    if (own === undefined || rivals.includes(undefined)) return undefined
    entries.push({ ...own, top_logprobs: rivals as TokenLogprob[] })
  }
  return entries
}

function tokenOf(value: unknown): TokenLogprob | undefined {
  if (!isObject(value) || typeof value.token !== 'string' || typeof value.logprob !== 'number')
    return undefined
  const { bytes } = value
  const plain =
    Array.isArray(bytes) && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)
  return { token: value.token, logprob: value.logprob, bytes: plain ? (bytes as number[]) : null }
}
