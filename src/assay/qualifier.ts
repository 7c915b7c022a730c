import type { Chance } from '../base/chance.ts'
import type { InstrumentId, OfferId } from '../base/ids.ts'
import { instrumentOf, offerOf } from '../state/account.ts'
import type { Spec } from '../state/instrument.ts'
import type { State } from '../state/state.ts'
import type { Endpoint } from '../delivery/endpoint.ts'
import type { Judge } from '../delivery/judge.ts'
import type { Measurement, Sample } from './measurement.ts'
import { measurementOf, unmeasured } from './measurement.ts'
import type { Probe, ProbeTools } from './probe.ts'
import { startProbe } from './probe.ts'
import type { Plan, Question } from './questionnaire.ts'
import { faultOf, PLANS, questionsFor } from './questionnaire.ts'

/** Which offer is measured for which instrument, and how closely. */
export type QualifyOrder = { offer: OfferId; instrument: InstrumentId; plan: Plan }

export type Qualifier = {
  /**
   * Samples an offer's endpoint over HTTP and judges it against the instrument's spec; tells of every sample
   * it
   * has taken. A supplier's faults are part of the measurement; rejects only if the exchange cannot count or
   * judge.
   */
  measure(order: QualifyOrder, onProgress: (done: number, total: number) => void): Promise<Measurement>
  /** Hangs up on what is being measured, and resolves once nothing is. */
  close(): Promise<void>
}

export type QualifierParts = ProbeTools & {
  exchange: { readonly state: State }
  endpointOf: (offer: OfferId) => Endpoint | undefined
  judge: Judge
  /** Chance of prompts and items. */
  chance: Chance
}

/** When every one of the first so many requests fails, no more are made. */
const HOPELESS = 5

export function createQualifier(parts: QualifierParts): Qualifier {
  const running = new Map<Survey, Promise<Measurement>>()
  let closed = false

  async function measure(
    { offer: id, instrument, plan }: QualifyOrder,
    onProgress: (done: number, total: number) => void,
  ): Promise<Measurement> {
    const { state } = parts.exchange
    const offer = offerOf(state, id)
    const spec = instrumentOf(state, instrument)?.spec
    const endpoint = parts.endpointOf(id)
    if (closed) return unmeasured('the exchange is closing')
    if (offer === undefined) return unmeasured('there is no such offer')
    if (spec === undefined) return unmeasured('there is no such instrument')
    if (endpoint === undefined) return unmeasured('the offer has no endpoint: register it again')
    const questions = questionsFor(plan, spec, offer.terms, parts.chance)
    const survey = new Survey(parts, endpoint, spec, questions, onProgress)
    const { width, deadlineMs } = PLANS[plan]
    const work = survey.run(Math.min(width, offer.terms.concurrency), deadlineMs).then((cut) => {
      const { samples } = survey
      return measurementOf({ spec, offer, samples, asked: questions.length }, cut)
    })
    running.set(survey, work)
    return work.finally(() => running.delete(survey))
  }

  return {
    measure,
    async close() {
      closed = true
      for (const survey of running.keys()) survey.stop('the exchange is closing')
      await Promise.allSettled(running.values())
    },
  }
}

/** One offer being asked one list of questions, a few at a time. */
class Survey {
  readonly samples: Sample[] = []
  private readonly probes = new Set<Probe>()
  private cut: string | null = null
  private next = 0
  private done = 0
  private readonly parts: QualifierParts
  private readonly endpoint: Endpoint
  private readonly spec: Spec
  private readonly questions: readonly Question[]
  private readonly onProgress: (done: number, total: number) => void

  constructor(
    parts: QualifierParts,
    endpoint: Endpoint,
    spec: Spec,
    questions: readonly Question[],
    onProgress: (done: number, total: number) => void,
  ) {
    this.parts = parts
    this.endpoint = endpoint
    this.spec = spec
    this.questions = questions
    this.onProgress = onProgress
  }

  /** Resolves with why not everything was asked, or null. */
  async run(width: number, deadlineMs: number): Promise<string | null> {
    this.onProgress(0, this.questions.length)
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
      const first = await this.ask(question)
      // How fast answers come is sampled as it is; what a model can do is not told by a request that failed.
      if (question.kind !== 'paced' && first.reading.failure !== null && this.cut === null)
        await this.ask(question)
      this.onProgress(++this.done, this.questions.length)
    }
  }

  private async ask(question: Question): Promise<Sample> {
    const { parts, endpoint, spec } = this
    const { request, outputMax } = question
    const probe = startProbe(parts, { endpoint, spec, request, outputMax })
    this.probes.add(probe)
    const reading = await probe.ended
    this.probes.delete(probe)
    const misfit = reading.failure === null ? await parts.judge.judge(request, reading.answer) : undefined
    // An empty answer failed; one of the wrong form is an answer, and not the one asked for.
    if (misfit?.code === 'empty') reading.failure = misfit
    const fault = reading.failure === null ? (misfit?.detail ?? faultOf(question, reading.answer)) : undefined
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
