import type { ServerResponse } from 'node:http'
import type { Answer } from '../dialect/answer.ts'
import type { Delta } from '../dialect/chunk.ts'
import type { BuyerError, Head, Note, Script, Surface, Usage } from '../surface/surface.ts'
import type { Headers, Reply } from './reply.ts'
import { refuseReply } from './reply.ts'
import type { Timer } from './timer.ts'

const QUIET_MS = 10_000

/**
 * The answer as a stream of events, in the words of its surface. Headers leave with the first
 * content, or after ten quiet seconds with a comment that keeps the connection open; content waits for
 * `open`.
 */
export class StreamReply implements Reply {
  committed = false
  private opened = false
  private pending = ''
  private over = false
  private quiet = true
  private stopBeat: () => void
  private blocked: (blocked: boolean) => void = () => {}
  private readonly response: ServerResponse
  private readonly headers: Headers
  private readonly surface: Surface
  private readonly script: Script
  private readonly timer: Timer

  constructor(response: ServerResponse, surface: Surface, head: Head, headers: Headers, timer: Timer) {
    this.response = response
    this.headers = headers
    this.surface = surface
    this.script = surface.script(head)
    this.timer = timer
    this.stopBeat = this.beatLater()
  }

  open(): void {
    this.opened = true
    this.flush()
  }

  pass(delta: Delta): void {
    this.pending += this.script.pass(delta)
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
    this.script.reset()
  }

  end(answer: Answer, usage: Usage, note: Note): void {
    if (this.over) return
    this.opened = true
    this.pending += this.script.end(answer, usage, note)
    this.flush()
    this.finish()
  }

  fail(error: BuyerError): void {
    if (this.over) return
    if (this.response.headersSent) this.write(this.script.fail(error))
    else refuseReply(this.response, this.headers(), error, this.surface)
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
      if (this.quiet && !this.response.writableNeedDrain) this.write(this.script.beat)
      this.quiet = true
      this.stopBeat = this.beatLater()
    })
  }
}
