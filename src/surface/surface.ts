import type { Answer } from '../dialect/answer.ts'
import type { Delta } from '../dialect/chunk.ts'

/** What a buyer is told when a request is refused or fails, before a surface puts it in its own words. */
export type BuyerError = {
  /** Only what clients know: 400 to 404, 409, 413, 415, 422, 429, 500, 502 to 504. */
  status: number
  code: string
  message: string
  /** As chat completions name it. */
  param?: string
  retryAfter?: number
  affordableMaxTokens?: number
}

/** Canonical counts of a finished answer. */
export type Usage = { input: number; output: number; reasoning: number }

/**
 * Why an answer was ended by the gateway: the buyer's or spec's limit, or nothing left to extend the draw
 * with.
 */
export type Cut = 'max_tokens' | 'draw_not_extended'

/**
 * What the exchange says of a delivery: its name, who served, and what it came to. Decimal text where it is
 * money.
 */
export type Note = {
  receipt: string
  supplier: string
  /** µ$ per unit, the average of the units used. */
  price: string
  units: string
  cost: string
  verdict: string
  truncated: Cut | null
}

/** What every answer opens with. `created` in seconds. */
export type Head = { request: string; created: number; model: string }

/** Prints one answer as server-sent events, each built anew from what was parsed. */
export type Script = {
  /** A comment or an event that says nothing, to keep a quiet connection open. */
  readonly beat: string
  pass(delta: Delta): string
  /** Another supplier starts afresh: nothing that was passed has left. */
  reset(): void
  end(answer: Answer, usage: Usage, note: Note): string
  fail(error: BuyerError): string
}

/** The words in which one request is answered. */
export type Surface = {
  script(head: Head): Script
  whole(head: Head, answer: Answer, usage: Usage, note: Note): object
  error(error: BuyerError, request: string): object
  /** Headers that this surface's clients look for, besides ours. */
  headers(request: string): Record<string, string>
}

/** The comment that keeps a connection open between two events. */
export const KEEP_ALIVE = ': keep-alive\n\n'

/** A parameter of chat completions as another surface calls it: the longest name that it begins with. */
export function renamed(param: string, names: Readonly<Record<string, string>>): string {
  const known = Object.keys(names).filter((name) => param === name || /^[.[]/.test(param.slice(name.length)))
  const name = known.filter((one) => param.startsWith(one)).sort((a, b) => b.length - a.length)[0]
  return name === undefined ? param : (names[name] ?? param)
}
