import { parentPort } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import type { Answered, Asked } from './thread.ts'

/** Inside a thread: answers every question of the thread's owner, in order. */
export function answerWith<Question, Answer>(answer: (question: Question) => Answer): void {
  const port = parentPort
  assert(port !== null, 'an answering module runs in a worker thread')
  port.on('message', (batch: Asked<Question>[]) => {
    const answers: Answered<Answer>[] = batch.map(({ id, question }) => {
      try {
        return { id, answer: answer(question) }
      } catch (error) {
        return { id, error: error instanceof Error ? error.message : 'unknown' }
      }
    })
    port.postMessage(answers)
  })
}
