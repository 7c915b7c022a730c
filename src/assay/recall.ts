import type { Chance } from '../base/chance.ts'
import { pick, some } from '../pool/item.ts'
import type { ChatRequest } from '../wire/openai.ts'
import { sentence } from './pace-prompt.ts'

/** A request whose answer repeats what was told. */
export type Recall = { request: ChatRequest; fault(reply: string): string | undefined }

const WORDS = `amber birch cedar delta ember flint grove hazel inlet jetty knoll larch maple north ochre pearl`
const LIST = WORDS.split(' ')

const ask = (content: string): ChatRequest => ({ model: '', messages: [{ role: 'user', content }] })

/** As `pacePrompt` counts them. */
const TOKENS_PER_SENTENCE = 10.2

/** A prompt of about so many tokens that tells a password in its middle and asks for it at its end. */
export function recallOf(tokens: number, chance: Chance): Recall {
  const sentences = Math.max(2, Math.floor(tokens / TOKENS_PER_SENTENCE))
  const password = `${pick(chance, LIST)}-${pick(chance, LIST)}-${chance.below(10_000)}`
  // A few hundred sentences in turn: drawing each of a million tokens anew would stall the exchange.
  const stock = Array.from({ length: 257 }, () => sentence(chance))
  const half = (from: number): string =>
    Array.from({ length: Math.floor(sentences / 2) }, (_, at) => stock[(from + at) % stock.length]).join(' ')
  const text = `${half(0)} The password is "${password}". ${half(100)}`
  return {
    request: ask(`${text}\n\nReply with only the password told above.`),
    fault: (reply) => (reply.includes(password) ? undefined : 'gave another word than the one told'),
  }
}

/** Asks for words to be repeated, and for an end before one of them. */
export function stopOf(chance: Chance): Recall {
  const words = some(chance, LIST, 8)
  const [stop = '', before = ''] = [words[5], words[4]]
  return {
    request: { ...ask(`Reply with only these words, as they stand: ${words.join(' ')}`), stop: [stop] },
    fault(reply) {
      if (reply.includes(stop)) return 'went on after the stop sequence'
      return reply.includes(before) ? undefined : 'ended long before the stop sequence'
    },
  }
}
