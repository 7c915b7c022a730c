import { assert } from '../base/assert.ts'

/**
 * From an order's id to its slot. Ids are given out in order, so the last ones have a place of their own in a
 * ring, by the low bits of the id. Who still lives when the ring has come round moves to a table by open
 * addressing, whose entries are the low 32 bits of an id and its slot + 1, side by side. 0 is empty in both.
 */
export type OrderIndex = { ring: Int32Array; table: Int32Array; inTable: number }

/** Room for so many live orders, a power of two: at most half of the table is in use. */
export const newIndex = (capacity: number): OrderIndex => ({
  ring: new Int32Array(capacity * 4),
  table: new Int32Array(capacity * 4),
  inTable: 0,
})

/** Enters an order that is not in the index. `ids` are the ids of the orders by slot, here and below. */
export function enterIndex(index: OrderIndex, ids: Float64Array, id: number, slot: number): void {
  const { ring } = index
  const place = id & (ring.length - 1)
  const before = ring[place] as number
  ring[place] = slot + 1
  if (before !== 0) enterTable(index, ids[before - 1] as number, before)
}

/** The slot of an id, or -1. */
export function slotIn(index: OrderIndex, ids: Float64Array, id: number): number {
  const { ring, table } = index
  const entry = ring[id & (ring.length - 1)] as number
  if (entry !== 0 && ids[entry - 1] === id) return entry - 1
  const place = index.inTable === 0 ? -1 : placeInTable(index, ids, id)
  return place < 0 ? -1 : (table[place + 1] as number) - 1
}

/** Takes an order out. */
export function leaveIndex(index: OrderIndex, ids: Float64Array, id: number): void {
  const { ring } = index
  const place = id & (ring.length - 1)
  const entry = ring[place] as number
  if (entry !== 0 && ids[entry - 1] === id) ring[place] = 0
  else leaveTable(index, placeInTable(index, ids, id))
}

/** Where in a table of this length a search begins: entries are two numbers. */
const home = (low: number, length: number): number => (Math.imul(low, 0x9e3779b1) >>> 7) & (length - 2)

function enterTable(index: OrderIndex, id: number, entry: number): void {
  const { table } = index
  const low = id | 0
  let at = home(low, table.length)
  while (table[at + 1] !== 0) at = (at + 2) & (table.length - 1)
  table[at] = low
  table[at + 1] = entry
  index.inTable++
}

/** Where an id stands in the table, or -1. Where ids share their low bits, the orders' own decide. */
function placeInTable({ table }: OrderIndex, ids: Float64Array, id: number): number {
  const low = id | 0
  for (let at = home(low, table.length); ; at = (at + 2) & (table.length - 1)) {
    const entry = table[at + 1] as number
    if (entry === 0) return -1
    if (table[at] === low && ids[entry - 1] === id) return at
  }
}

/** Empties a place of the table and closes the hole by moving back whatever probed past it. */
function leaveTable(index: OrderIndex, place: number): void {
  assert(place >= 0, 'a live order is in the index')
  const { table } = index
  const mask = table.length - 1
  let hole = place
  for (let at = (hole + 2) & mask; table[at + 1] !== 0; at = (at + 2) & mask) {
    const low = table[at] as number
    if (((at - home(low, table.length)) & mask) < ((at - hole) & mask)) continue
    table[hole] = low
    table[hole + 1] = table[at + 1] as number
    hole = at
  }
  table[hole + 1] = 0
  index.inTable--
}
