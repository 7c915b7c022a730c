import { assert } from '../base/assert.ts'
import { loadState } from '../engine/snapshot.ts'
import type { State } from '../state/state.ts'
import type { Snapshot } from '../journal/journal.ts'

/**
 * What is kept beside the engine's state as of the same command: the dump of everything folded from events.
 */
export interface Folds {
  dump(): string
  /** Takes up a dump, or with null begins again from nothing. Throws if it cannot read the dump. */
  restore(image: string | null): void
}

/** Folds of an exchange that has none. */
export const NO_FOLDS: Folds = { dump: () => '', restore: () => undefined }

const VERSION = 1

/** A checkpoint: a line that says how long the folds' dump is, that dump, then the engine's image. */
export function packCheckpoint(image: Uint8Array, folds: string): Uint8Array {
  const text = new TextEncoder().encode(folds)
  const header = new TextEncoder().encode(`${JSON.stringify({ version: VERSION, folds: text.length })}\n`)
  const bytes = new Uint8Array(header.length + text.length + image.length)
  bytes.set(header)
  bytes.set(text, header.length)
  bytes.set(image, header.length + text.length)
  return bytes
}

/**
 * The state and the folds' dump of a checkpoint. Throws where this version cannot read it, or it is
 * misplaced.
 */
export function unpackCheckpoint({ seq, bytes }: Snapshot): { state: State; folds: string } {
  const start = bytes.indexOf(10) + 1
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, start))) as Record<string, number>
  assert(header['version'] === VERSION, `a checkpoint of version ${VERSION} is read`)
  const end = start + (header['folds'] ?? 0)
  const state = loadState(bytes.subarray(end))
  assert(state.seq === seq, `the checkpoint after command ${seq} holds the state after that command`)
  return { state, folds: new TextDecoder().decode(bytes.subarray(start, end)) }
}
