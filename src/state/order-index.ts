import { assert } from '../base/assert.ts'

/**
 * From an order's id to its slot, by open addressing. An entry is the low 32 bits of an id and its slot + 1
 * (0: empty), side by side: a search reads no order but the one it finds.
 */
export type OrderIndex = { entries: Int32Array; mask: number }

/** Room for so many orders, a power of two: at most half of the entries are in use. */
export const newIndex = (capacity: number): OrderIndex => ({
  entries: new Int32Array(capacity * 4),
  mask: capacity * 2 - 1,
})

const home = (low: number, mask: number): number => (Math.imul(low, 0x9e3779b1) >>> 7) & mask

/** Enters an order that is not in the index. */
export function enterIndex({ entries, mask }: OrderIndex, id: number, slot: number): void {
  const low = id | 0
  let at = home(low, mask)
  while (entries[2 * at + 1] !== 0) at = (at + 1) & mask
  entries[2 * at] = low
  entries[2 * at + 1] = slot + 1
}

/** Where an id stands, or -1. Ids that share their low bits are told apart by the orders' own ids. */
function placeOf({ entries, mask }: OrderIndex, ids: Float64Array, id: number): number {
  const low = id | 0
  for (let at = home(low, mask); ; at = (at + 1) & mask) {
    const entry = entries[2 * at + 1] as number
    if (entry === 0) return -1
    if (entries[2 * at] === low && ids[entry - 1] === id) return at
  }
}

/** The slot of an id, or -1. `ids` are the ids of the orders by slot. */
export function slotIn(index: OrderIndex, ids: Float64Array, id: number): number {
  const at = placeOf(index, ids, id)
  return at < 0 ? -1 : (index.entries[2 * at + 1] as number) - 1
}

/** Takes an order out and closes the hole by moving back whatever probed past it. */
export function leaveIndex(index: OrderIndex, ids: Float64Array, id: number): void {
  const { entries, mask } = index
  let hole = placeOf(index, ids, id)
  assert(hole >= 0, 'a live order is in the index')
  for (let at = (hole + 1) & mask; entries[2 * at + 1] !== 0; at = (at + 1) & mask) {
    const low = entries[2 * at] as number
    if (((at - home(low, mask)) & mask) < ((at - hole) & mask)) continue
    entries[2 * hole] = low
    entries[2 * hole + 1] = entries[2 * at + 1] as number
    hole = at
  }
  entries[2 * hole + 1] = 0
}
