import { hash } from 'node:crypto'
import { z } from 'zod'
import { answerWith } from '../thread/answering.ts'

/** Whether each text is JSON that satisfies its schema; a null schema asks only for JSON. */
export type SchemaQuestion = readonly { text: string; schema: object | null }[]

/** `unknown` where the schema itself cannot be read: a supplier is not blamed for that. */
export type SchemaAnswer = ('fits' | 'misfits' | 'unknown')[]

const COMPILED_MAX = 500
const compiled = new Map<string, z.ZodType | null>()

/** A schema says what a value is, not how its text is spelled: `format` annotates and does not assert. */
const withoutFormats = (schema: object): string =>
  JSON.stringify(schema, (key, value: unknown) =>
    key === 'format' && typeof value === 'string' ? undefined : value,
  )

function compile(schema: object): z.ZodType | null {
  const text = withoutFormats(schema)
  const key = hash('sha256', text, 'base64')
  const known = compiled.get(key)
  if (known !== undefined) return known
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  const fresh = read(text)
  compiled.set(key, fresh)
  return fresh
}

function read(text: string): z.ZodType | null {
  try {
    return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0])
  } catch {
    return null
  }
}

function check(text: string, schema: object | null): SchemaAnswer[number] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'misfits'
  }
  if (schema === null) return 'fits'
  const type = compile(schema)
  if (type === null) return 'unknown'
  return type.safeParse(value).success ? 'fits' : 'misfits'
}

answerWith<SchemaQuestion, SchemaAnswer>((question) =>
  question.map(({ text, schema }) => check(text, schema)),
)
