import type { Answer } from '../dialect/answer.ts'
import type { Delta, ReasoningSeal } from '../dialect/chunk.ts'
import type { ChatError } from '../wire/openai.ts'
import type { BuyerError, Head, Note, Script, Surface, Usage } from './surface.ts'
import { KEEP_ALIVE } from './surface.ts'

const ERROR_TYPE: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'invalid_request_error',
  409: 'invalid_request_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
}

/** An error as OpenAI's clients read it. */
export function printChatError(error: BuyerError): ChatError {
  const { status, code, message, param, affordableMaxTokens } = error
  return {
    error: {
      message,
      type: ERROR_TYPE[status] ?? 'server_error',
      param: param ?? null,
      code,
      ...(affordableMaxTokens === undefined ? {} : { affordable_max_tokens: affordableMaxTokens }),
    },
  }
}

/** Usage in the words of chat completions, for every surface that shares them. */
export const printChatUsage = (usage: Usage) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: usage.reasoning },
})

const idOf = ({ request }: Head): string => `chatcmpl-${request}`

/** Chat completions. Usage comes at the end of a stream where it was asked for. */
export const chatSurface = (withUsage: boolean): Surface => ({
  script: (head) => new ChatScript(head, withUsage),
  whole: printWhole,
  error: printChatError,
  headers: () => ({}),
})

/** Refusals of what could not be read. */
export const CHAT_SURFACE: Surface = chatSurface(false)

class ChatScript implements Script {
  readonly beat = KEEP_ALIVE
  private named = false
  /** Reasoning since the last signature. */
  private thought = ''
  private readonly start: string
  private readonly close: string
  private readonly head: Head
  private readonly withUsage: boolean

  constructor(head: Head, withUsage: boolean) {
    this.head = head
    this.withUsage = withUsage
    const { created, model } = head
    this.start =
      `data: {"id":${JSON.stringify(idOf(head))},"object":"chat.completion.chunk","created":${created},` +
      `"model":${JSON.stringify(model)},"choices":[{"index":0,"delta":`
    // Clients that asked for usage expect the field, null, on every event before the last.
    this.close = withUsage ? '}],"usage":null}\n\n' : '}]}\n\n'
  }

  pass(delta: Delta): string {
    const logprobs = delta.logprobs === null ? '' : `,"logprobs":${JSON.stringify(delta.logprobs)}`
    return `${this.start}${this.printDelta(delta)}${logprobs},"finish_reason":null${this.close}`
  }

  reset(): void {
    this.named = false
    this.thought = ''
  }

  end(answer: Answer, usage: Usage, note: Note): string {
    const last = `${this.start}{},"finish_reason":${JSON.stringify(answer.finish)}${this.close}`
    return `${last}${this.withUsage ? this.printUsage(usage, note) : ''}data: [DONE]\n\n`
  }

  fail(error: BuyerError): string {
    return `data: ${JSON.stringify(printChatError(error))}\n\n`
  }

  private printDelta(delta: Delta): string {
    const role = this.named ? '' : '"role":"assistant",'
    this.named = true
    const { content, reasoning, refusal, tools, seals } = delta
    this.thought += reasoning ?? ''
    if (content !== null && reasoning === null && refusal === null && tools === null && seals === null)
      return `{${role}"content":${JSON.stringify(content)}}`
    const parts = {
      ...(role === '' ? {} : { role: 'assistant' }),
      ...(content === null && role === '' ? {} : { content }),
      ...(reasoning === null ? {} : { reasoning_content: reasoning }),
      ...(refusal === null ? {} : { refusal }),
      ...(seals === null ? {} : { reasoning_details: seals.map((seal) => this.printSeal(seal)) }),
      ...(tools === null ? {} : { tool_calls: tools.map(printTool) }),
    }
    return JSON.stringify(parts)
  }

  /** A signature comes with the text that it stands under. */
  private printSeal(seal: ReasoningSeal): object {
    if (seal.type === 'reasoning.encrypted') return seal
    const text = this.thought
    this.thought = ''
    return { ...seal, text }
  }

  private printUsage(usage: Usage, note: Note): string {
    const { created, model } = this.head
    const chunk = {
      id: idOf(this.head),
      object: 'chat.completion.chunk',
      created,
      model,
      choices: [],
      usage: printChatUsage(usage),
      busbar: note,
    }
    return `data: ${JSON.stringify(chunk)}\n\n`
  }
}

const printTool = (tool: NonNullable<Delta['tools']>[number]) => ({
  index: tool.index,
  ...(tool.id === null ? {} : { id: tool.id, type: 'function' }),
  function: {
    ...(tool.name === null ? {} : { name: tool.name }),
    ...(tool.arguments === null && tool.name === null ? {} : { arguments: tool.arguments ?? '' }),
  },
})

function printWhole(head: Head, answer: Answer, usage: Usage, note: Note): object {
  const choice = {
    index: 0,
    message: printMessage(answer),
    ...printLogprobs(answer),
    finish_reason: answer.finish,
  }
  return {
    id: idOf(head),
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [choice],
    usage: printChatUsage(usage),
    busbar: note,
  }
}

function printMessage(answer: Answer) {
  const { content, refusal, reasoning, tools, seals } = answer
  if (refusal === '' && reasoning === '' && tools.length === 0 && seals.length === 0)
    return { role: 'assistant', content, refusal: null }
  const calls = answer.tools.map((tool) => ({
    id: tool.id,
    type: 'function',
    function: { name: tool.name, arguments: tool.arguments },
  }))
  return {
    role: 'assistant',
    content: answer.content === '' && calls.length > 0 ? null : answer.content,
    refusal: answer.refusal === '' ? null : answer.refusal,
    ...(answer.reasoning === '' ? {} : { reasoning_content: answer.reasoning }),
    ...(answer.seals.length === 0 ? {} : { reasoning_details: printDetails(answer) }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
}

/** Sealed reasoning, and each signed text with its signature, to be sent back as they are. */
const printDetails = (answer: Answer): object[] => [
  ...answer.thoughts().map(({ text, signature }) => ({ type: 'reasoning.text', text, signature })),
  ...answer.seals.filter(({ type }) => type === 'reasoning.encrypted'),
]

function printLogprobs({ contentLogprobs, refusalLogprobs }: Answer) {
  if (contentLogprobs.length === 0 && refusalLogprobs.length === 0) return { logprobs: null }
  return {
    logprobs: {
      content: contentLogprobs.length === 0 ? null : contentLogprobs,
      refusal: refusalLogprobs.length === 0 ? null : refusalLogprobs,
    },
  }
}
