import { createHash } from 'node:crypto'
import type { Chance } from '../base/chance.ts'
import type { AccountId, InstrumentId, MemberId, OfferId } from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { micros, ppm } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_DAY } from '../base/time.ts'
import type { Gateway } from '../delivery/gateway.ts'
import type { Timer } from '../delivery/timer.ts'
import { COMPARED_ONE_IN, comparisonFor } from '../pool/comparison-items.ts'
import { failureAt } from '../pool/failure.ts'
import type { Item } from '../pool/item.ts'
import { familyName } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'
import { agreement, REFERENCE_TEXTS, signsAt, signsOf } from '../measure/vector-space.ts'
import { thetaAt } from '../measure/scale.ts'
import type { Applied, Sequencer } from '../sequencer/sequencer.ts'
import { freeCash, instrumentOf, offerOf, theAccount } from '../state/account.ts'
import type { LotProbe } from '../state/command.ts'
import { balanceOf } from '../state/ledger.ts'
import type { VectorSpace } from '../state/instrument.ts'
import type { Instrument, Offer, State } from '../state/state.ts'
import type { ChatRequest } from '../wire/openai.ts'
import { candidates } from '../trading/supply.ts'
import { compare } from './comparison.ts'
import type { Showings } from './fresh-items.ts'
import { freshItems } from './fresh-items.ts'
import type { Grader } from './grader.ts'
import { earlierIn, probeRequest } from './probe-request.ts'
import type { Told } from './probe-surface.ts'
import { askThrough } from './probe-surface.ts'
import type { Shape, Shapes } from './traffic-shape.ts'

/** Probes suppliers unannounced, as a buyer that nobody can tell from others. */
export type Prober = {
  /** Probes whatever is due now; returns how many answers were graded. */
  turn(): Promise<number>
  /** Turns by itself from now on. */
  start(): void
  stop(): Promise<void>
}

export type ProberParts = {
  exchange: Pick<Sequencer, 'state' | 'ask' | 'onCommit'>
  gateway: Pick<Gateway, 'complete'>
  grader: Pick<Grader, 'passes'>
  showings: Showings
  /** What recent requests looked like. */
  shapes: Pick<Shapes, 'draw'>
  timer: Timer
  clock: () => Instant
  chance: Chance
  /** The exchange's own account that asks. */
  account: AccountId
  /** Least probes a day of every supplier in every instrument; 0: none at all. */
  perDay: number
  /** A probe that could not be carried out. */
  onFailure: (error: unknown) => void
}

/** Of delivered requests, one in so many is followed by a probe. */
const ONE_IN = 100
const TURN_MS = 1_000
/** µ$ that the account asks of fee income when it has less than that. */
const PURSE = micros(1_000_000)
/** The log-likelihood needs room for 6 points more than a model at the floor fails. */
const FAILURE_MOST = 930_000

/** The same model agrees with itself in nearly all 64 signs of one text, another one in half of them. */
const TEXT_AGREEMENT_LEAST = 0.9
/** What an honest supplier of embeddings may fail of these, in ppm. */
const SPACE_FAILURE = ppm(10_000)

type Judge = { offer: OfferId; instrument: Instrument }

type Due = { offer: OfferId; instrument: InstrumentId }
/** When the next probe is due, and where in the day its turn ends: one falls in each. */
type Slot = { next: number; ends: number }

export const createProber = (parts: ProberParts): Prober => new ProbeRounds(parts)

class ProbeRounds implements Prober {
  private readonly parts: ProberParts
  private readonly slots = new Map<string, Slot>()
  private readonly prompted: Due[] = []
  private readonly stopHearing: () => void
  private asked = 0
  private stopped = false
  private cancel: () => void = () => {}
  private running: Promise<number> = Promise.resolve(0)

  constructor(parts: ProberParts) {
    this.parts = parts
    this.stopHearing = parts.exchange.onCommit((batch) => this.hear(batch))
  }

  turn(): Promise<number> {
    this.running = this.running.catch(() => 0).then(() => this.round())
    return this.running
  }

  start(): void {
    if (this.stopped) return
    this.cancel = this.parts.timer.after(TURN_MS, () => {
      this.turn()
        .catch((error: unknown) => {
          if (!this.stopped) this.parts.onFailure(error)
        })
        .finally(() => this.start())
    })
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.cancel()
    this.stopHearing()
    await this.running.catch(() => 0)
  }

  /** Delivered requests of others: now and then one is followed by a probe. */
  private hear(batch: readonly Applied[]): void {
    const { account, chance } = this.parts
    for (const { events } of batch)
      for (const event of events)
        if (event.kind === 'draw.settled' && event.account !== account && chance.below(ONE_IN) === 0)
          this.prompted.push({ offer: event.offer, instrument: event.instrument })
  }

  private async round(): Promise<number> {
    let graded = 0
    for (const due of this.parts.perDay === 0 ? [] : this.dueNow()) {
      if (this.stopped) break
      if (await this.probe(due)) graded++
    }
    return graded
  }

  private dueNow(): Due[] {
    const { state } = this.parts.exchange
    const now = this.parts.clock()
    const due = this.prompted.splice(0)
    for (const { id } of state.instruments)
      for (const { offer } of candidates(state, id, state.at)) {
        const one = { offer, instrument: id }
        if (this.isDue(one, now)) due.push(one)
      }
    return due
  }

  /** Each stretch of the day holds one probe, at a time of chance: no cadence to wait for. */
  private isDue({ offer, instrument }: Due, now: Instant): boolean {
    const length = MICROS_PER_DAY / this.parts.perDay
    const key = `${offer} ${instrument}`
    const slot = this.slots.get(key)
    if (slot !== undefined && now < slot.next) return false
    const starts = slot === undefined ? now : Math.max(slot.ends, now - length)
    this.slots.set(key, { next: starts + this.parts.chance.fraction() * length, ends: starts + length })
    return slot !== undefined
  }

  private async probe({ offer, instrument: id }: Due): Promise<boolean> {
    const { exchange, chance, grader, showings } = this.parts
    const instrument = instrumentOf(exchange.state, id)
    if (instrument === undefined || !(await this.fillPurse())) return false
    const { spec } = instrument
    if (spec.vectors !== undefined) return this.probeSpace(offer, instrument, spec.vectors)
    const supplier = offerOf(exchange.state, offer)
    if (supplier === undefined) return false
    const { member } = theAccount(exchange.state, supplier.terms.account)
    const judge = chance.below(COMPARED_ONE_IN) === 0 ? this.judgeOf(instrument, member) : undefined
    if (judge !== undefined) return this.probeByJudge(offer, instrument, member, judge)
    const shape = this.shapeFor(id, supplier)
    const [item, ...earlier] = await freshItems(spec, 1 + earlierIn(shape), chance, showings, member)
    const expected = item === undefined ? [] : expectedOf(exchange.state.instruments, instrument, item)
    if (item === undefined || expected[0]?.instrument !== id) return false
    const told = await this.askOf(offer, instrument, probeRequest(item, earlier, shape, chance))
    if (told === undefined) return false
    return this.enter({
      offer,
      instrument: id,
      passed: await grader.passes(item, told.content),
      expected,
      evidence: {
        item: familyName(item),
        request: told.receipt,
        sha256: sha256Of([item.prompt, told.content]),
      },
    })
  }

  /** Whether the probe was entered: the offer may have lost its certificate meanwhile. */
  private async enter(probe: Omit<LotProbe, 'kind'>): Promise<boolean> {
    const { events } = await this.parts.exchange.ask({ kind: 'lot.probe', ...probe })
    return events.some(({ kind }) => kind === 'lot.probed')
  }

  /**
   * Who may judge an answer given for an instrument: a supplier of another member that is called for the same
   * grade of the task or a better one.
   */
  private judgeOf({ spec }: Instrument, member: MemberId): Judge | undefined {
    const { exchange, chance } = this.parts
    const { state } = exchange
    const able = state.instruments
      .filter((one) => one.spec.task === spec.task && one.spec.intelligenceFloor >= spec.intelligenceFloor)
      .flatMap((instrument) =>
        candidates(state, instrument.id, state.at).map(({ offer }) => ({ offer, instrument })),
      )
      .filter(({ offer }) => memberOf(state, offer) !== member)
    return able[chance.below(Math.max(1, able.length))]
  }

  /** An answer to a brief, compared with a reference by another supplier. What is a tie is not entered. */
  private async probeByJudge(
    offer: OfferId,
    instrument: Instrument,
    member: MemberId,
    judge: Judge,
  ): Promise<boolean> {
    const { exchange, chance, showings } = this.parts
    const floor = thetaAt(instrument.spec.intelligenceFloor, PANEL)
    const item = comparisonFor(instrument.spec.task, floor, chance)
    if (item === undefined) return false
    const { template, level, prompt, reference } = item
    const expected = expectedOf(exchange.state.instruments, instrument, item)
    if (expected[0]?.instrument !== instrument.id || (await showings.show(member, [prompt])).length === 0)
      return false
    const told = await this.askOf(offer, instrument, oneMessage(prompt))
    if (told === undefined) return false
    const { better, replies } = await compare(
      async (question) => (await this.askOf(judge.offer, judge.instrument, oneMessage(question)))?.content,
      { brief: prompt, answer: told.content, reference },
      chance,
    )
    if (better === null) return false
    return this.enter({
      offer,
      instrument: instrument.id,
      passed: better,
      expected,
      evidence: {
        item: familyName({ template, level }),
        request: told.receipt,
        sha256: sha256Of([prompt, told.content, ...replies]),
      },
    })
  }

  /** Of a recent request, without tools where the supplier is called for none. */
  private shapeFor(instrument: InstrumentId, { terms }: Offer): Shape | undefined {
    const shape = this.parts.shapes.draw(instrument, this.parts.chance)
    return shape && (terms.capabilities.includes('tools') ? shape : { ...shape, tools: 0 })
  }

  /** One reference text of an embedding grade: its vector must lie where it was when the grade was listed. */
  private async probeSpace(offer: OfferId, instrument: Instrument, { signs }: VectorSpace): Promise<boolean> {
    const { chance } = this.parts
    const at = chance.below(REFERENCE_TEXTS.length)
    const text = REFERENCE_TEXTS[at] ?? REFERENCE_TEXTS[0]
    const told = await this.askOf(offer, instrument, {
      messages: [{ role: 'user', content: text }],
      max_tokens: 0,
    })
    const [vector] = told?.vectors ?? []
    if (told === undefined || vector === undefined) return false
    const found = signsOf(vector)
    return this.enter({
      offer,
      instrument: instrument.id,
      passed: agreement(found, signsAt(signs, at)) >= TEXT_AGREEMENT_LEAST,
      expected: [{ instrument: instrument.id, failure: SPACE_FAILURE }],
      evidence: {
        item: 'reference-text',
        request: told.receipt,
        sha256: sha256Of([text, found]),
      },
    })
  }

  private askOf(
    offer: OfferId,
    { id, spec }: Instrument,
    request: Omit<ChatRequest, 'model'>,
  ): Promise<Told | undefined> {
    const { gateway, account, clock } = this.parts
    return askThrough(gateway, {
      caller: { account, mandate: NO_MANDATE, buyLimit: spec.priceMax },
      instrument: id,
      offer,
      body: { ...request, model: spec.symbol },
      request: `req_${Math.floor(clock() / 1_000)}${++this.asked}`,
    })
  }

  private async fillPurse(): Promise<boolean> {
    const { exchange, account } = this.parts
    const purse = () => freeCash(exchange.state, theAccount(exchange.state, account))
    if (purse() >= PURSE / 10) return true
    const { ledger, house } = exchange.state
    const amount = micros(Math.min(PURSE, balanceOf(ledger, house.fees)))
    if (amount > 0) await exchange.ask({ kind: 'probe.fund', account, amount })
    return purse() > 0
  }
}

const sha256Of = (texts: readonly string[]): string =>
  createHash('sha256').update(texts.join('\n')).digest('hex')

const oneMessage = (content: string): Omit<ChatRequest, 'model'> => ({
  messages: [{ role: 'user', content }],
  max_tokens: 1_024,
})

function memberOf(state: State, offer: OfferId): MemberId | undefined {
  const account = offerOf(state, offer)?.terms.account
  return account === undefined ? undefined : theAccount(state, account).member
}

/** What a model at the floor of the instrument fails of such items, and at those of the grades below it. */
function expectedOf(
  all: readonly Instrument[],
  own: Instrument,
  item: Pick<Item, 'template' | 'level'>,
): LotProbe['expected'][number][] {
  const { task, intelligenceFloor: floor } = own.spec
  const lower = all.filter(({ spec }) => spec.task === task && spec.intelligenceFloor < floor)
  return [own, ...lower]
    .map(({ id, spec }) => ({ instrument: id, failure: failureAt(spec.intelligenceFloor, item) }))
    .filter(({ failure }) => failure > 0 && failure < FAILURE_MOST)
}
