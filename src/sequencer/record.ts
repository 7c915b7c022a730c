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

/** After every so many commands the journal also keeps the digest of the state, for whoever replays it. */
export const DIGEST_EVERY = 65_536

/** A record with the digest of the state after its command. */
export const withDigest = (record: string, digest: string): string => `${record.slice(0, -1)},"${digest}"]`

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

/** A record as it is read: some have the digest of the state after them. */
export type Entry = [at: Instant, command: Command, digest?: string]

/** The commands of a batch, in order. JSON text has no line break of its own, so lines are records. */
export function parseBatch(batch: Batch): Entry[] {
  const lines = new TextDecoder().decode(batch.bytes)
  const records = JSON.parse(`[${lines.replaceAll('\n', ',')}]`) as Entry[]
  const count = batch.last - batch.first + 1
  assert(records.length === count, `commands ${batch.first} to ${batch.last} are ${count} records`)
  return records
}
