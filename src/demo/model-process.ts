import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ModelServerOptions } from './model-server.ts'

/** A model server in a process of its own. */
export type ModelProcess = {
  baseUrl: string
  /** Resolves when the process has ended, with a line that says how. */
  ended: Promise<string>
  /** Ends the process. */
  stop(): Promise<void>
}

const START_MS = 20_000
const STOP_MS = 2_000

/** Source or compiled, the program stands beside this file with the same ending. */
const PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './model-server.ts' : './model-server.js', import.meta.url),
)

/**
 * Starts a model server and waits for its port. It ends by itself when this process does, however that
 * happens.
 */
export async function startModelProcess(options: ModelServerOptions): Promise<ModelProcess> {
  const child = fork(PROGRAM, [JSON.stringify(options)], { stdio: ['pipe', 'ignore', 'inherit', 'ipc'] })
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`a model server did not start within ${START_MS / 1000} s`))
    }, START_MS)
    child.once('error', reject)
    void ended.then((how) => reject(new Error(`a model server ended at its start: ${how}`)))
    child.once('message', (message: { port: number }) => {
      clearTimeout(timer)
      resolve(message.port)
    })
  })
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    ended,
    async stop() {
      if (child.connected) child.disconnect()
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(late)
    },
  }
}
