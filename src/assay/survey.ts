import type { Spec } from '../state/instrument.ts'
import type { Endpoint } from '../delivery/endpoint.ts'
import type { Judge } from '../delivery/judge.ts'
import type { Item } from '../pool/item.ts'
import type { Grader } from './grader.ts'
import type { Sample } from './measurement.ts'
import { isGood } from './measurement.ts'
import type { Probe, ProbeTools } from './probe.ts'
import { startProbe } from './probe.ts'
import type { Question } from './questionnaire.ts'
import { faultOf } from './questionnaire.ts'

export type SurveyTools = ProbeTools & {
  judge: Judge
  grader: Pick<Grader, 'passes'>
  /** Whether an item whose request failed may be shown once more. */
  mayRepeat(item: Item): Promise<boolean>
}

/** When every one of the first so many requests fails, no more are made. */
const HOPELESS = 5

/** Hears how far a survey has come, which kind of question is asked, and how many were answered well. */
export type OnProgress = (
  done: number,
  total: number,
  at: { phase: Question['kind'] | null; passed: number },
) => void

/** One endpoint being asked one list of questions, a few at a time. */
export class Survey {
  readonly samples: Sample[] = []
  private readonly probes = new Set<Probe>()
  private cut: string | null = null
  private next = 0
  private done = 0
  private passed = 0
  private readonly parts: SurveyTools
  private readonly endpoint: Endpoint
  private readonly spec: Spec
  private readonly questions: readonly Question[]
  private readonly onProgress: OnProgress

  constructor(
    parts: SurveyTools,
    endpoint: Endpoint,
    spec: Spec,
    questions: readonly Question[],
    onProgress: OnProgress,
  ) {
    this.parts = parts
    this.endpoint = endpoint
    this.spec = spec
    this.questions = questions
    this.onProgress = onProgress
  }

  /** Resolves with why not everything was asked, or null. */
  async run(width: number, deadlineMs: number): Promise<string | null> {
    this.tell()
    const late = `not done within ${deadlineMs / 60_000} minutes`
    const cancel = this.parts.timer.after(deadlineMs, () => this.stop(late))
    try {
      await Promise.all(Array.from({ length: width }, () => this.work()))
    } finally {
      cancel()
    }
    return this.cut
  }

  /** Asks no more, and hangs up on what is being asked. */
  stop(why: string): void {
    this.cut ??= why
    for (const probe of this.probes) probe.abort()
  }

  private async work(): Promise<void> {
    while (this.cut === null) {
      const question = this.questions[this.next++]
      if (question === undefined) return
      let sample = await this.ask(question)
      // How fast answers come is sampled as it is; what a model can do is not told by a request that failed.
      if (question.kind !== 'paced' && sample.reading.failure !== null && (await this.mayRepeat(question)))
        sample = await this.ask(question)
      this.done++
      if (isGood(sample)) this.passed++
      this.tell()
    }
  }

  private tell(): void {
    const { questions, next, done, passed } = this
    const phase = questions[Math.min(next, questions.length) - 1]?.kind ?? null
    this.onProgress(done, questions.length, { phase, passed })
  }

  private async mayRepeat(question: Question): Promise<boolean> {
    if (this.cut !== null) return false
    return question.kind !== 'item' || this.parts.mayRepeat(question.item)
  }

  private async ask(question: Question): Promise<Sample> {
    const { parts, endpoint, spec } = this
    const { request, outputMax } = question
    const probe = startProbe(parts, { endpoint, spec, request, outputMax })
    this.probes.add(probe)
    const reading = await probe.ended
    this.probes.delete(probe)
    const { answer, failure } = reading
    const misfit = failure === null ? await parts.judge.judge(request, answer, spec.vectors) : undefined
    // An empty answer failed; one of the wrong form is an answer, and not the one asked for.
    if (misfit?.code === 'empty') reading.failure = misfit
    const fault =
      reading.failure === null
        ? (misfit?.detail ?? (await faultOf(question, reading.answer, parts.grader)))
        : undefined
    const sample = { question, reading, fault: fault ?? null }
    this.samples.push(sample)
    this.giveUpIfHopeless()
    return sample
  }

  private giveUpIfHopeless(): void {
    const { samples } = this
    if (samples.length < HOPELESS || samples.some(({ reading }) => reading.failure === null)) return
    this.stop('so no more was asked')
  }
}
