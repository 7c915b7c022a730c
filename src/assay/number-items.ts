import type { Chance } from '../base/chance.ts'
import type { Template } from './item.ts'
import { between, pick } from './item.ts'

const NUMBER = 'Reply with only the number.'
const number = (question: string, answer: number) => ({
  prompt: `${question} ${NUMBER}`,
  answer: String(answer),
  kind: 'number' as const,
})

/** `What is 17 + 4 * 23 - 6?`, or the same numbers with the sum in parentheses. */
const arithmetic: Template = {
  name: 'arithmetic',
  tasks: ['text', 'code'],
  make(chance) {
    const [a, b, c, d] = [0, 0, 0, 0].map(() => between(chance, 3, 40)) as [number, number, number, number]
    return chance.below(2) === 0
      ? number(`What is ${a} + ${b} * ${c} - ${d}?`, a + b * c - d)
      : number(`What is (${a} + ${b}) * ${c} - ${d}?`, (a + b) * c - d)
  },
}

/** `What is the remainder when 4839 is divided by 17?` */
const remainder: Template = {
  name: 'remainder',
  tasks: ['text', 'code'],
  make(chance) {
    const [whole, by] = [between(chance, 500, 9_999), between(chance, 7, 37)]
    return number(`What is the remainder when ${whole} is divided by ${by}?`, whole % by)
  },
}

/** `Write the binary number 101101 in decimal.` */
const binary: Template = {
  name: 'binary',
  tasks: ['text', 'code'],
  make(chance) {
    const value = between(chance, 20, 250)
    return number(`Write the binary number ${value.toString(2)} in decimal.`, value)
  },
}

/** Three units of a kind, largest first, and how many of the next each is. */
const UNITS = [
  ['days', 24, 'hours', 60, 'minutes'],
  ['weeks', 7, 'days', 24, 'hours'],
  ['kilometres', 1_000, 'metres', 100, 'centimetres'],
  ['tonnes', 1_000, 'kilograms', 1_000, 'grams'],
  ['gallons', 4, 'quarts', 2, 'pints'],
] as const

/** `Convert 3 days and 7 hours to minutes.` */
const conversion: Template = {
  name: 'conversion',
  tasks: ['text', 'agent'],
  make(chance) {
    const [large, ofMiddle, middle, ofSmall, small] = pick(chance, UNITS)
    const [a, b] = [between(chance, 2, 12), between(chance, 2, 20)]
    return number(`Convert ${a} ${large} and ${b} ${middle} to ${small}.`, (a * ofMiddle + b) * ofSmall)
  },
}

const GOODS = ['lemons', 'candles', 'notebooks', 'teacups', 'bolts', 'postcards']

/**
 * `A shop has 7 crates of 24 lemons each. It sells 31 lemons and then receives 2 more crates of the same
 * size. …`
 */
const stock: Template = {
  name: 'stock',
  tasks: ['text', 'agent'],
  make(chance) {
    const goods = pick(chance, GOODS)
    const [crates, size, sold, more] = [
      between(chance, 4, 12),
      between(chance, 12, 48),
      between(chance, 5, 47),
      between(chance, 2, 6),
    ]
    return number(
      `A shop has ${crates} crates of ${size} ${goods} each. It sells ${sold} ${goods} and then receives ` +
        `${more} more crates of the same size. How many ${goods} does it have now?`,
      (crates + more) * size - sold,
    )
  },
}

/**
 * `Nora saves 12 coins a week for 9 weeks and spends 18 of them. She shares the rest equally among 5 friends.
 * …`
 */
const shares: Template = {
  name: 'shares',
  tasks: ['text', 'agent'],
  make(chance) {
    const [friends, each, weeks] = [between(chance, 3, 9), between(chance, 4, 15), between(chance, 4, 12)]
    const kept = friends * each
    const weekly = Math.ceil(kept / weeks) + between(chance, 1, 5)
    return number(
      `${pick(chance, ['Nora', 'Ines', 'Tessa', 'Priya'])} saves ${weekly} coins a week for ${weeks} weeks and ` +
        `spends ${weekly * weeks - kept} of them. She shares the rest equally among ${friends} friends. ` +
        'How many coins does each friend get?',
      each,
    )
  },
}

/** `A lamp costs 240 dollars. Its price rises by 15 percent and then falls by 22 dollars. …` */
const price: Template = {
  name: 'price',
  tasks: ['text', 'agent'],
  make(chance) {
    const thing = pick(chance, ['lamp', 'chair', 'bicycle', 'coat'])
    const [cost, percent, off] = [
      20 * between(chance, 4, 30),
      5 * between(chance, 1, 8),
      between(chance, 3, 39),
    ]
    return number(
      `A ${thing} costs ${cost} dollars. Its price rises by ${percent} percent and then falls by ${off} dollars. ` +
        'How many dollars does it cost now?',
      (cost * (100 + percent)) / 100 - off,
    )
  },
}

function terms(chance: Chance): number[] {
  const [first, step] = [between(chance, 2, 30), between(chance, 3, 12)]
  const places = [0, 1, 2, 3, 4, 5]
  switch (chance.below(3)) {
    case 0:
      return places.map((at) => first + at * step)
    case 1:
      return places.map((at) => first * (2 + (step % 2)) ** at)
    default:
      return places.map((at) => first + step * at + at * at)
  }
}

/** `What is the next number in the sequence 3, 7, 11, 15, 19?` Steps are equal, grow equally, or multiply. */
const sequence: Template = {
  name: 'sequence',
  tasks: ['text', 'code'],
  make(chance) {
    const all = terms(chance)
    return number(
      `What is the next number in the sequence ${all.slice(0, 5).join(', ')}?`,
      all[5] ?? Number.NaN,
    )
  },
}

/** Items whose answer is a number found by reckoning. */
export const NUMBER_ITEMS: readonly Template[] = [
  arithmetic,
  remainder,
  binary,
  conversion,
  stock,
  shares,
  price,
  sequence,
]
