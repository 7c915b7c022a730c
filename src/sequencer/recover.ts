import type { Seq } from '../base/ids.ts'
import { perform, stamp } from '../engine/engine.ts'
import { digestState } from '../engine/snapshot.ts'
import { EventLog } from '../state/event-log.ts'
import type { State } from '../state/state.ts'
import { emptyState } from '../state/state.ts'
import type { JournalReader } from '../journal/journal.ts'
import type { Folds } from './checkpoint.ts'
import { unpackCheckpoint } from './checkpoint.ts'
import type { Applied } from './record.ts'
import { parseBatch, Told } from './record.ts'

export type Recovery = {
  folds: Folds
  /** Hears every replayed batch, so that folds and projections catch up; awaited. */
  onReplay?: (batch: readonly Applied[]) => unknown
  /** The listener has seen everything up to this command and nothing after: no later snapshot is used. */
  seen?: number
  onWarning: (line: string) => void
}

/** The exchange as it was: the newest snapshot that can be used, and the journal from there to its end. */
export async function recover(journal: JournalReader, recovery: Recovery): Promise<State> {
  const state = await newestState(journal, recovery)
  await replay(journal, state, journal.last, recovery.onReplay)
  return state
}

/**
 * Applies the journal's commands after the state's last one, up to `until`, and compares the state with every
 * digest that the journal kept. Returns how many. A throw names the command.
 */
export async function replay(
  journal: JournalReader,
  state: State,
  until: number,
  onReplay?: (batch: readonly Applied[]) => unknown,
): Promise<number> {
  let digests = 0
  for await (const batch of journal.read(state.seq + 1)) {
    if (batch.last > until) break
    const told: Applied[] = []
    const said = new EventLog()
    for (const [at, command, digest] of parseBatch(batch)) {
      const seq = (state.seq + 1) as Seq
      try {
        if (!onReplay) said.clear()
        const from = said.count
        stamp(state, seq, at)
        perform(state, command, said)
        if (onReplay) told.push(new Told(seq, at, command, said, from))
      } catch (error) {
        throw new Error(`command ${seq} (${command.kind}) cannot be replayed: ${String(error)}`, {
          cause: error,
        })
      }
      if (digest === undefined) continue
      digests++
      if (digestState(state) !== digest)
        throw new Error(`after command ${seq} the state is not the one whose digest the journal kept`)
    }
    await onReplay?.(told)
  }
  return digests
}

async function newestState(journal: JournalReader, recovery: Recovery): Promise<State> {
  for await (const snapshot of journal.snapshots()) {
    const { seq } = snapshot
    if (seq > (recovery.seen ?? Number.MAX_SAFE_INTEGER)) continue
    try {
      const { state, folds } = unpackCheckpoint(snapshot)
      recovery.folds.restore(folds)
      return state
    } catch (error) {
      recovery.onWarning(`snapshot ${seq} is not used: ${String(error)}`)
    }
  }
  recovery.folds.restore(null)
  return emptyState()
}
