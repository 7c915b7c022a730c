import type { AccountId } from '../base/ids.ts'

/**
 * Requests of one kind that an account may make: `perSecond` in the long run, `burst` at once. Null: as many
 * as it likes.
 */
export type Allowance = { perSecond: number; burst: number } | null

/**
 * Cancels have their own bucket, so that they never starve behind orders; so have wishes for channels of the
 * stream, each of which may cost a snapshot.
 */
export type RateClass = 'read' | 'order' | 'cancel' | 'subscribe'

export type RateSettings = Record<RateClass, Allowance>

/** Two connections may take all the channels that they may have at once, and again in ten seconds. */
const SUBSCRIBE: Allowance = { perSecond: 40, burst: 400 }

/** What a new venue allows: cancels at twice the rate of orders. */
export const DEFAULT_RATES: RateSettings = ratesFor(2_000)

/** Allowances around a rate of orders per second; 0 is unlimited in all requests. */
export function ratesFor(ordersPerSecond: number): RateSettings {
  if (ordersPerSecond === 0) return { read: null, order: null, cancel: null, subscribe: SUBSCRIBE }
  const allowance = (perSecond: number): Allowance => ({ perSecond, burst: perSecond * 2 })
  return {
    read: allowance(Math.max(1_000, ordersPerSecond)),
    order: allowance(ordersPerSecond),
    cancel: allowance(ordersPerSecond * 2),
    subscribe: SUBSCRIBE,
  }
}

/** Whether the request may pass, and what the answer's headers say about the next one. */
export type RateVerdict = {
  pass: boolean
  /** Whole seconds until a request of this class would pass. */
  waitSeconds: number
  headers: Record<string, string>
}

type Bucket = { tokens: number; at: number }

/** Token buckets per account and class. Time is passed in, in µs. */
export class RateLimiter {
  readonly settings: RateSettings
  private readonly policies: Record<RateClass, string>
  private readonly buckets: Record<RateClass, Map<AccountId, Bucket>> = {
    read: new Map(),
    order: new Map(),
    cancel: new Map(),
    subscribe: new Map(),
  }

  constructor(settings: RateSettings) {
    this.settings = settings
    const policy = (kind: RateClass) => {
      const allowance = settings[kind]
      return allowance === null ? '' : `"${kind}";q=${allowance.burst};w=${windowOf(allowance)}`
    }
    this.policies = {
      read: policy('read'),
      order: policy('order'),
      cancel: policy('cancel'),
      subscribe: policy('subscribe'),
    }
  }

  /** Takes one token, or says how long to wait. */
  take(account: AccountId, kind: RateClass, now: number): RateVerdict {
    const allowance = this.settings[kind]
    if (allowance === null) return UNLIMITED
    const bucket = this.bucketOf(account, kind, allowance.burst, now)
    const grown = ((now - bucket.at) * allowance.perSecond) / 1_000_000
    bucket.tokens = Math.min(allowance.burst, bucket.tokens + Math.max(0, grown))
    bucket.at = Math.max(bucket.at, now)
    const pass = bucket.tokens >= 1
    if (pass) bucket.tokens--
    const missing = pass ? 0 : 1 - bucket.tokens
    const waitSeconds = Math.ceil(missing / allowance.perSecond)
    const remaining = Math.floor(bucket.tokens)
    return {
      pass,
      waitSeconds,
      headers: {
        'ratelimit-policy': this.policies[kind],
        ratelimit: `"${kind}";r=${remaining};t=${Math.ceil((allowance.burst - remaining) / allowance.perSecond)}`,
      },
    }
  }

  /** Gives an order's token back: a fill costs nothing. */
  refund(account: AccountId): void {
    const allowance = this.settings.order
    const bucket = this.buckets.order.get(account)
    if (allowance !== null && bucket !== undefined)
      bucket.tokens = Math.min(allowance.burst, bucket.tokens + 1)
  }

  private bucketOf(account: AccountId, kind: RateClass, burst: number, now: number): Bucket {
    const known = this.buckets[kind].get(account)
    if (known !== undefined) return known
    const bucket = { tokens: burst, at: now }
    this.buckets[kind].set(account, bucket)
    return bucket
  }
}

const UNLIMITED: RateVerdict = { pass: true, waitSeconds: 0, headers: {} }

const windowOf = ({ perSecond, burst }: { perSecond: number; burst: number }): number =>
  Math.max(1, Math.ceil(burst / perSecond))
