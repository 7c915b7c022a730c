import type { ServerResponse } from 'node:http'
import type { Completion } from './completion.ts'
import type { Piece } from './piece.ts'

/** One answer on its way out, and how fast it goes. */
export type PacedAnswer = {
  completion: Completion
  model: string
  tokensPerSecond: number
  /** The connection is dropped once this many tokens are out. */
  dropAfter: number
}

/** How often a stream is written to: small enough to look alive, large enough to stay cheap. */
const TICK_MS = 30

/** Waits, or until the caller hangs up. */
export const pause = (ms: number, response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      response.off('close', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    response.on('close', done)
  })

const usageOf = ({ inputTokens, outputTokens }: Completion) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
})

const joined = (some: readonly Piece[]): string => some.map((piece) => piece.text).join('')

const head = (answer: PacedAnswer, object: string) => ({
  id: `chatcmpl-${answer.completion.inputTokens}-${answer.completion.outputTokens}`,
  object,
  created: Math.floor(Date.now() / 1000),
  model: answer.model,
})

/** The whole answer at once, after the time it would have taken to write. */
export async function sendWhole(response: ServerResponse, answer: PacedAnswer): Promise<void> {
  const { completion } = answer
  const tokens = Math.min(completion.outputTokens, answer.dropAfter)
  await pause((tokens / answer.tokensPerSecond) * 1_000, response)
  if (response.destroyed) return
  if (tokens < completion.outputTokens) {
    response.destroy()
    return
  }
  const call = completion.tool && {
    id: completion.tool.call.id,
    type: 'function',
    function: { name: completion.tool.call.name, arguments: joined(completion.tool.arguments) },
  }
  const message = call
    ? { role: 'assistant', content: null, tool_calls: [call] }
    : { role: 'assistant', content: joined(completion.content) }
  const choices = [{ index: 0, message, finish_reason: completion.finish }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ...head(answer, 'chat.completion'), choices, usage: usageOf(completion) }))
}

type Delta = { [key: string]: unknown }

/** The first chunk of an answer: who speaks, and which tool is called. */
function firstDelta(completion: Completion): Delta {
  if (!completion.tool) return { role: 'assistant', content: '' }
  const { id, name } = completion.tool.call
  const call = { index: 0, id, type: 'function', function: { name, arguments: '' } }
  return { role: 'assistant', content: null, tool_calls: [call] }
}

const deltaOf = (completion: Completion, text: string): Delta =>
  completion.tool ? { tool_calls: [{ index: 0, function: { arguments: text } }] } : { content: text }

/** Takes the pieces that are due: all whose tokens fit under `due`, and always the first of the rest. */
function take(
  all: readonly Piece[],
  from: number,
  written: number,
  due: number,
): { to: number; tokens: number } {
  let to = from
  let tokens = 0
  while (to < all.length && (to === from || written + tokens + (all[to]?.tokens ?? 0) <= due)) {
    tokens += all[to]?.tokens ?? 0
    to++
  }
  return { to, tokens }
}

/** The answer piece by piece. What is due is reckoned from the start, so a late timer loses no pace. */
export async function streamChunks(
  response: ServerResponse,
  answer: PacedAnswer,
  includeUsage: boolean,
): Promise<void> {
  const { completion } = answer
  const frame = head(answer, 'chat.completion.chunk')
  const chunk = (delta: Delta, finish: string | null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }]
    response.write(`data: ${JSON.stringify({ ...frame, choices, ...(includeUsage && { usage: null }) })}\n\n`)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  chunk(firstDelta(completion), null)
  const all = completion.tool?.arguments ?? completion.content
  const began = performance.now()
  let at = 0
  let written = 0
  while (at < all.length && !response.destroyed) {
    const due = ((performance.now() - began) / 1_000) * answer.tokensPerSecond
    const next = take(all, at, written, due)
    chunk(deltaOf(completion, joined(all.slice(at, next.to))), null)
    written += next.tokens
    at = next.to
    if (written > answer.dropAfter) response.destroy()
    const aheadMs = (written / answer.tokensPerSecond) * 1_000 - (performance.now() - began)
    if (at < all.length) await pause(Math.max(TICK_MS, aheadMs), response)
  }
  if (response.destroyed) return
  chunk({}, completion.finish)
  if (includeUsage)
    response.write(`data: ${JSON.stringify({ ...frame, choices: [], usage: usageOf(completion) })}\n\n`)
  response.end('data: [DONE]\n\n')
}
