import type { Chance } from '../base/chance.ts'
import type { Capability, Spec } from '../state/instrument.ts'
import type { Offer } from '../state/state.ts'
import type { ChatRequest } from '../wire/openai.ts'
import type { Answer } from '../dialect/answer.ts'
import type { CapabilityCheck } from './capability-check.ts'
import { checkOf } from './capability-check.ts'
import type { Item } from '../pool/item.ts'
import type { Grader } from './grader.ts'
import type { Recall } from './recall.ts'
import { recallOf, stopOf } from './recall.ts'
import { pacePrompt } from './pace-prompt.ts'

/**
 * How much is asked. `brief` takes a tenth of the paced requests, with short answers, and fills a tenth of
 * the context, for demonstrations; of items it asks as many, because fewer could not tell grades apart.
 */
export type Plan = 'full' | 'brief'

/**
 * How a plan samples an offer. Paced answers are limited to `output` tokens and asked for more. The width
 * bounds what is asked at once, below the offer's own concurrency.
 */
export const PLANS = {
  full: {
    paced: 100,
    output: 1_000,
    words: 1_000,
    items: 50,
    checks: 10,
    fill: 0.95,
    width: 8,
    deadlineMs: 30 * 60_000,
  },
  brief: {
    paced: 10,
    output: 128,
    words: 200,
    items: 50,
    checks: 1,
    fill: 0.1,
    width: 8,
    deadlineMs: 5 * 60_000,
  },
} as const satisfies Record<Plan, object>

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
    | { kind: 'space' }
    | { kind: 'filled' }
  )

const ask = (content: string): ChatRequest => ({ model: '', messages: [{ role: 'user', content }] })

/** Questions of how fast answers come: a new prompt of about 1,000 tokens each. */
export function pacedQuestions(plan: Plan, chance: Chance): Question[] {
  const { paced, output, words } = PLANS[plan]
  return Array.from({ length: paced }, () => ({
    kind: 'paced',
    request: ask(pacePrompt(chance, words)),
    outputMax: output,
  }))
}

/** Items as questions to an endpoint. */
export function itemQuestions(spec: Spec, items: readonly Item[]): Question[] {
  const outputMax = Math.min(ANSWER_OUTPUT, spec.outputTokensMax)
  return items.map((item) => ({ kind: 'item', item, request: ask(item.prompt), outputMax }))
}

/** Checks of each capability, and whether a stop sequence is kept. */
export function checkQuestions(
  plan: Plan,
  capabilities: readonly Capability[],
  outputMost: number,
  chance: Chance,
): Question[] {
  const outputMax = Math.min(ANSWER_OUTPUT, outputMost)
  const questions: Question[] = []
  for (const capability of capabilities)
    for (let i = 0; i < PLANS[plan].checks; i++) {
      const check = checkOf(capability, chance)
      questions.push({ kind: 'capability', check, request: check.request, outputMax })
    }
  const stop = stopOf(chance)
  questions.push({ kind: 'stop', recall: stop, request: stop.request, outputMax })
  return questions
}

/** Whether the longest answer of a grade may be asked for. */
export const limitQuestion = (outputMax: number): Question => ({
  kind: 'limit',
  request: ask('Reply with only the word ready.'),
  outputMax,
})

/** A prompt that fills a grade's context, as far as the plan does. */
export function contextQuestion(plan: Plan, spec: Spec, chance: Chance): Question {
  const recall = recallOf(Math.floor(spec.contextTokens * PLANS[plan].fill), chance)
  return {
    kind: 'context',
    recall,
    request: recall.request,
    outputMax: Math.min(ANSWER_OUTPUT, spec.outputTokensMax),
  }
}

/**
 * Everything a plan asks of an offer, in order: pace, items, each capability it claims, a stop sequence, the
 * longest answer, and a prompt that fills the context.
 */
export const questionsFor = (
  plan: Plan,
  spec: Spec,
  terms: Offer['terms'],
  items: readonly Item[],
  chance: Chance,
): Question[] => [
  ...pacedQuestions(plan, chance),
  ...itemQuestions(spec, items),
  ...checkQuestions(plan, terms.capabilities, spec.outputTokensMax, chance),
  limitQuestion(spec.outputTokensMax),
  contextQuestion(plan, spec, chance),
]

/** What is wrong with an answer of good form, or nothing. */
export async function faultOf(
  question: Question,
  answer: Answer,
  grader: Pick<Grader, 'passes'>,
): Promise<string | undefined> {
  switch (question.kind) {
    case 'context':
    case 'stop':
      return question.recall.fault(answer.content)
    case 'item':
      return (await grader.passes(question.item, answer.content)) ? undefined : 'a wrong answer'
    case 'capability':
      return question.check.fault(answer)
    default:
      return undefined
  }
}
