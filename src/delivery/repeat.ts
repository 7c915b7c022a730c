import { hash } from 'node:crypto'
import type { AccountId } from '../base/ids.ts'
import { MICROS_PER_SECOND } from '../base/time.ts'
import type { BuyerError } from '../surface/surface.ts'

/** So often a request may fail in a row, as clients try it; then it waits, each time twice as long. */
const FREE_TRIES = 3
const WAIT_SECONDS_MAX = 10
const FORGET_AFTER = 60 * MICROS_PER_SECOND
const REMEMBERED_MAX = 10_000

type Failed = { times: number; at: number; until: number; error: BuyerError }

/**
 * Requests that failed at suppliers a moment ago. Some clients repeat one dozens of times in a few seconds:
 * such a storm is told again what it was told, and calls nobody.
 */
export class Repeats {
  private readonly failed = new Map<string, Failed>()

  /** What to tell a request that has just failed again and again; nothing if it may be tried. */
  told(account: AccountId, body: Uint8Array, now: number): BuyerError | undefined {
    if (this.failed.size === 0) return undefined
    const last = this.failed.get(keyOf(account, body))
    if (last === undefined || now >= last.until) return undefined
    return { ...last.error, status: 503, retryAfter: Math.ceil((last.until - now) / MICROS_PER_SECOND) }
  }

  /** A request has ended, with this error if suppliers have failed it. */
  ended(account: AccountId, body: Uint8Array, error: BuyerError | null, now: number): void {
    if (error === null && this.failed.size === 0) return
    const key = keyOf(account, body)
    const last = this.failed.get(key)
    this.failed.delete(key)
    if (error === null) return
    const times = last === undefined || now - last.at > FORGET_AFTER ? 1 : last.times + 1
    const seconds = times < FREE_TRIES ? 0 : Math.min(WAIT_SECONDS_MAX, 2 ** (times - FREE_TRIES))
    this.failed.set(key, { times, at: now, until: now + seconds * MICROS_PER_SECOND, error })
    this.forget(now)
  }

  private forget(now: number): void {
    for (const [key, { at }] of this.failed) {
      if (this.failed.size <= REMEMBERED_MAX && now - at <= FORGET_AFTER) return
      this.failed.delete(key)
    }
  }
}

const keyOf = (account: AccountId, body: Uint8Array): string => `${account}\n${hash('sha256', body)}`
