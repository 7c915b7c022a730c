import { assert } from '../base/assert.ts'
import type { Seq } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Command } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { Batch } from '../journal/journal.ts'

/** A command in its place, and what came of it. */
export type Applied = { seq: Seq; at: Instant; command: Command; events: readonly Event[] }

/** A command as the journal keeps it: one line of JSON, its time and itself. Its number is its place. */
export const printRecord = (at: Instant, command: Command): string => `[${at},${JSON.stringify(command)}]`

/** Bytes one UTF-16 unit may need in UTF-8. */
const BYTES_PER_UNIT = 3
const FIRST_BYTES = 1 << 14

/** Records of a forming batch, written in place one line after the other. */
export class RecordBuffer {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  private end = 0

  get length(): number {
    return this.end
  }

  /** The lines so far. They are overwritten after `clear`. */
  get content(): Uint8Array {
    return this.bytes.subarray(0, this.end)
  }

  add(record: string): void {
    const most = this.end + 1 + record.length * BYTES_PER_UNIT
    if (most > this.bytes.length) this.grow(most)
    if (this.end > 0) this.bytes[this.end++] = LINE_BREAK
    this.end += this.bytes.write(record, this.end)
  }

  clear(): void {
    this.end = 0
  }

  private grow(least: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(least, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.end)
    this.bytes = grown
  }
}

const LINE_BREAK = 10

/** The commands of a batch, in order. JSON text has no line break of its own, so lines are records. */
export function parseBatch(batch: Batch): [Instant, Command][] {
  const lines = new TextDecoder().decode(batch.bytes)
  const records = JSON.parse(`[${lines.replaceAll('\n', ',')}]`) as [Instant, Command][]
  const count = batch.last - batch.first + 1
  assert(records.length === count, `commands ${batch.first} to ${batch.last} are ${count} records`)
  return records
}
