import { createFixingDesk } from './fixing-desk.ts'
import { createGradeDesk } from './grade-desk.ts'
import type { Venue } from './venue.ts'

/** The desks that ask by themselves, by the clock: fixings are published, suppliers graded. */
export function openDesks({ sequencer, market, clock, log }: Venue): { stop(): Promise<void> } {
  const parts = { sequencer, market, clock }
  const fail = (what: string) => (error: unknown) => log.error({ error }, what)
  const fixings = createFixingDesk({ ...parts, onFailure: fail('a fixing could not be published') })
  const grades = createGradeDesk({ ...parts, onFailure: fail('suppliers could not be graded') })
  fixings.start()
  grades.start()
  return {
    async stop() {
      await fixings.stop()
      await grades.stop()
    },
  }
}
