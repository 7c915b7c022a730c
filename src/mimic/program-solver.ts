import type { Solver } from './number-solver.ts'

/** Steps as the exchange tells them, and the code that does them to `values`. */
const STEPS: readonly [RegExp, string][] = [
  [/^keep only the multiples of (\d+)$/, 'values.filter((n) => n % $1 === 0)'],
  [/^drop every number that exceeds (\d+)$/, 'values.filter((n) => n <= $1)'],
  [/^drop each number smaller than (\d+)$/, 'values.filter((n) => n >= $1)'],
  [/^multiply every single number by (\d+)$/, 'values.map((n) => n * $1)'],
  [/^add (\d+) to each of them$/, 'values.map((n) => n + $1)'],
  [/^replace each by its last digit$/, 'values.map((n) => n % 10)'],
  [/^sort them from largest to smallest$/, '[...values].sort((a, b) => b - a)'],
  [/^keep the first of equal (?:numbers|words)$/, 'values.filter((one, at) => values.indexOf(one) === at)'],
  [/^reverse the order of the (?:numbers|words)$/, '[...values].reverse()'],
  [/^drop words of under (\d+) letters$/, 'values.filter((word) => word.length >= $1)'],
  [/^keep words with the letter (\w)$/, "values.filter((word) => word.indexOf('$1') >= 0)"],
  [/^write each of the words backwards$/, "values.map((word) => [...word].reverse().join(''))"],
  [/^sort them in their alphabetical order$/, '[...values].sort()'],
  [/^take the very first word away$/, 'values.slice(1)'],
  [/^replace each (\w) by a (\w)$/, "values.map((word) => word.split('$1').join('$2'))"],
  [/^cut every word after letter (\d+)$/, 'values.map((word) => word.slice(0, $1))'],
]

const ENDS: readonly [RegExp, string][] = [
  [/^the sum of what is left$/, 'values.reduce((sum, n) => sum + n, 0)'],
  [/^how many numbers are left over$|^the number of words still left$/, 'values.length'],
  [/^the list of what is left$/, 'values'],
  [/^them joined by a single dash$/, "values.join('-')"],
]

/** The code for a phrase, its numbers and letters filled in; undefined for a phrase of another kind. */
function codeFor(phrase: string, known: readonly [RegExp, string][]): string | undefined {
  const found = known.find(([words]) => words.test(phrase))
  return found && phrase.replace(found[0], found[1])
}

function program(prompt: string, takes: string): string | undefined {
  const [, entry, given, steps = '', end = ''] =
    /function named (\w+)\. It takes a list of ([a-z ]+) and does this .*? order: (.*)\. Then it returns (.*?)\./.exec(
      prompt,
    ) ?? []
  if (given !== takes) return undefined
  const code = steps.split('; ').map((step) => codeFor(step.replace(/^\d+\. /, ''), STEPS))
  const last = codeFor(end, ENDS)
  if (last === undefined || code.includes(undefined)) return undefined
  const lines = code.map((line) => `  values = ${line}\n`).join('')
  return `function ${entry}(values) {\n${lines}  return ${last}\n}`
}

/** Functions that do what the prompt tells step by step, by the name of the template. */
export const PROGRAM_SOLVERS: Readonly<Record<string, Solver>> = {
  'list-program': (prompt) => program(prompt, 'whole numbers'),
  'word-program': (prompt) => program(prompt, 'small words'),
}
