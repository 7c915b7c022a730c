import { chance } from '../base/chance.ts'

/**
 * Texts by which a space of vectors is known, whoever runs the model. They are public: a supplier could
 * answer them from one model and the rest from another.
 */
export const REFERENCE_TEXTS = [
  'The ferry leaves the eastern pier at half past six, unless the wind comes from the north.',
  'A lease that renews itself should say when, and at what rent.',
  'def area(width, height): return width * height',
  'Rivers carry more silt in spring, when the snow above them melts.',
  'Refund the second invoice; the first one was paid on the ninth of March.',
  'Der Zug nach Basel hat heute zwanzig Minuten Verspätung.',
  'Sourdough rises slowly in a cold kitchen and tastes the better for it.',
  'SELECT name FROM members WHERE joined_at > now() - interval 1 day;',
  'The left bearing runs hot above nine hundred revolutions per minute.',
  'Elle a rangé les cartes postales par année, puis par ville.',
  'Interest compounds: what is earned in one year earns in the next.',
  'Keep the vaccine between two and eight degrees, and never freeze it.',
  'The defence appealed because a witness had been heard twice.',
  'A quartet needs no conductor, only one who breathes before the first note.',
  'error: cannot borrow `queue` as mutable more than once at a time',
  'Two swifts nested under the gutter, and both of their young have flown.',
] as const

/** Random directions that each text's vector is held against. */
const SIGNS = 64
const BITS_PER_DIGIT = 4
const DIGITS = SIGNS / BITS_PER_DIGIT
const SEED = 20_261_125

/** Two runs of one model agree in at least this share of signs; of two models, half agree by chance. */
export const AGREEMENT_LEAST = 0.95

const directionsBySize = new Map<number, readonly Int8Array[]>()

/** Random directions of +1 and −1, the same everywhere. */
function directions(dimensions: number): readonly Int8Array[] {
  const existing = directionsBySize.get(dimensions)
  if (existing !== undefined) return existing
  const luck = chance(SEED)
  const made = Array.from({ length: SIGNS }, () =>
    Int8Array.from({ length: dimensions }, () => (luck.fraction() < 0.5 ? -1 : 1)),
  )
  directionsBySize.set(dimensions, made)
  return made
}

/**
 * Which side of each random direction a vector lies on, as 16 hexadecimal digits. Two vectors at an angle α
 * differ in a share α/π of their signs (Charikar 2002), however long they are and however coarsely computed.
 */
export function signsOf(vector: ArrayLike<number>): string {
  let digits = ''
  let digit = 0
  for (const [at, direction] of directions(vector.length).entries()) {
    let product = 0
    for (let i = 0; i < direction.length; i++) product += (direction[i] ?? 0) * (vector[i] ?? 0)
    digit = digit * 2 + (product > 0 ? 1 : 0)
    if (at % BITS_PER_DIGIT < BITS_PER_DIGIT - 1) continue
    digits += digit.toString(16)
    digit = 0
  }
  return digits
}

/** The signs of one reference text in those of a whole space. */
export const signsAt = (signs: string, text: number): string =>
  signs.slice(text * DIGITS, (text + 1) * DIGITS)

/** The share of signs in which two agree, from 0 to 1. */
export function agreement(some: string, others: string): number {
  let differing = 0
  for (let at = 0; at < some.length; at++) {
    let bits = Number.parseInt(some[at] ?? '0', 16) ^ Number.parseInt(others[at] ?? '0', 16)
    for (; bits > 0; bits >>= 1) differing += bits & 1
  }
  return 1 - differing / (BITS_PER_DIGIT * some.length)
}

const LENGTH_SLACK = 0.01

/** Whether a vector has length 1 to within a hundredth, so that a dot product is a cosine. */
export function isUnit(vector: ArrayLike<number>): boolean {
  let sum = 0
  for (let at = 0; at < vector.length; at++) sum += (vector[at] ?? 0) ** 2
  return Math.abs(Math.sqrt(sum) - 1) <= LENGTH_SLACK
}

/** Cosine of the angle between two vectors of one size. */
export function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let product = 0
  let ones = 0
  let others = 0
  for (let at = 0; at < one.length; at++) {
    const a = one[at] ?? 0
    const b = other[at] ?? 0
    product += a * b
    ones += a * a
    others += b * b
  }
  return product / Math.sqrt(ones * others)
}
