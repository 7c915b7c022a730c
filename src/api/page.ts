import type { IdKind } from '../wire/id.ts'
import { parseId, printId } from '../wire/id.ts'
import type { Problem } from './problem.ts'
import { faultAt } from './problem.ts'

/** Rows of a page that does not say how many it wants. */
export const PAGE_ROWS = 100

/** The number in a cursor: the id of the last row already seen. */
export function readCursor<Id extends number>(
  kind: IdKind,
  after: string | undefined,
): Id | undefined | Problem {
  if (after === undefined) return undefined
  const id = parseId(kind, after) as Id | undefined
  return (
    id ?? faultAt('invalid_cursor', '/query/after', 'take next_cursor from the page before', { value: after })
  )
}

/** Where a list goes on, as the next request names it. */
export const printCursor = (kind: IdKind, next: number | null): string | null =>
  next === null ? null : printId(kind, next)
