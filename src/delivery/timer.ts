/** Monotonic time and waiting, so that a simulation can run the gateway in virtual time. */
export type Timer = {
  /** Microseconds since some fixed point; never falls. */
  now(): number
  /** Runs `act` once after at least that many milliseconds, unless the returned function cancels it. */
  after(ms: number, act: () => void): () => void
}

/** The machine's own monotonic clock and timers. Waiting keeps no process alive. */
export const systemTimer: Timer = {
  now: () => Math.round(performance.now() * 1_000),
  after(ms, act) {
    const handle = setTimeout(act, ms).unref()
    return () => clearTimeout(handle)
  },
}

/** A deadline that may be moved often at no cost: its one timer looks again when it fires early. */
export class Deadline {
  private due = Number.POSITIVE_INFINITY
  private cancel: (() => void) | null = null

  private readonly timer: Timer
  private readonly expired: () => void

  constructor(timer: Timer, expired: () => void) {
    this.timer = timer
    this.expired = expired
  }

  /** Moves the deadline to `ms` from now. */
  set(ms: number): void {
    const due = this.timer.now() + ms * 1_000
    if (this.cancel !== null && due < this.due) this.stop()
    this.due = due
    if (this.cancel === null) this.wait(ms)
  }

  stop(): void {
    this.cancel?.()
    this.cancel = null
    this.due = Number.POSITIVE_INFINITY
  }

  private wait(ms: number): void {
    this.cancel = this.timer.after(ms, () => {
      this.cancel = null
      const left = this.due - this.timer.now()
      if (left > 0) this.wait(Math.ceil(left / 1_000))
      else this.expired()
    })
  }
}
