import type { Seq } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Command } from '../state/command.ts'
import { perform, stamp } from '../engine/engine.ts'
import type { EventLog } from '../state/event-log.ts'
import { digestState, dumpState } from '../engine/snapshot.ts'
import type { State } from '../state/state.ts'
import type { Journal } from '../journal/journal.ts'
import type { Alarm, Clock } from './alarm.ts'
import { systemAlarm, systemClock } from './alarm.ts'
import type { Folds } from './checkpoint.ts'
import { NO_FOLDS, packCheckpoint } from './checkpoint.ts'
import { CommitQueue } from './commit-queue.ts'
import type { Applied } from './record.ts'
import { DIGEST_EVERY, Told } from './record.ts'
import { recover } from './recover.ts'

export type { Applied } from './record.ts'

/**
 * The single writer: puts commands in one order, stamps them with a number and a time, and makes them
 * durable.
 */
export interface Sequencer {
  /** As applied: it may be a group commit ahead of what is durable. */
  readonly state: State
  /** The last command that is on stable storage. */
  readonly durableSeq: number
  /** Applied at once, durable with the next group commit. Throws SequencerBusy or SequencerStopped. */
  submit(command: Command): Applied
  /** Resolves once everything up to `seq` is durable; rejects with SequencerStopped. */
  durable(seq: number): Promise<void>
  /** Submits, then waits until it is durable: the usual way. */
  ask(command: Command): Promise<Applied>
  /** A value released only when everything it could have seen is durable. */
  read<Value>(look: (state: State) => Value): Promise<Value>
  /**
   * Called once per durable batch, in order, before any waiter of that batch resolves. Returns the undoing.
   */
  onCommit(listener: (batch: readonly Applied[]) => void): () => void
  /** Keeps a snapshot of this moment. */
  checkpoint(): Promise<void>
  /** Everything submitted becomes durable, a last snapshot is kept, then the journal is closed. */
  close(): Promise<void>
}

export type SequencerOptions = {
  /** Open; from here on it is the sequencer's, which closes it. */
  journal: Journal
  /** A promise was broken or storage failed: nothing more is acknowledged, and the process must end. */
  onFatal: (error: unknown) => void
  /** What is not fatal and yet should be seen, in one line. */
  onWarning?: (line: string) => void
  clock?: Clock
  alarm?: Alarm
  /** Commands that may wait for the disk before the answer is SequencerBusy. Default 65,536. */
  queueMax?: number
  /** Bytes of records from which on a batch is closed and the next begins. Default 65,536. */
  batchLengthMax?: number
  /** A snapshot is taken after every so many commands. Default 200,000. */
  checkpointEvery?: number
  /** The state's digest is kept beside every so-manieth command. Default 65,536. */
  digestEvery?: number
  folds?: Folds
  /** Hears every batch replayed at the start, as `onCommit` listeners hear the later ones; awaited. */
  onReplay?: (batch: readonly Applied[]) => unknown
  /** The last command that whatever `onReplay` feeds has kept by itself. Default: as far as any snapshot. */
  seen?: number
}

/** Too many commands wait for the disk. Nothing happened: try again in a moment. */
export class SequencerBusy extends Error {
  override name = 'SequencerBusy'
}

/** The sequencer takes no more commands. Whether a waiting one became durable shows after the next start. */
export class SequencerStopped extends Error {
  override name = 'SequencerStopped'
}

/** Brings the exchange back from its journal and takes up the pen. */
export async function openSequencer(options: SequencerOptions): Promise<Sequencer> {
  const { journal, folds = NO_FOLDS, onReplay, seen } = options
  const state = await recover(journal, {
    folds,
    onWarning: options.onWarning ?? (() => undefined),
    ...(onReplay && { onReplay }),
    ...(seen !== undefined && { seen }),
  })
  return new OneWriter(options, state, folds)
}

class OneWriter implements Sequencer {
  readonly state: State
  private readonly options: SequencerOptions
  private readonly journal: Journal
  private readonly folds: Folds
  private readonly clock: Clock
  private readonly alarm: Alarm
  private readonly queueMax: number
  private readonly checkpointEvery: number
  private readonly digestEvery: number
  private readonly queue: CommitQueue
  private readonly listeners = new Set<(batch: readonly Applied[]) => void>()
  private stopped: SequencerStopped | undefined
  private armed: { due: Instant; cancel: () => void } | undefined
  private snapshotSeq: number
  private snapshot: Promise<void> | undefined
  private closing: Promise<void> | undefined

  constructor(options: SequencerOptions, state: State, folds: Folds) {
    this.options = options
    this.journal = options.journal
    this.state = state
    this.folds = folds
    this.clock = options.clock ?? systemClock
    this.alarm = options.alarm ?? systemAlarm
    this.queueMax = options.queueMax ?? 65_536
    this.checkpointEvery = options.checkpointEvery ?? 200_000
    this.digestEvery = options.digestEvery ?? DIGEST_EVERY
    this.snapshotSeq = state.seq
    this.queue = new CommitQueue(
      this.journal,
      (batch) => this.tell(batch),
      (error) => this.fail(error),
      options.batchLengthMax,
    )
    this.arm()
  }

  get durableSeq(): number {
    return this.queue.durableSeq
  }

  submit(command: Command): Applied {
    if (this.queue.waiting >= this.queueMax) throw new SequencerBusy('too many commands wait for the disk')
    return this.take(command)
  }

  durable(seq: number): Promise<void> {
    return new Promise((resolve, reject) => this.queue.when(seq, resolve, reject))
  }

  ask(command: Command): Promise<Applied> {
    return new Promise((resolve, reject) => {
      const applied = this.submit(command)
      this.queue.when(applied.seq, () => resolve(applied), reject)
    })
  }

  async read<Value>(look: (state: State) => Value): Promise<Value> {
    const value = look(this.state)
    await this.durable(this.state.seq)
    return value
  }

  onCommit(listener: (batch: readonly Applied[]) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async checkpoint(): Promise<void> {
    await this.snapshot
    await this.takeSnapshot()
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private async shutDown(): Promise<void> {
    const failed = this.stopped !== undefined
    this.stopped ??= new SequencerStopped('the exchange is closing')
    this.armed?.cancel()
    try {
      if (!failed) await this.durable(this.state.seq)
      if (!failed) await this.checkpoint().catch((error: unknown) => this.warn(error))
    } finally {
      await this.journal.close()
    }
  }

  private take(command: Command): Applied {
    if (this.stopped) throw this.stopped
    const now = this.clock()
    const at = now > this.state.at ? now : this.state.at
    const said = this.queue.write(at, command)
    const from = said.count
    const seq = (this.state.seq + 1) as Seq
    this.perform(seq, at, command, said)
    const applied = new Told(seq, at, command, said, from)
    this.queue.add(applied, seq % this.digestEvery === 0 ? digestState(this.state) : undefined)
    this.arm()
    if (seq - this.snapshotSeq >= this.checkpointEvery) this.snapshotSoon()
    return applied
  }

  /** A command that breaks a promise is never written, so that no start replays it. */
  private perform(seq: Seq, at: Instant, command: Command, said: EventLog): void {
    try {
      stamp(this.state, seq, at)
      perform(this.state, command, said)
    } catch (error) {
      throw this.fail(error)
    }
  }

  private tell(batch: readonly Applied[]): void {
    for (const listener of this.listeners) listener(batch)
  }

  private fail(cause: unknown): SequencerStopped {
    if (this.stopped?.cause !== undefined) return this.stopped
    this.stopped = new SequencerStopped(`the exchange stopped: ${String(cause)}`, { cause })
    this.armed?.cancel()
    this.queue.stop(this.stopped)
    this.options.onFatal(cause)
    return this.stopped
  }

  /**
   * Time passes even when nobody asks for anything: a tick comes when the engine has something due. What is
   * due later than the alarm that is set lets it ring in vain: a deadline is gone with every answer.
   */
  private arm(): void {
    const due = this.state.nextDue
    if (this.armed !== undefined && this.armed.due <= due) return
    this.armed?.cancel()
    this.armed = { due, cancel: this.alarm(due, () => this.ring()) }
  }

  private ring(): void {
    this.armed = undefined
    if (this.stopped) return
    if (this.clock() >= this.state.nextDue) this.take({ kind: 'time.tick' })
    this.arm()
  }

  private snapshotSoon(): void {
    if (this.snapshot) return
    this.takeSnapshot().catch((error: unknown) => this.warn(error))
  }

  /** A snapshot that failed costs time at the next start, nothing else: the journal has it all. */
  private warn(error: unknown): void {
    this.options.onWarning?.(error instanceof Error ? error.message : String(error))
  }

  /** The state is copied now; what the folds add is copied when they have heard of this very command. */
  private takeSnapshot(): Promise<void> {
    const { seq } = this.state
    if (seq === this.snapshotSeq) return Promise.resolve()
    this.snapshotSeq = seq
    const image = dumpState(this.state)
    this.queue.seal()
    const save = async () => await this.journal.saveSnapshot(seq, packCheckpoint(image, this.folds.dump()))
    this.snapshot = new Promise<void>((resolve, reject) => {
      this.queue.when(seq, () => void save().then(resolve, reject), reject)
    }).finally(() => {
      this.snapshot = undefined
    })
    return this.snapshot
  }
}
