import type { Worker } from 'node:worker_threads'
import type { AccountId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { NewRows } from './history-row.ts'
import { startWorker } from '../thread/worker.ts'

/** What the writing thread can be asked for. */
export type WriterTask =
  | { kind: 'write'; rows: NewRows; told: Uint8Array<ArrayBuffer>; durable: boolean }
  | { kind: 'forget'; accounts: AccountId[]; before: Instant; limit: number }

type Forget = Extract<WriterTask, { kind: 'forget' }>
type PackedWrite = { kind: 'write'; packed: string; told: Uint8Array<ArrayBuffer>; durable: boolean }
export type WriterRequest = { id: number; task: PackedWrite | Forget }
/** How many rows it wrote or deleted, or why it could not. */
export type WriterAnswer = { id: number; rows: number } | { id: number; error: string }

/** The only writer of the history database: a thread of its own, so that no request waits for its disk. */
export type HistoryWriter = {
  run(task: WriterTask): Promise<number>
  close(): Promise<void>
}

/** Rows of one table without the names of their columns, which are said once. */
export type PackedRows = { columns: string[]; rows: (string | number | null)[][] }
export type Packed = { seq: number; tables: [table: string, rows: PackedRows][] }

/** Rows go to the thread as one text: that costs either side a fraction of handing over the objects. */
function packed(task: WriterTask): WriterRequest['task'] {
  if (task.kind === 'forget') return task
  const { seq, ...tables } = task.rows
  const filled = Object.entries(tables).filter(([, rows]) => rows.length > 0)
  const pack: Packed = {
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

export function startHistoryWriter(path: string): HistoryWriter {
  const worker: Worker = startWorker(new URL('./history-worker', import.meta.url), { path })
  const waiting = new Map<number, Waiting>()
  let failure: Error | undefined
  let nextId = 1
  const fail = (error: Error) => {
    failure ??= error
    for (const asked of waiting.values()) asked.reject(failure)
    waiting.clear()
  }
  worker.on('message', (answer: WriterAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asked?.reject(new Error(`history cannot be written: ${answer.error}`))
    else asked?.resolve(answer.rows)
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`the history writer left with code ${code}`)))
  return {
    run(task) {
      if (failure !== undefined) return Promise.reject(failure)
      return new Promise((resolve, reject) => {
        const request: WriterRequest = { id: nextId++, task: packed(task) }
        waiting.set(request.id, { resolve, reject })
        worker.postMessage(request, request.task.kind === 'write' ? [request.task.told.buffer] : [])
      })
    },
    async close() {
      await worker.terminate()
    },
  }
}
