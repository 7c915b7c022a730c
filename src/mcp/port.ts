import type { Operation } from '../api/operation.ts'
import type { ProblemOut } from '../wire/problem.ts'

/** What a tool was told: an answer's JSON, or why it was refused. */
export type Told = { ok: true; value: Record<string, unknown> } | { ok: false; problem: ProblemOut }

/** A request of an operation, cut from one flat list of arguments. */
export type Asked = {
  method: Operation['method']
  /** With its query, as it would stand in a URL. */
  pathAndQuery: string
  params: Record<string, string>
  query: string
  headers: Record<string, string>
  /** JSON text; absent where the operation takes no body. */
  body: string | undefined
}

/** A completion, not streamed, as the chat surface takes it. */
export type Inference = {
  body: { model: string; messages: readonly unknown[]; max_tokens: number } & Record<string, unknown>
  /** Dollars per unit that a purchase for it may cost at most. */
  maxPrice: string
}

/**
 * How tools reach an exchange, in the name of whoever holds the key: in this process, or over HTTP. Both
 * obey the same scopes, rates and rules, because both end in the same operations.
 */
export type Port = {
  ask(operation: Operation, asked: Asked): Promise<Told>
  infer(inference: Inference): Promise<Told>
}
