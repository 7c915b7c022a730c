import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { assert, known, unreachable } from '../base/assert.ts'
import { genesisLink, SCHEMA } from './chain.ts'
import {
  GENESIS_FILE,
  HEAD_FILE,
  JOURNAL_FILE,
  LOCK_FILE,
  makeFolder,
  SNAPSHOT_FOLDER,
  syncFolder,
  unwritable,
  writeSynced,
} from './disk.ts'
import { printGenesis, readGenesis, writeGenesis } from './genesis.ts'
import { createHead } from './head.ts'
import type { Inspection } from './inspect.ts'
import { inspect, linkAt, readBatches, readSnapshots } from './inspect.ts'
import type { Batch, Journal, Snapshot } from './journal.ts'
import { JournalError } from './journal.ts'
import type { WriterData, WriterReply, WriterRequest } from './journal-worker.ts'
import type { Lock } from './lock.ts'
import { takeLock } from './lock.ts'
import { writeSnapshot } from './snapshot-file.ts'
import { createTable } from './table.ts'
import { startWorker } from '../thread/worker.ts'

export type JournalOptions = {
  folder: string
  /**
   * Storage failed or damage was found after the start: nothing more will be acknowledged, the process must
   * end.
   */
  onFatal: (error: JournalError) => void
  /** Told of snapshots that are not used, each in one line. */
  onWarning?: (line: string) => void
  /**
   * How long the start waits for the proof of all history; then it goes on beside the work. Default 5,000 ms.
   */
  proofWaitMs?: number
}

/** While this file stands in the folder, a birth was interrupted and may begin anew. */
const BIRTH_FILE = 'being-born.json'
const ALWAYS_THERE = new Set([LOCK_FILE, `${LOCK_FILE}-journal`, 'lost+found'])

/** Whether the folder is absent, empty or an interrupted birth: only there may an exchange be born. */
export function isVacant(folder: string): boolean {
  if (!existsSync(folder)) return true
  if (!statSync(folder).isDirectory()) throw unwritable(folder, new Error('it is not a folder'))
  const names = readdirSync(folder).filter((name) => !ALWAYS_THERE.has(name))
  return names.length === 0 || names.includes(BIRTH_FILE)
}

/** Begins a new exchange. Refuses a folder that holds anything. Returns the exchange's name. */
export async function initJournal(folder: string): Promise<string> {
  makeFolder(folder)
  const lock = takeLock(folder)
  try {
    if (!isVacant(folder)) {
      const line = `${folder}: not empty. A new exchange begins only in an absent or empty folder`
      throw new JournalError('not_empty', line)
    }
    return await giveBirth(folder)
  } finally {
    lock.release()
  }
}

/** The genesis record gets its name last, so that a birth has happened whole or not at all. */
async function giveBirth(folder: string): Promise<string> {
  const exchange = randomUUID()
  const birth = join(folder, BIRTH_FILE)
  try {
    await writeSynced(birth, [printGenesis({ exchange, schema: SCHEMA, floor: 0 })])
    for (const name of [JOURNAL_FILE, `${JOURNAL_FILE}-wal`, `${JOURNAL_FILE}-shm`, HEAD_FILE]) {
      await rm(join(folder, name), { force: true })
    }
    createTable(folder, exchange)
    await createHead(folder, genesisLink(exchange))
    await mkdir(join(folder, SNAPSHOT_FOLDER), { recursive: true })
    await syncFolder(folder)
    await rename(birth, join(folder, GENESIS_FILE))
    await syncFolder(folder)
  } catch (error) {
    throw unwritable(folder, error)
  }
  return exchange
}

/**
 * Opens an exchange's journal for its one writer. Throws JournalError, in one line, where it is not whole.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { folder } = options
  readGenesis(folder)
  const lock = takeLock(folder)
  try {
    return await new SqliteJournal(options, lock).begin()
  } catch (error) {
    lock.release()
    throw error
  }
}

type Waiter = { last: number; resolve: () => void; reject: (error: JournalError) => void }

/**
 * A batch travels so, all but its ends in a thread of its own:
 *
 *     append ──► row, synced ──► head slot, synced ──► answer
 */
class SqliteJournal implements Journal {
  readonly exchange: string
  private readonly options: JournalOptions
  private readonly lock: Lock
  private readonly found: Inspection
  private readonly worker: Worker
  /** Who waits for the worker's next answer, and who for their batches to be durable. */
  private readonly asked: Waiter[] = []
  private readonly unanswered: Waiter[] = []
  private settleProof: Waiter | undefined
  private begun = false
  private appended: number
  private durable: number
  private failure: JournalError | undefined
  private closed = false

  constructor(options: JournalOptions, lock: Lock) {
    this.options = options
    this.lock = lock
    this.found = inspect(options.folder)
    this.exchange = this.found.genesis.exchange
    const { folder, end, head } = this.found
    this.durable = end.last
    this.appended = end.last
    const data: WriterData = { folder, exchange: this.exchange, end, turn: head.turn }
    this.worker = startWorker(new URL('./journal-worker', import.meta.url), data)
    this.worker.on('message', (reply: WriterReply) => this.hear(reply))
    this.worker.on('error', (error) => this.fail(this.broken(String(error))))
    this.worker.on('exit', () => this.closed || this.fail(this.broken('the writing thread ended')))
  }

  get last(): number {
    return this.durable
  }

  /** Waits for the proof of history, though not without end, and takes up the pen. */
  async begin(): Promise<Journal> {
    try {
      await this.historyProved()
      await this.ask({ kind: 'begin' })
      this.begun = true
      return this
    } catch (error) {
      await this.abandon()
      throw error
    }
  }

  read(from: number): AsyncIterable<Batch> {
    return readBatches(this.found, from)
  }

  snapshots(): AsyncIterable<Snapshot> {
    return readSnapshots(this.found, this.options.onWarning ?? (() => undefined))
  }

  append(bytes: Uint8Array, first: number, last: number): Promise<void> {
    assert(first === this.appended + 1 && last >= first, 'batches are appended in dense order')
    if (this.failure) return Promise.reject(this.failure)
    this.appended = last
    const copy = new Uint8Array(bytes)
    this.post({ kind: 'append', bytes: copy, last }, [copy.buffer])
    return new Promise((resolve, reject) => this.unanswered.push({ last, resolve, reject }))
  }

  async saveSnapshot(seq: number, bytes: Uint8Array): Promise<void> {
    const { folder, genesis, table } = this.found
    const link = seq > this.durable ? undefined : linkAt(table, this.exchange, seq)
    const { hash } = known(link, 'a snapshot is taken at the end of a durable batch')
    try {
      await writeSnapshot(folder, this.exchange, seq, hash, bytes)
      await writeGenesis(folder, { ...genesis, floor: seq })
    } catch (error) {
      throw new JournalError('write_failed', `${folder}: the snapshot after ${seq} failed: ${String(error)}`)
    }
  }

  async close(): Promise<void> {
    if (this.closed) return
    const idle = new Promise<void>((resolve, reject) => {
      if (this.durable === this.appended) resolve()
      else this.unanswered.push({ last: this.appended, resolve, reject })
    })
    try {
      if (!this.failure) await idle.then(() => this.ask({ kind: 'close' }))
    } finally {
      await this.abandon()
      this.lock.release()
    }
  }

  private async historyProved(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      this.settleProof = { last: 0, resolve, reject }
      timer = setTimeout(resolve, this.options.proofWaitMs ?? 5_000)
    }).finally(() => clearTimeout(timer))
  }

  private async abandon(): Promise<void> {
    this.closed = true
    await this.worker.terminate()
    this.found.table.close()
  }

  private ask(request: WriterRequest): Promise<void> {
    if (this.failure) return Promise.reject(this.failure)
    this.post(request)
    return new Promise((resolve, reject) => this.asked.push({ last: 0, resolve, reject }))
  }

  private post(request: WriterRequest, given: ArrayBuffer[] = []): void {
    this.worker.postMessage(request, given)
  }

  private hear(reply: WriterReply): void {
    switch (reply.kind) {
      case 'proved':
        return this.settleProof?.resolve()
      case 'failed':
        return this.fail(new JournalError(reply.fault, reply.line))
      case 'appended':
        return this.reached(reply.last)
      case 'closed':
        // The thread may be gone before whoever asked for this hears of it.
        this.closed = true
        return this.asked.shift()?.resolve()
      case 'begun':
        return this.asked.shift()?.resolve()
      default:
        return unreachable(reply)
    }
  }

  private reached(last: number): void {
    this.durable = last
    while ((this.unanswered[0]?.last ?? Number.POSITIVE_INFINITY) <= last && !this.failure) {
      this.unanswered.shift()?.resolve()
    }
  }

  /** Storage that failed once is not trusted again: the next start finds out what it holds. */
  private fail(error: JournalError): void {
    if (this.failure) return
    this.failure = error
    this.settleProof?.reject(error)
    for (const waiter of [...this.asked.splice(0), ...this.unanswered.splice(0)]) waiter.reject(error)
    if (this.begun) this.options.onFatal(error)
  }

  private broken(what: string): JournalError {
    return new JournalError('write_failed', `${this.options.folder}: ${what}`)
  }
}
