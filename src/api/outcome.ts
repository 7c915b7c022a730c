import { money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import type { Event, EventOf } from '../state/event.ts'
import type { State } from '../state/state.ts'
import type { Spec } from '../state/instrument.ts'
import type { Applied } from '../sequencer/sequencer.ts'
import { Problem } from './problem.ts'
import { refusalProblem } from './refusal.ts'

/** Why the engine refused a command, as the problem to answer; nothing if it was done. */
export function refusalIn(applied: Applied, spec?: Spec): Problem | undefined {
  const last = applied.events.at(-1)
  return last?.kind === 'command.rejected' ? refusalProblem(last, spec, applied.seq) : undefined
}

/** That what a command asked waits for a person, or what that person said; nothing if nobody was asked. */
export function waitingIn(state: State, applied: Applied): Problem | undefined {
  const asked = eventIn(applied, 'approval.asked') ?? eventIn(applied, 'approval.repeated')
  const approval = asked && state.approvals.get(asked.approval)
  if (approval === undefined) return undefined
  const { id, status, worst, threshold } = approval
  const facts = {
    approval: printId('approval', id),
    status,
    worst: money(worst),
    threshold: money(threshold),
  }
  const more = { facts, seq: applied.seq }
  if (status === 'pending')
    return new Problem(
      'approval_needed',
      { status: 403, title: 'A person has to approve this', outcome: 'accepted' },
      `It may cost ${facts.worst}, above ${facts.threshold}, and waits as ${facts.approval} until a person decides.`,
      more,
    )
  const title = 'The approval waits no more'
  return new Problem('approval_over', { status: 409, title }, `${facts.approval} is ${status}.`, more)
}

/** The last event of a kind among what a command did: what was due before it comes first. */
export function eventIn<Kind extends Event['kind']>(applied: Applied, kind: Kind): EventOf<Kind> | undefined {
  return applied.events.findLast((event): event is EventOf<Kind> => event.kind === kind)
}
