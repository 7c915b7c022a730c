import type { Chance } from '../base/chance.ts'
import type { InstrumentId, OfferId } from '../base/ids.ts'
import { instrumentOf, offerOf, theAccount } from '../state/account.ts'
import type { State } from '../state/state.ts'
import type { Endpoint } from '../delivery/endpoint.ts'
import type { Item } from '../pool/item.ts'
import type { Showings } from './fresh-items.ts'
import { freshItems } from './fresh-items.ts'
import type { Measurement } from './measurement.ts'
import { measurementOf, unmeasured } from './measurement.ts'
import type { Plan } from './questionnaire.ts'
import { PLANS, questionsFor } from './questionnaire.ts'
import type { OnProgress, SurveyTools } from './survey.ts'
import { Survey } from './survey.ts'
import { vectorMeasurementOf, vectorQuestionsFor } from './vector-measurement.ts'

/** Which offer is measured for which instrument, and how closely. */
export type QualifyOrder = { offer: OfferId; instrument: InstrumentId; plan: Plan }

export type Qualifier = {
  /**
   * Samples an offer's endpoint over HTTP and judges it against the instrument's spec; tells of every sample
   * it
   * has taken. A supplier's faults are part of the measurement; rejects only if the exchange cannot count or
   * judge.
   */
  measure(order: QualifyOrder, onProgress: OnProgress): Promise<Measurement>
  /** Hangs up on what is being measured, and resolves once nothing is. */
  close(): Promise<void>
}

export type QualifierParts = Omit<SurveyTools, 'mayRepeat'> & {
  showings: Showings
  exchange: { readonly state: State }
  endpointOf: (offer: OfferId) => Endpoint | undefined
  /** Chance of prompts and items. */
  chance: Chance
}

export function createQualifier(parts: QualifierParts): Qualifier {
  const running = new Map<Survey, Promise<Measurement>>()
  let closed = false

  async function measure(
    { offer: id, instrument, plan }: QualifyOrder,
    onProgress: OnProgress,
  ): Promise<Measurement> {
    const { state } = parts.exchange
    const offer = offerOf(state, id)
    const spec = instrumentOf(state, instrument)?.spec
    const endpoint = parts.endpointOf(id)
    if (closed) return unmeasured('the exchange is closing')
    if (offer === undefined) return unmeasured('there is no such offer')
    if (spec === undefined) return unmeasured('there is no such instrument')
    if (endpoint === undefined) return unmeasured('the offer has no endpoint: register it again')
    const { member } = theAccount(state, offer.terms.account)
    const mayRepeat = async ({ prompt }: Item) => (await parts.showings.show(member, [prompt])).length > 0
    const questions =
      spec.vectors === undefined
        ? questionsFor(
            plan,
            spec,
            offer.terms,
            await freshItems(spec, PLANS[plan].items, parts.chance, parts.showings, member),
            parts.chance,
          )
        : vectorQuestionsFor(plan, spec, parts.chance)
    const survey = new Survey({ ...parts, mayRepeat }, endpoint, spec, questions, onProgress)
    const { width, deadlineMs } = PLANS[plan]
    const work = survey.run(Math.min(width, offer.terms.concurrency), deadlineMs).then((cut) => {
      const { samples } = survey
      const sampling = { spec, claims: offer.terms, samples, asked: questions.length }
      return spec.vectors === undefined ? measurementOf(sampling, cut) : vectorMeasurementOf(sampling, cut)
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
