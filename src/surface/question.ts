import type { z } from 'zod'
import type { ChatRequest } from '../wire/openai.ts'
import { chatFault, chatRequest } from '../wire/openai.ts'
import { CHAT_SURFACE, chatSurface } from './chat-answer.ts'
import type { Surface } from './surface.ts'

/** What was asked, in the words of chat completions, and the words of the answer. */
export type Question = {
  body: ChatRequest
  surface: Surface
  /** Of embeddings: how long a vector the client wants. */
  dimensions?: number
}

/** What is wrong with a request, and which parameter it is, as the surface calls it. */
export type QuestionFault = { param: string | null; message: string }

/** Reads parsed JSON as one surface's request. */
export type ReadQuestion = (value: unknown) => Question | QuestionFault

/** One way to ask for an answer: where, how its requests are read, and how it refuses. */
export type Counter = {
  path: string
  /** Left out: whatever writes. */
  serves?: 'embeddings'
  read: ReadQuestion
  refusal: Surface
}

/** Reads by a schema, and turns what it reads into a question. */
export function readBy<Schema extends z.ZodType>(
  schema: Schema,
  turn: (request: z.output<Schema>) => Question | QuestionFault,
): ReadQuestion {
  return (value) => {
    const parsed = schema.safeParse(value)
    return parsed.success ? turn(parsed.data) : chatFault(parsed.error)
  }
}

export const CHAT: Counter = {
  path: '/v1/chat/completions',
  read: readBy(chatRequest, (body) => ({
    body,
    surface: chatSurface(body.stream_options?.include_usage === true),
  })),
  refusal: CHAT_SURFACE,
}
