import type { JSONObject } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { z as schemas } from 'zod'
import type { Scope } from '../wire/key.ts'
import { OPERATIONS } from '../operations/operations.ts'
import type { Operation } from '../api/operation.ts'
import { problem } from '../api/problem.ts'
import type { Fault, ProblemOut } from '../wire/problem.ts'
import type { Asked, Port, Told } from './port.ts'

type Json = Record<string, unknown>

/** JSON Schema of an object, as tools describe what they take and give. */
export type ObjectSchema = JSONObject & { type: 'object'; properties: JSONObject; required: string[] }

/** One thing an agent can do. */
export type Tool = {
  name: string
  description: string
  /** The scope a key needs; null: none, and no key either. */
  scope: Scope | null
  input: ObjectSchema
  output: ObjectSchema
  reads: boolean
  run(port: Port, given: Json): Promise<Told>
}

/** How one operation of the table is offered as a tool. */
export type Offered = {
  name: string
  operation: string
  description: string
  /** Arguments that an agent must give although the operation has a default: every spend states its limit. */
  needs?: readonly string[]
}

/** A tool that is one operation: its path, query and body in one flat list of arguments. */
export function toolOf({ name, operation: id, description, needs = [] }: Offered): Tool {
  const operation = OPERATIONS.find((one) => one.id === id)
  if (operation === undefined) throw new Error(`the tool ${name} names an operation: ${id}`)
  const input = inputOf(operation, needs)
  return {
    name,
    description,
    scope: operation.scope,
    input,
    output: objectSchema(operation.answer, 'output'),
    reads: operation.method === 'GET' || id.endsWith('.preview'),
    async run(port, given) {
      const missing = needs.filter((field) => given[field] === undefined || given[field] === null)
      if (missing.length > 0) return { ok: false, problem: needed(missing) }
      return port.ask(operation, askedOf(operation, given))
    },
  }
}

/** A refusal that names the arguments without which an agent may not spend. */
export function needed(fields: readonly string[]): ProblemOut {
  const detail = 'is needed from an agent, so that what it may spend is explicit and a retry is safe'
  const errors = fields.map((field) => ({ pointer: `/${field}`, detail }))
  return refused(`${errors.map(({ pointer }) => pointer).join(', ')}: ${detail}.`, errors)
}

/** A refusal of a tool's own, which reached no operation and so has no request id. */
export const refused = (detail: string, errors: readonly Fault[]): ProblemOut =>
  problem('invalid_request', detail, { errors }).body('')

const PLACES = ['params', 'query', 'body'] as const

/** What a tool takes: everything the operation takes, wherever HTTP would put it. */
function inputOf(operation: Operation, needs: readonly string[]): ObjectSchema {
  const properties: JSONObject = {}
  const required = new Set(needs)
  let definitions: JSONObject = {}
  for (const place of PLACES) {
    const schema = operation[place]
    if (schema === undefined) continue
    const part = objectSchema(schema, 'input')
    Object.assign(properties, part.properties)
    for (const field of part.required) required.add(field)
    definitions = { ...definitions, ...(part.$defs as JSONObject | undefined) }
  }
  if (operation.idempotent === true) properties.idempotency_key = IDEMPOTENCY
  return {
    type: 'object',
    properties,
    required: [...required],
    additionalProperties: false,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
  }
}

const IDEMPOTENCY = {
  type: 'string',
  pattern: '^[\\x21-\\x7e]{1,64}$',
  description: 'A repeat with the same key and arguments gets the first answer.',
}

/** A schema as JSON Schema: an object at its root, and no names that validators would take for their own. */
export function objectSchema(schema: z.ZodType, io: 'input' | 'output'): ObjectSchema {
  const printed = schemas.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'integer') delete jsonSchema.pattern
      delete jsonSchema.id
    },
  }) as JSONObject & { $defs?: Record<string, JSONObject>; $ref?: string }
  const { $schema: _, $ref, $defs = {}, ...root } = printed
  const named = $ref === undefined ? root : ($defs[$ref.slice('#/$defs/'.length)] ?? {})
  return {
    ...named,
    type: 'object',
    properties: (named.properties ?? {}) as JSONObject,
    required: (named.required ?? []) as string[],
    ...(Object.keys($defs).length === 0 ? {} : { $defs }),
  }
}

/** Cuts flat arguments into the parts of a request. What nobody knows goes to the body, to be refused. */
export function askedOf(operation: Operation, given: Json): Asked {
  const { method, path } = operation
  const { idempotency_key: key, ...rest } = given
  const params: Record<string, string> = {}
  const query = new URLSearchParams()
  const body: Json = {}
  const inPath = fieldsOf(operation.params)
  const inQuery = fieldsOf(operation.query)
  for (const [name, value] of Object.entries(rest)) {
    if (inPath.has(name)) params[name] = textOf(value)
    else if (inQuery.has(name) || operation.body === undefined) query.set(name, textOf(value))
    else body[name] = value
  }
  const filled = path.replace(/\{([a-z_]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const text = query.toString()
  return {
    method,
    params,
    query: text,
    pathAndQuery: text === '' ? filled : `${filled}?${text}`,
    headers: key === undefined ? {} : { 'idempotency-key': textOf(key) },
    body: operation.body === undefined ? undefined : JSON.stringify(body),
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const fieldsOf = (schema: z.ZodType | undefined): Set<string> =>
  new Set(schema instanceof schemas.ZodObject ? Object.keys(schema.shape) : [])
