import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Caller } from '../api/operation.ts'
import { addressOf } from './body.ts'

const COOKIE = 'busbar_session'
const IDLE_MS = 30 * 60_000
const ABSOLUTE_MS = 12 * 3_600_000
const MOST = 10_000

/** Browser sessions, kept by the hash of their cookie. They end when the process does. */
export type Sessions = {
  /** Opens a session and returns its `Set-Cookie` value. */
  open(caller: Omit<Caller, 'ip'>): string
  /** Who calls by cookie, or nothing. A request without the page's own header has no session. */
  find(request: IncomingMessage, ip: string): Caller | undefined
  /** Whether the request's cookie is of a session that is still open. */
  isOpen(request: IncomingMessage): boolean
}

type Session = { caller: Omit<Caller, 'ip'>; openedAt: number; usedAt: number }

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64')

/** The value of our cookie in a `Cookie` header. */
function tokenOf(request: IncomingMessage): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=')
    if (name === COOKIE && value) return value
  }
  return undefined
}

/**
 * A page of another origin can make a browser send the cookie, but not this header, nor a same-origin mark. A
 * key
 * that is sent along goes before the cookie.
 */
function isOurPage(request: IncomingMessage): boolean {
  if (request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined) return false
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return false
  return request.headers['x-busbar-web'] === '1' || request.headers.upgrade !== undefined
}

export function createSessions(now: () => number): Sessions {
  const sessions = new Map<string, Session>()
  const live = (request: IncomingMessage): Session | undefined => {
    const token = tokenOf(request)
    if (token === undefined) return undefined
    const hash = hashOf(token)
    const session = sessions.get(hash)
    if (session === undefined || !isOver(session)) return session
    sessions.delete(hash)
    return undefined
  }
  const isOver = (session: Session) =>
    now() - session.usedAt > IDLE_MS || now() - session.openedAt > ABSOLUTE_MS
  return {
    open(caller) {
      for (const [hash, session] of sessions) {
        if (!isOver(session) && sessions.size < MOST) break
        sessions.delete(hash)
      }
      const token = randomBytes(32).toString('base64url')
      sessions.set(hashOf(token), { caller, openedAt: now(), usedAt: now() })
      return `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${ABSOLUTE_MS / 1000}`
    },
    find(request, ip) {
      const session = isOurPage(request) ? live(request) : undefined
      if (session === undefined) return undefined
      session.usedAt = now()
      return { ...session.caller, ip }
    },
    isOpen: (request) => live(request) !== undefined,
  }
}

/**
 * Whether a request comes from this machine and names it: neither a stranger nor a name that was bent to it.
 */
export const isFromThisMachine = (request: IncomingMessage): boolean =>
  /^(127(\.\d{1,3}){3}|::1)$/.test(addressOf(request)) &&
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(request.headers.host ?? '')
