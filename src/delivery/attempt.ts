import type { Spec } from '../state/instrument.ts'
import { MICROS_PER_MS } from '../base/time.ts'
import { latencyCeiling } from '../state/speed.ts'
import { Answer, textOf } from '../dialect/answer.ts'
import type { Draw } from './draw.ts'
import type { Endpoint } from './endpoint.ts'
import type { Failure } from './failure.ts'
import { failure } from './failure.ts'
import type { Meter } from '../meter/meter.ts'
import type { Chunk, Delta, ReasoningSeal } from '../dialect/chunk.ts'
import { hasContent, isText, NOTHING } from '../dialect/chunk.ts'
import type { Cut } from '../surface/surface.ts'
import { Relay } from './relay.ts'
import type { Reply } from './reply.ts'
import type { Timer } from './timer.ts'
import type { Call, Clocks, Ending, Upstream } from './upstream.ts'

/** How one supplier's answer ended, and what came of it until then. */
export type Outcome = {
  kind: 'done' | 'failed' | 'aborted' | 'broken'
  answer: Answer
  /** Microseconds from the request's last byte to the first content token; 0 if none came. */
  ttft: number
  /** Microseconds from there to the end; 0 if the request was never sent. */
  took: number
  cut: Cut | null
  /** The supplier had begun to answer, and its first token was not overdue. */
  accepted: boolean
  /** The buyer was too slow to read. */
  blocked: boolean
  /** Of a failed call. */
  failure: Failure | null
  /** Of a broken one: the exchange's own fault. */
  error: unknown
}

/** A call that failed before it was made. */
export const failedOutcome = (reason: Failure): Outcome => ({
  kind: 'failed',
  answer: new Answer(),
  ttft: 0,
  took: 0,
  cut: null,
  accepted: false,
  blocked: false,
  failure: reason,
  error: null,
})

export type Attempt = {
  ended: Promise<Outcome>
  /** The buyer is gone, or the venue closes. */
  abort(): void
}

export type AttemptTools = { upstream: Upstream; meter: Meter; timer: Timer; patience: Patience }

export type AttemptTerms = {
  endpoint: Endpoint
  body: string
  clocks: Clocks
  draw: Draw
  outputMax: number
  reply: Reply
  /** The answer leaves as one: what is read at one time is weighed and passed as one. */
  isWhole: boolean
  spec: Spec
}

/** How long the gateway waits, in milliseconds. */
export type Patience = {
  /** Beyond the latency ceiling, for a first token. */
  firstToken: number
  /** Silence between two content tokens after which a supplier is given up. */
  interToken: number
  /** The total clock starts with so much, and every byte of content adds the time that a token may take. */
  headStart: number
  /** A buyer that does not read for this long is taken to be gone. */
  unread: number
}

export const PATIENCE: Patience = { firstToken: 1_000, interToken: 10_000, headStart: 30_000, unread: 60_000 }

/** A buyer that does not read for this long excuses the supplier's pace. */
const UNREAD_EXCUSED_MS = 250

/**
 * The supplier's clocks. Where another could serve instead, a first token a second late is given up; the last
 * one may take up to the point at which its answer would be rejected anyway.
 */
export function clocksOf(spec: Spec, patience: Patience, inputTokens: number, others: number): Clocks {
  const ceiling = latencyCeiling(spec, inputTokens) / MICROS_PER_MS
  const firstToken = (others > 0 ? ceiling : 2 * ceiling) + patience.firstToken
  return { firstToken, interToken: patience.interToken, total: firstToken + patience.headStart }
}

/** How long so many tokens take at half the floor, the slowest that is still accepted. */
export const generationMs = (spec: Spec, tokens: number): number =>
  (2_000 * tokens) / Math.max(1, spec.throughputFloor)

/** Calls one supplier and passes its answer on to the reply, within what the draw covers. */
export function startAttempt(tools: AttemptTools, terms: AttemptTerms, abandon: () => void): Attempt {
  const running = new Running(tools, terms, abandon)
  return { ended: running.ended, abort: () => running.end('aborted') }
}

class Running {
  readonly ended: Promise<Outcome>
  private resolve: (outcome: Outcome) => void = () => {}
  private over = false
  private ending: Ending | null = null
  private accepted = false
  private blocked = false
  private blockedAt = 0
  private cancelUnread: (() => void) | null = null
  private held = false
  private begun = false
  private seals: ReasoningSeal[] = []
  /** Content of the bytes at hand that is not passed yet, and when they were read. */
  private joined = ''
  private joinedAt = 0
  private readonly answer = new Answer()
  private readonly relay: Relay
  private readonly call: Call
  private readonly timer: Timer
  private readonly terms: AttemptTerms
  private readonly patience: Patience

  constructor({ upstream, meter, timer, patience }: AttemptTools, terms: AttemptTerms, abandon: () => void) {
    this.ended = new Promise((resolve) => {
      this.resolve = resolve
    })
    this.timer = timer
    this.terms = terms
    this.patience = patience
    const { reply, draw } = terms
    this.relay = new Relay(meter, draw, terms.outputMax, this.answer, {
      pass: (delta) => reply.pass(delta),
      flush: () => this.flushed(),
      hold: () => this.hold(true),
      free: () => this.hold(false),
      cut: (reason) => this.end('done', { cut: reason }),
      broken: (error) => this.end('broken', { error }),
    })
    reply.onBlocked((blocked) => this.buyerBlocked(blocked, abandon))
    this.call = upstream.call(terms.endpoint, terms.body, terms.clocks, {
      accepted: () => {
        this.accepted = true
      },
      chunk: (chunk, readAt) => this.take(chunk, readAt),
      drained: () => {
        this.passJoined()
        reply.flush()
      },
      ended: (ending) => this.upstreamEnded(ending),
    })
  }

  private take(chunk: Chunk, readAt: number): void {
    const { delta } = chunk
    if (delta === null) return
    if (this.terms.isWhole && isText(delta)) {
      this.joined += delta.content
      this.joinedAt = readAt
      return
    }
    this.passJoined()
    if (!hasContent(chunk)) return this.takeSeals(delta, readAt)
    this.takeContent(delta, readAt)
  }

  private passJoined(): void {
    if (this.joined === '') return
    const delta = { ...NOTHING, content: this.joined }
    this.joined = ''
    this.takeContent(delta, this.joinedAt)
  }

  private takeContent(delta: Delta, readAt: number): void {
    this.call.allow(generationMs(this.terms.spec, Buffer.byteLength(textOf(delta))))
    this.begun = true
    if (this.seals.length === 0) return this.relay.take(delta, readAt)
    const seals = [...this.seals, ...(delta.seals ?? [])]
    this.seals = []
    this.relay.take({ ...delta, seals }, readAt)
  }

  /** Sealed reasoning is no content: what comes before any waits for the first. */
  private takeSeals(delta: Delta, readAt: number): void {
    if (delta.seals === null) return
    if (this.begun) this.relay.take(delta, readAt)
    else this.seals.push(...delta.seals)
  }

  private upstreamEnded(ending: Ending): void {
    this.ending = ending
    // What waits for its count is passed first: it was delivered.
    if (!this.relay.busy || 'code' in ending) this.conclude(ending)
  }

  private flushed(): void {
    this.terms.reply.flush()
    if (this.ending !== null && !this.relay.busy) this.conclude(this.ending)
  }

  private conclude(ending: Ending): void {
    if ('code' in ending) return this.end('failed', { failure: ending })
    this.answer.claim = ending.claim
    this.answer.stopSequence = ending.stopSequence
    if (ending.finish === 'content_filter')
      return this.end('failed', { failure: failure('content_filter', 'the supplier filtered its answer') })
    this.answer.finish = ending.finish
    this.end('done')
  }

  end(kind: Outcome['kind'], part: Partial<Outcome> = {}): void {
    if (this.over) return
    this.over = true
    this.relay.stop()
    this.cancelUnread?.()
    this.call.abort()
    if (part.cut) this.answer.finish = 'length'
    const { sentAt } = this.call
    const { firstAt } = this.answer
    const waited = this.timer.now() - sentAt
    const overdue = firstAt === 0 && waited > this.terms.clocks.firstToken * MICROS_PER_MS
    const ttft = firstAt === 0 ? 0 : Math.max(0, firstAt - sentAt)
    const took = sentAt === 0 ? 0 : waited
    const { answer, blocked } = this
    const accepted = this.accepted && !overdue
    const { cut = null, failure: reason = null, error = null } = part
    this.resolve({ kind, answer, ttft, took, cut, accepted, blocked, failure: reason, error })
  }

  private hold(held: boolean): void {
    this.held = held
    this.steer()
  }

  /** The supplier waits while a delta is being weighed or the buyer does not read. */
  private steer(): void {
    if (this.held || this.blockedAt > 0) this.call.pause()
    else this.call.resume()
  }

  private buyerBlocked(blocked: boolean, abandon: () => void): void {
    if (this.over) return
    const now = this.timer.now()
    if (blocked) {
      this.blockedAt = now
      this.cancelUnread ??= this.timer.after(this.patience.unread, abandon)
    } else {
      if (now - this.blockedAt > UNREAD_EXCUSED_MS * MICROS_PER_MS) this.blocked = true
      this.blockedAt = 0
      this.cancelUnread?.()
      this.cancelUnread = null
    }
    this.steer()
  }
}
