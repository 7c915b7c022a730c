import { z } from 'zod'
import type { ChatRequest } from '../wire/openai.ts'
import { printChatError } from './chat-answer.ts'
import type { Counter } from './question.ts'
import { readBy } from './question.ts'
import type { BuyerError, Head, Surface } from './surface.ts'
import { renamed } from './surface.ts'

const TEXTS_MAX = 2_048
/** Significant decimal digits that tell any two 32-bit floats apart. */
const DIGITS = 9

const text = z.string('text, not tokens: their vocabulary is not told').min(1)

/** `POST /v1/embeddings`. `model` names an instrument whose task is embeddings. */
export const embeddingsRequest = z.strictObject({
  model: z.string().min(1).max(64),
  input: z.union(
    [text.transform((only) => [only]), z.array(text).min(1).max(TEXTS_MAX)],
    `text, or up to ${TEXTS_MAX} texts`,
  ),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  /** Only the length that the instrument's vectors have. */
  dimensions: z.number().int().min(1).nullish(),
  user: z.string().max(512).nullish(),
  provider: z.unknown().optional(),
})

export const EMBEDDINGS: Counter = {
  path: '/v1/embeddings',
  serves: 'embeddings',
  read: readBy(embeddingsRequest, ({ model, input, encoding_format: encoding, dimensions }) => ({
    body: { model, messages: input.map(messageOf) },
    surface: embeddingsSurface(encoding ?? 'float'),
    ...(typeof dimensions === 'number' && { dimensions }),
  })),
  get refusal() {
    return embeddingsSurface('float')
  },
}

/** Each text is kept as a message of its own, which is how a prompt is counted. */
const messageOf = (content: string): ChatRequest['messages'][number] => ({ role: 'user', content })

const printError = ({ param, ...error }: BuyerError) =>
  printChatError({ ...error, ...(param !== undefined && { param: renamed(param, { messages: 'input' }) }) })

const embeddingsSurface = (encoding: 'float' | 'base64'): Surface => ({
  // An answer is whole or none: the request has no `stream`.
  script: () => ({ beat: '', pass: () => '', reset() {}, end: () => '', fail: () => '' }),
  whole: ({ model }: Head, { vectors }, { input }, note) => ({
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encoding === 'base64' ? base64Of(vector) : numbersOf(vector),
    })),
    model,
    usage: { prompt_tokens: input, total_tokens: input },
    busbar: note,
  }),
  error: printError,
  headers: () => ({}),
})

/** Each number in its shortest decimal form that is the same 32-bit float. */
const numbersOf = (vector: Float32Array): number[] =>
  Array.from(vector, (one) => Number(one.toPrecision(DIGITS)))

function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(4 * vector.length)
  for (const [at, one] of vector.entries()) bytes.writeFloatLE(one, 4 * at)
  return bytes.toString('base64')
}
