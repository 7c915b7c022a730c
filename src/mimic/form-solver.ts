import type { Solver } from './number-solver.ts'

type Field = {
  type?: 'integer' | 'string' | 'array'
  enum?: string[]
  pattern?: string
  minLength?: number
  multipleOf?: number
  minimum?: number
  minItems?: number
  items?: Field
}

/** Letters and digits in the numbers that a pattern such as `^[A-Z]{3}-[0-9]{4}$` asks for. */
const patterned = (pattern: string): string =>
  pattern
    .replace(/^\^|\$$/g, '')
    .replace(/\[(.)-.\]\{(\d+)\}/g, (_, first: string, times) => first.repeat(Number(times)))

function valueOf(field: Field): unknown {
  const { multipleOf = 1, minimum = 0 } = field
  if (field.enum) return field.enum[0]
  if (field.type === 'integer') return Math.ceil(minimum / multipleOf) * multipleOf
  if (field.type === 'array')
    return Array.from({ length: field.minItems ?? 0 }, (_, at) => Number(valueOf(field.items ?? {})) + at)
  return field.pattern === undefined ? 'm'.repeat(field.minLength ?? 1) : patterned(field.pattern)
}

const form: Solver = (prompt) => {
  const text = /satisfies this JSON schema: (\{.*\})$/.exec(prompt)?.[1]
  if (text === undefined) return undefined
  const { properties } = JSON.parse(text) as { properties: Record<string, Field> }
  return JSON.stringify(
    Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueOf(field)])),
  )
}

/** Objects that satisfy the schema told, by the name of the template. */
export const FORM_SOLVERS: Readonly<Record<string, Solver>> = { form }
