import type { Desk, Outcome } from './desk.ts'
import type { Step } from './step.ts'

/** An agent at work: it looks and decides, and hears what became of it. */
export type Participant = {
  /** Reads what it needs and decides. Sends nothing. */
  decide(): Promise<Step[]>
  /** Before the first turn of an agent that really trades. */
  begin?(): Promise<void>
  /** Before each turn of one that really trades. */
  attend?(): Promise<void>
  /** What became of a step. */
  heard?(step: Step, outcome: Outcome): void
  /** When it is stopped: what it set up is taken back. The orders that this cancels. */
  end?(): Promise<string[]>
}

/** A step as it is told: what became of it, or nothing where it was only thought of. */
export type Told = { step: Step; outcome?: Outcome }

export type LoopOptions = {
  desk: Desk
  participant: Participant
  /** Decide and tell, and send nothing. */
  isDry: boolean
  /** Turns at most; 0: until the signal or until it has finished. */
  turns: number
  pauseMs: number
  signal: AbortSignal
  tell: (told: Told) => void
  onError: (error: unknown) => void
}

/**
 * Lets an agent look, decide and act in turns, at a desk that has started. When the signal comes the turn
 * under way ends, the agent's orders are cancelled, and which ones is the answer. A turn that fails is told,
 * and the next one begins with a fresh look.
 */
export async function runAgent(options: LoopOptions): Promise<string[]> {
  const { desk, participant, isDry, turns, signal } = options
  if (!isDry) await participant.begin?.()
  for (let turn = 1; !signal.aborted; turn++) {
    const isOver = await takeTurn(options, turn)
    if (isOver || turn === turns) break
    await pause(options.pauseMs, signal)
  }
  if (isDry || !signal.aborted) return []
  const ended = (await participant.end?.()) ?? []
  return [...ended, ...(await desk.withdraw())]
}

async function takeTurn(options: LoopOptions, turn: number): Promise<boolean> {
  const { desk, participant, isDry, tell } = options
  try {
    if (!isDry) await participant.attend?.()
    await desk.look()
    let filled = 0
    for (const step of await participant.decide()) {
      if (options.signal.aborted) return true
      if (step.act === 'finish') {
        tell({ step })
        return true
      }
      if (isDry) {
        tell({ step })
        continue
      }
      const outcome = await desk.carry(step, filled)
      filled = Number(outcome.order?.filled_quantity ?? 0)
      participant.heard?.(step, outcome)
      tell({ step, outcome })
    }
  } catch (error) {
    // The first turn shows what is wrong with the settings or the key.
    if (turn === 1) throw error
    options.onError(error)
  }
  return false
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
