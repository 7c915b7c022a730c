import type { Chance } from '../base/chance.ts'
import { chance } from '../base/chance.ts'
import { passChance } from '../measure/ability.ts'
import { POOL, TEMPLATES } from '../pool/item-pool.ts'
import { parametersOf } from '../pool/calibration.ts'
import { CODE_SOLVERS } from './code-solver.ts'
import { FORM_SOLVERS } from './form-solver.ts'
import { NUMBER_SOLVERS } from './number-solver.ts'
import { PROGRAM_SOLVERS } from './program-solver.ts'
import { TEXT_SOLVERS } from './text-solver.ts'

/** The kinds of question that a sample model can answer: programs and prose are told from bare sums first. */
const SOLVERS = Object.entries({
  ...PROGRAM_SOLVERS,
  ...FORM_SOLVERS,
  ...CODE_SOLVERS,
  ...TEXT_SOLVERS,
  ...NUMBER_SOLVERS,
})

/** Longer prompts are conversation: nothing is searched in them. */
const PROMPT_CHARS_MAX = 1_000
const SAMPLES = 12
/** What is no item of the pool is about as hard as the easiest of them. */
export const EASY = { discrimination: 1.8, difficulty: -2, guess: 0 }

/** How much there is to a question: words first, then digits. */
const sizeOf = (prompt: string): number =>
  20 * (prompt.match(/[\p{L}\d]+/gu)?.length ?? 0) + prompt.replace(/[^\d]/g, '').length + longest(prompt)
const longest = (prompt: string): number => (/"([a-z]+)"/.exec(prompt)?.[1] ?? '').length

/** The size of a question at each level, as samples of the pool show it. */
const SIZES = new Map(
  TEMPLATES.map((template) => [
    template.name,
    Array.from({ length: template.levels }, (_, level) => {
      const luck = chance(level + 1)
      const sizes = Array.from({ length: SAMPLES }, () => sizeOf(template.make(luck, level).prompt))
      return sizes.reduce((sum, size) => sum + size, 0) / SAMPLES
    }),
  ]),
)

/** The level of a question, by the size that is nearest to its own. */
export function levelOf(template: string, prompt: string): number {
  const sizes = SIZES.get(template) ?? []
  const size = sizeOf(prompt)
  let best = 0
  for (const [level, mean] of sizes.entries())
    if (Math.abs(mean - size) < Math.abs((sizes[best] ?? 0) - size)) best = level
  return best
}

/** An answer of the right form that is not right. */
function slipped(answer: string): string {
  if (/^-?\d+$/.test(answer)) return String(Number(answer) + 1)
  // A program that runs, and returns one thing more than it should.
  if (answer.startsWith('function '))
    return answer.replace(/return (.*)\n}$/, 'const found = $1\n  return [found, found]\n}')
  if (answer === 'true' || answer === 'false') return String(answer === 'false')
  return answer.length > 1 ? answer.slice(1) + answer.charAt(0) : `${answer}?`
}

/** The question of a prompt that tells something before it, in a paragraph of its own. */
function questionIn(prompt: string): string {
  const end = prompt.indexOf('\n\n')
  return end > 0 && prompt.charAt(end - 1) === '.' ? prompt.slice(end + 2) : prompt
}

/**
 * The answer to a question that can be checked, or `undefined` for any other prompt. A model passes an item
 * as often as the item response model says of its ability, in deviations of the reference panel.
 */
export function answerItem(told: string, ability: number, luck: Chance): string | undefined {
  const prompt = questionIn(told)
  if (prompt.length > PROMPT_CHARS_MAX) return undefined
  for (const [template, solve] of SOLVERS) {
    const answer = solve(prompt)
    if (answer === undefined) continue
    const parameters = parametersOf(POOL, template, levelOf(template, prompt)) ?? EASY
    return luck.fraction() < passChance(ability, parameters) ? answer : slipped(answer)
  }
  return undefined
}
