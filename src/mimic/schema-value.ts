import type { Chance } from '../base/chance.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Schema = { [keyword: string]: unknown }

/**
 * What a value is made from: seeded chance, and the words and numbers of the prompt, to be apt where it can.
 */
export type Ingredients = {
  chance: Chance
  names: readonly string[]
  numbers: readonly number[]
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const FORMATS: Record<string, string> = {
  date: '2026-11-24',
  time: '09:30:00Z',
  'date-time': '2026-11-24T09:30:00Z',
  email: 'desk@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000001',
  ipv4: '192.0.2.1',
  hostname: 'example.com',
}

/** The schema that a local `$ref` such as `#/$defs/city` points at. */
function resolve(root: Schema, reference: string): Schema {
  let at: unknown = root
  for (const step of reference.split('/').slice(1)) {
    if (!isSchema(at)) return {}
    at = at[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return isSchema(at) ? at : {}
}

function text(schema: Schema, from: Ingredients): string {
  const format = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined
  if (format !== undefined) return format
  const least = Number(schema.minLength ?? 0)
  const most = Number(schema.maxLength ?? 120)
  const name = from.names[from.chance.below(Math.max(1, from.names.length))] ?? 'sample'
  return name.padEnd(least, '.').slice(0, most)
}

function number(schema: Schema, from: Ingredients, whole: boolean): number {
  const step = Number(schema.multipleOf ?? (whole ? 1 : 0.5))
  const low = Number(schema.minimum ?? schema.exclusiveMinimum ?? 0)
  const high = Number(schema.maximum ?? schema.exclusiveMaximum ?? Math.max(low, 0) + 100)
  const fits = (value: number) =>
    value >= low &&
    value <= high &&
    value !== schema.exclusiveMinimum &&
    value !== schema.exclusiveMaximum &&
    Math.abs(value / step - Math.round(value / step)) < 1e-9
  const quoted = from.numbers.find(fits)
  if (quoted !== undefined) return quoted
  const first = Math.ceil(low / step)
  const span = Math.max(0, Math.floor(high / step) - first)
  const drawn = (first + from.chance.below(span + 1)) * step
  return fits(drawn) ? drawn : ([first, first + 1].map((n) => n * step).find(fits) ?? drawn)
}

function object(schema: Schema, root: Schema, from: Ingredients, depth: number): Json {
  const properties = isSchema(schema.properties) ? schema.properties : {}
  const required = new Set(list(schema.required))
  const value: { [key: string]: Json } = {}
  for (const [key, part] of Object.entries(properties)) {
    // Deep down only what is required, so that a recursive schema ends.
    if (!required.has(key) && depth > 3) continue
    value[key] = make(isSchema(part) ? part : {}, root, from, depth + 1)
  }
  for (const key of required) if (typeof key === 'string' && !(key in value)) value[key] = text({}, from)
  return value
}

function array(schema: Schema, root: Schema, from: Ingredients, depth: number): Json {
  const first = list(schema.prefixItems).map((part) =>
    make(isSchema(part) ? part : {}, root, from, depth + 1),
  )
  const items = isSchema(schema.items) ? schema.items : {}
  const wanted = Math.max(
    Number(schema.minItems ?? 0),
    depth > 3 ? 0 : Math.min(2, Number(schema.maxItems ?? 2)),
  )
  while (first.length < wanted) first.push(make(items, root, from, depth + 1))
  return first
}

function typeOf(schema: Schema): unknown {
  if (Array.isArray(schema.type)) return schema.type.find((name) => name !== 'null') ?? 'null'
  if (schema.type !== undefined) return schema.type
  if (schema.properties !== undefined) return 'object'
  return schema.items !== undefined ? 'array' : 'string'
}

function make(schema: Schema, root: Schema, from: Ingredients, depth: number): Json {
  if (typeof schema.$ref === 'string') return make(resolve(root, schema.$ref), root, from, depth + 1)
  if ('const' in schema) return schema.const as Json
  const choices = list(schema.enum)
  if (choices.length > 0) {
    const named = choices.find((choice) => typeof choice === 'string' && from.names.includes(choice))
    return (named ?? choices[from.chance.below(choices.length)]) as Json
  }
  const branches = [...list(schema.anyOf), ...list(schema.oneOf)].filter(isSchema)
  const branch = depth > 3 ? branches.at(-1) : branches[0]
  if (branch) return make(branch, root, from, depth + 1)
  const parts = list(schema.allOf).filter(isSchema)
  if (parts.length > 0) return make(Object.assign({}, schema, { allOf: [] }, ...parts), root, from, depth + 1)
  switch (typeOf(schema)) {
    case 'object':
      return object(schema, root, from, depth)
    case 'array':
      return array(schema, root, from, depth)
    case 'integer':
      return number(schema, from, true)
    case 'number':
      return number(schema, from, false)
    case 'boolean':
      return from.chance.below(2) === 1
    case 'null':
      return null
    default:
      return text(schema, from)
  }
}

/** A value that satisfies a JSON schema, the same for the same ingredients. Patterns are not followed. */
export function valueFor(schema: unknown, from: Ingredients): Json {
  const root = isSchema(schema) ? schema : {}
  return make(root, root, from, 0)
}
