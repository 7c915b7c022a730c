import { useSyncExternalStore } from 'react'

/**
 * A value that changes faster than it needs to be seen: readers are told at most once per animation frame.
 */
export type Cell<Value> = {
  get: () => Value
  set: (next: Value) => void
  subscribe: (listener: () => void) => () => void
}

const changed = new Set<() => void>()
let asked = false

function publishAll(): void {
  asked = false
  const due = [...changed]
  changed.clear()
  for (const publish of due) publish()
}

/**
 * A cell holding `initial`. A page in the background gets no frames, so it publishes nothing until it is
 * seen.
 */
export function createCell<Value>(initial: Value): Cell<Value> {
  const listeners = new Set<() => void>()
  let shown = initial
  let latest = initial
  const publish = () => {
    if (Object.is(shown, latest)) return
    shown = latest
    for (const listener of listeners) listener()
  }
  return {
    get: () => shown,
    set(next) {
      latest = next
      changed.add(publish)
      if (asked) return
      asked = true
      requestAnimationFrame(publishAll)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The cell's value; renders again only when this one changes. */
export const useCell = <Value>(cell: Cell<Value>): Value => useSyncExternalStore(cell.subscribe, cell.get)
