import type { ChatRequest } from '../wire/openai.ts'
import { printMessages, uncarriedMessage } from './anthropic-message.ts'
import type { Chunk, Claim, Delta, Json, Unreadable } from './chunk.ts'
import { countIn, isObject, malformed, NOTHING, reportedError, textIn } from './chunk.ts'
import type { Dialect, EventReader, OutputLimit } from './dialect.ts'

/** Messages, as Anthropic and those who follow it speak them. */
export const anthropicDialect: Dialect = {
  path: '/messages',
  accept: 'text/event-stream',
  headers: { 'anthropic-version': '2023-06-01' },
  keyHeaders: (apiKey) => ({ 'x-api-key': apiKey }),
  uncarried,
  print,
  newReader: () => new MessageReader(),
  readWhole,
}

function uncarried(request: ChatRequest): string | null {
  for (const field of ['seed', 'logit_bias', 'frequency_penalty', 'presence_penalty'] as const)
    if (request[field] !== null && request[field] !== undefined && request[field] !== 0) return field
  if (request.logprobs) return 'logprobs'
  if (request.verbosity && request.verbosity !== 'medium') return 'verbosity'
  if ((request.temperature ?? 0) > 1) return 'temperature'
  const format = request.response_format
  if (format?.type === 'json_object') return 'response_format'
  if (format?.type === 'json_schema' && format.json_schema.schema === undefined) return 'response_format'
  return uncarriedMessage(request.messages)
}

function print(request: ChatRequest, model: string, { asked, most }: OutputLimit): string {
  const { temperature, top_p, top_k, stop, thinking, reasoning_effort: effort } = request
  const { system, messages } = printMessages(request.messages)
  const choice = toolChoiceOf(request)
  const output = outputConfigOf(request)
  return JSON.stringify({
    model,
    stream: true,
    max_tokens: asked ?? most,
    ...(system.length > 0 && { system }),
    messages,
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof top_p === 'number' && { top_p }),
    ...(typeof top_k === 'number' && { top_k }),
    ...(request.cache_control && { cache_control: request.cache_control }),
    ...(stop && { stop_sequences: typeof stop === 'string' ? [stop] : stop }),
    ...(request.tools && { tools: request.tools.map(printTool) }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(thinking && { thinking }),
    ...(!thinking && effort === 'none' && { thinking: { type: 'disabled' } }),
    ...(Object.keys(output).length > 0 && { output_config: output }),
  })
}

const printTool = ({ function: called, cache_control }: NonNullable<ChatRequest['tools']>[number]) => ({
  name: called.name,
  ...(called.description !== undefined && { description: called.description }),
  input_schema: called.parameters ?? { type: 'object', properties: {} },
  ...(called.strict && { strict: true }),
  ...(cache_control && { cache_control }),
})

function toolChoiceOf({ tools, tool_choice: choice, parallel_tool_calls }: ChatRequest): Json | undefined {
  if (!tools) return undefined
  const alone = parallel_tool_calls === false && { disable_parallel_tool_use: true }
  if (choice === 'none') return { type: 'none' }
  if (choice === 'required') return { type: 'any', ...alone }
  if (typeof choice === 'object' && choice !== null)
    return { type: 'tool', name: choice.function.name, ...alone }
  return choice === 'auto' || alone ? { type: 'auto', ...alone } : undefined
}

function outputConfigOf({ reasoning_effort: effort, response_format: format }: ChatRequest): Json {
  const schema = format?.type === 'json_schema' ? format.json_schema.schema : undefined
  return {
    ...(effort && effort !== 'none' && { effort: effort === 'minimal' ? 'low' : effort }),
    ...(schema !== undefined && { format: { type: 'json_schema', schema } }),
  }
}

class MessageReader implements EventReader {
  done = false
  private input: number | null = null
  private tools = 0
  /** Which of our tool calls a content block is. */
  private readonly toolAt = new Map<unknown, number>()

  event(data: string): Chunk | Unreadable | null {
    const event = parse(data)
    if (event === undefined) return malformed('an event is not a JSON object')
    switch (event.type) {
      case 'message_start':
        this.input = inputOf(isObject(event.message) ? event.message.usage : undefined)
        return null
      case 'content_block_start':
        return this.started(event.index, event.content_block)
      case 'content_block_delta':
        return this.added(event.index, event.delta)
      case 'message_delta':
        return this.ended(event)
      case 'message_stop':
        this.done = true
        return null
      case 'ping':
      case 'content_block_stop':
        return null
      case 'error':
        return reportedError()
      default:
        return malformed('an unknown event')
    }
  }

  private started(at: unknown, block: unknown): Chunk | Unreadable | null {
    const delta = blockDelta(block, this.tools)
    if ('code' in delta) return delta
    if (delta.tools !== null) this.toolAt.set(at, this.tools++)
    return delta === NOTHING ? null : { delta, finish: null, claim: null }
  }

  private added(at: unknown, part: unknown): Chunk | Unreadable | null {
    if (!isObject(part)) return malformed('a delta is not an object')
    const tool = this.toolAt.get(at)
    const text = textIn(part.text ?? part.thinking ?? part.signature ?? part.partial_json)
    if (text === undefined) return malformed('a delta has the wrong type')
    if (text === null) return null
    const delta = { ...NOTHING }
    if (part.type === 'text_delta') delta.content = text
    else if (part.type === 'thinking_delta') delta.reasoning = text
    else if (part.type === 'signature_delta') delta.seals = [{ type: 'reasoning.text', signature: text }]
    else if (part.type === 'input_json_delta' && tool !== undefined)
      delta.tools = [{ index: tool, id: null, name: null, arguments: text }]
    else return malformed('an unknown delta')
    return { delta, finish: null, claim: null }
  }

  private ended({ delta, usage }: Json): Chunk | Unreadable | null {
    if (!isObject(delta)) return malformed('a message delta is not an object')
    const output = isObject(usage) ? countIn(usage.output_tokens) : null
    const claim = { input: inputOf(usage) ?? this.input, output }
    return endOf(delta, claim)
  }
}

/** A finish reason, and the sequence that was met. */
function endOf({ stop_reason: reason, stop_sequence: met }: Json, claim: Claim): Chunk | Unreadable | null {
  const finish = finishOf(reason)
  if (finish === undefined) return malformed('an unknown stop reason')
  if (finish === null) return null
  return { delta: null, finish, claim, ...(typeof met === 'string' && { stopSequence: met }) }
}

function finishOf(reason: unknown): Chunk['finish'] | undefined {
  switch (reason) {
    case null:
    case undefined:
      return null
    case 'end_turn':
    case 'stop_sequence':
      return 'stop'
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      return 'tool_calls'
    case 'refusal':
      return 'content_filter'
    default:
      return undefined
  }
}

/** What a content block brings with it when it starts, or all of it where the answer is whole. */
function blockDelta(block: unknown, tool: number): Delta | Unreadable {
  if (!isObject(block)) return malformed('a content block is not an object')
  const { type, id, name, input, data } = block
  if (type === 'text' || type === 'thinking') {
    const text = textIn(type === 'text' ? block.text : block.thinking)
    const signature = textIn(block.signature)
    if (text === undefined || signature === undefined) return malformed('a text is not one')
    if (text === null && signature === null) return NOTHING
    const seals = signature === null ? null : [{ type: 'reasoning.text' as const, signature }]
    return type === 'text' ? { ...NOTHING, content: text } : { ...NOTHING, reasoning: text, seals }
  }
  if (type === 'redacted_thinking' && typeof data === 'string')
    return { ...NOTHING, seals: [{ type: 'reasoning.encrypted', data }] }
  if (type === 'tool_use' && typeof id === 'string' && typeof name === 'string') {
    const given = isObject(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : null
    return { ...NOTHING, tools: [{ index: tool, id, name, arguments: given }] }
  }
  return malformed('an unknown content block')
}

function readWhole(data: string): Chunk | Unreadable {
  const message = parse(data)
  if (message === undefined) return malformed('the answer is not a JSON object')
  if (message.type === 'error') return reportedError()
  const { content, usage } = message
  if (!Array.isArray(content)) return malformed('an answer without content')
  const whole = { ...NOTHING }
  for (const block of content) {
    const part = blockDelta(block, whole.tools?.length ?? 0)
    if ('code' in part) return part
    if (part.content !== null) whole.content = (whole.content ?? '') + part.content
    if (part.reasoning !== null) whole.reasoning = (whole.reasoning ?? '') + part.reasoning
    if (part.tools !== null) whole.tools = [...(whole.tools ?? []), ...part.tools]
    if (part.seals !== null) whole.seals = [...(whole.seals ?? []), ...part.seals]
  }
  const output = isObject(usage) ? countIn(usage.output_tokens) : null
  const end = endOf(message, { input: inputOf(usage), output })
  if (end === null) return malformed('an answer without a stop reason')
  return 'code' in end ? end : { ...end, delta: whole }
}

/** Tokens of the prompt, those from and for the cache included. */
function inputOf(usage: unknown): number | null {
  if (!isObject(usage)) return null
  const read = countIn(usage.input_tokens)
  if (read === null) return null
  return (
    read + (countIn(usage.cache_read_input_tokens) ?? 0) + (countIn(usage.cache_creation_input_tokens) ?? 0)
  )
}

function parse(data: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
