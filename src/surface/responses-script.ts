import type { Answer } from '../dialect/answer.ts'
import type { Delta, ToolDelta } from '../dialect/chunk.ts'
import { textOfArguments } from './custom-tool.ts'
import type { Part, ResponseTerms } from './responses-item.ts'
import {
  itemId,
  printBegun,
  printCall,
  printContent,
  printItem,
  printMessage,
  printReasoning,
  printResponse,
} from './responses-item.ts'
import type { BuyerError, Head, Note, Script, Usage } from './surface.ts'
import { KEEP_ALIVE } from './surface.ts'

type PrintError = (error: BuyerError) => {
  error: { code: string; message: string; param: string | null }
}

/**
 * A response as numbered events. Its items begin as their first content comes and all end with the answer, so
 * that parts may come in any order.
 */
export class ResponsesScript implements Script {
  readonly beat = KEEP_ALIVE
  private number = 0
  private parts: Part[] = []
  private reasoned = false
  /** Whether the message has begun to say something, and to refuse. */
  private spoken: ('output_text' | 'refusal')[] = []
  /** Calls of tools that take plain text. */
  private plain = new Set<Part>()
  private readonly head: Head
  private readonly terms: ResponseTerms
  private readonly printError: PrintError

  constructor(head: Head, terms: ResponseTerms, printError: PrintError) {
    this.head = head
    this.terms = terms
    this.printError = printError
  }

  reset(): void {
    this.number = 0
    this.parts = []
    this.reasoned = false
    this.spoken = []
    this.plain = new Set()
  }

  pass({ content, reasoning, refusal, tools, logprobs, seals }: Delta): string {
    let text = this.begin()
    if (reasoning !== null || (seals !== null && this.terms.sealed)) text += this.enterReasoning()
    if (reasoning !== null) text += this.reason('delta', { delta: reasoning })
    if (content !== null)
      text += this.say('output_text', { delta: content, logprobs: logprobs?.content ?? [] })
    if (refusal !== null) text += this.say('refusal', { delta: refusal })
    for (const tool of tools ?? []) text += this.call(tool)
    return text
  }

  end(answer: Answer, usage: Usage, note: Note): string {
    let text = this.begin()
    for (const part of this.parts) text += this.finish(answer, part)
    const { parts } = this
    const response = printResponse(this.head, this.terms, { answer, usage, note, parts })
    const how = answer.finish === 'length' ? 'incomplete' : 'completed'
    return text + this.event(`response.${how}`, { response })
  }

  fail(error: BuyerError): string {
    const { error: told } = this.printError(error)
    const { code, message, param } = told
    // The event's own fields, and the object by which OpenAI's clients know that they must throw.
    return this.event('error', { code, message, param, error: told })
  }

  private event(type: string, data: object): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.number++, ...data })}\n\n`
  }

  private begin(): string {
    if (this.number > 0) return ''
    const response = printBegun(this.head, this.terms)
    return this.event('response.created', { response }) + this.event('response.in_progress', { response })
  }

  private place(part: Part) {
    return { item_id: itemId(this.head, part), output_index: this.parts.indexOf(part) }
  }

  private enter(part: Part, item: object): string {
    this.parts.push(part)
    return this.event('response.output_item.added', { output_index: this.parts.length - 1, item })
  }

  private enterReasoning(): string {
    if (this.parts.includes('reasoning')) return ''
    const id = itemId(this.head, 'reasoning')
    const status = 'in_progress'
    return this.enter('reasoning', printReasoning(id, this.terms, { text: '', sealed: null, status }))
  }

  /** Reasoning as a part of the summary or of the content: the first words open it. */
  private reason(what: 'delta' | 'done', data: object): string {
    const { asSummary } = this.terms
    const at = asSummary ? { summary_index: 0 } : { content_index: 0 }
    const name = asSummary ? 'reasoning_summary_text' : 'reasoning_text'
    const open = what === 'delta' && !this.reasoned ? this.reasonPart('added', '') : ''
    this.reasoned = true
    return open + this.event(`response.${name}.${what}`, { ...this.place('reasoning'), ...at, ...data })
  }

  private reasonPart(what: 'added' | 'done', text: string): string {
    const { asSummary } = this.terms
    const at = asSummary ? { summary_index: 0 } : { content_index: 0 }
    const part = { type: asSummary ? 'summary_text' : 'reasoning_text', text }
    const name = asSummary ? 'reasoning_summary_part' : 'content_part'
    return this.event(`response.${name}.${what}`, { ...this.place('reasoning'), ...at, part })
  }

  private say(kind: 'output_text' | 'refusal', data: object): string {
    let text = ''
    if (!this.parts.includes('message'))
      text += this.enter('message', printMessage(itemId(this.head, 'message'), 'in_progress'))
    if (!this.spoken.includes(kind)) {
      this.spoken.push(kind)
      const part =
        kind === 'output_text'
          ? { type: kind, text: '', annotations: [], logprobs: [] }
          : { type: kind, refusal: '' }
      text += this.event('response.content_part.added', { ...this.spot(kind), part })
    }
    return text + this.event(`response.${kind}.delta`, { ...this.spot(kind), ...data })
  }

  private spot(kind: 'output_text' | 'refusal') {
    return { ...this.place('message'), content_index: this.spoken.indexOf(kind) }
  }

  /** Plain text is told when it is whole: until then it stands in JSON. */
  private call({ index, id, name, arguments: given }: ToolDelta): string {
    let text = ''
    if (!this.parts.includes(index)) {
      const call = { call_id: id ?? `call_${index}`, name: name ?? '', arguments: '', status: 'in_progress' }
      if (this.terms.offered.get(call.name)?.tool.type === 'custom') this.plain.add(index)
      text += this.enter(index, printCall(itemId(this.head, index), this.terms, call))
    }
    if (given === null || this.plain.has(index)) return text
    return text + this.event('response.function_call_arguments.delta', { ...this.place(index), delta: given })
  }

  private finish(answer: Answer, part: Part): string {
    const item = printItem(this.head, this.terms, answer, part)
    const last = { output_index: this.parts.indexOf(part), item }
    return this.finishWords(answer, part) + this.event('response.output_item.done', last)
  }

  private finishPlain(part: Part, input: string): string {
    const place = this.place(part)
    return (
      this.event('response.custom_tool_call_input.delta', { ...place, delta: input }) +
      this.event('response.custom_tool_call_input.done', { ...place, input })
    )
  }

  private finishWords(answer: Answer, part: Part): string {
    if (part === 'reasoning') {
      const text = answer.reasoning
      return text === '' ? '' : this.reason('done', { text }) + this.reasonPart('done', text)
    }
    if (part !== 'message') {
      const { name = '', arguments: given = '' } = answer.tools[part] ?? {}
      if (this.plain.has(part)) return this.finishPlain(part, textOfArguments(given))
      return this.event('response.function_call_arguments.done', {
        ...this.place(part),
        name: this.terms.offered.get(name)?.tool.name ?? name,
        arguments: given,
      })
    }
    let text = ''
    for (const kind of this.spoken) {
      const said = kind === 'output_text' ? { text: answer.content } : { refusal: answer.refusal }
      const extra = kind === 'output_text' ? { logprobs: answer.contentLogprobs } : {}
      const printed = printContent(answer).find((one) => (one as { type: string }).type === kind)
      text += this.event(`response.${kind}.done`, { ...this.spot(kind), ...said, ...extra })
      text += this.event('response.content_part.done', { ...this.spot(kind), part: printed })
    }
    return text
  }
}
