import { useSyncExternalStore } from 'react'

const light = () => window.matchMedia('(prefers-color-scheme: light)')

function subscribe(listener: () => void): () => void {
  const query = light()
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** The theme the reader's system asks for. Canvases are drawn again when it changes. */
export const useTheme = (): 'light' | 'dark' =>
  useSyncExternalStore(subscribe, () => (light().matches ? 'light' : 'dark'))

/** A colour of the theme, for canvases, which know no CSS variables. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
