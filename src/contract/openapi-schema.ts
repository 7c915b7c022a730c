import { z } from 'zod'

/** One object of the document. */
export type Json = { [name: string]: unknown }

/** Schemas by name, which the rest of the document refers to. */
export type Components = Record<string, Json>

/** Where the document keeps its named shapes. */
export const REF = '#/components/schemas/'

/**
 * A schema as JSON Schema: what a client may send, or what it will get. Named shapes move to the components,
 * those of input and output apart, because a default is optional on the way in and certain on the way out.
 * OpenAPI 3.1 speaks draft 2020-12, AsyncAPI 3 draft 7.
 */
export function printSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
  components: Components,
  target: 'draft-2020-12' | 'draft-7' = 'draft-2020-12',
): Json {
  const printed = z.toJSONSchema(schema, {
    io,
    target,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  })
  const { $schema: _, $defs, definitions, id: __, ...root } = printed as Json & Named
  for (const [name, shape] of Object.entries($defs ?? definitions ?? {})) {
    const { id: ___, ...body } = shape
    components[name] = rename(body) as Json
  }
  const name = (printed as Json).id
  if (typeof name !== 'string') return rename(root) as Json
  components[name] = rename(root) as Json
  return { $ref: REF + name }
}

/** Where either draft keeps named shapes. */
type Named = { $defs?: Components; definitions?: Components }

/** A whole number in a query arrives as text and is shown as the number it is. */
function tidy(shape: Json): void {
  if (shape.type === 'integer') delete shape.pattern
}

function rename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rename)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) =>
      name === '$ref' && typeof one === 'string'
        ? [name, one.replace(/^#\/(\$defs|definitions)\//, REF)]
        : [name, rename(one)],
    ),
  )
}
