import type { Chance } from '../base/chance.ts'
import type { Spec } from '../state/instrument.ts'
import type { Offer } from '../state/state.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Answer } from '../dialect/answer.ts'
import type { CapabilityCheck } from './capability-check.ts'
import { checkOf } from './capability-check.ts'
import type { Item } from './item.ts'
import { passes } from './item.ts'
import { itemsFor } from './item-pool.ts'
import { pacePrompt } from './pace-prompt.ts'

/** How much is asked. `brief` takes a tenth of the samples, for demonstrations. */
export type Plan = 'full' | 'brief'

/** How a plan samples an offer. The width bounds what is asked at once, below the offer's own concurrency. */
export const PLANS = {
  full: { paced: 100, items: 50, checks: 3, width: 8, deadlineMs: 30 * 60_000 },
  brief: { paced: 10, items: 5, checks: 1, width: 4, deadlineMs: 5 * 60_000 },
} as const satisfies Record<Plan, object>

/** Tokens of a paced answer: enough to judge by, and soon over. */
const PACED_OUTPUT = 128
/** Room for a model that thinks before it answers. */
const ANSWER_OUTPUT = 2_048

type Asked = { request: ChatRequest; outputMax: number }

/** One sample to take. */
export type Question = Asked &
  (
    | { kind: 'paced' }
    | { kind: 'item'; item: Item }
    | { kind: 'capability'; check: CapabilityCheck }
    | { kind: 'limit' }
  )

const ask = (content: string): ChatRequest => ({ model: '', messages: [{ role: 'user', content }] })

/**
 * Everything a plan asks of an offer, in order: pace, items, each capability it claims, and the longest
 * answer.
 */
export function questionsFor(plan: Plan, spec: Spec, terms: Offer['terms'], chance: Chance): Question[] {
  const { paced, items, checks } = PLANS[plan]
  const outputMax = Math.min(ANSWER_OUTPUT, spec.outputTokensMax)
  const questions: Question[] = []
  for (let i = 0; i < paced; i++)
    questions.push({ kind: 'paced', request: ask(pacePrompt(chance)), outputMax: PACED_OUTPUT })
  for (const item of itemsFor(spec.task, items, chance))
    questions.push({ kind: 'item', item, request: ask(item.prompt), outputMax })
  for (const capability of terms.capabilities)
    for (let i = 0; i < checks; i++) {
      const check = checkOf(capability, chance)
      questions.push({ kind: 'capability', check, request: check.request, outputMax })
    }
  const longest = spec.outputTokensMax
  questions.push({ kind: 'limit', request: ask('Reply with only the word ready.'), outputMax: longest })
  return questions
}

/** What is wrong with an answer of good form, or nothing. */
export function faultOf(question: Question, answer: Answer): string | undefined {
  if (question.kind === 'item') return passes(question.item, answer.content) ? undefined : 'a wrong answer'
  return question.kind === 'capability' ? question.check.fault(answer) : undefined
}
