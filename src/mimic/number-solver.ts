/** Answers one kind of verifiable question, or says that it is not that kind. */
export type Solver = (prompt: string) => string | undefined

/** The numbers that a pattern's groups catch. */
const caught = (pattern: RegExp, prompt: string): number[] | undefined =>
  pattern.exec(prompt)?.slice(1).map(Number)

/**
 * The value of numbers joined by + - * / and parentheses; products bind first. `undefined` for anything
 * else.
 */
function valueOf(expression: string): number | undefined {
  const signs = expression.replaceAll(/[x×]/g, '*').match(/\d+|[-+*/()]|\S/g) ?? []
  let at = 0
  const factor = (): number => {
    const sign = signs[at++]
    if (sign === '-') return -factor()
    if (sign !== '(') return Number(sign)
    const inner = sum()
    at++
    return inner
  }
  const product = (): number => {
    let value = factor()
    while (signs[at] === '*' || signs[at] === '/')
      value = signs[at++] === '*' ? value * factor() : value / factor()
    return value
  }
  const sum = (): number => {
    let value = product()
    while (signs[at] === '+' || signs[at] === '-')
      value = signs[at++] === '+' ? value + product() : value - product()
    return value
  }
  const value = sum()
  return at === signs.length && Number.isFinite(value) ? value : undefined
}

const arithmetic: Solver = (prompt) => {
  const found = /(?:What is |^|\s)([-(]*\d[\d\s+*x×/()-]*[-+*x×/][\d\s+*x×/()-]*\d\)?)\s*[=?]/.exec(
    prompt,
  )?.[1]
  const value = found === undefined ? undefined : valueOf(found)
  return value === undefined ? undefined : String(value)
}

const remainder: Solver = (prompt) => {
  const [whole, by] = caught(/remainder when (\d+) is divided by (\d+)/, prompt) ?? []
  return whole === undefined || by === undefined ? undefined : String(whole % by)
}

const binary: Solver = (prompt) => {
  const digits = /binary number ([01]+) in decimal/.exec(prompt)?.[1]
  return digits === undefined ? undefined : String(Number.parseInt(digits, 2))
}

/** Smallest units that each unit is of: the ratio of two of a kind converts between them. */
const SIZES: Record<string, number> = {
  minutes: 1,
  hours: 60,
  days: 1_440,
  weeks: 10_080,
  centimetres: 1,
  metres: 100,
  kilometres: 100_000,
  grams: 1,
  kilograms: 1_000,
  tonnes: 1_000_000,
  pints: 1,
  quarts: 2,
  gallons: 8,
}

const conversion: Solver = (prompt) => {
  const found = /Convert (\d+) (\w+) and (\d+) (\w+) to (\w+)/.exec(prompt)
  if (!found) return undefined
  const [, a, large = '', b, middle = '', small = ''] = found
  const sizes = [SIZES[large], SIZES[middle], SIZES[small]]
  const [ofLarge, ofMiddle, ofSmall] = sizes
  if (ofLarge === undefined || ofMiddle === undefined || ofSmall === undefined) return undefined
  return String((Number(a) * ofLarge + Number(b) * ofMiddle) / ofSmall)
}

const stock: Solver = (prompt) => {
  const numbers = caught(/has (\d+) crates of (\d+) .* sells (\d+) .* receives (\d+) more crates/, prompt)
  if (!numbers) return undefined
  const [crates = 0, size = 0, sold = 0, more = 0] = numbers
  return String((crates + more) * size - sold)
}

const shares: Solver = (prompt) => {
  const numbers = caught(
    /saves (\d+) coins a week for (\d+) weeks and spends (\d+) .* among (\d+) friends/,
    prompt,
  )
  if (!numbers) return undefined
  const [weekly = 0, weeks = 0, spent = 0, friends = 1] = numbers
  return String((weekly * weeks - spent) / friends)
}

const price: Solver = (prompt) => {
  const numbers = caught(/costs (\d+) dollars.* rises by (\d+) percent .* falls by (\d+) dollars/, prompt)
  if (!numbers) return undefined
  const [cost = 0, percent = 0, off = 0] = numbers
  return String((cost * (100 + percent)) / 100 - off)
}

const steps = (terms: readonly number[]): number[] =>
  terms.slice(1).map((term, at) => term - (terms[at] ?? 0))
const isFlat = (terms: readonly number[]): boolean => terms.every((term) => term === terms[0])

const sequence: Solver = (prompt) => {
  const terms = /next number in the sequence ([\d, -]+)\?/.exec(prompt)?.[1]?.split(',').map(Number)
  const last = terms?.at(-1)
  if (terms === undefined || last === undefined) return undefined
  const first = steps(terms)
  const second = steps(first)
  if (isFlat(second)) return String(last + (first.at(-1) ?? 0) + (second[0] ?? 0))
  return String((last * last) / (terms.at(-2) ?? 1))
}

/** Reckoning, alone or told in words. */
export const NUMBER_SOLVERS: Readonly<Record<string, Solver>> = {
  remainder,
  binary,
  conversion,
  stock,
  shares,
  price,
  sequence,
  arithmetic,
}
