import { z } from 'zod'
import type { ChatMessage, ChatRequest, ContentPart, ReasoningDetail } from '../wire/openai.ts'
import { messagesSurface, MESSAGES_SURFACE } from './messages-answer.ts'
import type { Counter } from './question.ts'
import { readBy } from './question.ts'

// Anthropic's Messages as its clients and coding agents send them. Hints about caching are carried to
// suppliers that know them; what no supplier could be given is a fault that names the parameter.

const hint = z.object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() }).nullish()

const text = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  cache_control: hint,
  citations: z.null('citations are not carried').optional(),
})
const image = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: z.string().min(1),
    }),
    z.strictObject({ type: z.literal('url'), url: z.string().regex(/^https:\/\//, 'an https URL') }),
  ]),
  cache_control: hint,
})
const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().max(256),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image]))]).optional(),
  is_error: z.boolean().nullish(),
  cache_control: hint,
})
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().max(256),
  name: z.string().max(128),
  input: z.record(z.string(), z.unknown()),
  caller: z.object({ type: z.literal('direct') }).optional(),
  cache_control: hint,
})
const thought = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string().default(''),
})
const sealed = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() })

const userBlock = z.discriminatedUnion('type', [text, image, toolResult])
const assistantBlock = z.discriminatedUnion('type', [text, thought, sealed, toolUse])

const turn = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('user'), content: z.union([z.string(), z.array(userBlock)]) }),
  z.strictObject({ role: z.literal('assistant'), content: z.union([z.string(), z.array(assistantBlock)]) }),
  /** A word of the client's own in the middle of a conversation. */
  z.strictObject({
    role: z.literal('system'),
    content: z.union([z.string().min(1), z.array(text).min(1)]),
    clear_at: z.literal('never', 'nothing is taken out of a conversation').nullish(),
  }),
])

const tool = z.strictObject({
  type: z.literal('custom', 'tools of the client only').nullish(),
  name: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'letters, digits, _ and -, up to 128'),
  description: z.string().optional(),
  input_schema: z.record(z.string(), z.unknown()),
  strict: z.boolean().nullish(),
  cache_control: hint,
  eager_input_streaming: z.boolean().nullish(),
  defer_loading: z.literal(false, 'tools are not searched for').optional(),
  allowed_callers: z.tuple([z.literal('direct')], 'tools are called by the model alone').optional(),
})

const parallel = { disable_parallel_tool_use: z.boolean().optional() }
const toolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), ...parallel }),
  z.strictObject({ type: z.literal('any'), ...parallel }),
  z.strictObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
  z.strictObject({ type: z.literal('none') }),
])

const display = z.enum(['summarized', 'omitted']).nullish()
const thinking = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('enabled'),
    budget_tokens: z.number().int().min(1_024).max(10_000_000),
    display,
  }),
  z.strictObject({ type: z.literal('adaptive'), display }),
  z.strictObject({ type: z.literal('disabled') }),
])
const format = z.strictObject({
  type: z.literal('json_schema'),
  schema: z.record(z.string(), z.unknown()),
})

/** The part of a request that is counted. */
const prompt = {
  model: z.string().min(1).max(64),
  messages: z.array(turn).min(1).max(10_000),
  system: z.union([z.string(), z.array(text)]).nullish(),
  tools: z.array(tool).max(1_024).nullish(),
  tool_choice: toolChoice.nullish(),
  thinking: thinking.nullish(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: format.nullish(),
    })
    .nullish(),
  output_format: format.nullish(),
  cache_control: hint,
  /** Nothing is taken out of a conversation here: only the edit that keeps everything. */
  context_management: z
    .strictObject({
      edits: z
        .array(z.strictObject({ type: z.literal('clear_thinking_20251015'), keep: z.literal('all') }))
        .optional(),
    })
    .nullish(),
  mcp_servers: z.array(z.unknown()).max(0, 'servers are not called from here').nullish(),
}

/** `POST /v1/messages`. `model` names an instrument. */
export const messagesRequest = z.strictObject({
  ...prompt,
  max_tokens: z.number().int().min(1).max(10_000_000),
  stream: z.boolean().nullish(),
  stop_sequences: z.array(z.string().min(1)).max(16).nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.number().int().min(1).max(1_000).nullish(),
  metadata: z.strictObject({ user_id: z.string().max(512).nullish() }).nullish(),
  service_tier: z.enum(['auto', 'standard_only']).nullish(),
  speed: z.literal('standard', 'there are no tiers of speed').nullish(),
  inference_geo: z.null('name it as provider.region').optional(),
  container: z.null('no containers are kept').optional(),
  provider: z.unknown().optional(),
})

/** `POST /v1/messages/count_tokens`. */
export const countRequest = z.strictObject(prompt)

type Prompt = z.output<typeof countRequest>
type Turn = Prompt['messages'][number]
type AssistantBlock = z.output<typeof assistantBlock>
type UserBlock = z.output<typeof userBlock>

export const MESSAGES: Counter = {
  path: '/v1/messages',
  read: readBy(messagesRequest, (request) => ({ body: chatOf(request), surface: messagesSurface() })),
  refusal: MESSAGES_SURFACE,
}

export const COUNT_TOKENS: Counter = {
  path: '/v1/messages/count_tokens',
  read: readBy(countRequest, (request) => ({ body: chatOfPrompt(request), surface: messagesSurface() })),
  refusal: MESSAGES_SURFACE,
}

function chatOf(request: z.output<typeof messagesRequest>): ChatRequest {
  const { max_tokens, stream, stop_sequences: stop, temperature, top_p, top_k } = request
  return {
    ...chatOfPrompt(request),
    max_tokens,
    stream,
    temperature,
    top_p,
    top_k,
    ...(stop && stop.length > 0 && { stop }),
  }
}

function chatOfPrompt(request: Prompt): ChatRequest {
  const { model, system, messages, tools, tool_choice: choice, thinking: thought } = request
  const effort = request.output_config?.effort
  const schema = (request.output_config?.format ?? request.output_format)?.schema
  const alone = choice && 'disable_parallel_tool_use' in choice && choice.disable_parallel_tool_use
  return {
    model,
    messages: [...systemOf(system), ...messages.flatMap(messagesOf)],
    ...(tools && tools.length > 0 && { tools: tools.map(toolOf) }),
    ...(choice && { tool_choice: choiceOf(choice) }),
    ...(alone && { parallel_tool_calls: false }),
    ...(thought && { thinking: thought }),
    ...(effort && { reasoning_effort: effort }),
    ...(request.cache_control && { cache_control: request.cache_control }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'output', schema } } }),
  }
}

function systemOf(system: Prompt['system']): ChatMessage[] {
  if (!system || system.length === 0) return []
  if (typeof system === 'string') return [{ role: 'system', content: system }]
  return [{ role: 'system', content: system.map(textOf) }]
}

const textOf = ({ text: words, cache_control }: z.output<typeof text>) => ({
  type: 'text' as const,
  text: words,
  ...(cache_control && { cache_control }),
})

const toolOf = ({ name, description, input_schema, strict, cache_control }: z.output<typeof tool>) => ({
  type: 'function' as const,
  function: {
    name,
    ...(description !== undefined && { description }),
    parameters: input_schema,
    ...(strict && { strict }),
  },
  ...(cache_control && { cache_control }),
})

function choiceOf(choice: z.output<typeof toolChoice>): ChatRequest['tool_choice'] {
  if (choice.type === 'tool') return { type: 'function', function: { name: choice.name } }
  return choice.type === 'any' ? 'required' : choice.type
}

function messagesOf({ role, content }: Turn): ChatMessage[] {
  if (typeof content === 'string') return [{ role, content }]
  if (content.length === 0) return []
  if (role === 'system') return [{ role, content: (content as z.output<typeof text>[]).map(textOf) }]
  return role === 'assistant' ? [assistantOf(content as AssistantBlock[])] : userOf(content as UserBlock[])
}

/** Each result of a tool is a message of its own; what the user says around them stays where it is. */
function userOf(blocks: readonly UserBlock[]): ChatMessage[] {
  const messages: ChatMessage[] = []
  let said: ContentPart[] = []
  const flush = () => {
    if (said.length > 0) messages.push({ role: 'user', content: said })
    said = []
  }
  for (const block of blocks) {
    if (block.type !== 'tool_result') {
      said.push(partOf(block))
      continue
    }
    flush()
    const { tool_use_id: id, content = '', is_error, cache_control } = block
    const parts = typeof content === 'string' ? content : content.map(partOf)
    const told = parts.length === 0 ? '' : parts
    messages.push({
      role: 'tool',
      tool_call_id: id,
      content: told,
      ...(is_error && { is_error }),
      ...(cache_control && { cache_control }),
    })
  }
  flush()
  return messages
}

function partOf(block: z.output<typeof text> | z.output<typeof image>): ContentPart {
  if (block.type === 'text') return textOf(block)
  const { source, cache_control } = block
  const url = source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`
  return { type: 'image_url', image_url: { url }, ...(cache_control && { cache_control }) }
}

function assistantOf(blocks: readonly AssistantBlock[]): ChatMessage {
  const content = blocks.filter((block) => block.type === 'text').map(textOf)
  const details = blocks.flatMap((block): ReasoningDetail[] => {
    if (block.type === 'redacted_thinking') return [{ type: 'reasoning.encrypted', data: block.data }]
    if (block.type !== 'thinking') return []
    const { thinking: words, signature } = block
    return [{ type: 'reasoning.text', text: words, ...(signature !== '' && { signature }) }]
  })
  const calls = blocks
    .filter((block) => block.type === 'tool_use')
    .map(({ id, name, input }) => ({
      id,
      type: 'function' as const,
      function: { name, arguments: JSON.stringify(input) },
    }))
  return {
    role: 'assistant',
    content: content.length === 0 ? null : content,
    ...(details.length > 0 && { reasoning_details: details }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}
