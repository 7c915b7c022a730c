import { known } from '../base/assert.ts'
import type { Instant } from '../base/time.ts'
import type { Journal } from '../journal/journal.ts'
import type { Command } from '../state/command.ts'
import { EventLog } from '../state/event-log.ts'
import type { Applied } from './record.ts'
import { RecordBuffer } from './record.ts'

/** Commands that will share a commit: as they are written, what they say, and one by one. */
type Forming = { records: RecordBuffer; said: EventLog; applied: Applied[] }
type Waiter = { seq: number; resolve: () => void; reject: (error: Error) => void }

/** A batch longer than this, in bytes, is closed: the disk writes it while the next one forms. */
const BATCH_LENGTH_MAX = 64 << 10

/**
 * While the disk finishes one batch it is at work on the next and has one more at hand, if they are large. A
 * small one is better off to grow until the disk is free: syncs and messages between threads cost more than
 * its few commands.
 */
const FLYING_MAX = 3
const SECOND_LENGTH_MIN = 4 << 10

/** Turns of the event loop for which a small batch that grows waits at most. */
const GATHER_TURNS = 3

/** The next batch is likely to say as much as the last. */
const newForming = (room: number): Forming => ({
  records: new RecordBuffer(),
  said: new EventLog(Math.min(Math.max(8, room), 4_096)),
  applied: [],
})

/**
 * Group commit. While batches are on their way to the disk the next one forms, so batches grow with the load:
 *
 *     submitted ──► forming ──► on its way ──► durable: listeners, then waiters
 */
export class CommitQueue {
  /** The last command known to be on stable storage. */
  durableSeq: number
  private readonly journal: Journal
  private readonly onDurable: (batch: readonly Applied[]) => void
  private readonly onFailure: (error: unknown) => void
  private readonly lengthMax: number
  private readonly forming: Forming[] = []
  /** The last of them, while it is not sealed. */
  private filling: Forming = newForming(1)
  private readonly waiters: Waiter[] = []
  private depth = 0
  private sealed = true
  private woken = false
  private flying = 0
  private failure: Error | undefined

  constructor(
    journal: Journal,
    onDurable: (batch: readonly Applied[]) => void,
    onFailure: (error: unknown) => void,
    lengthMax = BATCH_LENGTH_MAX,
  ) {
    this.journal = journal
    this.durableSeq = journal.last
    this.onDurable = onDurable
    this.onFailure = onFailure
    this.lengthMax = lengthMax
  }

  /** How many commands are not durable yet. */
  get waiting(): number {
    return this.depth
  }

  /**
   * Writes down a command that is about to be applied, and then added; if it cannot be, nothing is sent.
   * Returns where it is to say what it does.
   */
  write(at: Instant, command: Command): EventLog {
    if (this.sealed) this.beginBatch()
    this.filling.records.add(at, command)
    return this.filling.said
  }

  /** Adds the command that was written last, with the digest of the state after it or none. */
  add(applied: Applied, digest?: string): void {
    const { filling } = this
    this.depth++
    filling.applied.push(applied)
    if (digest !== undefined) filling.records.addDigest(digest)
    if (filling.records.length >= this.lengthMax) this.sealed = true
    this.wake()
  }

  /** The next command begins a new batch, so that a batch ends with the last one added. */
  seal(): void {
    this.sealed = true
  }

  /** Calls back once everything up to `seq` is durable; at once if it is. */
  when(seq: number, resolve: () => void, reject: (error: Error) => void): void {
    if (this.failure) return reject(this.failure)
    if (seq <= this.durableSeq) return resolve()
    let place = this.waiters.length
    while (place > 0 && known(this.waiters[place - 1], 'a waiter before the end').seq > seq) place--
    if (place === this.waiters.length) this.waiters.push({ seq, resolve, reject })
    else this.waiters.splice(place, 0, { seq, resolve, reject })
  }

  /** Nobody who waits will hear good news any more. */
  stop(error: Error): void {
    this.failure ??= error
    for (const waiter of this.waiters.splice(0)) waiter.reject(error)
  }

  private beginBatch(): void {
    this.filling = newForming(this.filling.said.count)
    this.forming.push(this.filling)
    this.sealed = false
  }

  /** Everything that arrives in one turn of the event loop shares a commit. */
  private wake(): void {
    if (this.woken || !this.mayFly()) return
    this.woken = true
    setImmediate(() => this.gather(0, GATHER_TURNS))
  }

  /** A small batch waits for the next turn as long as each brings more. */
  private gather(before: number, turns: number): void {
    if (turns > 0 && this.depth > before && (this.forming[0]?.records.length ?? 0) < SECOND_LENGTH_MIN) {
      const { depth } = this
      setImmediate(() => this.gather(depth, turns - 1))
      return
    }
    this.woken = false
    this.send()
  }

  private mayFly(): boolean {
    if (this.flying === 0) return true
    return this.flying < FLYING_MAX && (this.forming[0]?.records.length ?? 0) >= SECOND_LENGTH_MIN
  }

  private send(): void {
    if (!this.mayFly() || this.failure) return
    const batch = this.forming.shift()
    if (batch === undefined) return
    if (this.forming.length === 0) this.sealed = true
    const first = known(batch.applied[0], 'a batch has a first command').seq
    const last = first + batch.applied.length - 1
    this.flying++
    this.journal.append(batch.records.bytes(), first, last).then(
      () => this.landed(batch.applied, last),
      (error: unknown) => this.onFailure(error),
    )
  }

  private landed(applied: readonly Applied[], last: number): void {
    this.flying--
    if (this.failure) return
    this.depth -= applied.length
    this.durableSeq = last
    // The disk goes to work on the next batch while this one is told.
    this.send()
    try {
      this.onDurable(applied)
    } catch (error) {
      return this.onFailure(error)
    }
    let told = 0
    for (; told < this.waiters.length; told++) {
      const waiter = this.waiters[told]
      if (waiter === undefined || waiter.seq > last) break
      waiter.resolve()
    }
    this.waiters.splice(0, told)
  }
}
