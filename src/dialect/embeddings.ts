import type { ChatRequest } from '../wire/openai.ts'
import type { Chunk, Unreadable } from './chunk.ts'
import { countIn, isObject, malformed, NOTHING, reportedError } from './chunk.ts'
import type { Dialect } from './dialect.ts'

const BYTES_PER_NUMBER = 4

/**
 * Embeddings, as OpenAI and those who follow it serve them. Each message of a request is one text; vectors
 * are asked for in base64, which is a third of their decimal form, and read in either.
 */
export const embeddingsDialect: Dialect = {
  path: '/embeddings',
  accept: 'application/json',
  headers: {},
  keyHeaders: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  uncarried: (request) => (textsOf(request).length === request.messages.length ? null : 'messages'),
  print: (request, model) => JSON.stringify({ model, input: textsOf(request), encoding_format: 'base64' }),
  newReader: () => ({ done: false, event: () => malformed('embeddings do not come as events') }),
  readWhole,
}

const textsOf = ({ messages }: ChatRequest): string[] =>
  messages.flatMap(({ content }) => (typeof content === 'string' ? [content] : []))

function readWhole(data: string): Chunk | Unreadable {
  let parsed: unknown
  try {
    parsed = JSON.parse(data)
  } catch {
    return malformed('the answer is not JSON')
  }
  if (!isObject(parsed)) return malformed('the answer is not an object')
  if (parsed.error !== undefined && parsed.error !== null) return reportedError()
  if (!Array.isArray(parsed.data)) return malformed('an answer without data')
  const vectors: Float32Array[] = []
  for (const [place, entry] of parsed.data.entries()) {
    const at: unknown = isObject(entry) ? (entry.index ?? place) : undefined
    const vector = isObject(entry) ? vectorIn(entry.embedding) : undefined
    if (typeof at !== 'number' || vector === undefined) return malformed('an embedding is no vector')
    if (!Number.isInteger(at) || at < 0 || at >= parsed.data.length || vectors[at] !== undefined)
      return malformed('an embedding stands for no text')
    vectors[at] = vector
  }
  const input = isObject(parsed.usage) ? countIn(parsed.usage.prompt_tokens) : null
  return { delta: { ...NOTHING, vectors }, finish: 'stop', claim: { input, output: null } }
}

/** Numbers, or their 32-bit form in base64; `undefined` where one of them is no finite number. */
function vectorIn(value: unknown): Float32Array | undefined {
  if (typeof value === 'string') return vectorOfBytes(Buffer.from(value, 'base64'))
  if (!Array.isArray(value) || value.length === 0) return undefined
  if (!value.every((one) => typeof one === 'number' && Number.isFinite(one))) return undefined
  return Float32Array.from(value as number[])
}

function vectorOfBytes(bytes: Buffer): Float32Array | undefined {
  if (bytes.length === 0 || bytes.length % BYTES_PER_NUMBER !== 0) return undefined
  const vector = new Float32Array(bytes.length / BYTES_PER_NUMBER)
  for (let at = 0; at < vector.length; at++) vector[at] = bytes.readFloatLE(at * BYTES_PER_NUMBER)
  return vector.every((one) => Number.isFinite(one)) ? vector : undefined
}
