import type { Thread } from '../thread/question-thread.ts'
import { openThread } from '../thread/question-thread.ts'
import type { ProgramAnswer, ProgramQuestion } from './program-worker.ts'

/** Runs programs that models wrote. */
export type Sandbox = {
  /** What each call returned, as JSON, or null. Rejects only if nothing can be run at all. */
  run(question: ProgramQuestion): Promise<ProgramAnswer>
  close(): Promise<void>
}

/** The interpreter stops a program after a second; a thread that says nothing for this long is ended. */
const SILENT_MS = 5_000
const SOURCE_CHARS_MAX = 16_384
/** A program that anything which runs can run. */
const SOUND: ProgramQuestion = { source: 'const one = () => 1', entry: 'one', calls: ['[]'] }

/** Its thread starts with the first program: most of the time there is none. */
export function createSandbox(): Sandbox {
  let thread: Thread<ProgramQuestion, ProgramAnswer> | undefined

  return {
    async run(question) {
      if (question.source.length > SOURCE_CHARS_MAX) return question.calls.map(() => null)
      thread ??= openThread<ProgramQuestion, ProgramAnswer>(
        new URL('./program-worker', import.meta.url),
        SILENT_MS,
      )
      try {
        return await thread.ask(question)
      } catch {
        // The program's own doing where another one runs; where none does, that is thrown.
        await thread.ask(SOUND)
        return question.calls.map(() => null)
      }
    },
    async close() {
      await thread?.close()
    },
  }
}
