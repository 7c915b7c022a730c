import type { InstrumentOut } from '../wire/instrument.ts'

/** Milliseconds until units next leave trading, by this machine's clock: sweeps stand on the grid of UTC. */
export const untilSweepMs = (instruments: readonly InstrumentOut[], nowMs: number): number =>
  Math.min(
    ...instruments.map(({ spec }) => {
      const windowMs = spec.window_seconds * 1_000
      return windowMs - (nowMs % windowMs)
    }),
  )

/** A pause that is cut short by a sweep: what the sweep took is put back `afterMs` after it. */
export const pauseToSweepMs = (
  pauseMs: number,
  afterMs: number,
  instruments: readonly InstrumentOut[],
): number => Math.min(pauseMs, untilSweepMs(instruments, Date.now()) + afterMs)
