import type { Chance } from '../base/chance.ts'
import type { Template } from './item.ts'
import { between, ofDigits, pick } from './item.ts'

const NUMBER = 'Reply with only the number.'
const number = (question: string, answer: number) => ({
  prompt: `${question} ${NUMBER}`,
  answer: String(answer),
  kind: 'number' as const,
})

/** `What is 17 * 14 + 23 * 31 - 12 * 45?`, of one product more at each level. */
const arithmetic: Template = {
  name: 'arithmetic',
  tasks: ['text', 'code'],
  levels: 5,
  make(chance, level) {
    let [text, value] = ['', 0]
    for (let at = 0; at < level + 2; at++) {
      const [a, b] = [between(chance, 11, 49), between(chance, 11, 49)]
      const isSum = at === 0 || chance.below(2) === 0
      const sign = isSum ? '+' : '-'
      text += at === 0 ? `${a} * ${b}` : ` ${sign} ${a} * ${b}`
      value += isSum ? a * b : -a * b
    }
    return number(`What is ${text}?`, value)
  },
}

/** `What is the remainder when 4839 is divided by 17?`, of longer numbers at each level. */
const remainder: Template = {
  name: 'remainder',
  tasks: ['text', 'code'],
  levels: 5,
  make(chance, level) {
    const [whole, by] = [ofDigits(chance, level + 3), between(chance, 11, 37)]
    return number(`What is the remainder when ${whole} is divided by ${by}?`, whole % by)
  },
}

/** `Write the binary number 101101 in decimal.`, of more digits at each level. */
const binary: Template = {
  name: 'binary',
  tasks: ['text', 'code'],
  levels: 5,
  make(chance, level) {
    const value = between(chance, 2 ** (4 + 2 * level), 2 ** (5 + 2 * level) - 1)
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
  levels: 4,
  make(chance, level) {
    const [large, ofMiddle, middle, ofSmall, small] = pick(chance, UNITS)
    const [a, b] = [ofDigits(chance, level + 1), ofDigits(chance, level + 1)]
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
  levels: 4,
  make(chance, level) {
    const goods = pick(chance, GOODS)
    const [crates, size, sold, more] = [
      ofDigits(chance, level + 1),
      ofDigits(chance, 2),
      between(chance, 5, 9) * 10 ** level,
      between(chance, 2, 6),
    ]
    return number(
      `A shop has ${crates} crates of ${size} ${goods} each. It sells ${sold} ${goods} and then receives ` +
        `${more} more crates of the same size. How many ${goods} does it have now?`,
      (crates + more) * size - sold,
    )
  },
}

const SPENT_LEAST = 12

/**
 * `Nora saves 12 coins a week for 9 weeks and spends 18 of them. She shares the rest equally among 5 friends.
 * …`
 */
const shares: Template = {
  name: 'shares',
  tasks: ['text', 'agent'],
  levels: 4,
  make(chance, level) {
    const [friends, weeks, weekly] = [
      between(chance, 3, 9),
      between(chance, 4, 9),
      ofDigits(chance, level + 2),
    ]
    const each = Math.floor((weekly * weeks - SPENT_LEAST) / friends)
    const kept = friends * each
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
  levels: 4,
  make(chance, level) {
    const thing = pick(chance, ['lamp', 'chair', 'bicycle', 'coat'])
    const [cost, percent, off] = [
      20 * between(chance, 5, 49) * 10 ** level,
      5 * between(chance, 2, 8),
      between(chance, 11, 39),
    ]
    return number(
      `A ${thing} costs ${cost} dollars. Its price rises by ${percent} percent and then falls by ${off} dollars. ` +
        'How many dollars does it cost now?',
      (cost * (100 + percent)) / 100 - off,
    )
  },
}

function terms(chance: Chance, level: number): number[] {
  const [first, step] = [ofDigits(chance, 1 + 2 * level), between(chance, 3, 12)]
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
  levels: 3,
  make(chance, level) {
    const all = terms(chance, level)
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
