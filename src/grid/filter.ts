import { faultAt, Problem } from '../api/problem.ts'

/** How a filter compares. The time bounds of the flat dialect become `>=` and `<=`. */
type Comparison = '==' | 'in' | '>=' | '<=' | '>' | '<'

export type Filter = { field: string; compare: Comparison; values: string[] }

/** What a query asks for, whichever of the dialects it is written in. */
export type Filters = {
  filters: Filter[]
  /** Rows a page may have. */
  limit: number
  /** Cursor of the page before. */
  next: string | undefined
  /** Whether the page's rows shall be oldest first. */
  ascending: boolean
}

const LIMIT = 50
const LIMIT_MOST = 500
const PARAMETERS_MOST = 100
const VALUE_MOST = 256
const NESTED = /^(?:flop\[filters\]|filters)\[(\d{1,3})\]\[(field|op|value)\](?:\[\d*\])?$/
const OPERATORS: Record<string, Comparison> = {
  '==': '==',
  eq: '==',
  in: 'in',
  '>=': '>=',
  gte: '>=',
  '<=': '<=',
  lte: '<=',
  '>': '>',
  gt: '>',
  '<': '<',
  lt: '<',
}
/** Bounds of time in the flat dialect. */
const BOUNDS: Record<string, '>=' | '<='> = {
  start_datetime: '>=',
  from_date: '>=',
  end_datetime: '<=',
  to_date: '<=',
}

/** The field under which a bound of time is kept: each list knows what its rows call it. */
const TIME = 'time'

const bad = (name: string, detail: string): Problem =>
  faultAt('invalid_request', `/query/${name.slice(0, 64)}`, detail)

/** Reads flat parameters, `filters[n]…` and `flop[filters][n]…` alike. */
export function readFilters(query: string): Filters | Problem {
  const read: Filters = { filters: [], limit: LIMIT, next: undefined, ascending: false }
  const nested = new Map<string, Filter>()
  let count = 0
  for (const [name, value] of new URLSearchParams(query)) {
    if (++count > PARAMETERS_MOST) return bad(name, `at most ${PARAMETERS_MOST} parameters`)
    if (value.length > VALUE_MOST) return bad(name, `at most ${VALUE_MOST} characters`)
    const [, place, part] = NESTED.exec(name) ?? []
    const fault =
      place === undefined || part === undefined
        ? readFlat(read, name, value)
        : readNested(nested, place, part, value)
    if (fault !== undefined) return fault
  }
  for (const [place, filter] of nested) {
    if (filter.field === '' || filter.values.length === 0)
      return bad(`filters[${place}]`, 'a filter has a field and a value')
    read.filters.push(filter)
  }
  return read
}

function readNested(
  nested: Map<string, Filter>,
  place: string,
  part: string,
  value: string,
): Problem | undefined {
  const filter = nested.get(place) ?? { field: '', compare: '==', values: [] }
  nested.set(place, filter)
  if (part === 'field') filter.field = value
  else if (part === 'value') filter.values.push(value)
  else {
    const compare = Object.hasOwn(OPERATORS, value) ? OPERATORS[value] : undefined
    if (compare === undefined) return bad(`filters[${place}][op]`, 'one of ==, in, >=, <=, >, <')
    filter.compare = compare
  }
  return undefined
}

function readFlat(read: Filters, name: string, value: string): Problem | undefined {
  const field = name.replace(/^flop\[(\w+)\]/, '$1').replace(/\[\d*\]$/, '')
  switch (field) {
    case 'limit':
    case 'page_size':
    case 'first':
      return readLimit(read, name, value)
    case 'next':
      read.next = value
      return undefined
    case 'prev':
      return bad(name, 'pages lead forward only')
    case 'page':
      return value === '1' ? undefined : bad(name, 'go on with next, from paging.next_cursor')
    case 'redirect':
    case 'order_by':
      // A base may carry its switch into every request; and every list is in the order of its happening.
      return undefined
    case 'order_direction':
    case 'order_directions':
      read.ascending = value === 'asc'
      return /^(asc|desc)$/.test(value) ? undefined : bad(name, 'asc or desc')
    default: {
      const bound = Object.hasOwn(BOUNDS, field) ? BOUNDS[field] : undefined
      const values = field === 'status' ? value.split(',') : [value]
      if (bound === undefined) read.filters.push({ field, compare: values.length > 1 ? 'in' : '==', values })
      else read.filters.push({ field: TIME, compare: bound, values })
      return undefined
    }
  }
}

function readLimit(read: Filters, name: string, value: string): Problem | undefined {
  if (!/^[1-9]\d{0,3}$/.test(value)) return bad(name, `a whole number from 1 to ${LIMIT_MOST}`)
  read.limit = Math.min(Number(value), LIMIT_MOST)
  return undefined
}

/** Takes the filter of a field out of the list, so that what is left is known to be unused. */
export function take(read: Filters, field: string): Filter | undefined {
  const at = read.filters.findIndex((one) => one.field === field && /^(==|in)$/.test(one.compare))
  return at < 0 ? undefined : read.filters.splice(at, 1)[0]
}

/**
 * The rows that pass every filter left. A filter on a field that the rows do not have is refused: silence
 * would look like an answer.
 */
export function sift<Row extends Record<string, unknown>>(
  read: Filters,
  rows: readonly Row[],
  fields: readonly string[],
  timeField: string,
): Row[] | Problem {
  for (const { field } of read.filters)
    if (field !== TIME && !fields.includes(field)) return bad(field, 'this list has no such filter')
  const kept = rows.filter((row) =>
    read.filters.every((filter) => passes(filter, row[filter.field === TIME ? timeField : filter.field])),
  )
  return read.ascending ? kept.reverse() : kept
}

function passes({ compare, values }: Filter, found: unknown): boolean {
  const text = typeof found === 'string' || typeof found === 'number' ? String(found) : ''
  if (compare === '==' || compare === 'in')
    return values.some((value) => value.toLowerCase() === text.toLowerCase())
  const bound = orderable(values[0] ?? '')
  const value = orderable(text)
  if (bound === undefined || value === undefined) return false
  if (compare === '>=') return value >= bound
  if (compare === '<=') return value <= bound
  return compare === '>' ? value > bound : value < bound
}

/** A number as it is, a time in milliseconds; anything else is neither. */
function orderable(text: string): number | undefined {
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isNaN(value) ? undefined : value
}
