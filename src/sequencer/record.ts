import { assert } from '../base/assert.ts'
import type { Seq } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Command } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Batch } from '../journal/journal.ts'
import { codeBytesMost, readCoded, writeCoded } from './order-code.ts'

/** A command in its place, and what came of it. */
export type Applied = {
  readonly seq: Seq
  readonly at: Instant
  readonly command: Command
  readonly events: readonly Event[]
}

/** What came of it stays as it was said, in the log of its batch, until somebody reads it. */
export class Told implements Applied {
  readonly seq: Seq
  readonly at: Instant
  readonly command: Command
  private readonly log: EventLog
  private readonly from: number
  private readonly to: number
  private read: readonly Event[] | undefined = undefined

  /** All that the log has said from an event on. */
  constructor(seq: Seq, at: Instant, command: Command, log: EventLog, from: number) {
    this.seq = seq
    this.at = at
    this.command = command
    this.log = log
    this.from = from
    this.to = log.count
  }

  get events(): readonly Event[] {
    this.read ??= this.log.read(this.from, this.to)
    return this.read
  }
}

/** After every so many commands the journal also keeps the digest of the state, for whoever replays it. */
export const DIGEST_EVERY = 65_536

/** A record as it is read: some have the digest of the state after them. */
export type Entry = [at: Instant, command: Command, digest?: string]

/** The form of a batch, in its first byte. Form 1 was lines of JSON. */
const FORM = 2

/**
 * A batch is its form and its records, one after the other. A record is its kind, then what the kind says:
 *
 *     JSON    time (float64) · length (uint32) · the command as JSON in UTF-8
 *     DIGEST  length (one byte) · text: the state after the record before it
 *     others  time (float64) · a frequent command, as order-code.ts lays it out
 */
const JSON_RECORD = 0
const DIGEST_RECORD = 1
/** Kind and time. */
const HEAD = 9
const BYTES_AT_FIRST = 16 << 10

/** Records of a forming batch, written in place: no text and no object is made for an order. */
export class RecordBuffer {
  private buffer = Buffer.allocUnsafe(BYTES_AT_FIRST)
  private view = viewOf(this.buffer)
  private end = 1

  constructor() {
    this.buffer[0] = FORM
  }

  /** In bytes. */
  get length(): number {
    return this.end
  }

  add(at: Instant, command: Command): void {
    this.makeRoom(HEAD + codeBytesMost)
    const start = this.end
    this.view.setFloat64(start + 1, at)
    const coded = writeCoded(this.view, start + HEAD, command)
    if (coded === undefined) return this.addJson(command)
    this.buffer[start] = coded.kind
    this.end = coded.end
  }

  /** The digest of the state after the command that was added last. */
  addDigest(digest: string): void {
    this.makeRoom(2 + digest.length)
    this.buffer[this.end] = DIGEST_RECORD
    this.buffer[this.end + 1] = digest.length
    this.end += 2 + this.buffer.write(digest, this.end + 2, 'latin1')
  }

  /** A view of what was added, good until more is. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.end)
  }

  private addJson(command: Command): void {
    const text = JSON.stringify(command)
    // UTF-8 has at most three bytes for each unit of UTF-16.
    this.makeRoom(HEAD + 4 + text.length * 3)
    const start = this.end + HEAD
    const length = this.buffer.write(text, start + 4)
    this.buffer[this.end] = JSON_RECORD
    this.view.setUint32(start, length)
    this.end = start + 4 + length
  }

  private makeRoom(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes))
    // What stands beyond the end may be the time of a record that turned out to be longer.
    this.buffer.copy(larger)
    this.buffer = larger
    this.view = viewOf(larger)
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

/** The commands of a batch, in order. Throws where the bytes are not what this version writes. */
export function parseBatch(batch: Batch): Entry[] {
  const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength)
  assert(bytes[0] === FORM, `batches of form ${FORM} are read, this one is of form ${bytes[0]}`)
  const view = viewOf(bytes)
  const entries: Entry[] = []
  for (let at = 1; at < bytes.length; ) at = readRecord(bytes, view, at, entries)
  const count = batch.last - batch.first + 1
  assert(entries.length === count, `commands ${batch.first} to ${batch.last} are ${count} records`)
  return entries
}

/** Adds the record at a place to the entries; returns the place after it. */
function readRecord(bytes: Buffer, view: DataView, place: number, entries: Entry[]): number {
  const kind = bytes[place] as number
  if (kind === DIGEST_RECORD) {
    const end = place + 2 + (bytes[place + 1] ?? 0)
    const entry = entries.at(-1)
    assert(entry !== undefined && end <= bytes.length, 'a digest follows a command')
    entry[2] = bytes.toString('latin1', place + 2, end)
    return end
  }
  const at = view.getFloat64(place + 1) as Instant
  const start = place + HEAD
  if (kind !== JSON_RECORD) {
    const { command, end } = readCoded(view, kind, start)
    entries.push([at, command])
    return end
  }
  const end = start + 4 + view.getUint32(start)
  assert(end <= bytes.length, 'a record ends within its batch')
  entries.push([at, JSON.parse(bytes.toString('utf8', start + 4, end)) as Command])
  return end
}
