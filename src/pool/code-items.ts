import type { Template } from './item.ts'
import { between, ofDigits, pick, some } from './item.ts'

const OUTPUT = 'Reply with only what it prints.'
const js = (program: string): string => `What does this JavaScript program print?\n\n${program}\n\n${OUTPUT}`

/** A loop that adds on even steps and takes away on odd ones. */
const loop: Template = {
  name: 'loop',
  tasks: ['code'],
  levels: 3,
  make(chance, level) {
    const [start, from, to, step, times] = [
      ofDigits(chance, 2 + 2 * level),
      between(chance, 1, 5),
      between(chance, 11, 13) + 6 * level,
      between(chance, 1, 3),
      between(chance, 2, 5),
    ]
    let total = start
    for (let i = from; i < to; i += step) total += i % 2 === 0 ? i * times : -i
    return {
      prompt: js(
        `let total = ${start}\nfor (let i = ${from}; i < ${to}; i += ${step}) {\n` +
          `  if (i % 2 === 0) total += i * ${times}\n  else total -= i\n}\nconsole.log(total)`,
      ),
      answer: String(total),
      kind: 'number',
    }
  },
}

/** `print(sum(n * 3 for n in range(4, 19) if n % 5 == 2))` in Python. */
const comprehension: Template = {
  name: 'comprehension',
  tasks: ['code'],
  levels: 3,
  make(chance, level) {
    const [times, from, to, by] = [
      ofDigits(chance, level + 1),
      between(chance, 1, 6),
      between(chance, 15, 25) + 10 * level,
      between(chance, 3, 6),
    ]
    const rest = chance.below(by)
    let sum = 0
    for (let n = from; n < to; n++) if (n % by === rest) sum += n * times
    return {
      prompt:
        'What does this Python program print?\n\n' +
        `print(sum(n * ${times} for n in range(${from}, ${to}) if n % ${by} == ${rest}))\n\n${OUTPUT}`,
      answer: String(sum),
      kind: 'number',
    }
  },
}

const NAMES = ['harbour', 'lantern', 'compass', 'meadows', 'granite', 'thunder', 'orchard', 'cabinet']

/** `console.log('harbour'.slice(1, 4).toUpperCase() + 'lantern'.length)` */
const slice: Template = {
  name: 'slice',
  tasks: ['code'],
  levels: 1,
  make(chance) {
    const [first = '', second = ''] = some(chance, NAMES, 2)
    const from = between(chance, 0, 3)
    const to = from + between(chance, 2, 3)
    return {
      prompt: js(`console.log('${first}'.slice(${from}, ${to}).toUpperCase() + '${second}'.length)`),
      answer: `${first.slice(from, to).toUpperCase()}${second.length}`,
      kind: 'text',
    }
  },
}

/** `console.log([4, 19, 2].filter((n) => n > 3).map((n) => n * 2).join('-'))` */
const pipeline: Template = {
  name: 'pipeline',
  tasks: ['code'],
  levels: 5,
  make(chance, level) {
    const numbers = Array.from({ length: 5 + 4 * level }, () => between(chance, 10, 39))
    // One number is kept at least: what prints nothing cannot be told from no answer.
    const above = Math.min(between(chance, 14, 24), Math.max(...numbers) - 1)
    const times = between(chance, 2, 4)
    return {
      prompt: js(
        `console.log([${numbers.join(', ')}].filter((n) => n > ${above}).map((n) => n * ${times}).join('-'))`,
      ),
      answer: numbers
        .filter((n) => n > above)
        .map((n) => n * times)
        .join('-'),
      kind: 'text',
    }
  },
}

const BUYERS = ['Ada Moreno', 'Lin Okafor', 'Marta Weiss', 'Omar Haddad', 'Sven Lund']
const PRODUCTS = ['brass hinges', 'oak shelves', 'glass jars', 'wool blankets', 'steel brackets']
const CITIES = ['Leeds', 'Porto', 'Gdansk', 'Osaka', 'Quito']

/** An order told in a sentence or two, to be given back as JSON. */
const extraction: Template = {
  name: 'extraction',
  tasks: ['text', 'agent', 'code'],
  levels: 1,
  make(chance) {
    const [order, quantity] = [between(chance, 1_000, 9_999), between(chance, 3, 90)]
    const [customer, product, city] = [pick(chance, BUYERS), pick(chance, PRODUCTS), pick(chance, CITIES)]
    const told = pick(chance, [
      `Order ${order} was placed by ${customer}: ${quantity} ${product}, to be sent to ${city}.`,
      `Please send ${quantity} ${product} to ${city}. They are for ${customer}, under order ${order}.`,
    ])
    return {
      prompt:
        `${told} Reply with only a JSON object with the keys "order" (number), "customer" (string), ` +
        '"quantity" (number), "product" (string, as written) and "city" (string).',
      answer: JSON.stringify({ order, customer, quantity, product, city }),
      kind: 'json',
    }
  },
}

const STUDENTS = `Ada Ben Cleo Dina Egon Fay Gus Hana Ivo Jana Kim Leo Mia Noor Otto`.split(' ')

/** The names in a JSON array whose score is above a mark. */
const selection: Template = {
  name: 'selection',
  tasks: ['agent', 'code'],
  levels: 4,
  make(chance, level) {
    const names = some(chance, STUDENTS, 4 + 3 * level)
    const rows = names.map((name) => ({ name, score: between(chance, 10, 99) }))
    const mark = between(chance, 30, 70)
    return {
      prompt:
        `Here is a JSON array: ${JSON.stringify(rows)} Reply with only a JSON array of the names whose score is ` +
        `above ${mark}, in the same order.`,
      answer: JSON.stringify(rows.filter(({ score }) => score > mark).map(({ name }) => name)),
      kind: 'json',
    }
  },
}

/** Items on small programs and on data. */
export const CODE_ITEMS: readonly Template[] = [loop, comprehension, slice, pipeline, extraction, selection]
