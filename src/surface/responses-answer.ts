import { printChatError } from './chat-answer.ts'
import type { ResponseTerms } from './responses-item.ts'
import { printResponse } from './responses-item.ts'
import { ResponsesScript } from './responses-script.ts'
import type { BuyerError, Surface } from './surface.ts'
import { renamed } from './surface.ts'

/** What chat completions call otherwise. */
const NAMES = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  response_format: 'text.format',
  reasoning_effort: 'reasoning.effort',
  verbosity: 'text.verbosity',
  logprobs: 'include',
}

/** An error in the words of Responses, which are OpenAI's. */
export const printResponsesError = (error: BuyerError): ReturnType<typeof printChatError> =>
  printChatError({ ...error, ...(error.param !== undefined && { param: renamed(error.param, NAMES) }) })

/** OpenAI's Responses. */
export const responsesSurface = (terms: ResponseTerms): Surface => ({
  script: (head) => new ResponsesScript(head, terms, printResponsesError),
  whole: (head, answer, usage, note) => printResponse(head, terms, { answer, usage, note }),
  error: printResponsesError,
  headers: () => (terms.leftOut.length === 0 ? {} : { 'x-busbar-not-carried': terms.leftOut.join(', ') }),
})

/** Refusals of what could not be read. */
export const RESPONSES_SURFACE: Surface = responsesSurface({
  echo: {},
  asSummary: false,
  sealed: false,
  offered: new Map(),
  leftOut: [],
})
