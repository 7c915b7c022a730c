import { MICROS_PER_SECOND } from '../base/time.ts'
import type { Spec } from '../state/instrument.ts'
import type { ChatRequest } from '../wire/openai.ts'
import { Answer, textOf } from '../dialect/answer.ts'
import { clocksOf, generationMs, PATIENCE } from '../delivery/attempt.ts'
import { demandOf } from '../delivery/demand.ts'
import type { Endpoint } from '../delivery/endpoint.ts'
import type { Failure } from '../delivery/failure.ts'
import { failure } from '../delivery/failure.ts'
import type { Meter } from '../meter/meter.ts'
import { hasContent } from '../dialect/chunk.ts'
import { dialectOf } from '../dialect/dialects.ts'
import type { Timer } from '../delivery/timer.ts'
import type { Ending, Upstream } from '../delivery/upstream.ts'

export type ProbeTools = { upstream: Upstream; meter: Meter; timer: Timer }

/** One question of the exchange's own to a supplier, and how long an answer may get. */
export type ProbeTerms = { endpoint: Endpoint; spec: Spec; request: ChatRequest; outputMax: number }

/** What one probe found. Tokens are counted by the exchange; times are in microseconds. */
export type Reading = {
  answer: Answer
  /** Why it is no answer, or null. */
  failure: Failure | null
  /** From the request's last byte to the first content token; how long was waited if none came. */
  ttft: number
  /** From the first content token to the last. */
  generation: number
  inputTokens: number
  outputTokens: number
}

export type Probe = {
  /** Rejects only if tokens cannot be counted: whatever a supplier does is a reading. */
  ended: Promise<Reading>
  /** Hangs up; the reading says that the measurement ran out of time. */
  abort(): void
}

/** Calls a supplier exactly as a buyer's request would be, its key and model included. */
export function startProbe({ upstream, meter, timer }: ProbeTools, terms: ProbeTerms): Probe {
  const { endpoint, spec, request, outputMax } = terms
  const demand = demandOf(request, spec)
  const answer = new Answer()
  const clocks = clocksOf(spec, PATIENCE, demand.inputGuess, 0)
  let end: (ending: Ending) => void = () => {}
  const ending = new Promise<Ending>((resolve) => {
    end = resolve
  })
  const began = timer.now()
  const limit = { asked: outputMax, most: outputMax }
  const body = dialectOf(endpoint.dialect).print(request, endpoint.model, limit)
  const call = upstream.call(endpoint, body, clocks, {
    accepted: () => {},
    chunk(chunk, readAt) {
      if (chunk.delta === null || !hasContent(chunk)) return
      call.allow(generationMs(spec, Buffer.byteLength(textOf(chunk.delta))))
      answer.add(chunk.delta, readAt)
    },
    drained: () => {},
    ended: end,
  })

  async function read(): Promise<Reading> {
    const how = await ending
    const sentAt = call.sentAt === 0 ? began : call.sentAt
    const ttft = (answer.empty ? timer.now() : answer.firstAt) - sentAt
    if (!('code' in how)) {
      answer.claim = how.claim
      answer.finish = how.finish === 'content_filter' ? null : how.finish
    }
    const counts = await meter.count([...demand.texts, ...answer.texts()])
    const sum = (some: number[]) => some.reduce((total, count) => total + count, 0)
    return {
      answer,
      failure: failureOf(how),
      ttft: Math.max(0, ttft),
      generation: answer.lastAt - answer.firstAt,
      inputTokens: sum(counts.slice(0, demand.texts.length)) + demand.imageTokens,
      outputTokens: sum(counts.slice(demand.texts.length)),
    }
  }

  return {
    ended: read(),
    abort() {
      call.abort()
      end(failure('overdue', 'the measurement ran out of time'))
    },
  }
}

function failureOf(how: Ending): Failure | null {
  if ('code' in how) return how
  return how.finish === 'content_filter' ? failure('content_filter', 'the answer was filtered') : null
}

/**
 * Tokens per second after the first, as deliveries are judged. An answer in one piece took at least a
 * microsecond.
 */
export const paceOf = ({ outputTokens, generation }: Reading): number =>
  (Math.max(0, outputTokens - 1) * MICROS_PER_SECOND) / Math.max(1, generation)
