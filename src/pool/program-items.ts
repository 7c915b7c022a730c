import type { Chance } from '../base/chance.ts'
import type { ProgramCase, Question, Template } from './item.ts'
import { between, pick, some } from './item.ts'

/**
 * One step of a small program: told in words, done, and done in the code of a right answer. The words of all
 * steps are as many, so that a program is as long as it has steps.
 */
type Step<Value> = { words: string; apply(values: Value[]): Value[]; code: string }

type End<Value> = { words: string; apply(values: Value[]): unknown; code: string }

const distinct = <Value>(values: Value[]): Value[] => [...new Set(values)]

const SHARED_STEPS = {
  distinct: '[...new Set(values)]',
  reverse: 'values.reverse()',
} as const

function numberSteps(chance: Chance): Step<number>[] {
  const [divisor, most, least, times, more] = [
    between(chance, 2, 4),
    between(chance, 50, 80),
    between(chance, 11, 30),
    between(chance, 2, 9),
    between(chance, 2, 9),
  ]
  return [
    {
      words: `keep only the multiples of ${divisor}`,
      apply: (values) => values.filter((n) => n % divisor === 0),
      code: `values.filter((n) => n % ${divisor} === 0)`,
    },
    {
      words: `drop every number that exceeds ${most}`,
      apply: (values) => values.filter((n) => n <= most),
      code: `values.filter((n) => n <= ${most})`,
    },
    {
      words: `drop each number smaller than ${least}`,
      apply: (values) => values.filter((n) => n >= least),
      code: `values.filter((n) => n >= ${least})`,
    },
    {
      words: `multiply every single number by ${times}`,
      apply: (values) => values.map((n) => n * times),
      code: `values.map((n) => n * ${times})`,
    },
    {
      words: `add ${more} to each of them`,
      apply: (values) => values.map((n) => n + more),
      code: `values.map((n) => n + ${more})`,
    },
    {
      words: 'replace each by its last digit',
      apply: (values) => values.map((n) => n % 10),
      code: 'values.map((n) => n % 10)',
    },
    {
      words: 'sort them from largest to smallest',
      apply: (values) => [...values].sort((a, b) => b - a),
      code: 'values.sort((a, b) => b - a)',
    },
    { words: 'keep the first of equal numbers', apply: distinct, code: SHARED_STEPS.distinct },
    {
      words: 'reverse the order of the numbers',
      apply: (values) => [...values].reverse(),
      code: SHARED_STEPS.reverse,
    },
  ]
}

const LIST = { words: 'returns the list of what is left', code: 'values' }

const NUMBER_ENDS: readonly End<number>[] = [
  {
    words: 'returns the sum of what is left',
    apply: (values) => values.reduce((sum, n) => sum + n, 0),
    code: 'values.reduce((sum, n) => sum + n, 0)',
  },
  {
    words: 'returns how many numbers are left over',
    apply: (values) => values.length,
    code: 'values.length',
  },
  { ...LIST, apply: (values) => values },
]

const LETTERS = 'aeiou'.split('')
const CONSONANTS = 'bdklmt'.split('')

function wordSteps(chance: Chance): Step<string>[] {
  const [letter, from, to] = [pick(chance, LETTERS), pick(chance, LETTERS), pick(chance, CONSONANTS)]
  const [least, most] = [between(chance, 4, 6), between(chance, 3, 5)]
  return [
    {
      words: `drop words of under ${least} letters`,
      apply: (values) => values.filter((word) => word.length >= least),
      code: `values.filter((word) => word.length >= ${least})`,
    },
    {
      words: `keep words with the letter ${letter}`,
      apply: (values) => values.filter((word) => word.includes(letter)),
      code: `values.filter((word) => word.includes('${letter}'))`,
    },
    {
      words: 'write each of the words backwards',
      apply: (values) => values.map((word) => word.split('').reverse().join('')),
      code: "values.map((word) => word.split('').reverse().join(''))",
    },
    {
      words: 'sort them in their alphabetical order',
      apply: (values) => [...values].sort(),
      code: 'values.sort()',
    },
    {
      words: 'take the very first word away',
      apply: (values) => values.slice(1),
      code: 'values.slice(1)',
    },
    {
      words: `replace each ${from} by a ${to}`,
      apply: (values) => values.map((word) => word.replaceAll(from, to)),
      code: `values.map((word) => word.replaceAll('${from}', '${to}'))`,
    },
    {
      words: `cut every word after letter ${most}`,
      apply: (values) => values.map((word) => word.slice(0, most)),
      code: `values.map((word) => word.slice(0, ${most}))`,
    },
    { words: 'keep the first of equal words', apply: distinct, code: SHARED_STEPS.distinct },
    {
      words: 'reverse the order of the words',
      apply: (values) => [...values].reverse(),
      code: SHARED_STEPS.reverse,
    },
  ]
}

const WORD_ENDS: readonly End<string>[] = [
  {
    words: 'returns them joined by a single dash',
    apply: (values) => values.join('-'),
    code: "values.join('-')",
  },
  {
    words: 'returns the number of words still left',
    apply: (values) => values.length,
    code: 'values.length',
  },
  { ...LIST, apply: (values) => values },
]

const NAMES = ['rework', 'refine', 'arrange', 'distil', 'process'] as const

type Plan<Value> = { takes: string; steps: Step<Value>[]; end: End<Value>; inputs: Value[][] }

/** The question of a plan, its right program, and what that returns for each input. */
function programOf<Value>(chance: Chance, { takes, steps, end, inputs }: Plan<Value>): Question {
  const entry = pick(chance, NAMES)
  const told = steps.map(({ words }, at) => `${at + 1}. ${words}`).join('; ')
  const code = steps.map((step) => `  values = ${step.code}\n`).join('')
  const cases: ProgramCase[] = inputs.map((input) => ({
    args: [input],
    returns: end.apply(steps.reduce((values, step) => step.apply(values), input)),
  }))
  return {
    prompt:
      `Write a JavaScript function named ${entry}. It takes a list of ${takes} and does this with it, in this ` +
      `order: ${told}. Then it ${end.words}. Reply with only the code of the function, in plain JavaScript ` +
      'without imports.',
    answer: `function ${entry}(given) {\n  let values = [...given]\n${code}  return ${end.code}\n}`,
    kind: 'program',
    entry,
    cases,
  }
}

const INPUTS = 6

/** An empty list, and longer and longer ones that repeat some of their values. */
const inputsOf = <Value>(chance: Chance, draw: () => Value): Value[][] =>
  Array.from({ length: INPUTS }, (_, at) => {
    const values = Array.from({ length: 3 * at }, draw)
    return values.flatMap((value) => (chance.below(4) === 0 ? [value, value] : [value]))
  })

/** A function of a list of numbers, of one step more at each level. */
const listProgram: Template = {
  name: 'list-program',
  tasks: ['code', 'agent'],
  levels: 5,
  make: (chance, level) =>
    programOf(chance, {
      takes: 'whole numbers',
      steps: some(chance, numberSteps(chance), level + 1),
      end: pick(chance, NUMBER_ENDS),
      inputs: inputsOf(chance, () => between(chance, 0, 99)),
    }),
}

const WORDS =
  `amber bark candle dune ember flute garnet hollow iris jar kettle lime meadow nettle oak pebble quill root
  saddle tile umber vase willow yarn zeal tin ale elm`.split(/\s+/)

/** A function of a list of words, of one step more at each level. */
const wordProgram: Template = {
  name: 'word-program',
  tasks: ['code'],
  levels: 5,
  make: (chance, level) =>
    programOf(chance, {
      takes: 'small words',
      steps: some(chance, wordSteps(chance), level + 1),
      end: pick(chance, WORD_ENDS),
      inputs: inputsOf(chance, () => pick(chance, WORDS)),
    }),
}

/** Items whose answer is a program that is run. */
export const PROGRAM_ITEMS: readonly Template[] = [listProgram, wordProgram]
