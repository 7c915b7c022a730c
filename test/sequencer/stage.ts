import type { Instant } from '../../src/base/time.ts'
import { instant } from '../../src/base/time.ts'
import type { Command } from '../../src/state/command.ts'
import type { Batch, Journal, Snapshot } from '../../src/journal/journal.ts'
import type { MemoryDisk } from '../../src/journal/memory-journal.ts'
import { newMemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts'
import type { Alarm, Clock } from '../../src/sequencer/alarm.ts'
import type { Applied, Sequencer, SequencerOptions } from '../../src/sequencer/sequencer.ts'
import { openSequencer } from '../../src/sequencer/sequencer.ts'

/** 2026-11-25 00:30 UTC: half an hour after a sweep. */
export const START = instant(Date.UTC(2026, 10, 25, 0, 30) * 1_000)

/** A clock that stands still until it is moved, and alarms that ring when it passes them. */
export class VirtualTime {
  now: Instant
  private alarms: { at: Instant; ring: () => void }[] = []

  constructor(now: Instant = START) {
    this.now = now
  }

  readonly clock: Clock = () => this.now

  readonly alarm: Alarm = (at, ring) => {
    const set = { at, ring }
    this.alarms.push(set)
    return () => {
      this.alarms = this.alarms.filter((one) => one !== set)
    }
  }

  moveTo(at: number): void {
    this.now = instant(at)
    const due = this.alarms.filter((one) => one.at <= at)
    this.alarms = this.alarms.filter((one) => one.at > at)
    for (const { ring } of due) ring()
  }

  get set(): number {
    return this.alarms.length
  }
}

/** A journal whose disk works only when it is told to, or fails. */
export class SlowJournal implements Journal {
  readonly held: { batch: string; done: () => void; fail: (error: Error) => void }[] = []
  private readonly inner: Journal

  constructor(inner: Journal) {
    this.inner = inner
  }

  get exchange(): string {
    return this.inner.exchange
  }

  get last(): number {
    return this.inner.last
  }

  async append(bytes: Uint8Array, first: number, last: number): Promise<void> {
    const copy = new Uint8Array(bytes)
    await new Promise<void>((done, fail) => this.held.push({ batch: `${first}-${last}`, done, fail }))
    await this.inner.append(copy, first, last)
  }

  read(from: number): AsyncIterable<Batch> {
    return this.inner.read(from)
  }

  snapshots(): AsyncIterable<Snapshot> {
    return this.inner.snapshots()
  }

  saveSnapshot(seq: number, bytes: Uint8Array): Promise<void> {
    return this.inner.saveSnapshot(seq, bytes)
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}

/** Everything under way that does not wait for time or for a held disk has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export const admit = (name: string): Command => ({ kind: 'member.admit', name })

/** A sequencer on a memory disk with virtual time, and what it complained of. */
export type Open = {
  sequencer: Sequencer
  time: VirtualTime
  fatal: unknown[]
  warnings: string[]
  replayed: Applied[]
}

export async function openOn(
  journal: MemoryDisk | Journal = newMemoryDisk(),
  options: Partial<SequencerOptions> = {},
): Promise<Open> {
  const time = new VirtualTime()
  const fatal: unknown[] = []
  const warnings: string[] = []
  const replayed: Applied[] = []
  const sequencer = await openSequencer({
    journal: 'append' in journal ? journal : openMemoryJournal(journal),
    onFatal: (error) => fatal.push(error),
    onWarning: (line) => warnings.push(line),
    onReplay: (batch) => replayed.push(...batch),
    clock: time.clock,
    alarm: time.alarm,
    ...options,
  })
  return { sequencer, time, fatal, warnings, replayed }
}
