import type { AccountId, InstrumentId, OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_HOUR, toMs } from '../base/time.ts'
import type { OfferCertify } from '../state/command.ts'
import type { QualificationOut } from '../wire/supply.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import { refusalIn } from './outcome.ts'

export type Plan = 'full' | 'brief'

/** One quantity of a qualification: what was measured, and what the spec asks. */
export type Measure = { name: string; measured: string; required: string; passed: boolean }

/** What is being asked; null: nothing yet, or no more. */
export type Phase = QualificationOut['phase']

/** What the exchange's own probes found. `reason` says in words why it did not pass, or is null. */
export type Measurement = {
  passed: boolean
  reason: string | null
  measures: Measure[]
  evidence: OfferCertify['evidence']
}

/**
 * Measures an offer over its endpoint; tells of every sample it has taken. Rejects if it could not be carried
 * out.
 */
export type Qualify = (
  order: { offer: OfferId; instrument: InstrumentId; plan: Plan },
  onProgress: (done: number, total: number, at: { phase: Phase; passed: number }) => void,
) => Promise<Measurement>

export type Qualification = {
  id: number
  account: AccountId
  offer: OfferId
  instrument: InstrumentId
  plan: Plan
  status: 'running' | 'passed' | 'failed'
  phase: Phase
  done: number
  total: number
  /** Samples that were answered as they should be. */
  samplesPassed: number
  measures: Measure[]
  reason: string | null
  startedAt: Instant
  finishedAt: Instant | null
  expiresAt: Instant | null
}

/** The qualifications of this run of the process. What they led to stands in the engine as certificates. */
export type Qualifications = {
  /** Starts to measure, or answers `running` if the offer is being measured for the instrument. */
  start(wanted: Pick<Qualification, 'account' | 'offer' | 'instrument' | 'plan'>): Qualification | 'running'
  find(id: number): Qualification | undefined
  /** Newest first. */
  list(account: AccountId): Qualification[]
  /** Has a listener hear of every step. Nothing of it is journaled. Returns the function that ends it. */
  onStep(listener: (one: Qualification) => void): () => void
  /** Resolves when nothing is being measured any more. */
  idle(): Promise<void>
}

export type DeskParts = {
  qualify: Qualify
  /** Records a passed measurement as a certificate; says until when it holds, or why it was refused. */
  certify: (
    offer: OfferId,
    instrument: InstrumentId,
    evidence: OfferCertify['evidence'],
  ) => Promise<{ expiresAt: Instant } | { refused: string }>
  clock: () => Instant
  onFailure: (id: number, error: unknown) => void
}

/** How long a certificate holds. */
const CERTIFICATE_MICROS = 30 * 24 * MICROS_PER_HOUR

/** Certificates that hold for thirty days, recorded as commands of the exchange. */
export const certifyThrough =
  (sequencer: Sequencer, clock: () => Instant): DeskParts['certify'] =>
  async (offer, instrument, evidence) => {
    const expiresAt = later(clock(), CERTIFICATE_MICROS)
    const applied = await sequencer.ask({ kind: 'offer.certify', offer, instrument, expiresAt, evidence })
    const refused = refusalIn(applied)
    return refused === undefined ? { expiresAt } : { refused: refused.detail }
  }

/** Finished qualifications kept for readers. */
const KEPT = 1_000

export function createQualifications({ qualify, certify, clock, onFailure }: DeskParts): Qualifications {
  const desk = new Map<number, Qualification>()
  const running = new Set<Promise<void>>()
  const listeners = new Set<(one: Qualification) => void>()
  let last = 0

  async function carryOut(one: Qualification): Promise<void> {
    try {
      const measurement = await qualify(one, (done, total, { phase, passed }) => {
        Object.assign(one, { done, total, phase, samplesPassed: passed })
        tell(one)
      })
      one.measures = measurement.measures
      one.reason = measurement.reason
      if (!measurement.passed) return finish(one, 'failed')
      const outcome = await certify(one.offer, one.instrument, measurement.evidence)
      if ('refused' in outcome) {
        one.reason = outcome.refused
        return finish(one, 'failed')
      }
      one.expiresAt = outcome.expiresAt
      finish(one, 'passed')
    } catch (error) {
      onFailure(one.id, error)
      one.reason = 'the measurement could not be carried out'
      finish(one, 'failed')
    }
  }

  const tell = (one: Qualification): void => listeners.forEach((listener) => listener(one))

  const finish = (one: Qualification, status: 'passed' | 'failed'): void => {
    one.status = status
    one.phase = null
    one.finishedAt = clock()
    tell(one)
    for (const [id, old] of desk) {
      if (desk.size <= KEPT) break
      if (old.status !== 'running') desk.delete(id)
    }
  }

  return {
    start(wanted) {
      for (const { status, offer, instrument } of desk.values())
        if (status === 'running' && offer === wanted.offer && instrument === wanted.instrument)
          return 'running'
      // Numbered by the clock, so that no number comes again after a restart.
      last = Math.max(last + 1, toMs(clock()))
      const begun = { phase: null, done: 0, total: 0, samplesPassed: 0, measures: [], reason: null }
      const times = { startedAt: clock(), finishedAt: null, expiresAt: null }
      const one: Qualification = { ...wanted, ...begun, ...times, id: last, status: 'running' }
      desk.set(one.id, one)
      tell(one)
      const work = carryOut(one).finally(() => running.delete(work))
      running.add(work)
      return one
    },
    find: (id) => desk.get(id),
    list: (account) => [...desk.values()].filter((one) => one.account === account).reverse(),
    onStep(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async idle() {
      await Promise.all(running)
    },
  }
}
