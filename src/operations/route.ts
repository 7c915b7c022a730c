import type { Operation } from '../api/operation.ts'
import { OPERATIONS } from './operations.ts'
import type { Problem } from '../api/problem.ts'
import { methodNotAllowed, notFound } from '../api/problem.ts'

/** An operation and the parts of the path it was asked with, decoded. */
export type Route = { operation: Operation; params: Record<string, string> }

type Segment = { text: string; name?: string; prefix: string }
type Pattern = { segments: Segment[]; operations: Map<string, Operation> }

const segmentOf = (text: string): Segment => {
  const [, prefix = '', name] = /^([^{]*)\{([a-z_]+)\}$/.exec(text) ?? []
  return name === undefined ? { text, prefix: '' } : { text, name, prefix }
}

/** Patterns by their number of segments, fixed text before what varies. */
function patternsOf(operations: readonly Operation[]): Map<number, Pattern[]> {
  const byPath = new Map<string, Pattern>()
  for (const operation of operations) {
    const segments = operation.path.split('/').slice(1).map(segmentOf)
    const pattern = byPath.get(operation.path) ?? { segments, operations: new Map() }
    pattern.operations.set(operation.method, operation)
    byPath.set(operation.path, pattern)
  }
  const byLength = new Map<number, Pattern[]>()
  const fixity = ({ segments }: Pattern) =>
    segments.map(({ name, prefix }) => (name === undefined ? '0' : prefix === '' ? '2' : '1')).join('')
  for (const pattern of [...byPath.values()].sort((a, b) => (fixity(a) < fixity(b) ? -1 : 1)))
    byLength.set(pattern.segments.length, [...(byLength.get(pattern.segments.length) ?? []), pattern])
  return byLength
}

const patterns = patternsOf(OPERATIONS)

/** Operations whose path is fixed, by method and path: those that are asked most. */
const fixed = new Map(
  OPERATIONS.filter(({ path }) => !path.includes('{')).map((one) => [`${one.method} ${one.path}`, one]),
)

/**
 * Finds the operation of a method and a raw path, without its query. Empty and undecodable parts fit nothing.
 */
export function findRoute(method: string, path: string): Route | Problem {
  const known = fixed.get(`${method} ${path}`)
  if (known !== undefined) return { operation: known, params: {} }
  const parts = path.split('/').slice(1)
  for (const pattern of patterns.get(parts.length) ?? []) {
    const params = match(pattern, parts)
    if (params === undefined) continue
    const operation = pattern.operations.get(method)
    return operation === undefined ? methodNotAllowed([...pattern.operations.keys()]) : { operation, params }
  }
  return notFound('path')
}

function match({ segments }: Pattern, parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [i, segment] of segments.entries()) {
    const part = parts[i] ?? ''
    if (segment.name === undefined) {
      if (part !== segment.text) return undefined
      continue
    }
    const text = part.startsWith(segment.prefix) ? decode(part.slice(segment.prefix.length)) : undefined
    if (text === undefined || text === '') return undefined
    params[segment.name] = text
  }
  return params
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // A broken escape names nothing.
    return undefined
  }
}
