import type { Chance } from '../base/chance.ts'

/** Answers one kind of verifiable question, or says that it is not that kind. */
type Solver = (prompt: string) => string | undefined

function arithmetic(prompt: string): string | undefined {
  const found = /(-?\d+)\s*([+\-*x×/])\s*(-?\d+)(?:\s*([+\-*x×])\s*(-?\d+))?\s*=/.exec(prompt)
  if (!found) return undefined
  const [, a = '', first = '', b = '', second, c] = found
  const apply = (left: number, sign: string, right: number): number => {
    if (sign === '+') return left + right
    if (sign === '-') return left - right
    return sign === '/' ? left / right : left * right
  }
  if (second === undefined || c === undefined) return String(apply(Number(a), first, Number(b)))
  // Products bind first.
  if (second !== '+' && second !== '-' && (first === '+' || first === '-'))
    return String(apply(Number(a), first, apply(Number(b), second, Number(c))))
  return String(apply(apply(Number(a), first, Number(b)), second, Number(c)))
}

const SOLVERS: readonly Solver[] = [arithmetic]

/** An answer of the right form that is not right. */
function slipped(answer: string): string {
  if (/^-?\d+$/.test(answer)) return String(Number(answer) + 1)
  return answer.length > 1 ? answer.slice(1) + answer.charAt(0) : `${answer}?`
}

/**
 * The answer to a question that can be checked, or `undefined` for any other prompt. A model of ability 0.9
 * slips on a tenth of them.
 */
export function answerItem(prompt: string, ability: number, luck: Chance): string | undefined {
  for (const solve of SOLVERS) {
    const answer = solve(prompt)
    if (answer !== undefined) return luck.fraction() < ability ? answer : slipped(answer)
  }
  return undefined
}
