import { rowsOf } from './history-row.ts'
import type { HistoryWriter } from './history-writer.ts'
import type { Applied, Projection } from './projection.ts'
import { takeHours } from './hour-row.ts'
import { foldApplied, isLive, newChanges } from './projection.ts'

/** What is applied and not yet on disk, and its way there. */
export type Overlay = {
  watermark(): number
  apply(batch: readonly Applied[]): void
  /** Resolves once everything applied before the call is written; with `durable`, for good. */
  settle(durable?: boolean): Promise<void>
}

/** How long a change may wait to be written, and how many may wait together. */
const WRITE_AFTER_MS = 50
const WRITE_AT_ROWS = 2_000

/**
 * Starts from a projection that agrees with the disk. One write is on its way at a time; the rest gathers.
 */
export function createOverlay(
  projection: Projection,
  writer: HistoryWriter,
  onFailure: (error: Error) => void,
): Overlay {
  let written = projection.seq
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let failure: Error | undefined

  const write = (durable: boolean): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const { changes, seq } = projection
    const rows = rowsOf(seq, changes, takeHours(projection))
    const told = changes.told.take()
    const doneOrders = [...changes.orders].filter((order) => !isLive(order))
    const doneDeliveries = [...changes.deliveries].filter((delivery) => delivery.status !== 'open')
    projection.changes = newChanges()
    const forgetDone = () => {
      written = seq
      for (const { id } of doneOrders) projection.orders.delete(id)
      for (const { draw } of doneDeliveries) projection.deliveries.delete(draw)
    }
    const fail = (error: Error) => {
      failure = error
      onFailure(error)
    }
    writing = writer
      .run({ kind: 'write', rows, told, durable })
      .then(forgetDone, fail)
      .finally(() => {
        writing = undefined
        schedule()
      })
    return writing
  }

  const schedule = (): void => {
    if (writing !== undefined || failure !== undefined) return
    if (projection.seq === written) return
    if (countOf(projection) >= WRITE_AT_ROWS) void write(false)
    else timer ??= setTimeout(() => void write(false), WRITE_AFTER_MS)
  }

  return {
    watermark: () => written,
    apply(batch) {
      for (const applied of batch) if (applied.seq > projection.seq) foldApplied(projection, applied)
      schedule()
    },
    async settle(durable = false) {
      const target = projection.seq
      while (failure === undefined && written < target) await (writing ?? write(false))
      if (durable) {
        while (writing !== undefined) await writing
        if (failure === undefined) await write(true)
      }
      if (failure !== undefined) throw failure
    },
  }
}

const countOf = ({ changes }: Projection): number =>
  changes.fixings.length +
  changes.orders.size +
  changes.fills.length +
  changes.deliveries.size +
  changes.told.count
