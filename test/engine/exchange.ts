import type { Seq } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { instant } from '../../src/base/time.ts'
import { audit } from '../../src/engine/audit.ts'
import type { Command } from '../../src/state/command.ts'
import { apply } from '../../src/engine/engine.ts'
import type { Event } from '../../src/state/event.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { Spec } from '../../src/state/instrument.ts'
import type { State } from '../../src/state/state.ts'
import { emptyState } from '../../src/state/state.ts'

export type Entry = { seq: Seq; at: Instant; command: Command }

/** An engine that is audited after every command and remembers what it was asked. */
export type Exchange = { state: State; log: Entry[]; ask: (command: Command, at?: Instant) => Event[] }

/** 2026-11-25 00:00:00 UTC. */
export const START = instant(Date.UTC(2026, 10, 25) * 1_000)

export const specs: readonly Spec[] = launchSpecs('0'.repeat(64))

export function openExchange(state: State = emptyState()): Exchange {
  const log: Entry[] = []
  return {
    state,
    log,
    ask(command, at = instant(Math.max(START, state.at) + 1)) {
      const seq = (state.seq + 1) as Seq
      log.push({ seq, at, command })
      const events = apply(state, seq, at, command)
      audit(state)
      return events
    },
  }
}

/** A state that has lived through the same commands. */
export function replay(log: readonly Entry[], state: State = emptyState()): State {
  // Through JSON, as the journal stores them.
  for (const { seq, at, command } of log) apply(state, seq, at, JSON.parse(JSON.stringify(command)))
  return state
}
