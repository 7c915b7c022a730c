import type { ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import type { BuyerError } from './failure.ts'
import type { Delta } from './openai-dialect.ts'
import type { Head, Headers, Note, Reply, Usage } from './reply.ts'
import { printError, printUsage, refuseReply } from './reply.ts'
import type { Timer } from './timer.ts'

const QUIET_MS = 10_000

/**
 * The answer as a stream of events, each built anew from what was parsed. Headers leave with the first
 * content, or after ten quiet seconds with a comment that keeps the connection open; content waits for
 * `open`.
 */
export class StreamReply implements Reply {
  committed = false
  private opened = false
  private pending = ''
  private named = false
  private over = false
  private quiet = true
  private stopBeat: () => void
  private blocked: (blocked: boolean) => void = () => {}
  private readonly response: ServerResponse
  private readonly headers: Headers
  private readonly start: string
  private readonly close: string
  private readonly withUsage: boolean
  private readonly head: Head
  private readonly timer: Timer

  constructor(response: ServerResponse, head: Head, headers: Headers, withUsage: boolean, timer: Timer) {
    this.response = response
    this.headers = headers
    this.head = head
    this.withUsage = withUsage
    this.timer = timer
    const { id, created, model } = head
    this.start =
      `data: {"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${created},` +
      `"model":${JSON.stringify(model)},"choices":[{"index":0,"delta":`
    // Clients that asked for usage expect the field, null, on every event before the last.
    this.close = withUsage ? '}],"usage":null}\n\n' : '}]}\n\n'
    this.stopBeat = this.beatLater()
  }

  open(): void {
    this.opened = true
    this.flush()
  }

  pass(delta: Delta): void {
    const logprobs = delta.logprobs === null ? '' : `,"logprobs":${JSON.stringify(delta.logprobs)}`
    this.pending += `${this.start}${this.printDelta(delta)}${logprobs},"finish_reason":null${this.close}`
  }

  flush(): void {
    if (!this.opened || this.pending === '' || this.over) return
    const text = this.pending
    this.pending = ''
    this.committed = true
    this.write(text)
  }

  reset(): void {
    this.pending = ''
    this.named = false
  }

  end(answer: Answer, usage: Usage, note: Note): void {
    if (this.over) return
    this.opened = true
    this.pending += `${this.start}{},"finish_reason":${JSON.stringify(answer.finish)}${this.close}`
    if (this.withUsage) this.pending += this.printUsage(usage, note)
    this.pending += 'data: [DONE]\n\n'
    this.flush()
    this.finish()
  }

  fail(error: BuyerError): void {
    if (this.over) return
    if (this.response.headersSent) this.write(`data: ${JSON.stringify(printError(error))}\n\n`)
    else refuseReply(this.response, this.headers(), error)
    this.finish()
  }

  onBlocked(listener: (blocked: boolean) => void): void {
    this.blocked = listener
  }

  drop(): void {
    this.over = true
    this.stopBeat()
  }

  private finish(): void {
    this.drop()
    if (!this.response.writableEnded) this.response.end()
  }

  private printDelta(delta: Delta): string {
    const role = this.named ? '' : '"role":"assistant",'
    this.named = true
    if (delta.content !== null && delta.reasoning === null && delta.refusal === null && delta.tools === null)
      return `{${role}"content":${JSON.stringify(delta.content)}}`
    const { content, reasoning, refusal, tools } = delta
    const parts = {
      ...(role === '' ? {} : { role: 'assistant' }),
      ...(content === null && role === '' ? {} : { content }),
      ...(reasoning === null ? {} : { reasoning_content: reasoning }),
      ...(refusal === null ? {} : { refusal }),
      ...(tools === null ? {} : { tool_calls: tools.map(printTool) }),
    }
    return JSON.stringify(parts)
  }

  private printUsage(usage: Usage, note: Note): string {
    const { id, created, model } = this.head
    const chunk = {
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      choices: [],
      usage: printUsage(usage),
      busbar: note,
    }
    return `data: ${JSON.stringify(chunk)}\n\n`
  }

  private write(text: string): void {
    const { response } = this
    if (response.destroyed) return
    this.quiet = false
    if (!response.headersSent)
      response.writeHead(200, {
        ...this.headers(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      })
    if (response.write(text)) return
    this.blocked(true)
    response.once('drain', () => this.blocked(false))
  }

  /** A comment whenever ten seconds have passed without a word, always between two events. */
  private beatLater(): () => void {
    return this.timer.after(QUIET_MS, () => {
      if (this.over) return
      if (this.quiet && !this.response.writableNeedDrain) this.write(': keep-alive\n\n')
      this.quiet = true
      this.stopBeat = this.beatLater()
    })
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
