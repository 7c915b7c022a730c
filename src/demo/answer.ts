import type { Chance } from '../base/chance.ts'
import { CODE_SOLVERS } from './code-solver.ts'
import type { Solver } from './number-solver.ts'
import { NUMBER_SOLVERS } from './number-solver.ts'
import { TEXT_SOLVERS } from './text-solver.ts'

/** The kinds of question that a sample model can answer: programs and prose are told from bare sums first. */
const SOLVERS: readonly Solver[] = [...CODE_SOLVERS, ...TEXT_SOLVERS, ...NUMBER_SOLVERS]

/** Longer prompts are conversation: nothing is searched in them. */
const PROMPT_CHARS_MAX = 1_000

/** An answer of the right form that is not right. */
function slipped(answer: string): string {
  if (/^-?\d+$/.test(answer)) return String(Number(answer) + 1)
  if (answer === 'true' || answer === 'false') return String(answer === 'false')
  return answer.length > 1 ? answer.slice(1) + answer.charAt(0) : `${answer}?`
}

/**
 * The answer to a question that can be checked, or `undefined` for any other prompt. A model of ability 0.9
 * slips on a tenth of them.
 */
export function answerItem(prompt: string, ability: number, luck: Chance): string | undefined {
  if (prompt.length > PROMPT_CHARS_MAX) return undefined
  for (const solve of SOLVERS) {
    const answer = solve(prompt)
    if (answer !== undefined) return luck.fraction() < ability ? answer : slipped(answer)
  }
  return undefined
}
