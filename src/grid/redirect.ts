import { createHash, randomBytes } from 'node:crypto'
import type { Caller } from '../api/operation.ts'

/** How long a client may take to follow. */
const LIFE_MS = 60_000
const MOST = 10_000

/** Tokens that stand for one request of one caller, at the address they are sent on to. */
export type Redirects = {
  /** A new token, or nothing while there are too many. */
  issue(caller: Caller): string | undefined
  /** Whose request it is. A token works once. */
  redeem(token: string): Caller | undefined
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64')

/** Keeps tokens by their hash, in memory: they live a minute. */
export function createRedirects(now: () => number): Redirects {
  const held = new Map<string, { caller: Caller; expiresAt: number }>()
  return {
    issue(caller) {
      for (const [hash, { expiresAt }] of held) {
        if (expiresAt > now()) break
        held.delete(hash)
      }
      if (held.size >= MOST) return undefined
      const token = randomBytes(32).toString('base64url')
      held.set(hashOf(token), { caller, expiresAt: now() + LIFE_MS })
      return token
    },
    redeem(token) {
      const hash = hashOf(token)
      const found = held.get(hash)
      held.delete(hash)
      return found !== undefined && found.expiresAt > now() ? found.caller : undefined
    },
  }
}
