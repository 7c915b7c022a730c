import { genesisLink } from './chain.ts'
import type { Inspection } from './inspect.ts'
import { inspect, judgeSnapshot, readBatches, readSnapshots } from './inspect.ts'
import type { JournalReader } from './journal.ts'
import { JournalError } from './journal.ts'
import { snapshotSeqs } from './snapshot-file.ts'

/** What a walk over every row found. `damage` is the first fault in one line, null when history is whole. */
export type JournalReport = {
  folder: string
  exchange: string | null
  /** Rows, commands and content bytes that were proved, and the last writer's epoch. */
  batches: number
  commands: number
  bytes: number
  epoch: number
  /** The last acknowledged command, and the last that a snapshot vouches for. */
  head: number
  floor: number
  snapshots: { seq: number; fault: string | null }[]
  damage: string | null
}

/** History to look at, also beside a running exchange. Nothing in the folder is changed. */
export type FolderReader = JournalReader & { close(): void }

/** Opens a data folder for reading alone. Throws JournalError where it is not whole at its ends. */
export function openReader(folder: string): FolderReader {
  const found = inspect(folder)
  return {
    exchange: found.genesis.exchange,
    last: found.end.last,
    read: (from) => readBatches(found, from),
    snapshots: () => readSnapshots(found, () => undefined),
    close: () => found.table.close(),
  }
}

/** Proves checksums, hashes, density, epochs, head, genesis and snapshots of a data folder. */
export function verifyJournal(folder: string): JournalReport {
  const report: JournalReport = {
    folder,
    exchange: null,
    batches: 0,
    commands: 0,
    bytes: 0,
    epoch: 0,
    head: 0,
    floor: 0,
    snapshots: [],
    damage: null,
  }
  try {
    const found = inspect(folder)
    try {
      report.exchange = found.genesis.exchange
      report.head = found.head.last
      report.floor = found.genesis.floor
      walk(found, report)
      report.snapshots = judgeSnapshots(found)
    } finally {
      found.table.close()
    }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    report.damage = error.message
  }
  return report
}

function walk(found: Inspection, report: JournalReport): void {
  let link = genesisLink(found.genesis.exchange)
  for (;;) {
    const rows = found.table.rowsAfter(link.last)
    if (rows.length === 0) break
    for (const row of rows) {
      link = found.table.prove(link, row)
      report.batches++
      report.bytes += row.bytes.length
      report.commands = link.last
      report.epoch = link.epoch
    }
  }
  if (link.last < found.end.last) throw found.table.damage(`command ${link.last + 1} is missing`)
}

function judgeSnapshots(found: Inspection): JournalReport['snapshots'] {
  return snapshotSeqs(found.folder).map((seq) => {
    const snapshot = judgeSnapshot(found, seq)
    return { seq, fault: typeof snapshot === 'string' ? snapshot : null }
  })
}
