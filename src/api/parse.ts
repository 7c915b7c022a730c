import type { z } from 'zod'
import type { Fault } from '../wire/problem.ts'
import { escapePointer, readJson } from '../wire/json.ts'
import type { Operation } from './operation.ts'
import { faultAt, Problem, problem } from './problem.ts'

/** The parts of a request as they came. */
export type RawParts = {
  params: Readonly<Record<string, string>>
  /** Text after the `?`, without it. */
  query: string
  body: Uint8Array | undefined
}

export type Parts = { path: unknown; query: unknown; body: unknown }

/** A request names at most this many faults at once. */
const FAULTS_MAX = 50
const VALUE_SHOWN = 64
/** Places whose values are never said back. */
const SECRET = /api_key|headers/

/** The parts as the operation's schemas have them, or one problem that lists every fault with its place. */
export function parseParts(operation: Operation, raw: RawParts): Parts | Problem {
  const query = readQuery(raw.query)
  if (query instanceof Problem) return query
  const body = operation.body === undefined ? noBody(raw.body) : readBody(raw.body)
  if (body instanceof Problem) return body
  return checkParts(operation, { path: raw.params, query, body: body.value })
}

/** Values as the operation's schemas have them, or one problem that lists every fault with its place. */
export function checkParts(operation: Operation, values: Parts): Parts | Problem {
  const faults: Fault[] = []
  const parts = {
    path: check(operation.params, values.path, '/path', faults),
    query: check(operation.query, values.query, '/query', faults),
    body: operation.body === undefined ? undefined : check(operation.body, values.body, '', faults),
  }
  if (operation.query === undefined) refuseAll(values.query as Record<string, string>, faults)
  return faults.length === 0 ? parts : problem('invalid_request', summary(faults), { errors: faults })
}

const summary = (faults: readonly Fault[]): string => {
  const [first] = faults
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return `${first?.pointer || 'body'}: ${first?.detail ?? ''}${more}.`
}

function refuseAll(query: Record<string, string>, faults: Fault[]): void {
  for (const name of Object.keys(query).slice(0, FAULTS_MAX))
    faults.push({
      pointer: `/query/${escapePointer(name)}`,
      detail: 'this query parameter is not known here',
    })
}

function readQuery(text: string): Record<string, string> | Problem {
  const values: Record<string, string> = Object.create(null) as Record<string, string>
  if (text === '') return values
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(values, name))
      return faultAt('invalid_request', `/query/${escapePointer(name)}`, 'this query parameter appears twice')
    values[name] = value
  }
  return values
}

const noBody = (bytes: Uint8Array | undefined): { value: undefined } | Problem =>
  bytes === undefined || bytes.length === 0
    ? { value: undefined }
    : faultAt('invalid_request', '', 'this operation takes no body')

function readBody(bytes: Uint8Array | undefined): { value: unknown } | Problem {
  if (bytes === undefined || bytes.length === 0) return faultAt('invalid_json', '', 'a JSON body is needed')
  const read = readJson(bytes)
  return read.ok ? read : faultAt('invalid_json', read.pointer, read.detail)
}

/** The parsed value; faults are added to the list, each with its place. */
function check(schema: z.ZodType | undefined, value: unknown, root: string, faults: Fault[]): unknown {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) addFaults(issue, value, root, faults)
  return undefined
}

function addFaults(issue: z.core.$ZodIssue, value: unknown, root: string, faults: Fault[]): void {
  if (faults.length >= FAULTS_MAX) return
  const pointer = root + issue.path.map((step) => `/${escapePointer(String(step))}`).join('')
  if (issue.code === 'unrecognized_keys') {
    for (const name of issue.keys.slice(0, FAULTS_MAX - faults.length))
      faults.push({ pointer: `${pointer}/${escapePointer(name)}`, detail: 'this field is not known here' })
    return
  }
  const found = SECRET.test(pointer) ? undefined : shown(issue.path.reduce<unknown>(at, value))
  faults.push({ pointer, detail: issue.message, ...(found === undefined ? {} : { value: found }) })
}

const at = (value: unknown, step: PropertyKey): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    ? (value as Record<PropertyKey, unknown>)[step]
    : undefined

/** What was found, cut short. Only plain values: a structure is easier found by its pointer. */
function shown(value: unknown): string | undefined {
  if (typeof value === 'string') return value.slice(0, VALUE_SHOWN)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return undefined
}
