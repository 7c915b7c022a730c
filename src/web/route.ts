import { useSyncExternalStore } from 'react'

/**
 * Where the reader is. `#/` is the board, `#/TEXT_PRIME-USD` a market, `#/playground/text-prime` the
 * playground, `#/indices` and `#/sheets` the numbers of the whole market, `#/agents` what is lent to
 * programs, `#/device/WDJB-MJHT` a program that asks for a key.
 */
export type Route =
  | { view: 'board' }
  | { view: 'market'; instrument: string }
  | { view: 'playground'; model: string | null }
  | { view: 'device'; code: string | null }
  | { view: 'indices' }
  | { view: 'sheets' }
  | { view: 'agents' }
  | { view: 'unknown'; path: string }

/** The route of a location hash. */
export function routeOf(hash: string): Route {
  const path = hash.replace(/^#\/?/, '').replace(/\/$/, '')
  if (path === '') return { view: 'board' }
  if (path === 'indices' || path === 'sheets' || path === 'agents') return { view: path }
  const [head = '', model] = path.split('/')
  if (head === 'playground') return { view: 'playground', model: model ?? null }
  if (head === 'device') return { view: 'device', code: model ?? null }
  if (/^[A-Z][A-Z0-9_]*-USD$/i.test(path)) return { view: 'market', instrument: path.toUpperCase() }
  return { view: 'unknown', path }
}

export const boardPath = '#/'
export const indicesPath = '#/indices'
export const sheetsPath = '#/sheets'
export const agentsPath = '#/agents'
export const marketPath = (instrument: string): string => `#/${instrument}`
export const playgroundPath = (model?: string): string => (model ? `#/playground/${model}` : '#/playground')

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The hash as it stands, and as it changes. */
export const useHash = (): string => useSyncExternalStore(subscribe, () => window.location.hash)

export const devicePath = (code: string): string => `#/device/${encodeURIComponent(code)}`

/** Goes to another view, as a link would. */
export function go(path: string): void {
  window.location.hash = path.slice(1)
}
