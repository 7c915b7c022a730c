import type { ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import type { BuyerError } from './failure.ts'
import type { Head, Headers, Note, Reply, Usage } from './reply.ts'
import { noteHeaders, printUsage, refuseReply } from './reply.ts'

/**
 * The answer as one JSON body, sent when it is complete: until then any failure can be made good elsewhere.
 */
export class WholeReply implements Reply {
  readonly committed = false
  private readonly response: ServerResponse
  private readonly head: Head
  private readonly headers: Headers

  constructor(response: ServerResponse, head: Head, headers: Headers) {
    this.response = response
    this.head = head
    this.headers = headers
  }

  open(): void {}
  pass(): void {}
  flush(): void {}
  reset(): void {}
  drop(): void {}
  onBlocked(): void {}

  end(answer: Answer, usage: Usage, note: Note): void {
    if (this.response.destroyed) return
    const { id, created, model } = this.head
    const choice = {
      index: 0,
      message: printMessage(answer),
      ...printLogprobs(answer),
      finish_reason: answer.finish,
    }
    const body = JSON.stringify({
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [choice],
      usage: printUsage(usage),
      busbar: note,
    })
    this.response.writeHead(200, {
      ...this.headers(),
      ...noteHeaders(note),
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    this.response.end(body)
  }

  fail(error: BuyerError): void {
    if (!this.response.destroyed && !this.response.headersSent)
      refuseReply(this.response, this.headers(), error)
  }
}

function printMessage(answer: Answer) {
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
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
}

function printLogprobs({ contentLogprobs, refusalLogprobs }: Answer) {
  if (contentLogprobs.length === 0 && refusalLogprobs.length === 0) return { logprobs: null }
  return {
    logprobs: {
      content: contentLogprobs.length === 0 ? null : contentLogprobs,
      refusal: refusalLogprobs.length === 0 ? null : refusalLogprobs,
    },
  }
}
