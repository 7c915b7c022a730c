import { audit } from '../engine/audit.ts'
import { digestState } from '../engine/snapshot.ts'
import type { State } from '../state/state.ts'
import { emptyState } from '../state/state.ts'
import type { JournalReader } from '../journal/journal.ts'
import type { JournalReport } from '../journal/verify.ts'
import { openReader, verifyJournal } from '../journal/verify.ts'
import { unpackCheckpoint } from './checkpoint.ts'
import { replay } from './recover.ts'

/** What a whole verification found: the journal's own proof, and the replay of every command. */
export type ExchangeReport = {
  ok: boolean
  journal: JournalReport
  /** Commands replayed from the first, and the digest of the state they lead to. */
  replayed: number
  digest: string | null
  /** How many digests the journal had kept along the way: the replayed state had each of them. */
  digests: number
  /** Each usable snapshot: whether it equals the replayed state, there and after the rest of the journal. */
  snapshots: { seq: number; agrees: boolean }[]
  /** The first thing wrong beyond the journal's own damage, in one line. */
  fault: string | null
}

/**
 * Proves the journal, replays it from the first command and from each snapshot, and audits where they lead.
 */
export async function verifyExchange(folder: string): Promise<ExchangeReport> {
  const journal = verifyJournal(folder)
  const report: ExchangeReport = {
    ok: false,
    journal,
    replayed: 0,
    digest: null,
    digests: 0,
    snapshots: [],
    fault: null,
  }
  if (journal.damage) return report
  const reader = openReader(folder)
  try {
    await compare(reader, report)
    report.ok = true
  } catch (error) {
    report.fault = error instanceof Error ? error.message : String(error)
  } finally {
    reader.close()
  }
  return report
}

async function compare(reader: JournalReader, report: ExchangeReport): Promise<void> {
  const until = reader.last
  const state = emptyState()
  const snapshots: State[] = []
  for await (const snapshot of reader.snapshots()) {
    if (snapshot.seq <= until) snapshots.unshift(unpackCheckpoint(snapshot).state)
  }
  for (const snapshot of snapshots) {
    report.digests += await replay(reader, state, snapshot.seq)
    const agrees = digestState(state) === digestState(snapshot)
    report.snapshots.push({ seq: snapshot.seq, agrees })
    if (!agrees) throw new Error(`snapshot ${snapshot.seq} differs from the replayed state`)
  }
  report.digests += await replay(reader, state, until)
  report.replayed = state.seq
  report.digest = digestState(state)
  audit(state)
  for (const snapshot of snapshots) {
    await replay(reader, snapshot, until)
    if (digestState(snapshot) === report.digest) continue
    throw new Error('the state replayed from a snapshot differs from the one replayed from the first command')
  }
}
