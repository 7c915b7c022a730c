import { z } from 'zod'
import type { AssistantMessage, ChatMessage, ChatRequest, ContentPart } from '../wire/openai.ts'
import type { Counter } from './question.ts'
import { readBy } from './question.ts'
import { isSealed, unsealed } from './reasoning-seal.ts'
import { RESPONSES_SURFACE, responsesSurface } from './responses-answer.ts'

// OpenAI's Responses as its clients and coding agents send them. Nothing is stored here: a request brings its
// whole conversation.

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() })
const outputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.unknown()).max(0, 'annotations are not carried').nullish(),
  logprobs: z.array(z.unknown()).nullish(),
  parsed: z.unknown().optional(),
})
const refusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })
const inputImage = z.strictObject({
  type: z.literal('input_image'),
  image_url: z.string().regex(/^(https:\/\/|data:image\/)/, 'an https or data URL of an image'),
  file_id: z.null('no files are kept').optional(),
  detail: z.enum(['auto', 'low', 'high']).nullish(),
})

const id = z.string().max(256).nullish()
const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish()

const said = z.discriminatedUnion('type', [inputText, inputImage, outputText, refusal])
const message = z.strictObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(said)]),
  id,
  status,
  phase: z.string().nullish(),
})
const call = z.strictObject({
  type: z.literal('function_call'),
  call_id: z.string().max(256),
  name: z.string().max(128),
  arguments: z.string(),
  id,
  status,
  namespace: z.null('namespaces are not carried').optional(),
  parsed_arguments: z.unknown().optional(),
})
const callOutput = z.strictObject({
  type: z.literal('function_call_output'),
  call_id: z.string().max(256),
  output: z.union([z.string(), z.array(z.discriminatedUnion('type', [inputText, inputImage]))]),
  id,
  status,
})
const reasoning = z.strictObject({
  type: z.literal('reasoning'),
  summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })).default([]),
  content: z.array(z.object({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
  encrypted_content: z.string().refine(isSealed, 'not what was given').nullish(),
  id,
  status,
})
const hasPicturesOfUsersOnly = ({ role, content }: z.output<typeof message>): boolean =>
  role === 'user' || typeof content === 'string' || content.every(({ type }) => type !== 'input_image')

/** Messages may leave their type out, as the shortest form of input does. */
const item = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('type' in value) ? { ...value, type: 'message' } : value,
  z.discriminatedUnion('type', [
    message
      .extend({ type: z.literal('message') })
      .refine(hasPicturesOfUsersOnly, { path: ['content'], message: 'only users show images' }),
    call,
    callOutput,
    reasoning,
  ]),
)

const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, up to 64')
const schema = z.record(z.string(), z.unknown())
const tool = z.strictObject({
  type: z.literal('function', 'function tools only'),
  name: functionName,
  description: z.string().nullish(),
  parameters: schema.nullish(),
  strict: z.boolean().nullish(),
})
const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: functionName,
    description: z.string().nullish(),
    schema,
    strict: z.boolean().nullish(),
  }),
])

const INCLUDABLE = ['reasoning.encrypted_content', 'message.output_text.logprobs'] as const

/** What would need something kept from before, or for later. */
const unstored = {
  previous_response_id: z.null('nothing is stored: send the whole conversation as input').optional(),
  conversation: z.null('nothing is stored: send the whole conversation as input').optional(),
  store: z.literal(false, 'nothing is stored').nullish(),
  background: z.literal(false, 'nothing runs in the background').nullish(),
  prompt: z.null('no prompts are kept').optional(),
}

/** `POST /v1/responses`. `model` names an instrument. */
export const responsesRequest = z.strictObject({
  model: z.string().min(1).max(64),
  input: z.union([z.string().min(1), z.array(item).min(1).max(10_000)]),
  instructions: z.string().nullish(),
  max_output_tokens: z.number().int().min(1).max(10_000_000).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  include: z.array(z.enum(INCLUDABLE)).nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.strictObject({ type: z.literal('function'), name: functionName }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
    })
    .nullish(),
  text: z
    .strictObject({ format: format.nullish(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .nullish(),
  truncation: z.literal('disabled', 'nothing is cut out of a conversation').nullish(),
  user: z.string().max(512).nullish(),
  safety_identifier: z.string().max(512).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  client_metadata: z.record(z.string(), z.unknown()).nullish(),
  prompt_cache_key: z.string().max(512).nullish(),
  prompt_cache_retention: z.enum(['in_memory', 'in-memory', '24h']).nullish(),
  service_tier: z.enum(['auto', 'default'], 'there are no tiers of service').nullish(),
  provider: z.unknown().optional(),
  ...unstored,
})

export type ResponsesRequest = z.output<typeof responsesRequest>
type Item = z.output<typeof item>

export const RESPONSES: Counter = {
  path: '/v1/responses',
  read: readBy(responsesRequest, (request) => ({
    body: chatOf(request),
    surface: responsesSurface({
      echo: echoOf(request),
      asSummary: Boolean(request.reasoning?.summary),
      sealed: request.include?.includes('reasoning.encrypted_content') === true,
    }),
  })),
  refusal: RESPONSES_SURFACE,
}

function chatOf(request: ResponsesRequest): ChatRequest {
  const { model, instructions, input, max_output_tokens, stream, temperature, top_p, tools } = request
  const { include, tool_choice: choice, text } = request
  const system: ChatMessage[] = instructions ? [{ role: 'system', content: instructions }] : []
  const logprobs = include?.includes('message.output_text.logprobs') || (request.top_logprobs ?? 0) > 0
  return {
    model,
    messages: [
      ...system,
      ...(typeof input === 'string' ? [{ role: 'user' as const, content: input }] : messagesOf(input)),
    ],
    max_tokens: max_output_tokens,
    stream,
    temperature,
    top_p,
    ...(logprobs && { logprobs, top_logprobs: request.top_logprobs }),
    ...(tools && tools.length > 0 && { tools: tools.map(toolOf) }),
    ...(choice && {
      tool_choice:
        typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } },
    }),
    parallel_tool_calls: tools && tools.length > 0 ? request.parallel_tool_calls : undefined,
    ...(request.reasoning?.effort && { reasoning_effort: request.reasoning.effort }),
    ...(text?.verbosity && { verbosity: text.verbosity }),
    ...(text?.format && { response_format: formatOf(text.format) }),
  }
}

const toolOf = ({ name, description, parameters, strict }: z.output<typeof tool>) => ({
  type: 'function' as const,
  function: {
    name,
    ...(description && { description }),
    ...(parameters && { parameters }),
    ...(typeof strict === 'boolean' && { strict }),
  },
})

function formatOf(asked: z.output<typeof format>): NonNullable<ChatRequest['response_format']> {
  if (asked.type !== 'json_schema') return asked
  const { name, description, schema: own, strict } = asked
  const named = { name, schema: own, ...(description && { description }) }
  return {
    type: 'json_schema',
    json_schema: { ...named, ...(typeof strict === 'boolean' && { strict }) },
  }
}

/** What the model did between two words of others is one turn: its reasoning, its text and its calls. */
function messagesOf(items: readonly Item[]): ChatMessage[] {
  const messages: ChatMessage[] = []
  let turn: AssistantMessage | null = null
  const ownTurn = (): AssistantMessage => {
    if (turn !== null) return turn
    const begun: AssistantMessage = { role: 'assistant', content: null }
    messages.push(begun)
    turn = begun
    return begun
  }
  for (const one of items) {
    const isOwn = one.type === 'reasoning' || one.type === 'function_call'
    if (isOwn || (one.type === 'message' && one.role === 'assistant')) addTo(ownTurn(), one)
    else {
      turn = null
      messages.push(...messagesOfOther(one))
    }
  }
  return messages
}

function addTo(turn: AssistantMessage, one: Item): void {
  if (one.type === 'reasoning') {
    const told = one.content && one.content.length > 0 ? one.content : one.summary
    const text = told.map((part) => part.text).join('\n')
    const details = unsealed(one.encrypted_content ?? null, text)
    turn.reasoning_details = [...(turn.reasoning_details ?? []), ...details]
  } else if (one.type === 'function_call') {
    const { call_id, name, arguments: given } = one
    const made = { id: call_id, type: 'function' as const, function: { name, arguments: given } }
    turn.tool_calls = [...(turn.tool_calls ?? []), made]
  } else if (one.type === 'message') {
    const { content } = one
    const parts = typeof content === 'string' ? [textPart(content)] : content.flatMap<OwnPart>(ownPart)
    const before = Array.isArray(turn.content) ? turn.content : []
    if (parts.length > 0) turn.content = [...before, ...parts]
  }
}

const textPart = (text: string) => ({ type: 'text' as const, text })

type Said = z.output<typeof said>

type OwnPart = { type: 'text'; text: string } | { type: 'refusal'; refusal: string }

function ownPart(part: Said): OwnPart[] {
  if (part.type === 'refusal') return [{ type: 'refusal' as const, refusal: part.refusal }]
  return part.type === 'input_image' ? [] : [textPart(part.text)]
}

function messagesOfOther(one: Item): ChatMessage[] {
  if (one.type === 'function_call_output') {
    const { call_id, output } = one
    const content = typeof output === 'string' ? output : output.map(partOf)
    return [{ role: 'tool', tool_call_id: call_id, content: content.length === 0 ? '' : content }]
  }
  if (one.type !== 'message' || one.role === 'assistant') return []
  const { role, content } = one
  if (typeof content === 'string') return [{ role, content }]
  if (role === 'user') return content.length === 0 ? [] : [{ role, content: content.map(partOf) }]
  return [{ role, content: content.map((part) => textPart('text' in part ? part.text : '')) }]
}

function partOf(part: Said): ContentPart {
  if (part.type === 'refusal') return textPart(part.refusal)
  if (part.type !== 'input_image') return textPart(part.text)
  const { image_url: url, detail } = part
  return { type: 'image_url', image_url: { url, ...(detail && { detail }) } }
}

/** What a response repeats of its request. */
function echoOf(request: ResponsesRequest): object {
  const { instructions, max_output_tokens, temperature, top_p, tools, tool_choice, metadata } = request
  const { parallel_tool_calls, reasoning: thought, text, top_logprobs, safety_identifier, user } = request
  return {
    instructions: instructions ?? null,
    max_output_tokens: max_output_tokens ?? null,
    max_tool_calls: null,
    metadata: metadata ?? {},
    parallel_tool_calls: parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: thought?.effort ?? null, summary: thought?.summary ?? null },
    safety_identifier: safety_identifier ?? null,
    service_tier: 'default',
    store: false,
    temperature: temperature ?? 1,
    text: { format: text?.format ?? { type: 'text' }, ...(text?.verbosity && { verbosity: text.verbosity }) },
    tool_choice: tool_choice ?? 'auto',
    tools: (tools ?? []).map((one) => ({
      type: 'function',
      name: one.name,
      description: one.description ?? null,
      parameters: one.parameters ?? null,
      strict: one.strict ?? null,
    })),
    top_logprobs: top_logprobs ?? 0,
    top_p: top_p ?? 1,
    truncation: 'disabled',
    background: false,
    ...(user && { user }),
  }
}
