import type { Link } from './chain.ts'
import { genesisLink, hex, same } from './chain.ts'
import { damaged, GENESIS_FILE, HEAD_FILE, JOURNAL_FILE } from './disk.ts'
import type { Genesis } from './genesis.ts'
import { readGenesis } from './genesis.ts'
import type { Head } from './head.ts'
import { readHead } from './head.ts'
import type { Batch, Snapshot } from './journal.ts'
import { readSnapshot, snapshotSeqs } from './snapshot-file.ts'
import { BatchTable } from './table.ts'

/** A data folder whose three witnesses (genesis, head and journal) agree about where history ends. */
export type Inspection = { folder: string; genesis: Genesis; head: Head; table: BatchTable; end: Link }

/** A row may have reached the disk while the head slot of the one before it was on its way, and be torn. */
const UNANSWERED_MAX = 2

/** Opens the folder's files for reading and compares their ends. Throws JournalError where they disagree. */
export function inspect(folder: string): Inspection {
  const genesis = readGenesis(folder)
  const table = new BatchTable(folder, genesis.exchange)
  try {
    // A writer may be at work meanwhile: what stood before the head was read bounds how far it may lag.
    const earlier = endOf(table, genesis.exchange)
    const head = readHead(folder)
    const end = endOf(table, genesis.exchange)
    const ends = `the journal ends at command ${end.last}`
    if (end.last < head.last) throw table.damage(`${ends}, but command ${head.last} was acknowledged`)
    if (end.last < genesis.floor) {
      throw table.damage(`${ends}, but a snapshot was taken at ${genesis.floor} (${GENESIS_FILE})`)
    }
    compareHead(folder, genesis, head, table, earlier)
    return { folder, genesis, head, table, end }
  } catch (error) {
    table.close()
    throw error
  }
}

function endOf(table: BatchTable, exchange: string): Link {
  const row = table.rowAt(Number.MAX_SAFE_INTEGER)
  return row ? { last: row.last, epoch: row.epoch, hash: row.hash } : genesisLink(exchange)
}

function compareHead(folder: string, genesis: Genesis, head: Head, table: BatchTable, end: Link): void {
  let link = linkAt(table, genesis.exchange, head.last)
  if (!link || !same(link.hash, head.hash)) {
    const fault = `the head (command ${head.last}) does not belong to the journal`
    throw damaged(folder, `${HEAD_FILE} or ${JOURNAL_FILE}`, fault)
  }
  for (let ahead = 0; link.last < end.last; ahead++) {
    if (ahead === UNANSWERED_MAX) {
      const fault = `the head stands at command ${head.last}, far behind the journal's ${end.last}`
      throw damaged(folder, HEAD_FILE, fault)
    }
    const [row] = table.rowsAfter(link.last)
    if (!row) throw table.damage(`command ${link.last + 1} is missing`)
    link = table.prove(link, row)
  }
}

/** The chain just after command `seq`, if a batch ends there. */
export function linkAt(table: BatchTable, exchange: string, seq: number): Link | undefined {
  if (seq === 0) return genesisLink(exchange)
  const row = table.rowAt(seq)
  return row?.last === seq ? { last: row.last, epoch: row.epoch, hash: row.hash } : undefined
}

/** Batches from the one that holds command `from`, each proved before it is yielded. */
export async function* readBatches(found: Inspection, from: number): AsyncIterable<Batch> {
  const { table, genesis } = found
  const start = table.rowAt(from)
  const before = start === undefined ? 0 : start.last < from ? start.last : start.first - 1
  let link = linkAt(table, genesis.exchange, before)
  if (!link) throw table.damage(`command ${before} is missing`)
  for (;;) {
    const rows = table.rowsAfter(link.last)
    if (rows.length === 0) return
    for (const row of rows) {
      link = table.prove(link, row)
      yield { first: row.first, last: row.last, bytes: row.bytes }
    }
  }
}

/** Intact snapshots of this very history, newest first; the others are named to `skipped`. */
export async function* readSnapshots(
  found: Inspection,
  skipped: (line: string) => void,
): AsyncIterable<Snapshot> {
  for (const seq of snapshotSeqs(found.folder)) {
    const snapshot = judgeSnapshot(found, seq)
    if (typeof snapshot === 'string') skipped(`snapshot ${seq} is not used: ${snapshot}`)
    else yield snapshot
  }
}

/** The snapshot, or in words why it is none of this history. */
export function judgeSnapshot(found: Inspection, seq: number): Snapshot | string {
  const file = readSnapshot(found.folder, seq)
  if (typeof file === 'string') return file
  if (file.exchange !== found.genesis.exchange) return 'it belongs to another exchange'
  const link = linkAt(found.table, file.exchange, seq)
  if (!link || hex(link.hash) !== file.journalHash) return 'it was taken of another history'
  return { seq, bytes: file.bytes }
}
