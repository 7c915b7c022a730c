import type { Wt } from '../base/money.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'

const DECAY = 0.95
const BREAK_AFTER = 3
const BACK_OFF = [5, 10] as const
const MINUTE = 60 * MICROS_PER_SECOND

/** How a call went wrong, as far as routing cares; `retryAfter` in seconds. */
export type Misstep = { code: string; retryAfter: number }

/**
 * What this gateway has seen of one offer: how its recent calls ended, how many are running, how many it can
 * take, and whether it is left alone for a while after failing. A hint for routing; money never depends on
 * it.
 */
export class Standing {
  inFlight = 0
  private good = 4
  private seen = 4
  private limit: number
  private failures = 0
  private breaks = 0
  private closedUntil = 0
  private trying = false
  private bucket: number
  private bucketAt = 0

  constructor(concurrency: number, rate: Wt) {
    this.limit = concurrency
    this.bucket = rate
  }

  /** Expected share of conforming calls, 0 to 1; a new offer starts at 1. */
  get conformity(): number {
    return this.good / this.seen
  }

  /** Share of its concurrency in use. */
  get load(): number {
    return this.inFlight / this.limit
  }

  get full(): boolean {
    return this.inFlight >= Math.floor(this.limit)
  }

  /** Microseconds until it may be called again; 0 if now. After a break, one call at a time tries it out. */
  waits(now: number): number {
    if (now < this.closedUntil) return this.closedUntil - now
    return this.failures >= BREAK_AFTER && this.trying ? MICROS_PER_SECOND : 0
  }

  begin(): void {
    this.inFlight++
    if (this.failures >= BREAK_AFTER) this.trying = true
  }

  /** The call ended without a word about the supplier: the buyer hung up, or the venue failed. */
  endNeutral(): void {
    this.inFlight--
    this.trying = false
  }

  endGood(concurrency: number): void {
    this.endNeutral()
    this.good = this.good * DECAY + 1
    this.seen = this.seen * DECAY + 1
    this.failures = 0
    this.breaks = 0
    this.limit = Math.min(concurrency, this.limit + 1 / this.limit)
  }

  endBad(reason: Misstep, now: number): void {
    if (reason.code === 'bad_request') return this.endNeutral()
    if (reason.code === 'rate_limited') this.limit = Math.max(1, Math.floor(this.inFlight * 0.75))
    this.endNeutral()
    this.good *= DECAY
    this.seen = this.seen * DECAY + 1
    this.failures++
    const backOff = BACK_OFF[Math.min(this.breaks, BACK_OFF.length - 1)] ?? 0
    const broken = this.failures >= BREAK_AFTER || reason.code === 'unauthorized'
    const seconds = Math.max(reason.retryAfter, broken ? backOff : 0)
    if (broken) {
      this.breaks++
      this.failures = Math.max(this.failures, BREAK_AFTER)
    }
    this.closedUntil = Math.max(this.closedUntil, now + seconds * MICROS_PER_SECOND)
  }

  /** Counts what was delivered against the committed rate per minute. */
  deliver(quantity: number, rate: Wt, now: number): void {
    this.refill(rate, now)
    this.bucket -= quantity
  }

  /** Whether the offer is being asked for more than it committed to. */
  aboveRate(rate: Wt, now: number): boolean {
    this.refill(rate, now)
    return this.bucket < 0
  }

  private refill(rate: Wt, now: number): void {
    this.bucket = Math.min(rate, this.bucket + (rate * (now - this.bucketAt)) / MINUTE)
    this.bucketAt = now
  }
}
