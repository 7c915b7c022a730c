import type { Solver } from './number-solver.ts'

const parts = (text: string): string[] => text.split(',').map((part) => part.trim())

const wordOrder: Solver = (prompt) => {
  const words = /Sort these words alphabetically: ([^.]+)\./.exec(prompt)?.[1]
  return words && parts(words).sort().join(', ')
}

const numberOrder: Solver = (prompt) => {
  const found = /Sort these numbers from (largest|smallest) to \w+: ([\d, -]+)/.exec(prompt)
  if (!found) return undefined
  const falls = found[1] === 'largest'
  const numbers = parts(found[2] ?? '').map(Number)
  return numbers.sort((a, b) => (falls ? b - a : a - b)).join(', ')
}

const reversal: Solver = (prompt) => {
  const word = /letters of "([^"]+)" in reverse/.exec(prompt)?.[1]
  return word && word.split('').reverse().join('')
}

const letterCount: Solver = (prompt) => {
  const found = /does the letter "(.)" occur in "([^"]+)"/.exec(prompt)
  return found ? String((found[2] ?? '').split(found[1] ?? '').length - 1) : undefined
}

/** Replaces the innermost part that can be decided until one word is left. */
const logic: Solver = (prompt) => {
  const found = /Let p be (\w+), q be (\w+) and r be (\w+)\. What is the value of ([pqrANDORT() ]+)\?/.exec(
    prompt,
  )
  if (!found) return undefined
  const [, p = '', q = '', r = '', words = ''] = found
  const values: Record<string, string> = { p, q, r }
  let text = words.replaceAll(/\b[pqr]\b/g, (name) => values[name] ?? name)
  for (let before = ''; before !== text; ) {
    before = text
    text = text
      .replaceAll(/\((true|false)\)/g, '$1')
      .replaceAll(/NOT (true|false)/g, (_, truth) => String(truth === 'false'))
      .replace(/(true|false) AND (true|false)/, (_, a, b) => String(a === 'true' && b === 'true'))
      .replace(/(?<!AND )(true|false) OR (true|false)(?! AND)/, (_, a, b) =>
        String(a === 'true' || b === 'true'),
      )
  }
  return text
}

const RANKS: Record<string, number> = { oldest: 0, 'second oldest': 1, 'second youngest': 2, youngest: 3 }

const ages: Solver = (prompt) => {
  const rank = /Who is the ([a-z ]+) of the four\?/.exec(prompt)?.[1]
  if (rank === undefined) return undefined
  const younger = new Map(
    [...prompt.matchAll(/(\w+) is older than (\w+)\./g)].map((found) => [found[1] ?? '', found[2] ?? '']),
  )
  const below = new Set(younger.values())
  let name = [...younger.keys()].find((one) => !below.has(one)) ?? ''
  for (let steps = RANKS[rank] ?? 0; steps > 0; steps--) name = younger.get(name) ?? ''
  return name
}

const DAY_MS = 86_400_000

const date: Solver = (prompt) => {
  const found = /What date is (\d+) days (after|before) (\d{4}-\d\d-\d\d)\?/.exec(prompt)
  if (!found) return undefined
  const days = Number(found[1]) * (found[2] === 'after' ? 1 : -1)
  return new Date(Date.parse(found[3] ?? '') + days * DAY_MS).toISOString().slice(0, 10)
}

const arrival: Solver = (prompt) => {
  const found = /leaves at (\d\d):(\d\d) and travels for (\d+) hours and (\d+) minutes/.exec(prompt)
  if (!found) return undefined
  const [hour = 0, minute = 0, hours = 0, minutes = 0] = found.slice(1).map(Number)
  const at = (hour + hours) * 60 + minute + minutes
  return [Math.floor(at / 60) % 24, at % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

/** Words, order, truth and time. */
export const TEXT_SOLVERS: Readonly<Record<string, Solver>> = {
  'word-order': wordOrder,
  'number-order': numberOrder,
  reversal,
  'letter-count': letterCount,
  logic,
  ages,
  date,
  arrival,
}
