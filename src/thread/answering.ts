import { parentPort } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import type { Answered, Asked } from './question-thread.ts'

/**
 * Inside a thread: answers every question of the thread's owner. What is ready at one time travels together,
 * and what says that the thread has started is an answer to nothing.
 */
export function answerWith<Question, Answer>(answer: (question: Question) => Answer | Promise<Answer>): void {
  const port = parentPort
  assert(port !== null, 'an answering module runs in a worker thread')
  let ready: Answered<Answer>[] = []

  async function work({ id, question }: Asked<Question>): Promise<Answered<Answer>> {
    try {
      return { id, answer: await answer(question) }
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : 'unknown' }
    }
  }

  port.on('message', (batch: Asked<Question>[]) => {
    for (const asked of batch)
      void work(asked).then((answered) => {
        if (ready.push(answered) === 1) queueMicrotask(send)
      })
  })

  function send(): void {
    const answers = ready
    ready = []
    port?.postMessage(answers)
  }
  port.postMessage([])
}
