import { BusbarError } from './problem.ts'
import { serverEvents } from './sse.ts'
import type { Transport } from './transport.ts'

export type ChatToolCall = {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

export type ChatMessage = {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  content: string | null
  tool_calls?: ChatToolCall[]
  tool_call_id?: string
}

/** A request in the OpenAI dialect. `model` names an instrument. */
export type ChatRequest = {
  model: string
  messages: ChatMessage[]
  max_tokens?: number
  max_completion_tokens?: number
  temperature?: number
  stop?: string | string[]
  tools?: unknown[]
  tool_choice?: unknown
  response_format?: unknown
}

export type ChatUsage = { prompt_tokens: number; completion_tokens: number; total_tokens: number }

export type ChatChoice = {
  index: number
  message: ChatMessage
  finish_reason: string | null
}

/** What the answer's headers say of its delivery. What is known only at its end is empty on a stream. */
export type DeliveryNote = {
  requestId: string | null
  /** The receipt's id, for `receipts.get`. */
  receipt: string | null
  instrument: string | null
  /** The supplier's name, or `undisclosed`. */
  supplier: string | null
  /** Average price of the units drawn, in µ$ per unit. */
  price: string | null
  units: string | null
}

/** What the exchange itself says of a finished delivery. */
export type Settlement = {
  receipt: string
  supplier: string
  /** Average price of the units used, in µ$ per unit. */
  price: string
  units: string
  /** Dollars. */
  cost: string
  verdict: string
  /** Why the answer was cut short, or null. */
  truncated: string | null
}

/** The last words of a stream: how it ended, what was used, and what it cost. */
export type ChatEnd = {
  finishReason: string | null
  usage: ChatUsage | null
  busbar: Settlement | null
}

export type ChatCompletion = {
  id: string
  model: string
  choices: ChatChoice[]
  usage?: ChatUsage
  busbar?: Settlement
}

export type ChatEvent =
  | ({ type: 'start' } & DeliveryNote)
  | { type: 'text'; text: string }
  | { type: 'tool_call'; index: number; id: string | undefined; name: string | undefined; arguments: string }
  | ({ type: 'end' } & ChatEnd)

type ToolDelta = { index: number; id?: string; function?: { name?: string; arguments?: string } }
type Chunk = {
  choices?: {
    delta?: { content?: string | null; tool_calls?: ToolDelta[] }
    finish_reason?: string | null
  }[]
  usage?: ChatUsage | null
  busbar?: Settlement
  error?: { message?: string; code?: string | null; type?: string }
}

const PATH = '/v1/chat/completions'

const noteOf = (headers: Headers): DeliveryNote => ({
  requestId: headers.get('x-request-id'),
  receipt: headers.get('x-busbar-receipt'),
  instrument: headers.get('x-busbar-instrument'),
  supplier: headers.get('x-busbar-supplier'),
  price: headers.get('x-busbar-price'),
  units: headers.get('x-busbar-units'),
})

const broken = (code: string, detail: string): BusbarError =>
  new BusbarError({ code, detail, status: 200, outcome: 'unknown', retryable: false })

function* eventsOf(chunk: Chunk): Generator<ChatEvent> {
  const delta = chunk.choices?.[0]?.delta
  if (delta?.content) yield { type: 'text', text: delta.content }
  for (const call of delta?.tool_calls ?? [])
    yield {
      type: 'tool_call',
      index: call.index,
      id: call.id,
      name: call.function?.name,
      arguments: call.function?.arguments ?? '',
    }
}

/**
 * One completion as it is written: `start`, then pieces of text or of tool calls, then `end`. Throws
 * `BusbarError` when the exchange refuses, when the answer fails midway, or when it ends without a last word.
 * Leaving the loop early hangs up, and pays for what was delivered.
 */
async function* stream(
  transport: Transport,
  request: ChatRequest,
  signal?: AbortSignal,
): AsyncGenerator<ChatEvent, void> {
  const body = { ...request, stream: true, stream_options: { include_usage: true } }
  const response = await transport.open('POST', PATH, {
    body,
    signal,
    headers: { accept: 'text/event-stream' },
  })
  yield { type: 'start', ...noteOf(response.headers) }
  if (!response.body) throw broken('empty_answer', 'the answer has no body')
  const end: ChatEnd = { finishReason: null, usage: null, busbar: null }
  let finished = false
  for await (const data of serverEvents(response.body)) {
    finished = data === '[DONE]'
    if (finished) break
    const chunk = JSON.parse(data) as Chunk
    if (chunk.error)
      throw broken(
        chunk.error.code ?? chunk.error.type ?? 'stream_failed',
        chunk.error.message ?? 'the answer failed midway',
      )
    end.finishReason = chunk.choices?.[0]?.finish_reason ?? end.finishReason
    end.usage = chunk.usage ?? end.usage
    end.busbar = chunk.busbar ?? end.busbar
    yield* eventsOf(chunk)
  }
  if (!finished) throw broken('stream_cut', 'the answer ended before its last word')
  yield { type: 'end', ...end }
}

/** How a completion is to be had, besides what it says. */
export type ChatWishes = {
  signal?: AbortSignal | undefined
  /** Dollars per unit that units bought for this request may cost at most. */
  maxPrice?: string | undefined
  /** An id of the client's own: what is asked under it is delivered once, and so may be asked again. */
  once?: string | undefined
}

async function create(
  transport: Transport,
  request: ChatRequest,
  { signal, maxPrice, once }: ChatWishes,
): Promise<{ completion: ChatCompletion; delivery: DeliveryNote }> {
  const response = await transport.open('POST', PATH, {
    body: { ...request, stream: false },
    signal,
    headers: {
      ...(maxPrice !== undefined && { 'x-busbar-max-price': maxPrice }),
      ...(once !== undefined && { 'idempotency-key': once }),
    },
    repeatable: once !== undefined,
  })
  return { completion: (await response.json()) as ChatCompletion, delivery: noteOf(response.headers) }
}

/** Completions. Without an id of its own neither form is repeated after an unknown outcome. */
export const chatOn = (transport: Transport) => ({
  stream: (request: ChatRequest, signal?: AbortSignal) => stream(transport, request, signal),
  create: (request: ChatRequest, wishes: ChatWishes = {}) => create(transport, request, wishes),
})
