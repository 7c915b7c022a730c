/**
 * How orders are linked with each other, four numbers for each: in the queue of its price level, and in the
 * list of its account, newest first. They lie apart from the orders' other numbers, because who leaves a
 * queue touches its neighbours for nothing but this: here four orders share a cache line.
 */
export type Links = Int32Array

/** A slot stands for sixteen numbers of an order, its links are four. */
const SHIFT = 2
/** Links of one order. */
export const LINKS = 4
const NEXT = 0
const PREV = 1
const OLDER = 2
const NEWER = 3
const NOBODY = -1

/** Who stands behind an order in its queue, or -1; of a free place the next free one. */
export const nextOf = (links: Links, slot: number): number => links[(slot >> SHIFT) + NEXT] as number
/** Who stands before an order in its queue, or -1. */
export const prevOf = (links: Links, slot: number): number => links[(slot >> SHIFT) + PREV] as number
/** The order that the same account placed before this one, of those that live, or -1. */
export const olderOf = (links: Links, slot: number): number => links[(slot >> SHIFT) + OLDER] as number

/** Sets who comes after a free place. */
export function setNextFree(links: Links, slot: number, free: number): void {
  links[(slot >> SHIFT) + NEXT] = free
}

/** Puts an order behind the last of a queue; -1: there is none. */
export function joinQueue(links: Links, last: number, slot: number): void {
  links[(slot >> SHIFT) + NEXT] = NOBODY
  links[(slot >> SHIFT) + PREV] = last
  if (last !== NOBODY) links[(last >> SHIFT) + NEXT] = slot
}

/** Takes an order out of its queue: its neighbours are each other's now. */
export function leaveQueue(links: Links, slot: number): void {
  const before = prevOf(links, slot)
  const after = nextOf(links, slot)
  if (before !== NOBODY) links[(before >> SHIFT) + NEXT] = after
  if (after !== NOBODY) links[(after >> SHIFT) + PREV] = before
}

/** Puts an order before the newest of its account; -1: there is none. */
export function joinAccount(links: Links, newest: number, slot: number): void {
  links[(slot >> SHIFT) + OLDER] = newest
  links[(slot >> SHIFT) + NEWER] = NOBODY
  if (newest !== NOBODY) links[(newest >> SHIFT) + NEWER] = slot
}

/** Takes an order out of its account's list. Returns the newest, which was `newest` before. */
export function leaveAccount(links: Links, newest: number, slot: number): number {
  const newer = links[(slot >> SHIFT) + NEWER] as number
  const older = olderOf(links, slot)
  if (newer !== NOBODY) links[(newer >> SHIFT) + OLDER] = older
  if (older !== NOBODY) links[(older >> SHIFT) + NEWER] = newer
  return newer === NOBODY ? older : newest
}
