import type { ChatMessage, ChatRequest } from '../wire/openai.ts'
import { reasoningOf } from '../wire/openai.ts'
import type {
  Chunk,
  Claim,
  Json,
  LogprobEntry,
  Logprobs,
  ReasoningSeal,
  TokenLogprob,
  ToolDelta,
  Unreadable,
} from './chunk.ts'
import { countIn, isObject, isText, malformed, NOTHING, reportedError, textIn } from './chunk.ts'
import type { Dialect, EventReader, OutputLimit } from './dialect.ts'
import { PlainText } from './plain-text.ts'

/** Chat completions, as most suppliers speak them. */
export const openaiDialect: Dialect = {
  path: '/chat/completions',
  accept: 'text/event-stream',
  headers: {},
  keyHeaders: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  uncarried: () => null,
  print,
  newReader: () => new OpenaiReader(),
  readWhole: (data) => read(data, 'message'),
}

class OpenaiReader implements EventReader {
  done = false
  private readonly plain = new PlainText()

  event(data: string): Chunk | Unreadable | null {
    if (data === '[DONE]') {
      this.done = true
      return null
    }
    const text = this.plain.find(data)
    if (text !== undefined) return { delta: { ...NOTHING, content: text }, finish: null, claim: null }
    const chunk = read(data, 'delta')
    const content = plainTextOf(chunk)
    if (content !== undefined) this.plain.learn(data, content, readPlainText)
    return chunk
  }
}

/** The content of an event that holds nothing else. */
function plainTextOf(chunk: Chunk | Unreadable): string | undefined {
  if ('code' in chunk || chunk.delta === null || chunk.finish !== null || chunk.claim !== null)
    return undefined
  return isText(chunk.delta) && chunk.stopSequence === undefined ? chunk.delta.content : undefined
}

const readPlainText = (data: string): string | undefined => plainTextOf(read(data, 'delta'))

const REPLACED = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'thinking',
  'reasoning_effort',
  'tools',
  'user',
  'safety_identifier',
  'metadata',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'cache_control',
  'service_tier',
  'store',
  'provider',
])

function print(request: ChatRequest, model: string, { asked }: OutputLimit): string {
  const call: Json = { model, stream: true, stream_options: { include_usage: true } }
  if (asked !== null) call.max_tokens = asked
  const effort = effortOf(request)
  if (effort !== undefined) call.reasoning_effort = effort
  for (const field in request) {
    const value = request[field as keyof ChatRequest]
    if (value !== null && value !== undefined && !REPLACED.has(field)) call[field] = value
  }
  if (request.tools && request.tools.length > 0) call.tools = request.tools.map(withoutHint)
  const messages: object[] = []
  for (const message of request.messages) {
    if (isPlain(message)) messages.push(message)
    else messages.push(...printMessage(message))
  }
  call.messages = messages
  return JSON.stringify(call)
}

/** Tokens of thinking up to which an effort is called so. */
const EFFORT_TOKENS = { low: 4_096, medium: 16_384 }

/** A budget of thinking in the only words there are for it here; what is left to the model is not said. */
function effortOf({ reasoning_effort: effort, thinking }: ChatRequest): string | undefined {
  if (effort) return effort
  if (thinking?.type !== 'enabled') return undefined
  if (thinking.budget_tokens <= EFFORT_TOKENS.low) return 'low'
  return thinking.budget_tokens <= EFFORT_TOKENS.medium ? 'medium' : 'high'
}

/** A message of text alone that has nothing but what every server reads. */
const isPlain = ({ role, content }: ChatMessage): boolean =>
  typeof content === 'string' && role !== 'assistant' && role !== 'tool'

/** A message as any server reads it; pictures in a tool's result follow it as a message of the user. */
function printMessage(message: ChatMessage): Json[] {
  if (message.role === 'assistant') return [printAssistant(message)]
  const { content, ...rest } = message
  if (typeof content === 'string' && message.role !== 'tool') return [{ ...rest, content }]
  if (message.role !== 'tool') return [{ ...rest, content: plainParts(content) }]
  const { is_error: isError, cache_control: _, ...own } = rest as Json
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content
  const pictures = parts.filter(({ type }) => type === 'image_url')
  const words = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
  const told = { ...own, content: isError === true ? `Error: ${words}` : words }
  return pictures.length === 0 ? [told] : [told, { role: 'user', content: plainParts(pictures) }]
}

function printAssistant(message: Extract<ChatMessage, { role: 'assistant' }>): Json {
  const { content, name, refusal, tool_calls: calls, reasoning_details: details } = message
  const reasoning = reasoningOf(message)
  const sealed = (details ?? []).some((detail) => detail.type === 'reasoning.encrypted' || detail.signature)
  return {
    role: 'assistant',
    content: content === undefined || content === null ? null : plainParts(content),
    ...(name !== undefined && { name }),
    ...(refusal && { refusal }),
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(sealed && { reasoning_details: details }),
    ...(calls && calls.length > 0 && { tool_calls: calls }),
  }
}

/** Which place is worth caching is a hint that only other dialects know. */
const withoutHint = (part: Json): Json => ({
  ...part,
  cache_control: undefined,
  prompt_cache_breakpoint: undefined,
})

/** Content without the hints that only other dialects know. */
function plainParts(content: ChatMessage['content']): unknown {
  if (!Array.isArray(content)) return content
  return content.map(withoutHint)
}

function read(data: string, part: 'delta' | 'message'): Chunk | Unreadable {
  let parsed: unknown
  try {
    parsed = JSON.parse(data)
  } catch {
    return malformed('an event is not JSON')
  }
  if (!isObject(parsed)) return malformed('an event is not an object')
  if (parsed.error !== undefined && parsed.error !== null) return reportedError()
  const claim = claimOf(parsed.usage)
  const { choices } = parsed
  if (!Array.isArray(choices))
    return claim === null ? malformed('an event without choices') : { delta: null, finish: null, claim }
  const choice: unknown = choices.find((entry) => isObject(entry) && (entry.index ?? 0) === 0)
  if (choice === undefined) {
    if (choices.some((entry) => !isObject(entry))) return malformed('a choice is not an object')
    return { delta: null, finish: null, claim }
  }
  return readChoice(choice as Json, part, claim)
}

function readChoice(choice: Json, part: 'delta' | 'message', claim: Claim | null): Chunk | Unreadable {
  const finish = finishOf(choice.finish_reason)
  if (finish === undefined) return malformed('an unknown finish reason')
  const found = choice[part]
  if (found === undefined || found === null)
    return finish === null ? malformed(`a choice without ${part}`) : { delta: null, finish, claim }
  if (!isObject(found)) return malformed(`${part} is not an object`)
  const content = textIn(found.content)
  const reasoning = textIn(found.reasoning_content ?? found.reasoning)
  const refusal = textIn(found.refusal)
  const tools = toolsOf(found.tool_calls)
  const logprobs = logprobsOf(choice.logprobs)
  const seals = sealsOf(found.reasoning_details)
  if (
    content === undefined ||
    reasoning === undefined ||
    refusal === undefined ||
    tools === undefined ||
    logprobs === undefined ||
    seals === undefined
  )
    return malformed(`a field of ${part} has the wrong type`)
  const delta = { content, reasoning, refusal, tools, logprobs, seals }
  // Some servers tell which stop sequence they met.
  const { stop_reason: stopSequence } = choice
  return { delta, finish, claim, ...(typeof stopSequence === 'string' && { stopSequence }) }
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

function toolsOf(value: unknown): ToolDelta[] | null | undefined {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) return undefined
  const tools: ToolDelta[] = []
  for (const [place, entry] of value.entries()) {
    if (!isObject(entry)) return undefined
    const called = isObject(entry.function) ? entry.function : {}
    const index = entry.index ?? place
    const id = textIn(entry.id)
    const name = textIn(called.name)
    const given = textIn(called.arguments)
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index > 127) return undefined
    if (id === undefined || name === undefined || given === undefined) return undefined
    tools.push({ index, id, name, arguments: given })
  }
  return tools.length === 0 ? null : tools
}

/** The parts of `reasoning_details` that are not text; kinds nobody here knows are left with the supplier. */
function sealsOf(value: unknown): ReasoningSeal[] | null | undefined {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) return undefined
  const seals: ReasoningSeal[] = []
  for (const entry of value) {
    if (!isObject(entry)) return undefined
    const { type, signature, data } = entry
    if (type === 'reasoning.text' && typeof signature === 'string' && signature !== '')
      seals.push({ type, signature })
    else if (type === 'reasoning.encrypted' && typeof data === 'string') seals.push({ type, data })
  }
  return seals.length === 0 ? null : seals
}

function claimOf(usage: unknown): Claim | null {
  if (!isObject(usage)) return null
  return { input: countIn(usage.prompt_tokens), output: countIn(usage.completion_tokens) }
}

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
