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

/**
 * Records of a forming batch, one line after the other, turned into bytes all at once: that is half the work.
 */
export class RecordLines {
  private text = ''

  /** In UTF-16 units: no more than its bytes. */
  get length(): number {
    return this.text.length
  }

  add(record: string): void {
    this.text += this.text === '' ? record : `\n${record}`
  }

  bytes(): Uint8Array {
    return Buffer.from(this.text)
  }
}

/** The commands of a batch, in order. JSON text has no line break of its own, so lines are records. */
export function parseBatch(batch: Batch): [Instant, Command][] {
  const lines = new TextDecoder().decode(batch.bytes)
  const records = JSON.parse(`[${lines.replaceAll('\n', ',')}]`) as [Instant, Command][]
  const count = batch.last - batch.first + 1
  assert(records.length === count, `commands ${batch.first} to ${batch.last} are ${count} records`)
  return records
}
