export type Finish = 'stop' | 'length' | 'tool_calls'

export type ToolDelta = { index: number; id: string | null; name: string | null; arguments: string | null }
export type TokenLogprob = { token: string; logprob: number; bytes: number[] | null }
export type LogprobEntry = TokenLogprob & { top_logprobs: TokenLogprob[] }
export type Logprobs = { content: LogprobEntry[] | null; refusal: LogprobEntry[] | null }

/**
 * What a supplier adds to its reasoning for itself alone: the signature under a reasoning text, or reasoning
 * that only the supplier can read. Passed on and back, never read, never billed.
 */
export type ReasoningSeal =
  | { type: 'reasoning.text'; signature: string }
  | { type: 'reasoning.encrypted'; data: string }

/** What one event adds to the answer. Everything in it has been checked and may be printed as it is. */
export type Delta = {
  content: string | null
  reasoning: string | null
  refusal: string | null
  tools: ToolDelta[] | null
  logprobs: Logprobs | null
  seals: ReasoningSeal[] | null
  /** Embeddings, one for each text asked about. */
  vectors?: Float32Array[]
}

/** A supplier's own count, believed by nobody: kept to publish how far it is from ours. */
export type Claim = { input: number | null; output: number | null }

export type Chunk = {
  delta: Delta | null
  finish: Finish | 'content_filter' | null
  claim: Claim | null
  /** The stop sequence that ended the answer, where the supplier tells it. */
  stopSequence?: string
}

/** Why an event cannot be read as part of an answer. */
export type Unreadable = { code: 'malformed' | 'reported_error'; detail: string; retryAfter: number }

/** An event that is no part of any answer. */
export const malformed = (detail: string): Unreadable => ({ code: 'malformed', detail, retryAfter: 0 })

/** The supplier says in its answer that it failed. */
export const reportedError = (): Unreadable => ({
  code: 'reported_error',
  detail: 'the supplier reported an error in its answer',
  retryAfter: 0,
})

export const isUnreadable = (value: Chunk | Unreadable): value is Unreadable => 'code' in value

/** A delta of nothing. */
export const NOTHING: Delta = {
  content: null,
  reasoning: null,
  refusal: null,
  tools: null,
  logprobs: null,
  seals: null,
}

/** Whether a delta is content and nothing else. */
export const isText = (delta: Delta): delta is Delta & { content: string } =>
  delta.content !== null &&
  delta.reasoning === null &&
  delta.refusal === null &&
  delta.tools === null &&
  delta.logprobs === null &&
  delta.seals === null &&
  delta.vectors === undefined

/** Whether an event carries something a reader of the answer would see. */
export function hasContent({ delta }: Chunk): boolean {
  if (delta === null) return false
  if (delta.vectors !== undefined) return true
  return delta.content !== null || delta.reasoning !== null || delta.refusal !== null || delta.tools !== null
}

export type Json = { [key: string]: unknown }

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text, or null where there is none; `undefined` if it is something else. */
export function textIn(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null
  return typeof value === 'string' ? value : undefined
}

/** A count as a supplier states it, or null where it states none. */
export const countIn = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
