import type { Answer } from '../dialect/answer.ts'
import { textOf } from '../dialect/answer.ts'
import type { Cut } from '../surface/surface.ts'
import type { Draw } from './draw.ts'
import type { Meter } from '../meter/meter.ts'
import type { Delta } from '../dialect/chunk.ts'

/** What the relay asks of the call it serves. */
export type Passage = {
  /** Passes a delta on to the buyer's answer. */
  pass(delta: Delta): void
  /** What was passed may be written. */
  flush(): void
  /** Holds the supplier back, or lets it go on. */
  hold(): void
  free(): void
  /** The answer has reached its end before the supplier's. */
  cut(reason: Cut): void
  broken(error: unknown): void
}

/** Bytes passed without a count before one is asked for in the background. */
const COUNT_AFTER_BYTES = 512

/**
 * Lets through no more output than the draw covers. A text has at most as many tokens as bytes, so most
 * answers pass on that bound alone; a count in the background tightens it, and only at the very limit does a
 * delta wait for its count.
 *
 *     |---- counted ----|-- pending bytes --|------ room ------| limit
 */
export class Relay {
  private counted = 0
  private pending = ''
  private pendingBytes = 0
  private counting = false
  /** Grows when everything is counted afresh: an older count in the background then means nothing. */
  private epoch = 0
  private waiting: { delta: Delta; readAt: number }[] = []
  private holding = false
  private over = false
  private spent = false
  private readonly meter: Meter
  private readonly draw: Draw
  private readonly outputMax: number
  private readonly answer: Answer
  private readonly to: Passage

  constructor(meter: Meter, draw: Draw, outputMax: number, answer: Answer, to: Passage) {
    this.meter = meter
    this.draw = draw
    this.outputMax = outputMax
    this.answer = answer
    this.to = to
  }

  /** Whether a delta is waiting for its count: the answer is not complete before it has passed. */
  get busy(): boolean {
    return this.holding
  }

  private get limit(): number {
    return Math.min(this.outputMax, this.draw.room)
  }

  take(delta: Delta, readAt: number): void {
    if (this.over) return
    if (this.holding) this.waiting.push({ delta, readAt })
    else this.admit(delta, readAt)
  }

  /** Nothing more is let through. */
  stop(): void {
    this.over = true
    this.waiting = []
  }

  private admit(delta: Delta, readAt: number): void {
    const text = textOf(delta)
    const bytes = Buffer.byteLength(text)
    const { limit } = this
    if (this.counted + this.pendingBytes + bytes > limit) {
      this.holding = true
      this.to.hold()
      void this.weighExactly(delta, readAt).catch((error: unknown) => this.to.broken(error))
      return
    }
    this.pending += text
    this.pendingBytes += bytes
    this.answer.add(delta, readAt)
    this.to.pass(delta)
    if (this.pendingBytes > COUNT_AFTER_BYTES && this.pendingBytes * 2 > limit - this.counted) this.count()
  }

  /**
   * Counts what has passed since the last count, without stopping anything, and extends the draw in good
   * time.
   */
  private count(): void {
    if (this.counting) return
    this.counting = true
    const { epoch, pendingBytes: bytes, pending: text } = this
    this.pending = ''
    void this.meter
      .count([text])
      .then(([tokens = 0]) => {
        this.counting = false
        if (this.over || this.epoch !== epoch) return
        this.counted += tokens
        this.pendingBytes -= bytes
        if (this.counted * 4 > this.limit * 3) this.grow()
      })
      .catch((error: unknown) => this.to.broken(error))
  }

  private grow(): boolean {
    if (this.spent || this.draw.room >= this.outputMax) return false
    const grown = this.draw.extend(this.outputMax)
    if (!grown) this.spent = true
    return grown
  }

  /**
   * At the limit by the bound: counts everything passed so far together with this delta, and passes what
   * fits.
   */
  private async weighExactly(delta: Delta, readAt: number): Promise<void> {
    const before = this.answer.texts()
    this.epoch++
    const counts = await this.meter.count([...before, textOf(delta)])
    if (this.over) return
    const last = counts.pop() ?? 0
    this.counted = counts.reduce((sum, tokens) => sum + tokens, 0)
    this.pending = ''
    this.pendingBytes = 0
    while (this.counted + last > this.limit && this.grow());
    if (this.counted + last > this.limit) return this.cutOff(delta, readAt)
    this.counted += last
    this.answer.add(delta, readAt)
    this.to.pass(delta)
    this.goOn()
  }

  private goOn(): void {
    this.holding = false
    while (!this.holding && !this.over) {
      const next = this.waiting.shift()
      if (next === undefined) break
      this.admit(next.delta, next.readAt)
    }
    this.to.flush()
    if (!this.holding) this.to.free()
  }

  /** Passes the part of a delta that still fits, and ends the answer there. */
  private async cutOff(delta: Delta, readAt: number): Promise<void> {
    const { content } = delta
    if (content !== null && delta.tools === null && delta.reasoning === null && delta.refusal === null) {
      const [own = 0] = await this.meter.count([this.answer.content])
      const chars = await this.meter.fit(this.answer.content, content, own + this.limit - this.counted)
      if (this.over) return
      const part =
        chars < content.length ? { ...delta, content: content.slice(0, chars), logprobs: null } : delta
      if (chars > 0) {
        this.answer.add(part, readAt)
        this.to.pass(part)
      }
      // Joined to what came before, it fits after all.
      if (chars === content.length) {
        this.counted = this.limit
        return this.goOn()
      }
    }
    const reason: Cut = this.limit < this.outputMax ? 'draw_not_extended' : 'max_tokens'
    this.stop()
    this.to.flush()
    this.to.cut(reason)
  }
}
