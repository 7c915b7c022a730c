import type { LevelOut } from '../wire/market.ts'
import type { Increments } from './checksum.ts'
import { bookChecksum } from './checksum.ts'

/** A book as a subscriber sees it: best price first on either side. */
export type Depth = { seq: number; bids: readonly LevelOut[]; asks: readonly LevelOut[] }

export type BookFrame = {
  type: 'snapshot' | 'delta'
  channel: 'book'
  instrument: string
  prev_seq?: number
  seq: number
  bids: LevelOut[]
  asks: LevelOut[]
  checksum: number
}

const gone = (quantity: string): boolean => Number(quantity) === 0

/** Puts the changed levels into a side sorted best first; `order` is 1 where the lowest price is best. */
function changed(side: readonly LevelOut[], changes: readonly LevelOut[], order: 1 | -1): LevelOut[] {
  const levels = new Map(side.map((level) => [level[0], level]))
  for (const level of changes) {
    if (gone(level[1])) levels.delete(level[0])
    else levels.set(level[0], level)
  }
  return [...levels.values()].sort((a, b) => (Number(a[0]) - Number(b[0])) * order)
}

/**
 * The book after a frame, or `undefined` when it cannot be trusted: a delta that does not follow on what is
 * held, or a checksum that differs. Then only a new snapshot helps.
 */
export function depthAfter(held: Depth | undefined, frame: BookFrame, of: Increments): Depth | undefined {
  if (frame.type === 'delta' && (held === undefined || frame.prev_seq !== held.seq)) return undefined
  const from = frame.type === 'delta' && held ? held : { bids: [], asks: [] }
  const bids = changed(from.bids, frame.bids, -1)
  const asks = changed(from.asks, frame.asks, 1)
  if (bookChecksum(asks, bids, of) !== frame.checksum) return undefined
  return { seq: frame.seq, bids, asks }
}
