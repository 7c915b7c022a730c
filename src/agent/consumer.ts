import type { ChatEnd, ChatRequest, DeliveryNote } from '../client/chat.ts'
import type { Client } from '../client/client.ts'

/** One completion as its consumer saw it. */
export type Consumed = { delivery: DeliveryNote; text: string; end: ChatEnd }

export type ConsumerOptions = {
  client: Client
  /** Requests under way at once; a request that finds no room is dropped, as a busy application would. */
  concurrency: number
  onAnswer?: (answer: Consumed) => void
  onError: (error: unknown) => void
}

/** An application that buys completions as it needs them, and reads each to its end. */
export class Consumer {
  private readonly options: ConsumerOptions
  private readonly underWay = new Set<Promise<void>>()
  private readonly hangUp = new AbortController()

  constructor(options: ConsumerOptions) {
    this.options = options
  }

  /** Sends a request without waiting for its answer. False where there is no room. */
  send(request: ChatRequest): boolean {
    if (this.underWay.size >= this.options.concurrency || this.hangUp.signal.aborted) return false
    const answer = this.read(request).catch((error: unknown) => {
      if (!this.hangUp.signal.aborted) this.options.onError(error)
    })
    this.underWay.add(answer)
    void answer.finally(() => this.underWay.delete(answer))
    return true
  }

  /** Hangs up on what is under way and sends no more. */
  async stop(): Promise<void> {
    this.hangUp.abort()
    await Promise.all(this.underWay)
  }

  private async read(request: ChatRequest): Promise<void> {
    let delivery: DeliveryNote | undefined
    let text = ''
    for await (const event of this.options.client.chat.stream(request, this.hangUp.signal)) {
      if (event.type === 'start') delivery = event
      if (event.type === 'text') text += event.text
      if (event.type === 'end' && delivery) this.options.onAnswer?.({ delivery, text, end: event })
    }
  }
}
