import type { AssistantMessage, ChatMessage, ChatRequest, ContentPart } from '../wire/openai.ts'
import { argumentsOfText } from './custom-tool.ts'
import type { Counter, QuestionFault } from './question.ts'
import { allowing, readBy } from './question.ts'
import { unsealed } from './reasoning-seal.ts'
import { RESPONSES_SURFACE, responsesSurface } from './responses-answer.ts'
import type { Format, Item, ResponsesRequest, Said } from './responses-schema.ts'
import { responsesRequest } from './responses-schema.ts'
import { chatToolOf, echoOfTools, innerName, leftOut, nameFault, offeredOf } from './responses-tool.ts'

export const RESPONSES: Counter = {
  path: '/v1/responses',
  read: readBy(responsesRequest, (request) => {
    const body = withAllowed(request)
    if ('message' in body) return body
    const { reasoning, include, tools } = request
    const offered = offeredOf(tools ?? [])
    const fault = nameFault(offered)
    if (fault !== undefined) return { param: 'tools', message: `tools: ${fault}` }
    const surface = responsesSurface({
      echo: echoOf(request),
      asSummary: Boolean(reasoning?.summary ?? reasoning?.generate_summary),
      sealed: include?.includes('reasoning.encrypted_content') === true,
      offered: new Map(offered.map((one) => [one.inner, one])),
      leftOut: leftOut(tools ?? []),
    })
    return { body, surface }
  }),
  refusal: RESPONSES_SURFACE,
}

function chatOf(request: ResponsesRequest): ChatRequest {
  const { model, instructions, input, max_output_tokens, stream, temperature, top_p } = request
  const { include, text } = request
  const tools = offeredOf(request.tools ?? [])
  const choice = choiceOf(request)
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
    ...(tools.length > 0 && { tools: tools.map(chatToolOf) }),
    ...(choice && { tool_choice: choice }),
    parallel_tool_calls: tools.length > 0 ? request.parallel_tool_calls : undefined,
    ...(request.reasoning?.effort && { reasoning_effort: request.reasoning.effort }),
    ...(text?.verbosity && { verbosity: text.verbosity }),
    ...(text?.format && { response_format: formatOf(text.format) }),
  }
}

/** The choice among tools, as far as it is not one of what is allowed. */
function choiceOf({ tool_choice: choice }: ResponsesRequest): ChatRequest['tool_choice'] {
  if (!choice || typeof choice === 'string') return choice
  return choice.type === 'allowed_tools' ? undefined : { type: 'function', function: { name: choice.name } }
}

/** The request with those tools only that it allows. */
function withAllowed(request: ResponsesRequest): ChatRequest | QuestionFault {
  const { tool_choice: choice } = request
  const body = chatOf(request)
  if (!choice || typeof choice === 'string' || choice.type !== 'allowed_tools') return body
  return allowing(
    body,
    choice.tools.map(({ name }) => name),
    choice.mode,
  )
}

function formatOf(asked: Format): NonNullable<ChatRequest['response_format']> {
  if (asked.type !== 'json_schema') return asked
  const { name, description, schema: own, strict } = asked
  const named = { name, schema: own, ...(description && { description }) }
  return {
    type: 'json_schema',
    json_schema: { ...named, ...(typeof strict === 'boolean' && { strict }) },
  }
}

/** Items that only a model makes. */
const OWN = new Set<Item['type']>(['reasoning', 'function_call', 'custom_tool_call'])

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
    if (OWN.has(one.type) || (one.type === 'message' && one.role === 'assistant')) addTo(ownTurn(), one)
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
  } else if (one.type === 'function_call' || one.type === 'custom_tool_call') {
    const { call_id } = one
    const name = innerName(one.namespace, one.name)
    const given = one.type === 'function_call' ? one.arguments : argumentsOfText(one.input)
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

type OwnPart = { type: 'text'; text: string } | { type: 'refusal'; refusal: string }

function ownPart(part: Said): OwnPart[] {
  if (part.type === 'refusal') return [{ type: 'refusal' as const, refusal: part.refusal }]
  return part.type === 'input_image' ? [] : [textPart(part.text)]
}

function messagesOfOther(one: Item): ChatMessage[] {
  if (one.type === 'function_call_output' || one.type === 'custom_tool_call_output') {
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
    tools: echoOfTools(tools ?? []),
    top_logprobs: top_logprobs ?? 0,
    top_p: top_p ?? 1,
    truncation: 'disabled',
    background: false,
    ...(user && { user }),
  }
}
