import type { Worker } from 'node:worker_threads'
import type { AccountId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { NewRows } from './history-row.ts'
import { startWorker } from '../thread/worker.ts'

/** What the writing thread can be asked for. `from`: how far history was written before these rows. */
export type WriterTask =
  | { kind: 'write'; from: number; rows: NewRows; told: Uint8Array<ArrayBuffer>; durable: boolean }
  | { kind: 'forget'; accounts: AccountId[]; before: Instant; limit: number }

type PackedTask =
  | { kind: 'write'; packed: string; told: Uint8Array<ArrayBuffer>; durable: boolean }
  | Extract<WriterTask, { kind: 'forget' }>
  | { kind: 'close' }
export type WriterRequest = { id: number; task: PackedTask }
/** How many rows it wrote or deleted, or why it could not; or that the server was lost, or is back. */
export type WriterAnswer =
  | { id: number; rows: number }
  | { id: number; error: string }
  | { lost: string | null }

/** History cannot be asked or written for now. What it missed it is told as soon as it is back. */
export class HistoryAway extends Error {
  override name = 'HistoryAway'
}

/** The only writer of the history database: a thread of its own, so that no request waits for its disk. */
export type HistoryWriter = {
  run(task: WriterTask): Promise<number>
  /** Why the server cannot be reached; null while it can. */
  lost(): string | null
  /** Like the work, but rejects with `HistoryAway` when the server is lost before the work is done. */
  unlessLost(work: Promise<void>): Promise<void>
  close(): Promise<void>
}

/** Rows of one table without the names of their columns, which are said once. */
export type PackedRows = { columns: string[]; rows: (string | number | null)[][] }
export type Packed = { from: number; seq: number; tables: [table: string, rows: PackedRows][] }

/** Rows go to the thread as one text: that costs either side a fraction of handing over the objects. */
function packed(task: WriterTask): PackedTask {
  if (task.kind === 'forget') return task
  const { seq, ...tables } = task.rows
  const filled = Object.entries(tables).filter(([, rows]) => rows.length > 0)
  const pack: Packed = {
    from: task.from,
    seq,
    tables: filled.map(([table, rows]) => [table, packedRows(rows)]),
  }
  return { kind: 'write', packed: JSON.stringify(pack), told: task.told, durable: task.durable }
}

const packedRows = (rows: readonly object[]): PackedRows => ({
  columns: Object.keys(rows[0] ?? {}),
  rows: rows.map((row) => Object.values(row) as PackedRows['rows'][number]),
})

type Waiting = { resolve(rows: number): void; reject(error: Error): void }

/** Starts the thread on a file or a server's URL. */
export function startHistoryWriter(place: string, bulk = false): HistoryWriter {
  const worker: Worker = startWorker(new URL('./history-worker', import.meta.url), { place, bulk })
  const waiting = new Map<number, Waiting>()
  const watching = new Set<(error: Error) => void>()
  let failure: Error | undefined
  let lost: string | null = null
  let nextId = 1
  const fail = (error: Error) => {
    failure ??= error
    for (const asked of waiting.values()) asked.reject(failure)
    waiting.clear()
  }
  const lose = (reason: string | null) => {
    lost = reason
    if (reason !== null) for (const reject of watching) reject(new HistoryAway(reason))
  }
  worker.on('message', (answer: WriterAnswer) => {
    if ('lost' in answer) return lose(answer.lost)
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asked?.reject(new Error(`history cannot be written: ${answer.error}`))
    else asked?.resolve(answer.rows)
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`the history writer left with code ${code}`)))
  const ask = (task: PackedTask): Promise<number> => {
    if (failure !== undefined) return Promise.reject(failure)
    return new Promise((resolve, reject) => {
      const request: WriterRequest = { id: nextId++, task }
      waiting.set(request.id, { resolve, reject })
      worker.postMessage(request, task.kind === 'write' ? [task.told.buffer] : [])
    })
  }
  return {
    run: (task) => ask(packed(task)),
    lost: () => lost,
    unlessLost(work) {
      if (lost !== null) return Promise.reject(new HistoryAway(lost))
      return new Promise<void>((resolve, reject) => {
        watching.add(reject)
        void work.then(resolve, reject).finally(() => watching.delete(reject))
      })
    },
    async close() {
      // A server that is lost would be waited for.
      if (failure === undefined && lost === null) await ask({ kind: 'close' })
      await worker.terminate()
    },
  }
}
