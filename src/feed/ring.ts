import type { Instant } from '../base/time.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'

/** One update of one channel, encoded once for everyone who reads it. */
export type Update = { prevSeq: number; seq: number; at: Instant; bytes: Buffer }

/** How long updates are kept for those who come back. */
const KEPT_MICROS = 15 * 60 * MICROS_PER_SECOND
/** What one channel, and all channels together, may hold for it. A busier channel reaches less far back. */
const RING_BYTES = 32 * 1024 * 1024
const ALL_BYTES = 512 * 1024 * 1024
/** What an update costs besides its bytes, about. */
const OVERHEAD = 128

/** What all rings hold together. */
export type Budget = { bytes: number }

/** The latest updates of one channel, each following on the one before. */
export class Ring {
  private updates: Update[] = []
  private first = 0
  private bytes = 0
  private readonly budget: Budget

  constructor(budget: Budget) {
    this.budget = budget
  }

  push(update: Update): void {
    this.updates.push(update)
    this.count(update.bytes.length + OVERHEAD)
    while (this.first < this.updates.length - 1 && this.isOver(update.at)) this.drop()
    if (this.first > 1_024 && this.first * 2 > this.updates.length) {
      this.updates = this.updates.slice(this.first)
      this.first = 0
    }
  }

  /**
   * What follows on `seq`, or `undefined` if that reaches too far back. With `exact`, an update that spans
   * `seq` does not follow on it.
   */
  after(seq: number, exact: boolean): Update[] | undefined {
    let low = this.first
    let high = this.updates.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.updates[middle] as Update).seq <= seq) low = middle + 1
      else high = middle
    }
    const next = this.updates[low]
    if (next === undefined || next.prevSeq > seq || (exact && next.prevSeq !== seq)) return undefined
    return this.updates.slice(low)
  }

  clear(): void {
    this.count(-this.bytes)
    this.updates = []
    this.first = 0
  }

  private isOver(now: Instant): boolean {
    const oldest = this.updates[this.first] as Update
    return oldest.at < now - KEPT_MICROS || this.bytes > RING_BYTES || this.budget.bytes > ALL_BYTES
  }

  private drop(): void {
    this.count(-((this.updates[this.first] as Update).bytes.length + OVERHEAD))
    // Let go of the bytes now: the array itself is cut later.
    this.updates[this.first] = NOTHING
    this.first++
  }

  private count(bytes: number): void {
    this.bytes += bytes
    this.budget.bytes += bytes
  }
}

const NOTHING: Update = { prevSeq: 0, seq: 0, at: 0 as Instant, bytes: Buffer.alloc(0) }
