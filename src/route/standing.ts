import type { Wt } from '../base/money.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'

const DECAY = 0.95
const BREAK_AFTER = 3
const BACK_OFF = [5, 10] as const
const MINUTE = 60 * MICROS_PER_SECOND

/** A first token is late through load when it takes so many times as long as it does without. */
const LATE = 2
/** How fast the usual first token follows the latest ones, and how slowly the best one is forgotten. */
const FOLLOW = 0.1
const FORGET = 1.002
/** What a late first token takes off the learned concurrency, and what a 429 leaves of the running calls. */
const LATE_CUT = 0.95
const LIMITED_CUT = 0.75

/**
 * How a call went wrong, as far as routing cares; `retryAfter` in seconds. Excused: the offer refused at once
 * what it had not committed itself to.
 */
export type Misstep = { code: string; retryAfter: number; excused?: boolean }

/** How long a call's first token took, and how long it may take for such a prompt, in milliseconds. */
export type Pace = { firstTokenMs: number; ceilingMs: number }

/**
 * What this gateway has seen of one offer: how its recent calls ended, how many are running, how many it can
 * take, and whether it is left alone for a while after failing. A hint for routing; money never depends on
 * it.
 */
export class Standing {
  inFlight = 0
  /** What a first token takes lately; null until there was one. */
  firstTokenMs: number | null = null
  private good = 4
  private seen = 4
  private limit: number
  /** Lately, and at best: first tokens as shares of their ceilings. */
  private usual: number | null = null
  private best = Number.POSITIVE_INFINITY
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

  /** Whether it is left alone, or is being tried out by one call. */
  get broken(): boolean {
    return this.failures >= BREAK_AFTER
  }

  /** Microseconds until it may be called again; 0 if now. After a break, one call at a time tries it out. */
  waits(now: number): number {
    if (now < this.closedUntil) return this.closedUntil - now
    return this.broken && this.trying ? MICROS_PER_SECOND : 0
  }

  begin(): void {
    this.inFlight++
    if (this.broken) this.trying = true
  }

  /** The call ended without a word about the supplier: the buyer hung up, or the venue failed. */
  endNeutral(): void {
    this.inFlight--
    this.trying = false
  }

  endGood(concurrency: number, pace: Pace): void {
    const wasBusy = this.inFlight * 2 > this.limit
    this.endNeutral()
    this.good = this.good * DECAY + 1
    this.seen = this.seen * DECAY + 1
    this.failures = 0
    this.breaks = 0
    const isLate = this.takePace(pace)
    if (isLate && wasBusy) this.limit = Math.max(1, this.limit * LATE_CUT)
    else this.limit = Math.min(concurrency, this.limit + 1 / this.limit)
  }

  /**
   * Learns from one first token. Says whether they are late lately, against the best this offer does: a
   * supplier that queues what it is sent makes everyone wait, long before it refuses anyone.
   */
  private takePace({ firstTokenMs, ceilingMs }: Pace): boolean {
    const share = firstTokenMs / Math.max(1, ceilingMs)
    this.firstTokenMs = follow(this.firstTokenMs, firstTokenMs)
    this.usual = follow(this.usual, share)
    this.best = Math.min(share, this.best * FORGET)
    return this.usual > LATE * this.best && this.usual > FOLLOW
  }

  endBad(reason: Misstep, now: number): void {
    if (reason.code === 'bad_request') return this.endNeutral()
    if (reason.code === 'rate_limited') this.limit = Math.max(1, Math.floor(this.inFlight * LIMITED_CUT))
    this.endNeutral()
    if (reason.excused) return this.leaveAlone(reason.retryAfter, now)
    this.good *= DECAY
    this.seen = this.seen * DECAY + 1
    this.failures++
    const backOff = BACK_OFF[Math.min(this.breaks, BACK_OFF.length - 1)] ?? 0
    const broken = this.broken || reason.code === 'unauthorized'
    const seconds = Math.max(reason.retryAfter, broken ? backOff : 0)
    if (broken) {
      this.breaks++
      this.failures = Math.max(this.failures, BREAK_AFTER)
    }
    this.leaveAlone(seconds, now)
  }

  private leaveAlone(seconds: number, now: number): void {
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

const follow = (before: number | null, latest: number): number =>
  before === null ? latest : before + (latest - before) * FOLLOW
