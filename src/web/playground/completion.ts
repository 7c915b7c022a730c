import type { ChatUsage, DeliveryNote } from '../../client/chat.ts'
import type { Client } from '../../client/client.ts'
import type { Cell } from '../data/cell.ts'
import { createCell } from '../data/cell.ts'

/** What is asked in the playground. */
export type Question = { model: string; prompt: string; maxTokens: number | undefined }

/** One completion from question to last word. Times are milliseconds since it was sent. */
export type Run = {
  state: 'sending' | 'streaming' | 'done' | 'stopped' | 'failed'
  question: Question
  note: DeliveryNote | null
  firstTokenMs: number | null
  lastTokenMs: number | null
  /** Pieces received; about one token each, until the usage says. */
  pieces: number
  usage: ChatUsage | null
  finishReason: string | null
  /** The exchange's own fields at the end of the stream. */
  delivery: { [name: string]: unknown } | null
  error: unknown
}

/** The run and, apart from it because it grows with every token, its text. */
export type Completion = {
  run: Cell<Run | null>
  text: Cell<string>
  start: (question: Question) => void
  stop: () => void
}

const begun = (question: Question): Run => ({
  state: 'sending',
  question,
  note: null,
  firstTokenMs: null,
  lastTokenMs: null,
  pieces: 0,
  usage: null,
  finishReason: null,
  delivery: null,
  error: null,
})

/** Asks one question at a time. A new question hangs up on the one before. */
export function createCompletion(client: Client): Completion {
  const run = createCell<Run | null>(null)
  const text = createCell('')
  let hangUp: AbortController | undefined

  async function ask(question: Question, signal: AbortSignal): Promise<void> {
    const sentAt = performance.now()
    let now = begun(question)
    let written = ''
    const show = (part: Partial<Run>) => {
      now = { ...now, ...part }
      if (!signal.aborted || part.state === 'stopped') run.set(now)
    }
    run.set(now)
    text.set('')
    try {
      const request = {
        model: question.model,
        messages: [{ role: 'user' as const, content: question.prompt }],
        ...(question.maxTokens !== undefined && { max_tokens: question.maxTokens }),
      }
      for await (const event of client.chat.stream(request, signal)) {
        if (event.type === 'start') show({ note: event })
        if (event.type === 'text') {
          const ms = performance.now() - sentAt
          written += event.text
          text.set(written)
          show({
            state: 'streaming',
            firstTokenMs: now.firstTokenMs ?? ms,
            lastTokenMs: ms,
            pieces: now.pieces + 1,
          })
        }
        if (event.type === 'end')
          show({
            state: 'done',
            usage: event.usage,
            finishReason: event.finishReason,
            delivery: event.busbar,
          })
      }
    } catch (error) {
      show(signal.aborted ? { state: 'stopped' } : { state: 'failed', error })
    }
  }

  return {
    run,
    text,
    start(question) {
      hangUp?.abort()
      hangUp = new AbortController()
      void ask(question, hangUp.signal)
    },
    stop: () => hangUp?.abort(),
  }
}
