import type { Chance } from '../base/chance.ts'
import { chance } from '../base/chance.ts'
import { Digest } from '../base/digest.ts'
import { answerItem } from '../mimic/answer.ts'
import { conversation } from './demand-trace.ts'
import type { Piece } from './piece.ts'
import { countTokens, pieces } from './piece.ts'
import { answerBrief } from '../mimic/notice.ts'
import { recalled } from '../mimic/recall.ts'
import { prose, subjectWords } from './prose.ts'
import { valueFor } from '../mimic/schema-value.ts'

const TOKENS_PER_WORD = 1.4

type Words = { [key: string]: unknown }

/** How a sample model behaves. Times in milliseconds, shares from 0 to 1. */
export type ModelProfile = {
  seed: number
  /** To the first token, before 0.05 ms per input token. */
  firstTokenMs: number
  tokensPerSecond: number
  /** How far time and pace stray to either side, as a share of themselves. */
  jitter: number
  /** Share of requests that fail: an error status, or a connection dropped midway. */
  errorRate: number
  /** In standard deviations of the reference panel: 0 stands at 100 on the Intelligence Index, 1 at 115. */
  ability: number
}

export type ToolCall = { id: string; name: string; arguments: string }

/** An answer decided in full before its first token is sent. */
export type Completion = {
  content: Piece[]
  tool: { call: ToolCall; arguments: Piece[] } | undefined
  finish: 'stop' | 'length' | 'tool_calls'
  inputTokens: number
  outputTokens: number
}

/** What is wrong with a request, for a 400. */
export class BadRequest extends Error {
  override name = 'BadRequest'
}

const isWords = (value: unknown): value is Words =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The text of a message's content, whether one string or parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return list(content)
    .map((part) => (isWords(part) && typeof part.text === 'string' ? part.text : ''))
    .join('\n')
}

type Message = { role: string; text: string }

function messagesOf(body: Words): Message[] {
  const messages = list(body.messages)
    .filter(isWords)
    .map((message) => ({ role: String(message.role), text: textOf(message.content) }))
  if (messages.length === 0) throw new BadRequest('messages is a list of at least one message')
  return messages
}

/** Names and numbers that a schema's values can be made from: proper nouns, quoted words, figures. */
function ingredientsOf(prompt: string, luck: Chance) {
  const quoted = [...prompt.matchAll(/["“']([^"”']{1,60})["”']/g)].map((match) => match[1] ?? '')
  const proper = [...prompt.matchAll(/(?<![.!?]\s|^)\b\p{Lu}[\p{L}-]+(?:\s\p{Lu}[\p{L}-]+)*/gu)].map(
    (match) => match[0],
  )
  const names = [...quoted, ...proper]
  return {
    chance: luck,
    names: names.length > 0 ? names : subjectWords(prompt),
    numbers: (prompt.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number),
  }
}

type Tool = { name: string; words: string; parameters: unknown }

function toolsOf(body: Words): Tool[] {
  return list(body.tools).flatMap((tool) => {
    const made = isWords(tool) && isWords(tool.function) ? tool.function : undefined
    if (!made || typeof made.name !== 'string') return []
    const description = typeof made.description === 'string' ? made.description : ''
    const words = `${made.name.replaceAll('_', ' ')} ${description}`.toLowerCase()
    return [{ name: made.name, words, parameters: made.parameters ?? {} }]
  })
}

/** The tool to call: the one asked for by name, or the one that shares most words with the prompt. */
function toolFor(body: Words, prompt: string): Tool | undefined {
  const tools = toolsOf(body)
  const asked = body.tool_choice
  if (asked === 'none' || tools.length === 0) return undefined
  if (isWords(asked) && isWords(asked.function)) {
    const { name } = asked.function
    return tools.find((tool) => tool.name === name)
  }
  const words = subjectWords(prompt).map((word) => word.toLowerCase())
  const shared = (tool: Tool) => words.filter((word) => tool.words.includes(word)).length
  return tools.reduce((best, tool) => (shared(tool) > shared(best) ? tool : best))
}

/** What the model makes of a brief or a question that can be checked; undefined for any other prompt. */
const solved = (prompt: string, { ability }: ModelProfile, luck: Chance): string | undefined =>
  answerBrief(prompt, ability, luck) ?? answerItem(prompt, ability, luck)

/** A question that it can answer itself it does, unless it must call a tool. */
function calledTool(body: Words, prompt: string, profile: ModelProfile): Tool | undefined {
  const tool = toolFor(body, prompt)
  const isFree = (body.tool_choice ?? 'auto') === 'auto'
  if (tool === undefined || !isFree) return tool
  return solved(prompt, profile, chance(profile.seed)) === undefined ? tool : undefined
}

/** The schema that the answer must satisfy, or `undefined` where it is free text. */
function answerSchema(body: Words): unknown {
  const format = isWords(body.response_format) ? body.response_format : {}
  if (format.type === 'json_object')
    return { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] }
  if (format.type !== 'json_schema') return undefined
  return isWords(format.json_schema) ? (format.json_schema.schema ?? {}) : {}
}

/** The text up to the first stop sequence. */
function stopped(text: string, stop: unknown): string {
  const marks = (typeof stop === 'string' ? [stop] : list(stop)).filter(
    (mark): mark is string => typeof mark === 'string' && mark !== '',
  )
  const cuts = marks.map((mark) => text.indexOf(mark)).filter((at) => at >= 0)
  return cuts.length > 0 ? text.slice(0, Math.min(...cuts)) : text
}

/** As many pieces as fit in the limit, and never nothing: a first piece too large gives its first letter. */
function clipped(all: Piece[], limit: number): { kept: Piece[]; tokens: number; whole: boolean } {
  let tokens = 0
  let kept = 0
  for (const piece of all) {
    if (tokens + piece.tokens > limit) break
    tokens += piece.tokens
    kept++
  }
  const first = all[0]
  if (kept === 0 && first)
    return { kept: [{ text: first.text.slice(0, 1), tokens: 1 }], tokens: 1, whole: false }
  return { kept: all.slice(0, kept), tokens, whole: kept === all.length }
}

function limitOf(body: Words): number {
  const asked = body.max_completion_tokens ?? body.max_tokens
  if (asked === undefined || asked === null) return Number.POSITIVE_INFINITY
  if (!Number.isSafeInteger(asked) || Number(asked) < 1)
    throw new BadRequest('max_tokens is a positive integer')
  return Number(asked)
}

/** Chance that depends on nothing but the model, the prompt, and the seed of the request. */
function luckOf(body: Words, messages: readonly Message[], profile: ModelProfile): Chance {
  const digest = new Digest().number(profile.seed).number(Number(body.seed ?? 0) || 0)
  for (const message of messages) digest.text(message.role).text(message.text)
  return chance(Number.parseInt(digest.hex().slice(0, 8), 16))
}

/** Too short an answer says nothing but what speaks. */
const TOKENS_LEAST = 90

/** Spreads an answer's length as the real conversations of the trace are spread. */
const lengthFrom = (luck: Chance): number =>
  Math.max(TOKENS_LEAST, conversation[luck.below(conversation.length)]?.outputTokens ?? 0)

/**
 * Tokens of the least length that a prompt asks for in words, as far as a sample model goes; 0 where it asks
 * none.
 */
function tokensAsked(prompt: string): number {
  const words = Number(/\bat least (\d{1,4}) words\b/.exec(prompt)?.[1] ?? 0)
  return Math.min(2_000, Math.ceil(words * TOKENS_PER_WORD))
}

function textFor(body: Words, messages: readonly Message[], profile: ModelProfile, luck: Chance) {
  const last = messages.at(-1)
  const prompt = messages.findLast((message) => message.role === 'user')?.text ?? last?.text ?? ''
  const schema = answerSchema(body)
  if (schema !== undefined) return JSON.stringify(valueFor(schema, ingredientsOf(prompt, luck)))
  const told = recalled(prompt)
  if (told !== undefined) return told
  const item = solved(prompt, profile, luck)
  if (item !== undefined) return item
  if (last?.role === 'tool') return `The tool says: ${last.text.trim().slice(0, 2_000)}`
  return prose(prompt, Math.max(tokensAsked(prompt), lengthFrom(luck)), luck)
}

/** What the model answers to a chat request, whole. Throws `BadRequest` when it cannot be read. */
export function completionFor(body: Words, profile: ModelProfile): Completion {
  const messages = messagesOf(body)
  const luck = luckOf(body, messages, profile)
  const limit = limitOf(body)
  const inputTokens = messages.reduce((sum, message) => sum + countTokens(message.text) + 4, 0)
  const last = messages.at(-1)
  const tool = last?.role === 'tool' ? undefined : calledTool(body, last?.text ?? '', profile)
  if (tool) {
    const value = valueFor(tool.parameters, ingredientsOf(last?.text ?? '', luck))
    const call = { id: `call_${luck.below(2 ** 31)}`, name: tool.name, arguments: JSON.stringify(value) }
    const { kept, tokens, whole } = clipped(pieces(call.arguments), limit)
    const finish = whole ? 'tool_calls' : 'length'
    return { content: [], tool: { call, arguments: kept }, finish, inputTokens, outputTokens: tokens }
  }
  const text = stopped(textFor(body, messages, profile, luck), body.stop)
  const { kept, tokens, whole } = clipped(pieces(text), limit)
  return {
    content: kept,
    tool: undefined,
    finish: whole ? 'stop' : 'length',
    inputTokens,
    outputTokens: tokens,
  }
}
