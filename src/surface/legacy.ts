import { z } from 'zod'
import type { Answer } from '../dialect/answer.ts'
import type { Delta } from '../dialect/chunk.ts'
import { CHAT_SURFACE, printChatError, printChatUsage } from './chat-answer.ts'
import type { Counter } from './question.ts'
import { readBy } from './question.ts'
import type { BuyerError, Head, Note, Script, Surface, Usage } from './surface.ts'
import { KEEP_ALIVE } from './surface.ts'

const penalty = z.number().min(-2).max(2).nullish()

/**
 * `POST /v1/completions`, for clients that never learned to chat: the prompt is put as the one message of a
 * user.
 */
export const legacyRequest = z.strictObject({
  model: z.string().min(1).max(64),
  prompt: z.union([
    z.string().min(1),
    z.tuple([z.string().min(1)], 'one prompt per request').transform(([only]) => only),
  ]),
  max_tokens: z.number().int().min(1).max(10_000_000).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  seed: z.number().int().nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(4)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  user: z.string().max(512).nullish(),
  n: z.literal(1, 'one choice per request').nullish(),
  best_of: z.literal(1, 'one choice per request').nullish(),
  echo: z.literal(false, 'the prompt is not given back').nullish(),
  suffix: z.literal('', 'nothing is inserted before a suffix').nullish(),
  logprobs: z.null('use chat completions').optional(),
  logit_bias: z.null('use chat completions').optional(),
  provider: z.unknown().optional(),
})

export const LEGACY: Counter = {
  path: '/v1/completions',
  read: readBy(legacyRequest, ({ prompt, stream_options: options, ...rest }) => {
    const { model, max_tokens, temperature, top_p, frequency_penalty, presence_penalty } = rest
    const { seed, stop, stream } = rest
    const carried = { model, max_tokens, temperature, top_p, frequency_penalty, presence_penalty }
    return {
      body: { ...carried, seed, stop, stream, messages: [{ role: 'user', content: prompt }] },
      surface: legacySurface(options?.include_usage === true),
    }
  }),
  refusal: CHAT_SURFACE,
}

const legacySurface = (withUsage: boolean): Surface => ({
  script: (head) => new LegacyScript(head, withUsage),
  whole: (head, answer, usage, note) => ({
    ...printHead(head),
    choices: [printChoice(answer.content + answer.refusal, answer.finish, answer.reasoning)],
    usage: printChatUsage(usage),
    busbar: note,
  }),
  error: printChatError,
  headers: () => ({}),
})

const printHead = ({ request, created, model }: Head) => ({
  id: `cmpl-${request}`,
  object: 'text_completion',
  created,
  model,
})

/** Reasoning stands beside the text, under the name it has in chat completions. */
const printChoice = (text: string, finish: string | null, reasoning = '') => ({
  index: 0,
  text,
  ...(reasoning !== '' && { reasoning_content: reasoning }),
  logprobs: null,
  finish_reason: finish,
})

class LegacyScript implements Script {
  readonly beat = KEEP_ALIVE
  private readonly head: Head
  private readonly withUsage: boolean

  constructor(head: Head, withUsage: boolean) {
    this.head = head
    this.withUsage = withUsage
  }

  pass({ content, refusal, reasoning }: Delta): string {
    return this.print({ choices: [printChoice((content ?? '') + (refusal ?? ''), null, reasoning ?? '')] })
  }

  reset(): void {}

  end(answer: Answer, usage: Usage, note: Note): string {
    const last = this.print({ choices: [printChoice('', answer.finish)] })
    const used = { choices: [], usage: printChatUsage(usage), busbar: note }
    return `${last}${this.withUsage ? this.print(used) : ''}data: [DONE]\n\n`
  }

  fail(error: BuyerError): string {
    return `data: ${JSON.stringify(printChatError(error))}\n\n`
  }

  private print(rest: object): string {
    return `data: ${JSON.stringify({ ...printHead(this.head), ...rest })}\n\n`
  }
}
