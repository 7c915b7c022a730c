import type { Chance } from '../base/chance.ts'
import type { Template } from './item.ts'
import { between, pick, some } from './item.ts'

/** One field of a form: what JSON schema asks of it, and a value that does. */
type Field = { schema: object; value: unknown }

const COLOURS = ['amber', 'cobalt', 'crimson', 'ivory', 'olive', 'teal']

function multiple(chance: Chance): Field {
  const [step, first] = [between(chance, 3, 19), between(chance, 4, 60)]
  const value = step * first
  return {
    schema: { type: 'integer', multipleOf: step, minimum: value - 1, maximum: value + step },
    value,
  }
}

function code(chance: Chance): Field {
  const [letters, digits] = [between(chance, 2, 4), between(chance, 2, 5)]
  return {
    schema: { type: 'string', pattern: `^[A-Z]{${letters}}-[0-9]{${digits}}$` },
    value: `${'K'.repeat(letters)}-${'7'.repeat(digits)}`,
  }
}

function word(chance: Chance): Field {
  const length = between(chance, 5, 12)
  return {
    schema: { type: 'string', minLength: length, maxLength: length + 1 },
    value: 'harbourlights'.slice(0, length),
  }
}

function choice(chance: Chance): Field {
  const colours = some(chance, COLOURS, 3)
  return { schema: { type: 'string', enum: colours }, value: colours[1] }
}

function rising(chance: Chance): Field {
  const [size, low] = [between(chance, 2, 5), between(chance, 10, 90)]
  return {
    schema: {
      type: 'array',
      items: { type: 'integer', minimum: low, maximum: low + 9 },
      minItems: size,
      maxItems: size,
      uniqueItems: true,
    },
    value: Array.from({ length: size }, (_, at) => low + at),
  }
}

const KINDS = [multiple, code, word, choice, rising] as const
const NAMES = ['batch', 'label', 'grade', 'bin', 'route', 'lane', 'mark', 'stage', 'tag', 'zone']

/** A JSON object that a schema asks for, of two fields more at each level. Many are right. */
const form: Template = {
  name: 'form',
  tasks: ['text', 'code', 'agent'],
  levels: 4,
  make(chance, level) {
    const names = some(chance, NAMES, 1 + 2 * level)
    // Every kind comes before any comes again: forms of a level are then about as long.
    const order = some(chance, KINDS, KINDS.length)
    const fields = names.map((name, at) => [name, (order[at % order.length] ?? code)(chance)] as const)
    const schema = {
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, field]) => [name, field.schema])),
      required: pick(chance, [names, [...names].reverse()]),
      additionalProperties: false,
    }
    return {
      prompt: `Reply with only a JSON object that satisfies this JSON schema: ${JSON.stringify(schema)}`,
      answer: JSON.stringify(Object.fromEntries(fields.map(([name, field]) => [name, field.value]))),
      kind: 'schema',
      schema,
    }
  },
}

/** Items whose answer is any that satisfies a schema. */
export const SCHEMA_ITEMS: readonly Template[] = [form]
