import type { Answer } from '../dialect/answer.ts'
import type { Delta, ReasoningSeal, ToolDelta } from '../dialect/chunk.ts'
import type { BuyerError, Head, Note, Script, Surface, Usage } from './surface.ts'
import { KEEP_ALIVE, renamed } from './surface.ts'

const ERROR_TYPE: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'invalid_request_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
}

/** What chat completions call otherwise. */
const NAMES = {
  stop: 'stop_sequences',
  response_format: 'output_config.format',
  reasoning_effort: 'output_config.effort',
}

const printError = ({ status, code, message, param, affordableMaxTokens }: BuyerError, request: string) => ({
  type: 'error',
  error: {
    type: ERROR_TYPE[status] ?? 'api_error',
    message,
    code,
    ...(param === undefined ? {} : { param: renamed(param, NAMES) }),
    ...(affordableMaxTokens === undefined ? {} : { affordable_max_tokens: affordableMaxTokens }),
  },
  request_id: request,
})

/** Anthropic's Messages. */
export const messagesSurface = (): Surface => ({
  script: (head) => new MessagesScript(head),
  whole: printWhole,
  error: printError,
  headers: (request) => ({ 'request-id': request }),
})

/** Refusals of what could not be read. */
export const MESSAGES_SURFACE: Surface = messagesSurface()

const printUsage = (usage: Usage) => ({
  input_tokens: usage.input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: null,
  output_tokens: usage.output,
  output_tokens_details: { thinking_tokens: usage.reasoning },
  server_tool_use: null,
  service_tier: 'standard',
  speed: 'standard',
  inference_geo: null,
})

const NOTHING_USED: Usage = { input: 0, output: 0, reasoning: 0 }

const printHead = ({ request, model }: Head) => ({
  id: `msg_${request}`,
  type: 'message',
  role: 'assistant',
  model,
  container: null,
  diagnostics: null,
})

function stopOf({ finish, stopSequence, refusal, tools }: Answer) {
  const reason = () => {
    if (refusal !== '') return 'refusal'
    if (finish === 'length') return 'max_tokens'
    if (tools.length > 0) return 'tool_use'
    return stopSequence === null ? 'end_turn' : 'stop_sequence'
  }
  return { stop_reason: reason(), stop_sequence: stopSequence, stop_details: null, container: null }
}

/** Arguments as the object they are; what was cut short in the middle is none. */
function inputOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function printWhole(head: Head, answer: Answer, usage: Usage, note: Note): object {
  const said = answer.content + answer.refusal
  return {
    ...printHead(head),
    content: [
      ...printThoughts(answer),
      ...(said === '' ? [] : [{ type: 'text', text: said }]),
      ...answer.tools.map(({ id, name, arguments: text }) => ({
        type: 'tool_use',
        id,
        name,
        input: inputOf(text),
      })),
    ],
    ...stopOf(answer),
    usage: printUsage(usage),
    busbar: note,
  }
}

function printThoughts(answer: Answer): object[] {
  const blocks: object[] = answer
    .thoughts()
    .map(({ text, signature }) => ({ type: 'thinking', thinking: text, signature: signature ?? '' }))
  const sealed = answer.seals.flatMap((seal) => (seal.type === 'reasoning.encrypted' ? [seal.data] : []))
  return [...blocks, ...sealed.map((data) => ({ type: 'redacted_thinking', data }))]
}

type Open = { kind: 'thinking' | 'text' } | { kind: 'tool'; index: number; text: string }

const event = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

/**
 * A stream of content blocks, one open at a time. What comes for another block while the arguments of a call
 * are not whole waits for them: suppliers seldom mix calls, and a block that was closed cannot be opened
 * again.
 */
class MessagesScript implements Script {
  private started = false
  private count = 0
  private open: Open | null = null
  private held: Delta[] = []
  private readonly head: Head

  constructor(head: Head) {
    this.head = head
  }

  get beat(): string {
    return this.started ? event('ping', {}) : KEEP_ALIVE
  }

  reset(): void {
    this.started = false
    this.count = 0
    this.open = null
    this.held = []
  }

  pass(delta: Delta): string {
    const start = this.started ? '' : this.begin()
    if (this.held.length === 0 && this.fits(delta)) return start + this.print(delta)
    this.held.push(delta)
    return start + this.release()
  }

  end(answer: Answer, usage: Usage, note: Note): string {
    const start = this.started ? '' : this.begin()
    const rest = this.flush() + this.close()
    const last = event('message_delta', { delta: stopOf(answer), usage: printUsage(usage), busbar: note })
    return start + rest + last + event('message_stop', {})
  }

  fail(error: BuyerError): string {
    return `event: error\ndata: ${JSON.stringify(printError(error, this.head.request))}\n\n`
  }

  private begin(): string {
    this.started = true
    const message = {
      ...printHead(this.head),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage: printUsage(NOTHING_USED),
    }
    return event('message_start', { message })
  }

  /** Whether nothing of a delta would close a call whose arguments are not whole. */
  private fits({ content, reasoning, refusal, tools, seals }: Delta): boolean {
    const { open } = this
    if (open?.kind !== 'tool' || isWhole(open.text)) return true
    if (content !== null || reasoning !== null || refusal !== null || seals !== null) return false
    return tools === null || tools.every(({ index }) => index === open.index)
  }

  /** Prints what was held as far as it fits now. What belongs to the open call goes first. */
  private release(): string {
    let text = ''
    for (;;) {
      const at = this.held.findIndex((delta) => this.fits(delta))
      const [next] = at < 0 ? [] : this.held.splice(at, 1)
      if (next === undefined) return text
      text += this.print(next)
    }
  }

  /** Prints all that is held: no more arguments will come. */
  private flush(): string {
    let text = this.release()
    while (this.held.length > 0) text += this.close() + this.release()
    return text
  }

  private print(delta: Delta): string {
    const { content, reasoning, refusal, tools, seals } = delta
    let text = ''
    if (reasoning !== null)
      text +=
        this.enter({ kind: 'thinking' }, { type: 'thinking', thinking: '', signature: '' }) +
        this.add({ type: 'thinking_delta', thinking: reasoning })
    for (const seal of seals ?? []) text += this.seal(seal)
    const said = (content ?? '') + (refusal ?? '')
    if (said !== '')
      text +=
        this.enter({ kind: 'text' }, { type: 'text', text: '' }) +
        this.add({ type: 'text_delta', text: said })
    for (const tool of tools ?? []) text += this.call(tool)
    return text
  }

  /** A signature ends the thinking it stands under; sealed reasoning is a block of its own. */
  private seal(seal: ReasoningSeal): string {
    if (seal.type === 'reasoning.encrypted') {
      const block = { type: 'redacted_thinking', data: seal.data }
      return this.close() + this.start(block) + this.stop()
    }
    const block = { type: 'thinking', thinking: '', signature: '' }
    const { signature } = seal
    return (
      this.enter({ kind: 'thinking' }, block) +
      this.add({ type: 'signature_delta', signature }) +
      this.close()
    )
  }

  private call({ index, id, name, arguments: given }: ToolDelta): string {
    let text = ''
    if (this.open?.kind !== 'tool' || this.open.index !== index) {
      const block = { type: 'tool_use', id: id ?? `call_${index}`, name: name ?? '', input: {} }
      text += this.close() + this.start(block)
      this.open = { kind: 'tool', index, text: '' }
    }
    if (given === null) return text
    if (this.open?.kind === 'tool') this.open.text += given
    return text + this.add({ type: 'input_json_delta', partial_json: given })
  }

  private enter(open: Open, block: object): string {
    if (this.open?.kind === open.kind) return ''
    const text = this.close() + this.start(block)
    this.open = open
    return text
  }

  private start(content_block: object): string {
    return event('content_block_start', { index: this.count, content_block })
  }

  private add(delta: object): string {
    return event('content_block_delta', { index: this.count, delta })
  }

  private stop(): string {
    return event('content_block_stop', { index: this.count++ })
  }

  private close(): string {
    if (this.open === null) return ''
    this.open = null
    return this.stop()
  }
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
