import type { Chance } from '../base/chance.ts'
import { passChance } from '../measure/ability.ts'
import { POOL } from '../pool/item-pool.ts'
import { EASY } from './answer.ts'

const BRIEF = /Write a notice for [^.]*\. It must say that (.*?)\. Reply with only the notice\./
const JUDGED =
  /The brief: ([^]*?)\n\n<answer_a>\n([^]*)\n<\/answer_a>\n\n<answer_b>\n([^]*)\n<\/answer_b>\n\n.*Reply with only A, B or tie\.$/

const factsIn = (brief: string): string[] | undefined =>
  BRIEF.exec(brief)?.[1]
    ?.split('; ')
    .map((fact) => fact.replace(/^\(\d+\) /, ''))

const countIn = (answer: string, facts: readonly string[]): number =>
  facts.filter((fact) => answer.toLowerCase().includes(fact.toLowerCase())).length

/** Comparing two texts is about as hard as the easiest items. */
function judged(brief: string, a: string, b: string, ability: number, luck: Chance): string {
  const facts = factsIn(brief) ?? []
  const [first, second] = [countIn(a, facts), countIn(b, facts)]
  if (first === second) return 'tie'
  const isRight = luck.fraction() < passChance(ability, EASY)
  return first > second === isRight ? 'A' : 'B'
}

/** Standing in a distribution whose chance to lie above b is σ(a (θ − b)). */
function qualityOf(ability: number, discrimination: number, luck: Chance): number {
  const part = Math.min(1 - 1e-9, Math.max(1e-9, luck.fraction()))
  return ability + Math.log(part / (1 - part)) / discrimination
}

/** Two facts more for each level of reference that the model's quality is above, this time. */
function written(facts: readonly string[], ability: number, luck: Chance): string {
  const { discrimination = 1, difficulties = [] } = POOL.calibrations.notice ?? {}
  const quality = qualityOf(ability, discrimination, luck)
  const above = difficulties.filter((difficulty) => quality > difficulty)
  const said = facts.slice(0, 2 + 2 * above.length)
  return `Dear all, ${said.join('. Also, ')}. Thank you.`
}

/**
 * A notice to a brief, or a judgement of two of them; undefined for any other prompt. A model says as many of
 * the things asked as puts it above a reference as often as the item response model says.
 */
export function answerBrief(prompt: string, ability: number, luck: Chance): string | undefined {
  const [, brief, a, b] = JUDGED.exec(prompt) ?? []
  if (brief !== undefined && a !== undefined && b !== undefined) return judged(brief, a, b, ability, luck)
  const facts = factsIn(prompt)
  return facts && written(facts, ability, luck)
}
