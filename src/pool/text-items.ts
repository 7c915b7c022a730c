import type { Template } from './item.ts'
import { between, ofDigits, pick, some } from './item.ts'

const WORDS =
  `anchor basket candle desert engine fabric garden hammer island jacket kettle ladder marble needle orange pencil
  quartz rocket saddle timber umbrella velvet window yellow zipper bridge copper donkey feather goblet`.split(
    /\s+/,
  )
const CONSONANTS = 'bdfgklmnprst'.split('')
const VOWELS = 'aeiou'.split('')
/** Letters that the words have many of. */
const COMMON = 'aelnrt'.split('')
const PEOPLE = ['Ana', 'Boris', 'Clara', 'Dario', 'Elif', 'Femi', 'Greta', 'Hugo', 'Ilse', 'Jonas']

/** `Sort these words alphabetically: kettle, anchor, …` */
const wordOrder: Template = {
  name: 'word-order',
  tasks: ['text'],
  levels: 5,
  make(chance, level) {
    const words = some(chance, WORDS, 4 + 4 * level)
    return {
      prompt: `Sort these words alphabetically: ${words.join(', ')}. Reply with only the words, separated by commas.`,
      answer: [...words].sort().join(', '),
      kind: 'text',
    }
  },
}

/** `Sort these numbers from largest to smallest: 41, 7, …` */
const numberOrder: Template = {
  name: 'number-order',
  tasks: ['text', 'agent', 'code'],
  levels: 5,
  make(chance, level) {
    const numbers = new Set<number>()
    while (numbers.size < 5 + 4 * level) numbers.add(between(chance, 100, 999))
    const falls = chance.below(2) === 0
    const given = [...numbers]
    const sorted = [...given].sort((a, b) => (falls ? b - a : a - b))
    return {
      prompt:
        `Sort these numbers from ${falls ? 'largest to smallest' : 'smallest to largest'}: ${given.join(', ')}. ` +
        'Reply with only the numbers, separated by commas.',
      answer: sorted.join(', '),
      kind: 'text',
    }
  },
}

/** `Write the letters of "kartoled" in reverse order.` */
const reversal: Template = {
  name: 'reversal',
  tasks: ['text', 'code'],
  levels: 5,
  make(chance, level) {
    const syllables = Array.from(
      { length: 3 + 2 * level },
      () => pick(chance, CONSONANTS) + pick(chance, VOWELS),
    )
    const word = syllables.join('')
    return {
      prompt: `Write the letters of "${word}" in reverse order. Reply with only the result.`,
      answer: word.split('').reverse().join(''),
      kind: 'text',
    }
  },
}

/** `How many times does the letter "e" occur in "kettle needle …"?` */
const letterCount: Template = {
  name: 'letter-count',
  tasks: ['text'],
  levels: 5,
  make(chance, level) {
    const phrase = some(chance, WORDS, 4 + 3 * level).join(' ')
    const letter = pick(chance, COMMON)
    return {
      prompt: `How many times does the letter "${letter}" occur in "${phrase}"? Reply with only the number.`,
      answer: String(phrase.split(letter).length - 1),
      kind: 'number',
    }
  },
}

const LOGIC: readonly [string, (p: boolean, q: boolean, r: boolean) => boolean][] = [
  ['(p AND q) OR NOT r', (p, q, r) => (p && q) || !r],
  ['p AND (q OR NOT r)', (p, q, r) => p && (q || !r)],
  ['NOT (p OR q) OR r', (p, q, r) => !(p || q) || r],
  ['(p OR q) AND NOT (q AND r)', (p, q, r) => (p || q) && !(q && r)],
  ['NOT (p AND (q OR r))', (p, q, r) => !(p && (q || r))],
]

/** `Let p be true, q be false and r be true. What is the value of (p AND q) OR NOT r?` */
const logic: Template = {
  name: 'logic',
  tasks: ['text', 'code', 'agent'],
  levels: 3,
  make(chance, level) {
    const parts = Array.from({ length: level + 1 }, () => pick(chance, LOGIC))
    const join = pick(chance, ['AND', 'OR'])
    const words = parts.map(([part]) => (level === 0 ? part : `(${part})`)).join(` ${join} `)
    const [p, q, r] = [0, 0, 0].map(() => chance.below(2) === 1) as [boolean, boolean, boolean]
    const holds = ([, truth]: (typeof LOGIC)[number]) => truth(p, q, r)
    return {
      prompt:
        `Let p be ${p}, q be ${q} and r be ${r}. What is the value of ${words}? ` +
        'Reply with only true or false.',
      answer: String(join === 'AND' ? parts.every(holds) : parts.some(holds)),
      kind: 'text',
    }
  },
}

const RANKS = ['oldest', 'second oldest', 'second youngest', 'youngest'] as const

/** `Boris is older than Ana. … Who is the second oldest of the four?` */
const ages: Template = {
  name: 'ages',
  tasks: ['text', 'agent'],
  levels: 1,
  make(chance) {
    const chain = some(chance, PEOPLE, 4)
    const rank = chance.below(4)
    const facts = [0, 1, 2].map((at) => `${chain[at]} is older than ${chain[at + 1]}.`)
    return {
      prompt: `${some(chance, facts, 3).join(' ')} Who is the ${RANKS[rank]} of the four? Reply with only the name.`,
      answer: chain[rank] ?? '',
      kind: 'text',
    }
  },
}

const DAY_MS = 86_400_000
const isoDate = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** `What date is 45 days after 2027-03-14?` */
const date: Template = {
  name: 'date',
  tasks: ['text', 'agent'],
  levels: 3,
  make(chance, level) {
    const from = Date.UTC(between(chance, 2021, 2035), chance.below(12), between(chance, 1, 28))
    const days = ofDigits(chance, level + 2)
    const isAfter = chance.below(2) === 0
    return {
      prompt:
        `What date is ${days} days ${isAfter ? 'after' : 'before'} ${isoDate(from)}? ` +
        'Reply with only the date as YYYY-MM-DD.',
      answer: isoDate(from + (isAfter ? days : -days) * DAY_MS),
      kind: 'text',
    }
  },
}

const clock = (minutes: number): string =>
  [Math.floor(minutes / 60) % 24, minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')

/** `A train leaves at 09:35 and travels for 2 hours and 48 minutes. At what time does it arrive?` */
const arrival: Template = {
  name: 'arrival',
  tasks: ['text', 'agent'],
  levels: 2,
  make(chance, level) {
    const [leaves, hours, minutes] = [
      between(chance, 300, 1_400),
      Math.max(2, ofDigits(chance, level + 1)),
      between(chance, 11, 58),
    ]
    return {
      prompt:
        `A train leaves at ${clock(leaves)} and travels for ${hours} hours and ${minutes} minutes. ` +
        'At what time does it arrive? Reply with only the time as HH:MM on the 24-hour clock.',
      answer: clock(leaves + hours * 60 + minutes),
      kind: 'text',
    }
  },
}

/** Items on words, order, truth and time. */
export const TEXT_ITEMS: readonly Template[] = [
  wordOrder,
  numberOrder,
  reversal,
  letterCount,
  logic,
  ages,
  date,
  arrival,
]
