import { createHash, randomBytes } from 'node:crypto'
import type { Caller } from '../api/operation.ts'
import type { Scope } from '../wire/key.ts'

/** Life of an access token and of a refresh token, in seconds. */
export const ACCESS_SECONDS = 3_600
const REFRESH_SECONDS = 30 * 86_400
const MOST = 100_000

/** What each of their scopes lets a key do here. */
const SCOPES: Record<string, readonly Scope[]> = {
  'account:read': ['account:read'],
  'account:write': ['transfer', 'inference:consume'],
  'trade:read': ['account:read'],
  'trade:write': ['trade:place', 'trade:cancel', 'account:read'],
  'supply:read': ['account:read'],
  'supply:write': ['supply:manage', 'account:read'],
  'keys:manage': ['keys:manage'],
}

/** Every scope of theirs that there is. */
export const GRID_SCOPES = Object.keys(SCOPES)

export const isScope = (text: string): boolean => Object.hasOwn(SCOPES, text)

/** Of the scopes asked for, those whose every part the approver has, and what they come to here. */
export function grantable(asked: readonly string[], { scopes }: Caller): { theirs: string[]; ours: Scope[] } {
  const theirs = asked.filter((one) => SCOPES[one]?.every((scope) => scopes.has(scope)) === true)
  return { theirs, ours: [...new Set(theirs.flatMap((one) => SCOPES[one] ?? []))] }
}

/** What a person gave to a program, for as long as it is renewed. */
export type Grant = {
  client: string
  approver: Caller
  theirs: readonly string[]
  ours: readonly Scope[]
  /** The key that is the access token now. */
  accessKey: number
  /** Hash of that key, by which its holder can end it. */
  accessHash: string
  expiresAt: number
}

/** Refresh tokens by their hash. In memory: after a restart a program asks its person again. */
export type Grants = {
  /** Keeps a grant under a new refresh token. */
  keep(grant: Omit<Grant, 'expiresAt'>): string
  /** The grant of a refresh token, which ends with the question: every renewal gives a new one. */
  redeem(refreshToken: string, client: string): Grant | undefined
  /** Ends the grant of either of its tokens. */
  end(token: string): Grant | undefined
}

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64')

/** `now` in milliseconds. */
export function createGrants(now: () => number): Grants {
  const held = new Map<string, Grant>()
  const byAccess = new Map<string, string>()
  const drop = (hash: string): Grant | undefined => {
    const grant = held.get(hash)
    held.delete(hash)
    if (grant !== undefined) byAccess.delete(grant.accessHash)
    return grant
  }
  return {
    keep(grant) {
      for (const [hash, { expiresAt }] of held) {
        if (expiresAt > now() && held.size < MOST) break
        drop(hash)
      }
      const token = randomBytes(32).toString('base64url')
      held.set(hashOf(token), { ...grant, expiresAt: now() + REFRESH_SECONDS * 1_000 })
      byAccess.set(grant.accessHash, hashOf(token))
      return token
    },
    redeem(refreshToken, client) {
      const hash = hashOf(refreshToken)
      if (held.get(hash)?.client !== client) return undefined
      const grant = drop(hash)
      return grant !== undefined && grant.expiresAt > now() ? grant : undefined
    },
    end(token) {
      const hash = hashOf(token)
      return drop(byAccess.get(hash) ?? hash)
    },
  }
}
