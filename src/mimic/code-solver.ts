import type { Solver } from './number-solver.ts'

const loop: Solver = (prompt) => {
  const found =
    /let total = (\d+)\nfor \(let i = (\d+); i < (\d+); i \+= (\d+)\) \{\n.*total \+= i \* (\d+)/.exec(prompt)
  if (!found) return undefined
  const [start = 0, from = 0, to = 0, step = 1, times = 1] = found.slice(1).map(Number)
  let total = start
  for (let i = from; i < to; i += step) total += i % 2 === 0 ? i * times : -i
  return String(total)
}

const comprehension: Solver = (prompt) => {
  const found = /sum\(n \* (\d+) for n in range\((\d+), (\d+)\) if n % (\d+) == (\d+)\)/.exec(prompt)
  if (!found) return undefined
  const [times = 1, from = 0, to = 0, by = 1, rest = 0] = found.slice(1).map(Number)
  let sum = 0
  for (let n = from; n < to; n++) if (n % by === rest) sum += n * times
  return String(sum)
}

const slice: Solver = (prompt) => {
  const found = /'(\w+)'\.slice\((\d+), (\d+)\)\.toUpperCase\(\) \+ '(\w+)'\.length/.exec(prompt)
  if (!found) return undefined
  const [, first = '', from, to, second = ''] = found
  return `${first.slice(Number(from), Number(to)).toUpperCase()}${second.length}`
}

const pipeline: Solver = (prompt) => {
  const found = /\[([\d, ]+)\]\.filter\(\(n\) => n > (\d+)\)\.map\(\(n\) => n \* (\d+)\)\.join\('(.)'\)/.exec(
    prompt,
  )
  if (!found) return undefined
  const [, numbers = '', above, times, by] = found
  const kept = numbers
    .split(',')
    .map(Number)
    .filter((n) => n > Number(above))
  return kept.map((n) => n * Number(times)).join(by)
}

const ordered = /Order (\d+) was placed by ([^:]+): (\d+) ([^,]+), to be sent to (\w+)\./
const requested = /send (\d+) (.+) to (\w+)\. They are for ([^,]+), under order (\d+)\./

const orderJson = (order = '', customer = '', quantity = '', product = '', city = ''): string =>
  JSON.stringify({ order: Number(order), customer, quantity: Number(quantity), product, city })

const extraction: Solver = (prompt) => {
  const found = ordered.exec(prompt)
  if (found) return orderJson(...found.slice(1))
  const [asked, quantity, product, city, customer, order] = requested.exec(prompt) ?? []
  return asked === undefined ? undefined : orderJson(order, customer, quantity, product, city)
}

const selection: Solver = (prompt) => {
  const found = /JSON array: (\[\{[^\]]*\}\]) .* names whose score is above (\d+)/.exec(prompt)
  if (!found) return undefined
  const rows = JSON.parse(found[1] ?? '[]') as { name: string; score: number }[]
  return JSON.stringify(rows.filter(({ score }) => score > Number(found[2])).map(({ name }) => name))
}

/** What small programs print, and data given back in another shape, by the name of the template. */
export const CODE_SOLVERS: Readonly<Record<string, Solver>> = {
  loop,
  comprehension,
  slice,
  pipeline,
  extraction,
  selection,
}
