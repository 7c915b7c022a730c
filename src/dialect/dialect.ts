import type { ChatRequest } from '../wire/openai.ts'
import type { Chunk, Unreadable } from './chunk.ts'

/** How many tokens an answer may have: what the buyer asked for, or null, and the most that is delivered. */
export type OutputLimit = { asked: number | null; most: number }

/** Reads the events of one answer, in order. */
export type EventReader = {
  /** What one event adds. Null: nothing. */
  event(data: string): Chunk | Unreadable | null
  /** Nothing that belongs to the answer will follow. */
  readonly done: boolean
}

/**
 * A supplier's language: requests in it, and answers out of it. Requests and answers are kept in the words of
 * chat completions, of which every dialect carries a part.
 */
export type Dialect = {
  /** Behind the supplier's base URL. */
  path: string
  /** The supplier's own key, as this dialect sends it. */
  keyHeaders(apiKey: string): Record<string, string>
  /** The form of answer that is asked for. */
  accept: 'text/event-stream' | 'application/json'
  /** Headers that every call carries, unless the supplier's own say otherwise. */
  headers: Record<string, string>
  /** The first parameter of a request that this dialect has no words for, or null. */
  uncarried(request: ChatRequest): string | null
  /** Known fields only, with the supplier's own model name. Streams are always asked for. */
  print(request: ChatRequest, model: string, limit: OutputLimit): string
  newReader(): EventReader
  /** A whole answer, which a supplier may give although a stream was asked for. */
  readWhole(data: string): Chunk | Unreadable
}

export type DialectName = 'openai' | 'anthropic' | 'embeddings'
