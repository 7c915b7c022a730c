import { parentPort, workerData } from 'node:worker_threads'
import { known } from '../base/assert.ts'
import type { Link } from './chain.ts'
import { forge, genesisLink } from './chain.ts'
import { HeadWriter } from './head.ts'
import type { JournalFault } from './journal.ts'
import { JournalError } from './journal.ts'
import { BatchTable, BatchWriter } from './table.ts'

/** What the writing thread is started with: where history stands, and the turn of its head. */
export type WriterData = { folder: string; exchange: string; end: Link; turn: number }

/** What it is asked, in order. */
export type WriterRequest =
  | { kind: 'begin' }
  | { kind: 'append'; bytes: Uint8Array; last: number }
  | { kind: 'close' }

/** What it answers: one for each request, `proved` once of itself, and `failed` at most once, last. */
export type WriterReply =
  | { kind: 'proved' }
  | { kind: 'begun' }
  | { kind: 'appended'; last: number }
  | { kind: 'closed' }
  | { kind: 'failed'; fault: JournalFault; line: string }

const port = known(parentPort ?? undefined, 'the journal worker runs in a worker thread')
const { folder, exchange, end, turn } = workerData as WriterData
const history = new BatchTable(folder, exchange)
let pen: { rows: BatchWriter; head: HeadWriter } | undefined
let link: Link = end
let open = true
const waiting: { bytes: Uint8Array; last: number }[] = []
/** Whether the last row's head is still to be written, and whether a head is on its way to the disk. */
let isAhead = false
let isHeading = false

port.on('message', (request: WriterRequest) => guarded(() => answer(request)))
setImmediate(() => guarded(() => proveFrom(genesisLink(exchange))))

function answer(request: WriterRequest): void {
  switch (request.kind) {
    case 'begin':
      return begin()
    case 'append':
      waiting.push(request)
      return advance()
    case 'close':
      return close()
  }
}

/** What was found on disk counts as acknowledged from now on, in both slots. */
function begin(): void {
  pen = { rows: new BatchWriter(folder), head: new HeadWriter(folder, turn) }
  pen.head.writeNow(end)
  pen.head.writeNow(end)
  reply({ kind: 'begun' })
}

/**
 * First the row, then the head: so the head never names what the journal may have lost. While a head is on
 * its way to the disk, the next row is; the row after that waits for the head: a start finds the head at
 * most two rows behind.
 *
 *     row 1 ──► head 1 ──► answer
 *               row 2  ──► head 2 ──► answer
 */
function advance(): void {
  const { rows, head } = known(pen, 'the journal is begun before it is appended to')
  while (open) {
    if (!isAhead) {
      const next = waiting.shift()
      if (next === undefined) return
      const row = forge(link, rows.epoch, next.bytes, next.last)
      rows.insert(row)
      link = { last: row.last, epoch: row.epoch, hash: row.hash }
      isAhead = true
    }
    if (isHeading) return
    const { last } = link
    isAhead = false
    isHeading = true
    head.write(link, (error) => guarded(() => headed(last, error)))
  }
}

function headed(last: number, error: Error | null): void {
  if (error) throw error
  isHeading = false
  reply({ kind: 'appended', last })
  advance()
}

/** Walks the whole of history as it stood at the start, a page at a time between the commits. */
function proveFrom(proved: Link): void {
  if (!open) return
  let at = proved
  for (const row of history.rowsAfter(at.last)) {
    if (row.last > end.last) break
    at = history.prove(at, row)
  }
  if (at.last === end.last) return reply({ kind: 'proved' })
  if (at.last === proved.last) throw history.damage(`command ${at.last + 1} is missing`)
  setImmediate(() => guarded(() => proveFrom(at)))
}

/** The first failure is the last thing this thread does: a commit that failed is never tried again. */
function guarded(work: () => void): void {
  if (!open) return
  try {
    work()
  } catch (error) {
    open = false
    if (error instanceof JournalError) reply({ kind: 'failed', fault: error.fault, line: error.message })
    else reply({ kind: 'failed', fault: 'write_failed', line: `${folder}: ${String(error)}` })
    port.close()
  }
}

function close(): void {
  open = false
  pen?.rows.close()
  pen?.head.close()
  history.close()
  reply({ kind: 'closed' })
  port.close()
}

function reply(message: WriterReply): void {
  port.postMessage(message)
}
