import { methodNotAllowed, notFound } from '../api/problem.ts'
import type { Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import type { Desk } from './desk.ts'
import type { Devices } from './device.ts'
import type { Grants } from './grant.ts'
import type { Filters } from './filter.ts'

/** One request in their dialect, with its parts read. */
export type GridCall = {
  venue: Venue
  desk: Desk
  devices: Devices
  grants: Grants
  /** Where the request was sent, and where it came from. */
  origin: { scheme: 'http' | 'https'; host: string; ip: string }
  params: Record<string, string>
  filters: Filters
  body: Record<string, unknown>
  requestId: string
}

/** A good answer; `body` undefined is an answer without one. */
export type GridAnswer = { status: number; body: unknown }

export type GridRoute = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/markets/:id/ticker`, after the prefix. */
  path: string
  /** Whether anyone may ask. */
  open?: true
  /** Whether a form is taken for a body too. */
  form?: true
  /** Whether a person in a browser may ask by their session. */
  session?: true
  run(call: GridCall): Promise<GridAnswer | Problem> | GridAnswer | Problem
}

/** One thing, in their envelope. */
export const data = (value: unknown, status = 200): GridAnswer => ({ status, body: { data: value } })

/** A page of things. */
export const page = (rows: readonly unknown[], next: string | null = null): GridAnswer => ({
  status: 200,
  body: { data: rows, paging: { next_cursor: next, prev_cursor: null, has_more: next !== null } },
})

export const NO_CONTENT: GridAnswer = { status: 204, body: undefined }

/** Finds the route of a method and a path, and the parts of the path that vary. */
export function findGridRoute(
  routes: readonly GridRoute[],
  method: string,
  path: string,
): { route: GridRoute; params: Record<string, string> } | Problem {
  const parts = path.split('/').slice(1)
  const allowed: string[] = []
  for (const route of routes) {
    const params = match(route.path.split('/').slice(1), parts)
    if (params === undefined) continue
    if (route.method === method) return { route, params }
    allowed.push(route.method)
  }
  return allowed.length === 0 ? notFound('path') : methodNotAllowed(allowed)
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, segment] of pattern.entries()) {
    const part = parts[i] ?? ''
    if (!segment.startsWith(':')) {
      if (segment !== part) return undefined
      continue
    }
    const text = decode(part)
    if (text === undefined || text === '') return undefined
    params[segment.slice(1)] = text
  }
  return params
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // A broken escape names nothing.
    return undefined
  }
}
