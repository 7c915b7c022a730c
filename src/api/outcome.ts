import type { Event, EventOf } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import type { Applied } from '../sequencer/sequencer.ts'
import type { Problem } from './problem.ts'
import { refusalProblem } from './refusal.ts'

/** Why the engine refused a command, as the problem to answer; nothing if it was done. */
export function refusalIn(applied: Applied, spec?: Spec): Problem | undefined {
  const last = applied.events.at(-1)
  return last?.kind === 'command.rejected' ? refusalProblem(last, spec, applied.seq) : undefined
}

/** The last event of a kind among what a command did: what was due before it comes first. */
export function eventIn<Kind extends Event['kind']>(applied: Applied, kind: Kind): EventOf<Kind> | undefined {
  return applied.events.findLast((event): event is EventOf<Kind> => event.kind === kind)
}
