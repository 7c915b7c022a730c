import { Worker } from 'node:worker_threads'

/** A worker thread that answers questions one by one, and is replaced when it dies or does not answer in time. */
export type Thread<Question, Answer> = {
  /** Rejects when the thread could not answer: it died twice on this question, or took too long. */
  ask(question: Question): Promise<Answer>
  close(): Promise<void>
}

export type Asked<Question> = { id: number; question: Question }
export type Answered<Answer> = { id: number; answer: Answer } | { id: number; error: string }

type Waiting<Question, Answer> = {
  question: Question
  tries: number
  askedAt: number
  resolve(answer: Answer): void
  reject(error: Error): void
}

const TRIES_MAX = 2

/** The module beside this one, as built; or as source, through a loader that has to be registered in each thread. */
function workerOf(name: string): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, import.meta.url))
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const source = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href)
  return new Worker(`import(${loader}).then(({ register }) => (register(), import(${source})))`, {
    eval: true,
  })
}

/**
 * Starts the module `name` of this folder as a thread. Questions of one turn of the event loop travel together.
 * A thread that says nothing for `timeoutMs` while it is asked is stopped; a new one takes over what else waits.
 */
export function openThread<Question, Answer>(name: string, timeoutMs: number): Thread<Question, Answer> {
  const waiting = new Map<number, Waiting<Question, Answer>>()
  let batch: Asked<Question>[] = []
  let nextId = 1
  let closed = false
  let heardAt = 0
  let worker: Worker | null = start()
  const watch = setInterval(() => stopIfStuck(), Math.max(50, timeoutMs / 4)).unref()

  function start(): Worker {
    const fresh = workerOf(name)
    // A thread holds the process only while it is asked something. Coming online takes the hold again.
    fresh.unref()
    fresh.once('online', () => {
      if (waiting.size === 0) fresh.unref()
    })
    fresh.on('message', (answers: Answered<Answer>[]) => {
      heardAt = performance.now()
      answers.forEach(settle)
    })
    fresh.on('error', (error) => replace(fresh, error))
    fresh.on('exit', (code) => replace(fresh, new Error(`thread ${name} left with code ${code}`)))
    return fresh
  }

  function settle(answered: Answered<Answer>): void {
    const asked = waiting.get(answered.id)
    if (asked === undefined) return
    waiting.delete(answered.id)
    if (waiting.size === 0) worker?.unref()
    if ('error' in answered) asked.reject(new Error(answered.error))
    else asked.resolve(answered.answer)
  }

  /** The first question was the one being worked on: it counts as a try. The others are asked again as they are. */
  function replace(dead: Worker, error: Error): void {
    if (dead !== worker || closed) return
    const [first] = waiting
    if (first !== undefined && ++first[1].tries >= TRIES_MAX) {
      waiting.delete(first[0])
      first[1].reject(error)
    }
    worker = null
    if (waiting.size === 0) return
    worker = start()
    worker.ref()
    const now = performance.now()
    for (const asked of waiting.values()) asked.askedAt = now
    batch = []
    worker.postMessage([...waiting].map(([id, { question }]) => ({ id, question })))
  }

  function stopIfStuck(): void {
    const [first] = waiting.values()
    if (first === undefined || performance.now() - Math.max(heardAt, first.askedAt) < timeoutMs) return
    first.tries = TRIES_MAX
    const stuck = worker
    if (stuck === null) return
    replace(stuck, new Error(`thread ${name} did not answer in ${timeoutMs} ms`))
    void stuck.terminate()
  }

  function flush(): void {
    const asked = batch
    batch = []
    if (asked.length > 0) worker?.postMessage(asked)
  }

  return {
    ask(question) {
      if (closed) return Promise.reject(new Error(`thread ${name} is closed`))
      return new Promise((resolve, reject) => {
        const id = nextId++
        worker ??= start()
        if (waiting.size === 0) worker.ref()
        waiting.set(id, { question, tries: 0, askedAt: performance.now(), resolve, reject })
        if (batch.push({ id, question }) === 1) setImmediate(flush)
      })
    },
    async close() {
      closed = true
      clearInterval(watch)
      for (const asked of waiting.values()) asked.reject(new Error(`thread ${name} is closed`))
      waiting.clear()
      await worker?.terminate()
    },
  }
}
