import type { OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_MS } from '../base/time.ts'
import type { Course, Trail } from '../route/affinity.ts'
import { trailOf } from '../route/affinity.ts'
import type { Router } from '../route/router.ts'
import type { DialectName } from '../dialect/dialect.ts'
import { dialectOf } from '../dialect/dialects.ts'
import type { Fault } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import type { Offer } from '../state/state.ts'
import { asksPerson, scoreFloor } from '../mandate/bound.ts'
import { clocksOf, generationMs } from './attempt.ts'
import type { CompletionRequest, DeliveryParts } from './completion.ts'
import type { Demand } from './demand.ts'
import { demandOf, inputWeight, outputWeight } from './demand.ts'
import { Draw, FIRST_STEP, maySucceedSmaller, mayTryAnother, openDraw, refusalError } from './draw.ts'
import type { BuyerError } from '../surface/surface.ts'
import { CLOSING, CONTEXT_LENGTH, unroutable } from './failure.ts'
import { Prompt } from './prompt.ts'
import type { Wishes } from './wishes.ts'

/** Beyond what the answer itself may take: routing, connecting, and suppliers that fail first. */
const DEADLINE_SLACK_MS = 120_000

/** No ordinary text has tokens that long on average. */
const BYTES_PER_TOKEN_MAX = 32

/** So many bytes cannot fit, and counting them would be long work for nothing. */
export const isBeyond = (spec: Spec, { contextBound }: Demand): boolean =>
  contextBound > spec.contextTokens * BYTES_PER_TOKEN_MAX

/** An offer to call, and how many others could be called after it. */
export type Chosen = { offer: Offer; others: number }
export type Opened = Chosen & { draw: Draw }

/** How a request gets a supplier and its units: what it needs, whom to ask, how much to hold. */
export class Opening {
  /** Most tokens of output that will be delivered. */
  outputMax: number
  readonly demand: Demand
  readonly prompt: Prompt
  private counted = false
  private trail: Trail | null = null
  private readonly speakable = new Map<DialectName, string | null>()
  private readonly parts: DeliveryParts
  private readonly request: CompletionRequest
  private readonly spec: Spec
  private readonly wishes: Wishes

  constructor(parts: DeliveryParts, request: CompletionRequest, spec: Spec, wishes: Wishes) {
    this.parts = parts
    this.request = request
    this.spec = spec
    this.wishes = wishes
    this.demand = demandOf(request.body, spec)
    this.outputMax = this.demand.outputMax
    this.prompt = new Prompt(parts.meter, this.demand)
  }

  /**
   * Finds a supplier and holds the units. A refusal that the byte bound may have caused is tried again with
   * the count.
   */
  async open(isClosing: () => boolean): Promise<Opened | BuyerError> {
    const { demand, spec } = this
    let input = demand.inputBound
    if (isBeyond(spec, demand)) return CONTEXT_LENGTH
    const { mandate } = this.request.caller
    // Nobody is asked to approve what only a bound makes dear.
    const isAsking = asksPerson(this.parts.exchange.state, mandate)
    if (isAsking || demand.contextBound + this.outputMax > spec.contextTokens) input = await this.exactInput()
    const least = demand.separate ? 0 : 1
    if (this.context + least > spec.contextTokens) return CONTEXT_LENGTH
    let shortage: BuyerError | undefined
    const tried = new Set<OfferId>()
    for (;;) {
      if (isClosing()) return CLOSING
      const first = Math.min(this.outputMax, FIRST_STEP)
      const choice = this.choose(input, first, tried)
      if ('why' in choice) {
        if (this.counted || (shortage === undefined && choice.why !== 'too_long'))
          return shortage ?? unroutable(choice)
        input = await this.exactInput()
        tried.clear()
        continue
      }
      const drawn = this.draw(choice.offer, input, first)
      if (drawn instanceof Draw) return { draw: drawn, ...choice }
      if (mayTryAnother(drawn)) {
        tried.add(choice.offer.id)
        shortage = refusalError(spec, drawn, input)
      } else if (!this.counted && maySucceedSmaller(drawn)) input = await this.exactInput()
      else return refusalError(spec, drawn, input)
    }
  }

  /**
   * The next supplier after those called, which the draw then belongs to; nothing where there is none. From
   * those that could serve but do not owe enough, cover is bought where the last one called is to blame.
   */
  reopen(draw: Draw, called: ReadonlySet<OfferId>, failure: string, blame: Fault): Chosen | undefined {
    const tried = new Set(called)
    const able: Offer[] = []
    for (;;) {
      const choice = this.choose(this.demand.inputGuess, Math.min(this.outputMax, FIRST_STEP), tried)
      if ('why' in choice) break
      if (draw.reroute(choice.offer.id, failure, blame)) return choice
      tried.add(choice.offer.id)
      able.push(choice.offer)
    }
    if (blame !== 'supplier' || able.length === 0) return undefined
    const covered = draw.cover(
      able.map(({ id }) => id),
      failure,
    )
    const offer = able.find(({ id }) => id === covered)
    return offer === undefined ? undefined : { offer, others: 0 }
  }

  /** What must fit the context at once, as well as it is known. */
  private get context(): number {
    return this.counted ? this.prompt.context : this.demand.contextBound
  }

  private async exactInput(): Promise<number> {
    const tokens = await this.prompt.count()
    this.counted = true
    const left = this.spec.contextTokens - tokens
    if (!this.demand.separate) this.outputMax = Math.max(1, Math.min(this.outputMax, left))
    return tokens
  }

  private draw(offer: Offer, inputTokens: number, outputTokens: number): ReturnType<typeof openDraw> {
    const { caller, instrument, requestId } = this.request
    return openDraw(this.parts.exchange, this.spec, {
      account: caller.account,
      mandate: caller.mandate,
      buyLimit: caller.buyLimit,
      instrument,
      offer: offer.id,
      request: requestId,
      inputTokens,
      outputTokens,
      outputMax: this.outputMax,
      deadline: this.deadline(inputTokens),
    })
  }

  private choose(input: number, output: number, tried: ReadonlySet<OfferId>): ReturnType<Router['choose']> {
    const { exchange, router, clock } = this.parts
    const { demand, spec } = this
    return router.choose(exchange.state, clock(), {
      instrument: this.request.instrument,
      wt: inputWeight(spec, input) + outputWeight(spec, output),
      context: (demand.separate ? Math.min(this.context, spec.contextTokens) : input) + output,
      needs: demand.needs,
      uncarried: ({ id }) => this.uncarried(id),
      scoreLeast: scoreFloor(exchange.state, this.request.caller.mandate),
      preferences: this.wishes.preferences,
      course: () => this.course(),
      tried,
    })
  }

  /** What of this request the dialect of an offer has no words for, or null. */
  private uncarried(offer: OfferId): string | null {
    const name = this.parts.endpointOf(offer)?.dialect
    if (name === undefined) return null
    const known = this.speakable.get(name)
    if (known !== undefined) return known
    const param = dialectOf(name).uncarried(this.request.body)
    this.speakable.set(name, param)
    return param
  }

  /** Where this request belongs: sessions are each buyer's own, beginnings of prompts are anyone's. */
  private course(): Course {
    const { session } = this.wishes
    this.trail ??= trailOf(this.demand.texts)
    const { account } = this.request.caller
    return { trail: this.trail, session: session === null ? null : `${account}\n${session}` }
  }

  private deadline(input: number): Instant {
    const { firstToken } = clocksOf(this.spec, this.parts.patience, input, 0)
    const ms = 3 * firstToken + generationMs(this.spec, this.outputMax) + DEADLINE_SLACK_MS
    return later(this.parts.clock(), Math.ceil(ms) * MICROS_PER_MS)
  }
}
