/** Does something again and again, each time after the last has ended, until stopped. */
export type Rhythm = {
  /** Starts no further turn, and resolves when the one under way has ended. */
  stop(): Promise<void>
}

export type RhythmOptions = {
  /** Pause before each turn, in milliseconds, asked anew each time. */
  pauseMs: () => number
  turn: () => Promise<void>
  /** Hears why a turn failed; the next one comes all the same. */
  onError: (error: unknown) => void
}

/** Starts a rhythm. The first turn comes after the first pause. */
export function startRhythm({ pauseMs, turn, onError }: RhythmOptions): Rhythm {
  let stopped = false
  let wake = () => {}
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const run = async () => {
    for (;;) {
      await rest(pauseMs())
      if (stopped) return
      try {
        await turn()
      } catch (error) {
        if (!stopped) onError(error)
      }
      if (stopped) return
    }
  }
  const ended = run()
  return {
    stop() {
      stopped = true
      wake()
      return ended
    },
  }
}
