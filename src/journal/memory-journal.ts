import { randomUUID } from 'node:crypto'
import { assert } from '../base/assert.ts'
import type { Batch, Journal, Snapshot } from './journal.ts'
import { JournalError } from './journal.ts'

/** Storage that lives as long as this object: what a disk is to a process, for tests and simulation. */
export type MemoryDisk = {
  readonly exchange: string
  readonly batches: Batch[]
  snapshots: Snapshot[]
  inUse: boolean
}

/** A disk that holds a newborn exchange. */
export const newMemoryDisk = (): MemoryDisk => ({
  exchange: randomUUID(),
  batches: [],
  snapshots: [],
  inUse: false,
})

/** Opens the journal on a memory disk. A commit takes one turn of the event loop. */
export function openMemoryJournal(disk: MemoryDisk): Journal {
  if (disk.inUse) throw new JournalError('in_use', 'the memory disk is in use. Close its journal first')
  disk.inUse = true
  return new MemoryJournal(disk)
}

class MemoryJournal implements Journal {
  readonly exchange: string
  private readonly disk: MemoryDisk
  private appended: number

  constructor(disk: MemoryDisk) {
    this.disk = disk
    this.exchange = disk.exchange
    this.appended = this.last
  }

  get last(): number {
    return this.disk.batches.at(-1)?.last ?? 0
  }

  async append(bytes: Uint8Array, first: number, last: number): Promise<void> {
    assert(first === this.appended + 1 && last >= first, 'batches are appended in dense order')
    this.appended = last
    const copy = new Uint8Array(bytes)
    await new Promise((resolve) => setImmediate(resolve))
    this.disk.batches.push({ first, last, bytes: copy })
  }

  async *read(from: number): AsyncIterable<Batch> {
    for (const batch of this.disk.batches) if (batch.last >= from) yield batch
  }

  async *snapshots(): AsyncIterable<Snapshot> {
    yield* this.disk.snapshots
  }

  async saveSnapshot(seq: number, bytes: Uint8Array): Promise<void> {
    const ends = this.disk.batches.some((batch) => batch.last === seq)
    assert(ends, 'a snapshot is taken at the end of a durable batch')
    this.disk.snapshots = [{ seq, bytes: new Uint8Array(bytes) }, ...this.disk.snapshots].slice(0, 2)
  }

  async close(): Promise<void> {
    while (this.last < this.appended) await new Promise((resolve) => setImmediate(resolve))
    this.disk.inUse = false
  }
}
