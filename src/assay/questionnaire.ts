import type { Chance } from '../base/chance.ts'
import type { Spec } from '../state/instrument.ts'
import type { Offer } from '../state/state.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Answer } from '../dialect/answer.ts'
import type { CapabilityCheck } from './capability-check.ts'
import { checkOf } from './capability-check.ts'
import { thetaAt } from '../measure/scale.ts'
import type { Item } from '../pool/item.ts'
import { passes } from '../pool/item.ts'
import { itemsFor } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'
import type { Recall } from './recall.ts'
import { recallOf, stopOf } from './recall.ts'
import { pacePrompt } from './pace-prompt.ts'

/**
 * How much is asked. `brief` takes a tenth of the paced requests and fills a tenth of the context, for
 * demonstrations; of items it asks as many, because fewer could not tell grades apart.
 */
export type Plan = 'full' | 'brief'

/** How a plan samples an offer. The width bounds what is asked at once, below the offer's own concurrency. */
export const PLANS = {
  full: { paced: 100, items: 50, checks: 10, fill: 0.95, width: 8, deadlineMs: 30 * 60_000 },
  brief: { paced: 10, items: 50, checks: 1, fill: 0.1, width: 8, deadlineMs: 5 * 60_000 },
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
    | { kind: 'context'; recall: Recall }
    | { kind: 'stop'; recall: Recall }
  )

const ask = (content: string): ChatRequest => ({ model: '', messages: [{ role: 'user', content }] })

/**
 * Everything a plan asks of an offer, in order: pace, items, each capability it claims, a stop sequence, the
 * longest answer, and a prompt that fills the context.
 */
export function questionsFor(plan: Plan, spec: Spec, terms: Offer['terms'], chance: Chance): Question[] {
  const { paced, items, checks, fill } = PLANS[plan]
  const outputMax = Math.min(ANSWER_OUTPUT, spec.outputTokensMax)
  const questions: Question[] = []
  for (let i = 0; i < paced; i++)
    questions.push({ kind: 'paced', request: ask(pacePrompt(chance)), outputMax: PACED_OUTPUT })
  const theta = thetaAt(spec.intelligenceFloor, PANEL)
  for (const item of itemsFor(spec.task, theta, items, chance))
    questions.push({ kind: 'item', item, request: ask(item.prompt), outputMax })
  for (const capability of terms.capabilities)
    for (let i = 0; i < checks; i++) {
      const check = checkOf(capability, chance)
      questions.push({ kind: 'capability', check, request: check.request, outputMax })
    }
  const stop = stopOf(chance)
  questions.push({ kind: 'stop', recall: stop, request: stop.request, outputMax })
  const longest = spec.outputTokensMax
  questions.push({ kind: 'limit', request: ask('Reply with only the word ready.'), outputMax: longest })
  const recall = recallOf(Math.floor(spec.contextTokens * fill), chance)
  questions.push({ kind: 'context', recall, request: recall.request, outputMax })
  return questions
}

/** What is wrong with an answer of good form, or nothing. */
export function faultOf(question: Question, answer: Answer): string | undefined {
  if (question.kind === 'context' || question.kind === 'stop') return question.recall.fault(answer.content)
  if (question.kind === 'item') return passes(question.item, answer.content) ? undefined : 'a wrong answer'
  return question.kind === 'capability' ? question.check.fault(answer) : undefined
}
