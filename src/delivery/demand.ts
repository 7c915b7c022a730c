import { PPM, mulDivUp } from '../base/money.ts'
import { imageTokens } from '../meter/image-tiles.ts'
import type { Need } from '../route/router.ts'
import type { Spec } from '../state/instrument.ts'
import type { ChatMessage, ChatRequest } from '../wire/openai.ts'
import { reasoningOf } from '../wire/openai.ts'

/** What a request asks of a supplier, and the most it can weigh. */
export type Demand = {
  /** The prompt, one text per message and tool: each is counted by itself and remembered. */
  texts: string[]
  /** Images weigh a declared number of tokens. */
  imageTokens: number
  /** No tokenizer makes more tokens of a text than it has UTF-8 bytes. */
  inputBound: number
  /** Texts that are read each by itself, as embeddings are: each must fit the context. */
  separate: boolean
  /** The most tokens that must fit the context at once. */
  contextBound: number
  /** The prompt is nothing but messages of text: what a supplier counts in it should be what we count. */
  isPlain: boolean
  /** A guess for clocks until the count is in: never for money. */
  inputGuess: number
  /** The buyer's own limit, or null. */
  asked: number | null
  /** The most that will be delivered: the buyer's limit within the spec's. */
  outputMax: number
  needs: Need[]
}

const BYTES_PER_TOKEN = 3.5

export function demandOf(request: ChatRequest, spec: Spec): Demand {
  const tools = request.tool_choice === 'none' ? [] : (request.tools ?? [])
  // Tools first, as models read them: a prompt's beginning is then the same throughout a conversation.
  const texts = [...tools.map((tool) => JSON.stringify(tool.function)), ...request.messages.map(promptText)]
  const pictures = imageTokensOf(request)
  const separate = spec.task === 'embeddings'
  const sizes = texts.map((text) => Buffer.byteLength(text))
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  const asked = request.max_completion_tokens ?? request.max_tokens ?? null
  return {
    texts,
    imageTokens: pictures,
    inputBound: bytes + pictures,
    inputGuess: Math.ceil(bytes / BYTES_PER_TOKEN) + pictures,
    separate,
    contextBound: separate ? sizes.reduce((most, size) => Math.max(most, size), 0) : bytes + pictures,
    isPlain: pictures === 0 && tools.length === 0,
    asked,
    outputMax: separate ? 0 : Math.min(asked ?? spec.outputTokensMax, spec.outputTokensMax),
    needs: needsOf(request),
  }
}

/** All text of a message that a model reads. */
function promptText(message: ChatMessage): string {
  const parts: string[] = []
  if ('name' in message && message.name !== undefined) parts.push(message.name)
  if (message.role === 'assistant') {
    const reasoning = reasoningOf(message)
    if (reasoning !== '') parts.push(reasoning)
    if (message.refusal) parts.push(message.refusal)
    for (const call of message.tool_calls ?? []) parts.push(call.function.name, call.function.arguments)
  }
  const { content } = message
  if (typeof content === 'string') parts.push(content)
  else if (content)
    for (const part of content) {
      if (part.type === 'text') parts.push(part.text)
      else if (part.type === 'refusal') parts.push(part.refusal)
    }
  return parts.length === 1 ? (parts[0] ?? '') : parts.join('\n')
}

function imageTokensOf(request: ChatRequest): number {
  let tokens = 0
  for (const { content } of request.messages)
    if (Array.isArray(content))
      for (const part of content)
        if (part.type === 'image_url') tokens += imageTokens(part.image_url.url, part.image_url.detail)
  return tokens
}

function needsOf(request: ChatRequest): Demand['needs'] {
  const needs: Demand['needs'] = []
  if (request.tools && request.tool_choice !== 'none') needs.push({ capability: 'tools', param: 'tools' })
  if (request.response_format?.type === 'json_schema')
    needs.push({ capability: 'json_schema', param: 'response_format' })
  if (request.logprobs) needs.push({ capability: 'logprobs', param: 'logprobs' })
  const seen = request.messages.some(
    ({ content }) => Array.isArray(content) && content.some((part) => part.type === 'image_url'),
  )
  if (seen) needs.push({ capability: 'vision', param: 'messages' })
  return needs
}

/** Weighted tokens of an input, rounded up. */
export const inputWeight = (spec: Spec, tokens: number): number => mulDivUp(tokens, spec.weights.input, PPM)
/** Weighted tokens of an output, rounded up. */
export const outputWeight = (spec: Spec, tokens: number): number => mulDivUp(tokens, spec.weights.output, PPM)
