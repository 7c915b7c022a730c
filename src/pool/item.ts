import type { Chance } from '../base/chance.ts'
import { known } from '../base/assert.ts'
import type { Task } from '../state/instrument.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

/** What a program is called with, and what it must return. */
export type ProgramCase = { args: readonly unknown[]; returns: unknown }

/**
 * A question and how an answer to it is graded. `answer` is a right one, in the form in which it is asked
 * for. Text, numbers and JSON values have no other; of schemas and programs there are many, and one passes
 * that satisfies the schema, or whose function `entry` returns what every case asks.
 */
export type Question = { prompt: string; answer: string } & (
  | { kind: 'text' | 'number' | 'json' }
  | { kind: 'schema'; schema: object }
  | { kind: 'program'; entry: string; cases: readonly ProgramCase[] }
)

/** A question of the pool, and the family that it is of. */
export type Item = Question & { template: string; level: number }

/**
 * Makes any number of items of one kind from chance, at each of its levels, 0 the easiest. The prompt carries
 * all that is needed to answer it.
 */
export type Template = {
  name: string
  /** The tasks whose grades are asked such items. */
  tasks: readonly Task[]
  levels: number
  make(chance: Chance, level: number): Question
}

/** One of a list. */
export const pick = <Value>(chance: Chance, values: readonly Value[]): Value =>
  known(values[chance.below(values.length)], 'a list to pick from is not empty')

/** A whole number from `low` to `high`, both included. */
export const between = (chance: Chance, low: number, high: number): number =>
  low + chance.below(high - low + 1)

/** A whole number of so many digits. */
export const ofDigits = (chance: Chance, digits: number): number =>
  between(chance, 10 ** (digits - 1), 10 ** digits - 1)

/** So many different ones of a list, in an order of chance. */
export function some<Value>(chance: Chance, values: readonly Value[], count: number): Value[] {
  const left = [...values]
  const taken: Value[] = []
  while (taken.length < count && left.length > 0) taken.push(...left.splice(chance.below(left.length), 1))
  return taken
}

/**
 * What a model wrapped around its answer: reasoning written into the text, a code fence, emphasis, quotes, a
 * full stop.
 */
export function bare(reply: string): string {
  let text = reply.replace(/^\s*<think>[^]*?<\/think>/, '').trim()
  text = (/^```\w*\n([^]*?)\n?```$/.exec(text)?.[1] ?? text).trim()
  text = /^(["'`]|\*\*)([^]*)\1$/.exec(text)?.[2] ?? text
  return text.trim()
}

const asText = (text: string): string =>
  bare(text)
    .replace(/\.$/, '')
    .replace(/\s*,\s*/g, ',')
    .replace(/\s+/g, ' ')
    .toLowerCase()

/** A number as people write it: digits may be grouped by commas. Anything else is NaN. */
function asNumber(text: string): number {
  const digits = bare(text).replace(/\.$/, '')
  return /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(digits) ? Number(digits.replaceAll(',', '')) : Number.NaN
}

function asJson(text: string): string | undefined {
  try {
    return canonicalJson(JSON.parse(bare(text)))
  } catch {
    // Not JSON is a wrong answer like any other.
    return undefined
  }
}

/** A question whose answer is compared: exactly, but for case, spacing and what models wrap around it. */
export type Compared = Pick<Question, 'answer'> & { kind: 'text' | 'number' | 'json' }

export function matches({ answer, kind }: Compared, reply: string): boolean {
  switch (kind) {
    case 'text':
      return asText(reply) === asText(answer)
    case 'number':
      return asNumber(reply) === asNumber(answer)
    case 'json':
      return asJson(reply) === asJson(answer)
  }
}
