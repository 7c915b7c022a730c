import type { ServerResponse } from 'node:http'
import type { Answer } from '../dialect/answer.ts'
import type { BuyerError, Head, Note, Surface, Usage } from '../surface/surface.ts'
import type { Headers, Reply } from './reply.ts'
import { addNote, refuseReply } from './reply.ts'

/**
 * The answer as one JSON body, sent when it is complete: until then any failure can be made good elsewhere.
 */
export class WholeReply implements Reply {
  readonly committed = false
  private readonly response: ServerResponse
  private readonly surface: Surface
  private readonly head: Head
  private readonly headers: Headers

  constructor(response: ServerResponse, surface: Surface, head: Head, headers: Headers) {
    this.response = response
    this.surface = surface
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
    const body = JSON.stringify(this.surface.whole(this.head, answer, usage, note))
    const headers = this.headers()
    addNote(headers, note)
    headers['content-type'] = 'application/json'
    headers['content-length'] = String(Buffer.byteLength(body))
    this.response.writeHead(200, headers)
    this.response.end(body)
  }

  fail(error: BuyerError): void {
    if (!this.response.destroyed && !this.response.headersSent)
      refuseReply(this.response, this.headers(), error, this.surface)
  }
}
