import { assert } from '../base/assert.ts'
import { crc32 } from '../base/crc.ts'
import type { Thread } from '../thread/question-thread.ts'
import { openThread } from '../thread/question-thread.ts'
import type { MeterAnswer, MeterQuestion } from './tokenizer-worker.ts'

/**
 * The one tokenizer that units are counted in: its name, and the SHA-256 of its published vocabulary file.
 */
export const TOKENIZER = {
  name: 'o200k_base',
  sha256: '446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d',
} as const

/**
 * Counts canonical tokens, never on the event loop. Every method rejects if the counting thread fails twice.
 */
export type Meter = {
  /** Tokens of each text. `cached` remembers long ones, for prompts that come again. */
  count(texts: readonly string[], cached?: boolean): Promise<number[]>
  /** How many characters of `text` may follow `before` within `tokens` in all. */
  fit(before: string, text: string, tokens: number): Promise<number>
  close(): Promise<void>
}

const PLACE_CHARS = 256
const ANSWER_MS = 20_000
const WORKER = new URL('./tokenizer-worker', import.meta.url)

/** A conversation is counted where its beginning has been: each thread remembers what it has counted. */
const placeOf = ([first = '']: readonly string[]): number => crc32(first.slice(0, PLACE_CHARS))

/** A meter with so many threads. Each holds the vocabulary, about 120 MB. */
export function createMeter(threads = 1): Meter {
  const pool: Thread<MeterQuestion, MeterAnswer>[] = []
  for (let i = 0; i < threads; i++) pool.push(openThread(WORKER, ANSWER_MS))
  let turn = 0

  const ask = (question: MeterQuestion, place: number): Promise<MeterAnswer> => {
    const thread = pool[place % pool.length]
    assert(thread !== undefined, 'a meter has a thread')
    return thread.ask(question)
  }

  return {
    async count(texts, cached = false) {
      const answer = await ask({ kind: 'count', texts, cached }, cached ? placeOf(texts) : turn++)
      assert('counts' in answer, 'a count is answered with counts')
      return answer.counts
    },
    async fit(before, text, tokens) {
      const answer = await ask({ kind: 'fit', before, text, tokens }, turn++)
      assert('chars' in answer, 'a fit is answered with characters')
      return answer.chars
    },
    async close() {
      await Promise.all(pool.map((thread) => thread.close()))
    },
  }
}
