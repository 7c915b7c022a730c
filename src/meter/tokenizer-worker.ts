import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { countTokens, decode, encode } from 'gpt-tokenizer/encoding/o200k_base'
import { answerWith } from '../thread/answering.ts'
import { PIECE_CHARS, piecesOf } from './pieces.ts'

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

/**
 * Tokens of texts seen before, by their hash, oldest first. Agents resend the same messages again and again.
 */
const seen = new Map<string, number>()

/** Others get their turn between the pieces of a long text. */
async function count(text: string): Promise<number> {
  let tokens = 0
  let since = 0
  for (const piece of piecesOf(text)) {
    tokens += countTokens(piece, PLAIN)
    since += piece.length
    if (since < PIECE_CHARS || text.length <= PIECE_CHARS) continue
    since = 0
    await setImmediate()
  }
  return tokens
}

async function countCached(text: string): Promise<number> {
  if (text.length < CACHED_CHARS_MIN) return countTokens(text, PLAIN)
  const key = hash('sha256', text, 'base64')
  const known = seen.get(key)
  if (known !== undefined) {
    seen.delete(key)
    seen.set(key, known)
    return known
  }
  const tokens = await count(text)
  seen.set(key, tokens)
  const [oldest] = seen.keys()
  if (seen.size > CACHE_TEXTS_MAX && oldest !== undefined) seen.delete(oldest)
  return tokens
}

/** Characters of `text` that may follow `before` so that both together stay within `tokens`. */
function fit(before: string, text: string, tokens: number): number {
  const joined = piecesOf(before + text).flatMap((piece) => encode(piece, PLAIN))
  if (joined.length <= tokens) return text.length
  const kept = decode(joined.slice(0, tokens)).replace(/\uFFFD+$/, '')
  return Math.max(0, kept.length - before.length)
}

answerWith<MeterQuestion, MeterAnswer>(async (question) => {
  if (question.kind === 'fit') return { chars: fit(question.before, question.text, question.tokens) }
  const counts: number[] = []
  for (const text of question.texts) counts.push(await (question.cached ? countCached(text) : count(text)))
  return { counts }
})
