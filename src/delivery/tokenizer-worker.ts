import { hash } from 'node:crypto'
import { countTokens, decode, encode } from 'gpt-tokenizer/encoding/o200k_base'
import { answerWith } from './answering.ts'

/** What the meter asks of its thread. */
export type MeterQuestion =
  | { kind: 'count'; texts: readonly string[]; cached: boolean }
  | { kind: 'fit'; before: string; text: string; tokens: number }

/** The tokens of each text; or how much of a text fits, in characters. */
export type MeterAnswer = { counts: number[] } | { chars: number }

/** Texts that look like control tokens are plain text here. */
const PLAIN = { disallowedSpecial: new Set<string>() }

const CACHE_TEXTS_MAX = 20_000
const CACHED_CHARS_MIN = 256

/** Tokens of texts seen before, by their hash, oldest first. Agents resend the same messages again and again. */
const seen = new Map<string, number>()

function countCached(text: string): number {
  if (text.length < CACHED_CHARS_MIN) return countTokens(text, PLAIN)
  const key = hash('sha256', text, 'base64')
  const known = seen.get(key)
  if (known !== undefined) {
    seen.delete(key)
    seen.set(key, known)
    return known
  }
  const tokens = countTokens(text, PLAIN)
  seen.set(key, tokens)
  const [oldest] = seen.keys()
  if (seen.size > CACHE_TEXTS_MAX && oldest !== undefined) seen.delete(oldest)
  return tokens
}

/** Characters of `text` that may follow `before` so that both together stay within `tokens`. */
function fit(before: string, text: string, tokens: number): number {
  const joined = encode(before + text, PLAIN)
  if (joined.length <= tokens) return text.length
  const kept = decode(joined.slice(0, tokens)).replace(/\uFFFD+$/, '')
  return Math.max(0, kept.length - before.length)
}

answerWith<MeterQuestion, MeterAnswer>((question) => {
  if (question.kind === 'fit') return { chars: fit(question.before, question.text, question.tokens) }
  return { counts: question.texts.map(question.cached ? countCached : (text) => countTokens(text, PLAIN)) }
})
