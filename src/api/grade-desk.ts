import type { Instant } from '../base/time.ts'
import { MICROS_PER_MS, nextOnGrid } from '../base/time.ts'
import type { Market } from '../market/market.ts'
import type { Scorecard } from '../market/scorecard.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import { positionOf } from '../state/account.ts'
import type { SupplierGrade } from '../state/command.ts'
import type { State } from '../state/state.ts'

/**
 * Records what the market's fold makes of suppliers, where their standing, or a whole point of their score,
 * has changed.
 */
export type GradeDesk = {
  /** Grades everybody now; returns how many were recorded. */
  grade(): Promise<number>
  /** Grades by itself from now on, every hour of the venue. */
  start(): void
  stop(): Promise<void>
}

export type GradeDeskParts = {
  sequencer: Sequencer
  market: Market
  clock: () => Instant
  onFailure: (error: unknown) => void
}

/** Long waits are cut, so that a clock that was set forward is noticed. */
const WAIT_MS_MAX = 60_000

/** What has to be recorded: every supplier that was ever certified has a standing. */
export function gradesDue(state: State, market: Market, at: Instant): SupplierGrade[] {
  const due: SupplierGrade[] = []
  for (const { id, suppliers } of state.instruments) {
    const cards = market.scorecards(id, at)
    for (const account of suppliers) {
      const card = cards.find((one) => one.account === account)
      const standing = card?.standing ?? 'probation'
      const grade = measured(card)
      const before = positionOf(state, account, id)?.conduct
      if (before?.standing === standing && isNear(before.score, grade.score)) continue
      due.push({ kind: 'supplier.grade', account, instrument: id, standing, ...grade })
    }
  }
  return due
}

/** Whether two scores are of the same whole point: mandates ask for no less. */
const isNear = (a: number, b: number): boolean => Math.floor(a / 100) === Math.floor(b / 100)

const measured = (card: Scorecard | undefined): Pick<SupplierGrade, 'score' | 'requests'> => ({
  score: Math.floor((card?.score ?? 0) * 100),
  requests: Math.floor(card?.requests ?? 0),
})

export function createGradeDesk({ sequencer, market, clock, onFailure }: GradeDeskParts): GradeDesk {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<number> = Promise.resolve(0)
  let stopped = false

  async function gradeAll(): Promise<number> {
    await sequencer.durable(sequencer.state.seq)
    const due = gradesDue(sequencer.state, market, clock())
    for (const command of due) {
      if (stopped) return 0
      await sequencer.ask(command)
    }
    return due.length
  }

  const grade = (): Promise<number> => {
    running = running.then(gradeAll)
    return running
  }

  const arm = (): void => {
    if (stopped) return
    const next = nextOnGrid(clock(), sequencer.state.settings.hour)
    const wait = (next - clock()) / MICROS_PER_MS + 1
    timer = setTimeout(
      () => {
        if (wait > WAIT_MS_MAX) return arm()
        grade()
          .catch((error: unknown) => {
            running = Promise.resolve(0)
            if (!stopped) onFailure(error)
          })
          .finally(arm)
      },
      Math.min(wait, WAIT_MS_MAX),
    )
    timer.unref()
  }

  return {
    grade,
    start: arm,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running.catch(() => undefined)
    },
  }
}
