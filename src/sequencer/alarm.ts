import type { Instant } from '../base/time.ts'
import { fromMs, MICROS_PER_MS } from '../base/time.ts'

/**
 * What time it is, in microseconds since 1970. It may jump: the sequencer never lets its own time go back.
 */
export type Clock = () => Instant

/**
 * Rings once, at the instant or later; may ring early, so the one who set it looks at the clock. Gives its
 * undoing.
 */
export type Alarm = (at: Instant, ring: () => void) => () => void

/** The machine's wall clock. */
export const systemClock: Clock = () => fromMs(Date.now())

/** Long waits are cut, so that a clock that was set forward is noticed. */
const WAIT_MS_MAX = 60_000

/** A timer against the wall clock that does not keep the process alive. */
export const systemAlarm: Alarm = (at, ring) => {
  const wait = Math.ceil((at - systemClock()) / MICROS_PER_MS)
  const timer = setTimeout(ring, Math.min(Math.max(wait, 1), WAIT_MS_MAX))
  timer.unref()
  return () => clearTimeout(timer)
}
