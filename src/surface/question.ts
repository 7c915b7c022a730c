import type { z } from 'zod'
import type { ChatRequest, ChatTool } from '../wire/openai.ts'
import { chatFault, chatQuestion } from '../wire/openai.ts'
import { isPlainChat } from './plain-chat.ts'
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

/** No supplier is to blame for not calling a tool that it was not told of. */
function choiceFault({ tools, tool_choice: choice }: ChatRequest): QuestionFault | undefined {
  if (!choice || choice === 'none' || choice === 'auto') return undefined
  if (!tools) return { param: 'tool_choice', message: 'tool_choice: there are no tools' }
  if (choice === 'required') return undefined
  return missing([choice.function.name], tools)
}

/** A fault where a tool is chosen that is not among those told. */
const missing = (chosen: readonly string[], tools: readonly ChatTool[]): QuestionFault | undefined => {
  const name = chosen.find((one) => tools.every((tool) => tool.function.name !== one))
  if (name === undefined) return undefined
  return { param: 'tool_choice', message: `tool_choice: ${name} is not among the tools` }
}

/** The request with those tools only that it allows, of which one may have to be called. */
export function allowing(
  body: ChatRequest,
  names: readonly string[],
  mode: 'auto' | 'required',
): ChatRequest | QuestionFault {
  const tools = body.tools ?? []
  const allowed = tools.filter((tool) => names.includes(tool.function.name))
  return missing(names, tools) ?? { ...body, tools: allowed, tool_choice: mode }
}

/** Reads by a schema, and turns what it reads into a question. */
export function readBy<Schema extends z.ZodType>(
  schema: Schema,
  turn: (request: z.output<Schema>) => Question | QuestionFault,
): ReadQuestion {
  return (value) => {
    const parsed = schema.safeParse(value)
    if (!parsed.success) return chatFault(parsed.error)
    const question = turn(parsed.data)
    return 'message' in question ? question : (choiceFault(question.body) ?? question)
  }
}

function chatOf({
  tool_choice: choice,
  ...rest
}: z.output<typeof chatQuestion>): ChatRequest | QuestionFault {
  if (choice === undefined) return rest
  if (choice === null || typeof choice === 'string' || choice.type === 'function')
    return { ...rest, tool_choice: choice }
  const { mode, tools } = choice.allowed_tools
  const names = tools.map((one) => one.function.name)
  return allowing(rest, names, mode)
}

const askChat = (body: ChatRequest): Question => ({
  body,
  surface: chatSurface(body.stream_options?.include_usage === true),
})

/** By the schema, whatever the shape. */
export const readChat: ReadQuestion = readBy(chatQuestion, (question) => {
  const body = chatOf(question)
  return 'message' in body ? body : askChat(body)
})

export const CHAT: Counter = {
  path: '/v1/chat/completions',
  read: (value) => (isPlainChat(value) ? askChat(value) : readChat(value)),
  refusal: CHAT_SURFACE,
}
