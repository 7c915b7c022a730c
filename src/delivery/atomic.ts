import type { Answer } from '../dialect/answer.ts'
import type { BuyerError } from '../surface/surface.ts'
import type { Delta } from '../dialect/chunk.ts'
import type { Note, Usage } from '../surface/surface.ts'
import type { Reply } from './reply.ts'

/**
 * An answer that leaves only when it is whole, in whatever form another reply gives it: the buyer sees all of
 * it or an error, and until then any failure can be made good elsewhere. What is kept is bounded by what the
 * draw covers.
 */
export class AtomicReply implements Reply {
  committed = false
  private deltas: Delta[] = []
  private readonly inner: Reply

  constructor(inner: Reply) {
    this.inner = inner
  }

  open(): void {
    this.inner.open()
  }

  pass(delta: Delta): void {
    this.deltas.push(delta)
  }

  flush(): void {}

  reset(): void {
    this.deltas = []
  }

  end(answer: Answer, usage: Usage, note: Note): void {
    this.committed = true
    for (const delta of this.deltas) this.inner.pass(delta)
    this.inner.end(answer, usage, note)
  }

  fail(error: BuyerError): void {
    this.inner.fail(error)
  }

  drop(): void {
    this.inner.drop()
  }

  onBlocked(listener: (blocked: boolean) => void): void {
    this.inner.onBlocked(listener)
  }
}
