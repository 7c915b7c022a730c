import type { AssistantMessage, ChatMessage, ContentPart, ImagePart } from '../wire/openai.ts'
import { reasoningOf } from '../wire/openai.ts'
import type { Json } from './chunk.ts'
import { isObject } from './chunk.ts'

const TOOL_ID = /^[A-Za-z0-9_-]+$/
const INLINE_IMAGE = /^data:(image\/(?:png|jpeg|gif|webp));base64,/

/** The first place in messages that Anthropic's language has no words for, or null. */
export function uncarriedMessage(messages: readonly ChatMessage[]): string | null {
  for (const [at, message] of messages.entries()) {
    const place = `messages[${at}]`
    if ('name' in message && message.name !== undefined && message.role !== 'tool') return `${place}.name`
    if (message.role === 'tool' && !TOOL_ID.test(message.tool_call_id)) return `${place}.tool_call_id`
    const fault = message.role === 'assistant' ? uncarriedTurn(message) : uncarriedPicture(message.content)
    if (fault !== null) return `${place}.${fault}`
  }
  return null
}

function uncarriedTurn(message: AssistantMessage): string | null {
  for (const [at, { id, function: called }] of (message.tool_calls ?? []).entries()) {
    if (!TOOL_ID.test(id)) return `tool_calls[${at}].id`
    if (inputOf(called.arguments) === undefined) return `tool_calls[${at}].function.arguments`
  }
  // A model reads no reasoning but what it has signed itself.
  const signed = (message.reasoning_details ?? []).filter((detail) => detail.type === 'reasoning.text')
  if (signed.some(({ text, signature }) => text && !signature)) return 'reasoning_details'
  return reasoningOf(message) !== '' && signed.length === 0 ? 'reasoning_content' : null
}

function uncarriedPicture(content: ChatMessage['content']): string | null {
  if (!Array.isArray(content)) return null
  for (const [at, part] of content.entries()) {
    if (part.type !== 'image_url') continue
    const { url, detail } = part.image_url
    if (detail !== undefined && detail !== 'auto') return `content[${at}].image_url.detail`
    if (url.startsWith('data:') && !INLINE_IMAGE.test(url)) return `content[${at}].image_url.url`
  }
  return null
}

/** Arguments of a call as the object they are, or `undefined` where they are none. */
function inputOf(text: string): Json | undefined {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * The system prompt, and turns that alternate between user and assistant; what the system says later stands
 * where it was said.
 */
export function printMessages(messages: readonly ChatMessage[]): { system: Json[]; messages: Json[] } {
  const system: Json[] = []
  const turns: { role: string; content: Json[] }[] = []
  for (const message of messages) {
    const blocks = blocksOf(message)
    const isSystem = message.role === 'system' || message.role === 'developer'
    if (isSystem && turns.length === 0) system.push(...blocks)
    else if (blocks.length > 0) {
      const role = isSystem ? 'system' : message.role === 'assistant' ? 'assistant' : 'user'
      const last = turns.at(-1)
      // Results of tools must stand together, and before what the user says to them.
      if (last?.role === role) last.content.push(...blocks)
      else turns.push({ role, content: blocks })
    }
  }
  return { system, messages: turns }
}

function blocksOf(message: ChatMessage): Json[] {
  if (message.role === 'assistant') return assistantBlocks(message)
  if (message.role !== 'tool') return contentBlocks(message.content)
  const { content, tool_call_id, is_error, cache_control } = message
  const blocks = contentBlocks(content)
  return [
    {
      type: 'tool_result',
      tool_use_id: tool_call_id,
      ...(blocks.length > 0 && { content: blocks }),
      ...(is_error && { is_error }),
      ...(cache_control && { cache_control }),
    },
  ]
}

function assistantBlocks(message: AssistantMessage): Json[] {
  const { content, refusal, tool_calls: calls, reasoning_details: details } = message
  const thoughts = (details ?? []).flatMap((detail): Json[] => {
    if (detail.type === 'reasoning.encrypted') return [{ type: 'redacted_thinking', data: detail.data }]
    if (!detail.signature) return []
    const thinking = detail.text ?? message.reasoning_content ?? message.reasoning ?? ''
    return [{ type: 'thinking', thinking, signature: detail.signature }]
  })
  const said = content === null || content === undefined ? [] : contentBlocks(content)
  const refused = refusal ? [{ type: 'text', text: refusal }] : []
  const called = (calls ?? []).map(({ id, function: { name, arguments: text } }) => ({
    type: 'tool_use',
    id,
    name,
    input: inputOf(text) ?? {},
  }))
  return [...thoughts, ...said, ...refused, ...called]
}

type Part = ContentPart | { type: 'refusal'; refusal: string }

function contentBlocks(content: string | readonly Part[]): Json[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return content.flatMap((part): Json[] => {
    if (part.type === 'refusal') return [{ type: 'text', text: part.refusal }]
    const hint = part.cache_control ? { cache_control: part.cache_control } : {}
    if (part.type === 'image_url') return [{ type: 'image', source: sourceOf(part), ...hint }]
    return part.text === '' ? [] : [{ type: 'text', text: part.text, ...hint }]
  })
}

function sourceOf({ image_url: { url } }: ImagePart): Json {
  const inline = INLINE_IMAGE.exec(url)
  if (inline === null) return { type: 'url', url }
  return { type: 'base64', media_type: inline[1], data: url.slice(inline[0].length) }
}
