import type { Chance } from '../base/chance.ts'
import type { Task } from '../state/instrument.ts'
import { between, pick, some } from './item.ts'
import { itemParameters } from './item-pool.ts'

/**
 * A brief that can be followed more or less well, and an answer of known quality to it. An answer passes that
 * another model holds to be better than the reference, without knowing which is which.
 */
export type Comparison = { template: string; level: number; prompt: string; reference: string }

/** Makes comparisons from chance; the references of higher levels are better. */
export type ComparisonTemplate = {
  name: string
  tasks: readonly Task[]
  levels: number
  make(chance: Chance, level: number): Comparison
}

const clock = (hour: number, chance: Chance): string => `${hour}:${pick(chance, ['00', '15', '30', '45'])}`

/** Things that a notice must say, each a clause that can stand by itself. */
function factsOf(chance: Chance): string[] {
  const day = pick(chance, ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'])
  return [
    `the work begins on ${day} at ${clock(between(chance, 6, 9), chance)}`,
    `it takes about ${between(chance, 2, 9)} hours`,
    `the lift stands still during the work`,
    `the water is off on floors ${between(chance, 1, 3)} to ${between(chance, 4, 9)}`,
    `${between(chance, 12, 40)} parking places behind the house stay free`,
    `windows to the yard must be kept closed`,
    `deliveries are taken at the ${pick(chance, ['north', 'south', 'east', 'west'])} gate`,
    `questions go to ${pick(chance, ['Ada', 'Boris', 'Clara', 'Dario'])} in room ${between(chance, 101, 399)}`,
    `the bill is paid by the ${pick(chance, ['owner', 'city', 'insurer'])}`,
    `the next work is planned for ${pick(chance, ['March', 'April', 'May', 'June'])} ${between(chance, 2027, 2031)}`,
  ]
}

const sentence = (fact: string): string => `${fact.charAt(0).toUpperCase()}${fact.slice(1)}.`

/** Of ten facts, how many the reference of each level says. */
const REFERENCE_FACTS = [3, 5, 7, 9] as const

/** A notice that must say ten things; the reference leaves out fewer of them at each level. */
const notice: ComparisonTemplate = {
  name: 'notice',
  tasks: ['text', 'agent'],
  levels: REFERENCE_FACTS.length,
  make(chance, level) {
    const facts = some(chance, factsOf(chance), 10)
    const said = new Set(some(chance, facts, REFERENCE_FACTS[level] ?? 0))
    const told = facts.map((fact, at) => `(${at + 1}) ${fact}`).join('; ')
    const reader = pick(chance, ['tenants of a house', 'staff of an office', 'guests of a hotel'])
    return {
      template: 'notice',
      level,
      prompt:
        `Write a notice for the ${reader}, of at most 150 words, in whole sentences. It must say that ${told}. ` +
        'Reply with only the notice.',
      reference: `Please note. ${facts
        .filter((fact) => said.has(fact))
        .map(sentence)
        .join(' ')}`,
    }
  },
}

/** Everything that is compared, by another supplier. */
export const COMPARISONS: readonly ComparisonTemplate[] = [notice]

/** Of the probes of a task that has comparisons, one in so many is one. */
export const COMPARED_ONE_IN = 8

/** A comparison whose reference stands nearest to an ability, or nothing where a task has none. */
export function comparisonFor(task: Task, theta: number, chance: Chance): Comparison | undefined {
  const fitting = COMPARISONS.filter(({ tasks }) => tasks.includes(task))
  const template = fitting[chance.below(Math.max(1, fitting.length))]
  if (template === undefined) return undefined
  const away = (level: number) =>
    Math.abs(itemParameters({ template: template.name, level }).difficulty - theta)
  const levels = Array.from({ length: template.levels }, (_, level) => level)
  const [nearest = 0] = levels.sort((a, b) => away(a) - away(b))
  return template.make(chance, nearest)
}
