import type { Worker } from 'node:worker_threads'
import { startWorker } from './worker.ts'

/** A worker thread that answers questions, and is replaced when it dies or does not answer in time. */
export type Thread<Question, Answer> = {
  /**
   * Rejects when the thread could not answer: alone with this question it died twice, or took too long. What
   * was asked together with such a question is answered.
   */
  ask(question: Question): Promise<Answer>
  close(): Promise<void>
}

export type Asked<Question> = { id: number; question: Question }
export type Answered<Answer> = { id: number; answer: Answer } | { id: number; error: string }

type Waiting<Question, Answer> = {
  question: Question
  tries: number
  /** How many questions were sent in the message that it was sent in. */
  company: number
  askedAt: number
  resolve(answer: Answer): void
  reject(error: Error): void
}

/**
 * Stands for whoever has been answered. The old tables of a map that grows and shrinks all the time point to
 * one another, and what they hold outlives young collections: a whole request behind each question.
 */
const letGo = (): void => {}

const TRIES_MAX = 2
/** How long questions to a thread that is, or just was, busy wait for company. */
const BATCH_MS = 1
/** How long a thread may take to load what it runs. */
const START_MS = 30_000

/**
 * Starts a module, named without its ending, as a thread. Questions of one turn of the event loop travel
 * together. A thread that says nothing for `timeoutMs` while it is asked is stopped; a new one takes over
 * what waits. Time that a thread takes to start does not count.
 */
export const openThread = <Question, Answer>(module: URL, timeoutMs: number): Thread<Question, Answer> =>
  new Owner<Question, Answer>(module, timeoutMs)

class Owner<Question, Answer> implements Thread<Question, Answer> {
  private readonly waiting = new Map<number, Waiting<Question, Answer>>()
  private batch: Asked<Question>[] = []
  private nextId = 1
  /** Questions that the thread has and has not answered. */
  private inThread = 0
  /** Questions up to this one are asked one at a time: one of them may have ended a thread. */
  private singlyUntil = 0
  private closed = false
  private heardAt = 0
  private sentAt = 0
  private worker: Worker | null
  private isReady = false
  private readonly watch: NodeJS.Timeout
  private readonly module: URL
  private readonly name: string
  private readonly timeoutMs: number

  constructor(module: URL, timeoutMs: number) {
    this.module = module
    this.name = module.pathname.slice(module.pathname.lastIndexOf('/') + 1)
    this.timeoutMs = timeoutMs
    this.worker = this.start()
    this.watch = setInterval(() => this.stopIfStuck(), Math.max(50, timeoutMs / 4)).unref()
  }

  ask(question: Question): Promise<Answer> {
    if (this.closed) return Promise.reject(new Error(`thread ${this.name} is closed`))
    return new Promise((resolve, reject) => {
      const id = this.nextId++
      this.worker ??= this.start()
      if (this.waiting.size === 0) this.worker.ref()
      this.waiting.set(id, { question, tries: 0, company: 0, askedAt: performance.now(), resolve, reject })
      if (this.batch.push({ id, question }) === 1) this.flushSoon()
    })
  }

  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.watch)
    for (const asked of this.waiting.values()) asked.reject(new Error(`thread ${this.name} is closed`))
    this.waiting.clear()
    await this.worker?.terminate()
  }

  private start(): Worker {
    const fresh = startWorker(this.module, undefined)
    this.isReady = false
    // A thread holds the process only while it is asked something. Coming online takes the hold again.
    fresh.unref()
    fresh.once('online', () => {
      if (this.waiting.size === 0) fresh.unref()
    })
    fresh.on('message', (answers: Answered<Answer>[]) => {
      // What a thread that was replaced had is asked again.
      if (fresh !== this.worker) return
      this.isReady = true
      this.inThread -= answers.length
      this.heardAt = performance.now()
      for (const answered of answers) this.settle(answered)
      this.flush()
    })
    fresh.on('error', (error) => this.replace(fresh, error))
    fresh.on('exit', (code) => this.replace(fresh, new Error(`thread ${this.name} left with code ${code}`)))
    return fresh
  }

  private settle(answered: Answered<Answer>): void {
    const asked = this.waiting.get(answered.id)
    if (asked === undefined) return
    this.waiting.delete(answered.id)
    if (this.waiting.size === 0) this.worker?.unref()
    if ('error' in answered) asked.reject(new Error(answered.error))
    else asked.resolve(answered.answer)
    asked.resolve = asked.reject = letGo
  }

  /**
   * A first question that was sent alone was the one being worked on: it counts as a try. Of several sent
   * together it is not known which one it was. All that wait are asked again one at a time.
   */
  private replace(dead: Worker, error: Error): void {
    if (dead !== this.worker || this.closed) return
    const [first] = this.waiting
    if (first?.[1].company === 1 && ++first[1].tries >= TRIES_MAX) {
      this.waiting.delete(first[0])
      first[1].reject(error)
    }
    this.worker = null
    this.inThread = 0
    this.batch = []
    this.singlyUntil = this.nextId - 1
    if (this.waiting.size === 0) return
    this.worker = this.start()
    this.worker.ref()
    const now = performance.now()
    for (const asked of this.waiting.values()) asked.askedAt = now
    this.flush()
  }

  private stopIfStuck(): void {
    const [first] = this.waiting.values()
    const stuck = this.worker
    if (first === undefined || stuck === null) return
    const patience = this.isReady ? this.timeoutMs : START_MS
    if (performance.now() - Math.max(this.heardAt, first.askedAt) < patience) return
    if (first.company === 1) first.tries = TRIES_MAX
    this.replace(stuck, new Error(`thread ${this.name} did not answer in ${this.timeoutMs} ms`))
    void stuck.terminate()
  }

  /** At once to an idle thread; to a busy one with its next answer, or after a moment if that is sooner. */
  private flushSoon(): void {
    const isIdle = this.waiting.size === this.batch.length && performance.now() - this.sentAt > BATCH_MS
    if (isIdle) setImmediate(() => this.flush())
    else setTimeout(() => this.flush(), BATCH_MS)
  }

  private flush(): void {
    const [first] = this.waiting
    if (first !== undefined && first[0] <= this.singlyUntil) {
      const [id, { question }] = first
      if (this.inThread === 0) this.send([{ id, question }])
      return
    }
    const asked = this.batch
    this.batch = []
    if (asked.length > 0) this.send(asked)
  }

  private send(asked: Asked<Question>[]): void {
    this.sentAt = performance.now()
    this.inThread += asked.length
    for (const { id } of asked) {
      const waiting = this.waiting.get(id)
      if (waiting !== undefined) waiting.company = asked.length
    }
    this.worker?.postMessage(asked)
  }
}
