import { rowsOf } from './history-row.ts'
import type { HistoryWriter } from './history-writer.ts'
import { HistoryAway } from './history-writer.ts'
import type { Applied, Projection } from './projection.ts'
import { takeHours } from './hour-row.ts'
import { foldApplied, isLive, newChanges } from './projection.ts'

/** What is applied and not yet on disk, and its way there. */
export type Overlay = {
  watermark(): number
  apply(batch: readonly Applied[]): void
  /**
   * Resolves once everything applied before the call is written; with `durable`, for good. Rejects with
   * `HistoryAway` as soon as the server is lost.
   */
  settle(durable?: boolean): Promise<void>
  /** Resolves when so little waits to be written that more may come: whoever tells much at once awaits it. */
  room(): Promise<void>
  /** Why nothing more is recorded until the next start; null while all is. */
  gaveUp(): string | null
}

/** How long a change may wait to be written, and how many may wait together. */
const WRITE_AFTER_MS = 50
const WRITE_AT_ROWS = 2_000
/** How many changes may wait before `room` makes their teller wait. */
const ROOM_ROWS = 40_000
/** How many may wait for a server that is away, a few hundred bytes each. */
const WAITING_MOST = 500_000

type Parts = {
  /** It agrees with the disk. */
  projection: Projection
  writer: HistoryWriter
  /** Hears once that nothing can be written any more; null: then all is left to the next start. */
  onFailure: ((error: Error) => void) | null
  waitingMost?: number | undefined
}

/** One write is on its way at a time; the rest gathers. */
export const createOverlay = (parts: Parts): Overlay => new Gathering(parts)

class Gathering implements Overlay {
  private readonly projection: Projection
  private readonly writer: HistoryWriter
  private readonly onFailure: Parts['onFailure']
  private readonly waitingMost: number
  private written: number
  private writing: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined
  private failure: Error | undefined
  private abandoned: string | null = null
  /** Forgets what was let go unwritten, once whoever listens has been told of it. */
  private forgetLet: () => void = () => undefined

  constructor({ projection, writer, onFailure, waitingMost = WAITING_MOST }: Parts) {
    this.projection = projection
    this.writer = writer
    this.onFailure = onFailure
    this.waitingMost = waitingMost
    this.written = projection.seq
  }

  watermark(): number {
    return this.written
  }

  gaveUp(): string | null {
    return this.abandoned
  }

  apply(batch: readonly Applied[]): void {
    const { projection } = this
    this.forgetLet()
    for (const applied of batch) if (applied.seq > projection.seq) foldApplied(projection, applied)
    this.giveUpIfFull()
    this.schedule()
  }

  async settle(durable = false): Promise<void> {
    const target = this.projection.seq
    await this.writeUntil(() => this.written >= target && !(durable && this.writing !== undefined))
    if (durable) await this.writer.unlessLost(this.write(true))
    if (this.failure !== undefined) throw this.failure
  }

  async room(): Promise<void> {
    while (this.writing !== undefined && this.failure === undefined && countOf(this.projection) > ROOM_ROWS)
      await this.writing
  }

  private write(durable: boolean): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const { projection, written: from } = this
    const { changes, seq } = projection
    const rows = rowsOf(seq, changes, takeHours(projection))
    const told = changes.told.take()
    const forgetDone = takeDone(projection)
    this.writing = this.writer
      .run({ kind: 'write', from, rows, told, durable })
      .then(
        () => {
          this.written = seq
          forgetDone()
        },
        (error: Error) => this.fail(error),
      )
      .finally(() => {
        this.writing = undefined
        this.schedule()
      })
    return this.writing
  }

  private fail(error: Error): void {
    if (this.onFailure === null) {
      this.abandoned = `${error.message}; the next start tells it from the journal`
      return
    }
    this.failure = error
    this.onFailure(error)
  }

  private schedule(): void {
    if (this.writing !== undefined || this.failure !== undefined || this.abandoned !== null) return
    if (this.projection.seq === this.written) return
    if (countOf(this.projection) >= WRITE_AT_ROWS) void this.write(false)
    else this.timer ??= setTimeout(() => void this.write(false), WRITE_AFTER_MS)
  }

  /** What waits is let go when it is too much to keep. The journal has it, and the next start tells it. */
  private giveUpIfFull(): void {
    const lost = this.writer.lost()
    if (this.abandoned === null && (lost === null || countOf(this.projection) < this.waitingMost)) return
    this.abandoned ??= `${lost}; more happened since than may wait: the next start tells it from the journal`
    takeHours(this.projection)
    this.forgetLet = takeDone(this.projection)
  }

  private async writeUntil(done: () => boolean): Promise<void> {
    while (this.failure === undefined && !done()) {
      if (this.abandoned !== null) throw new HistoryAway(this.abandoned)
      await this.writer.unlessLost(this.writing ?? this.write(false))
    }
    if (this.failure !== undefined) throw this.failure
  }
}

/** Takes what changed. Returns how what is done leaves memory once it is not needed there. */
function takeDone(projection: Projection): () => void {
  const { orders, deliveries } = projection.changes
  projection.changes = newChanges()
  const doneOrders = [...orders].filter((order) => !isLive(order))
  const doneDeliveries = [...deliveries].filter((delivery) => delivery.status !== 'open')
  return () => {
    for (const { id } of doneOrders) projection.orders.delete(id)
    for (const { draw } of doneDeliveries) projection.deliveries.delete(draw)
  }
}

const countOf = ({ changes }: Projection): number =>
  changes.fixings.length +
  changes.orders.size +
  changes.fills.length +
  changes.deliveries.size +
  changes.told.count
