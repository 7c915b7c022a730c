import type { ServerResponse } from 'node:http'
import type { OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_MS } from '../base/time.ts'
import { latencyCeiling } from '../claims/judge.ts'
import { theInstrument } from '../state/account.ts'
import type { Fault } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import type { Offer } from '../state/state.ts'
import { printId } from '../wire/id.ts'
import { AtomicReply } from './atomic.ts'
import type { CompletionRequest, DeliveryParts } from './completion.ts'
import type { Attempt, Outcome } from './attempt.ts'
import { clocksOf, failedOutcome, generationMs, startAttempt } from './attempt.ts'
import type { Demand } from './demand.ts'
import { demandOf, inputWeight, outputWeight } from './demand.ts'
import { Draw, FIRST_STEP, maySucceedSmaller, mayTryAnother, openDraw, refusalError } from './draw.ts'
import { SequencerBusy } from '../sequencer/sequencer.ts'
import type { BuyerError, Failure } from './failure.ts'
import {
  buyerError,
  CLOSING,
  CONTEXT_LENGTH,
  failure,
  SEQUENCER_BUSY,
  unroutable,
  VENUE_FAULT,
} from './failure.ts'
import { printCall } from './openai-dialect.ts'
import { Prompt } from './prompt.ts'
import type { Reply } from './reply.ts'
import type { Course, Trail } from '../route/affinity.ts'
import { trailOf } from '../route/affinity.ts'
import type { Served } from './settlement.ts'
import { noteOf, readingOf, readUsage, supplierName } from './settlement.ts'
import { StreamReply } from './stream.ts'
import type { Wishes } from './wishes.ts'
import { NO_WISHES } from './wishes.ts'
import { WholeReply } from './whole.ts'

/** Beyond what the answer itself may take: routing, connecting, and suppliers that fail first. */
const DEADLINE_SLACK_MS = 120_000

/** No ordinary text has tokens that long on average. */
const BYTES_PER_TOKEN_MAX = 32

type Opened = { draw: Draw; offer: Offer; others: number }
/** How the last call of a draw ended. */
type Ended = Pick<Served, 'outcome' | 'draw' | 'aboveRate'>

/** A supplier is not to blame for a request that is bad, nor for what is asked above its committed rate. */
const faultOf = ({ code }: Failure, aboveRate: boolean): Fault =>
  code === 'bad_request' || aboveRate ? 'nobody' : 'supplier'

/** One completion's walk: hold units, call a supplier, relay, count, settle. Ends its draw exactly once. */
export class Delivery {
  private attempt: Attempt | null = null
  private draw: Draw | null = null
  private offer: Offer | null = null
  private gone = false
  private closing = false
  private counted = false
  private attempts = 0
  private outputMax: number
  private trail: Trail | null = null
  private readonly called = new Set<OfferId>()
  private readonly spec: Spec
  private readonly wishes: Wishes
  private readonly demand: Demand
  private readonly reply: Reply
  private readonly prompt: Prompt
  private readonly hopeless: boolean
  private readonly parts: DeliveryParts
  private readonly request: CompletionRequest
  private readonly response: ServerResponse

  constructor(parts: DeliveryParts, request: CompletionRequest, response: ServerResponse) {
    this.parts = parts
    this.request = request
    this.response = response
    this.wishes = request.wishes ?? NO_WISHES
    this.spec = theInstrument(parts.exchange.state, request.instrument).spec
    this.demand = demandOf(request.body, this.spec)
    this.outputMax = this.demand.outputMax
    this.prompt = new Prompt(parts.meter, this.demand)
    // So many bytes cannot fit, and counting them would be long work for nothing.
    this.hopeless = this.demand.inputBound > this.spec.contextTokens * BYTES_PER_TOKEN_MAX
    this.reply = this.newReply()
  }

  private newReply(): Reply {
    const { body, requestId } = this.request
    const id = `chatcmpl-${requestId}`
    const head = { id, created: Math.floor(this.parts.clock() / 1_000_000), model: this.spec.symbol }
    const headers = () => this.headers()
    if (!body.stream) return new WholeReply(this.response, head, headers)
    const withUsage = body.stream_options?.include_usage === true
    const stream = new StreamReply(this.response, head, headers, withUsage, this.parts.timer)
    return this.wishes.atomic ? new AtomicReply(stream) : stream
  }

  /** Serves the request to its end. Never rejects: what goes wrong is told to the buyer and to the log. */
  async run(): Promise<void> {
    const hungUp = () => {
      if (!this.response.writableFinished) this.abandon()
    }
    this.response.once('close', hungUp)
    this.request.signal?.addEventListener('abort', hungUp, { once: true })
    try {
      const opened = await this.open()
      if ('status' in opened) this.reply.fail(opened)
      else await this.serve(opened)
    } catch (error) {
      this.broke(error)
    } finally {
      this.response.off('close', hungUp)
      this.request.signal?.removeEventListener('abort', hungUp)
      this.reply.drop()
    }
  }

  /** The venue closes: what is still running ends now, uncharged. */
  interrupt(): void {
    this.closing = true
    this.attempt?.abort()
  }

  /** The buyer is gone. */
  private abandon(): void {
    this.gone = true
    this.attempt?.abort()
  }

  private async exactInput(): Promise<number> {
    const tokens = await this.prompt.count()
    this.counted = true
    const left = this.spec.contextTokens - tokens
    this.outputMax = Math.max(1, Math.min(this.outputMax, left))
    return tokens
  }

  /**
   * Finds a supplier and holds the units. A refusal that the byte bound may have caused is tried again with
   * the count.
   */
  private async open(): Promise<Opened | BuyerError> {
    const { demand, spec } = this
    let input = demand.inputBound
    if (this.hopeless) return CONTEXT_LENGTH
    if (input + this.outputMax > spec.contextTokens) input = await this.exactInput()
    if (input >= spec.contextTokens) return CONTEXT_LENGTH
    let shortage: BuyerError | undefined
    const tried = new Set<OfferId>()
    for (;;) {
      if (this.closing) return CLOSING
      const first = Math.min(this.outputMax, FIRST_STEP)
      const choice = this.choose(input, first, tried)
      if ('why' in choice) {
        if (this.counted || (shortage === undefined && choice.why !== 'too_long'))
          return shortage ?? unroutable(choice)
        input = await this.exactInput()
        tried.clear()
        continue
      }
      const drawn = openDraw(this.parts.exchange, spec, {
        ...this.request.caller,
        instrument: this.request.instrument,
        offer: choice.offer.id,
        request: this.request.requestId,
        inputTokens: input,
        outputTokens: first,
        deadline: this.deadline(input),
      })
      if (drawn instanceof Draw) return { draw: drawn, ...choice }
      if (mayTryAnother(drawn)) {
        tried.add(choice.offer.id)
        shortage = refusalError(spec, drawn, input)
      } else if (!this.counted && maySucceedSmaller(drawn)) input = await this.exactInput()
      else return refusalError(spec, drawn, input)
    }
  }

  private choose(input: number, output: number, tried: ReadonlySet<OfferId>) {
    const { exchange, router, clock } = this.parts
    return router.choose(exchange.state, clock(), {
      instrument: this.request.instrument,
      wt: inputWeight(this.spec, input) + outputWeight(this.spec, output),
      context: input + output,
      needs: this.demand.needs,
      preferences: this.wishes.preferences,
      course: () => this.course(),
      tried,
    })
  }

  /** Where this request belongs: sessions are each buyer's own, beginnings of prompts are anyone's. */
  private course(): Course {
    const { session } = this.wishes
    const { caller } = this.request
    this.trail ??= trailOf(this.demand.texts)
    return { trail: this.trail, session: session === null ? null : `${caller.account}\n${session}` }
  }

  private deadline(input: number): Instant {
    const { firstToken } = clocksOf(this.spec, this.parts.patience, input, 0)
    const ms = 3 * firstToken + generationMs(this.spec, this.outputMax) + DEADLINE_SLACK_MS
    return later(this.parts.clock(), Math.ceil(ms) * MICROS_PER_MS)
  }

  /** Calls suppliers until one serves. Another one may only follow while the buyer has seen nothing. */
  private async serve({ draw, offer, others }: Opened): Promise<void> {
    this.draw = draw
    this.whenDurable(draw)
    this.prompt.begin((tokens) => draw.counted(tokens))
    for (let next: { offer: Offer; others: number } | undefined = { offer, others }; ; ) {
      this.offer = next.offer
      this.called.add(next.offer.id)
      const aboveRate = this.standing(next.offer).aboveRate(next.offer.terms.rate, this.parts.timer.now())
      const outcome = await this.call(draw, next)
      this.endStanding(next.offer, outcome)
      if (outcome.kind === 'done' || (outcome.kind === 'aborted' && !this.closing))
        return this.settle({ outcome, draw, aboveRate })
      if (outcome.kind === 'broken') throw outcome.error
      if (outcome.failure === null) return this.release(draw, 'venue_closing', CLOSING)
      const fault = outcome.failure
      const mayGoOn = !this.reply.committed && !this.gone && !this.closing
      const blame = faultOf(fault, aboveRate)
      next = mayGoOn ? this.reroute(draw, fault, blame) : undefined
      if (next === undefined) return this.giveUp({ outcome, draw, aboveRate }, fault, blame)
    }
  }

  private whenDurable(draw: Draw): void {
    this.parts.exchange.durable(draw.seq).then(
      () => this.reply.open(),
      (error: unknown) => {
        this.parts.log.error(
          { request: this.request.requestId, error: String(error) },
          'a draw is not durable',
        )
        this.interrupt()
      },
    )
  }

  private async call(draw: Draw, { offer, others }: { offer: Offer; others: number }): Promise<Outcome> {
    const { endpointOf, judge } = this.parts
    this.attempts++
    this.standing(offer).begin()
    const endpoint = endpointOf(offer.id)
    if (endpoint === undefined) return failedOutcome(failure('unreachable', 'the offer has no endpoint'))
    const { demand, spec, outputMax, reply } = this
    const asked = demand.asked === null ? null : outputMax
    const body = printCall(this.request.body, endpoint.model, asked)
    const clocks = clocksOf(spec, this.parts.patience, demand.inputGuess, others)
    const terms = { endpoint, body, clocks, draw, outputMax, reply, spec }
    this.attempt = startAttempt(this.parts, terms, () => this.abandon())
    if (this.gone || this.closing) this.attempt.abort()
    const outcome = await this.attempt.ended
    this.attempt = null
    if (outcome.kind !== 'done') return outcome
    const fault = await judge.judge(this.request.body, outcome.answer)
    return fault === undefined ? outcome : { ...outcome, kind: 'failed', failure: fault }
  }

  private standing(offer: Offer) {
    return this.parts.router.standing(offer)
  }

  private endStanding(offer: Offer, { kind, failure: fault, ttft }: Outcome): void {
    if (kind === 'done') {
      const ceilingMs = latencyCeiling(this.spec, this.demand.inputGuess) / MICROS_PER_MS
      return this.parts.router.ended(offer, { firstTokenMs: ttft / MICROS_PER_MS, ceilingMs })
    }
    if (kind !== 'failed' || fault === null) return this.standing(offer).endNeutral()
    this.parts.router.ended(offer, fault)
    const facts = {
      request: this.request.requestId,
      offer: offer.id,
      failure: fault.code,
      detail: fault.detail,
    }
    if (fault.code === 'unauthorized') this.parts.log.error(facts, 'a supplier refuses our credentials')
    else this.parts.log.warn(facts, 'a supplier failed')
  }

  /**
   * Sends the draw to the next supplier that can take it. A request refused as bad is tried once more, not by
   * all.
   */
  private reroute(draw: Draw, fault: Failure, blame: Fault): { offer: Offer; others: number } | undefined {
    this.reply.reset()
    if (fault.code === 'bad_request' && this.attempts > 1) return undefined
    const tried = new Set(this.called)
    for (;;) {
      const choice = this.choose(this.demand.inputGuess, Math.min(this.outputMax, FIRST_STEP), tried)
      if ('why' in choice) return undefined
      if (draw.reroute(choice.offer.id, fault.code, blame)) return choice
      tried.add(choice.offer.id)
    }
  }

  /** The buyer has what was asked for, or has hung up: counts it, settles it, and says the last word. */
  private async settle(ended: Ended): Promise<void> {
    const { outcome, draw } = ended
    const { exchange, timer, log } = this.parts
    if (outcome.kind === 'aborted' && outcome.answer.empty && !outcome.accepted)
      return this.release(draw, 'client_abort', null)
    const served = this.served(ended)
    const usage = await readUsage(served)
    const result = draw.settle(readingOf(served, usage))
    if (result === undefined) {
      log.warn({ request: this.request.requestId, draw: draw.id }, 'a draw had ended before its settlement')
      return this.reply.fail(VENUE_FAULT)
    }
    const { settled, applied } = result
    const offer = this.offer
    if (offer !== null) this.standing(offer).deliver(settled.used, offer.terms.rate, timer.now())
    await exchange.durable(applied.seq)
    const supplier = supplierName(exchange.state, settled.offer, settled.supplier)
    if (outcome.kind === 'done') this.reply.end(outcome.answer, usage, noteOf(settled, supplier, served))
  }

  /** No supplier served: nothing is charged, and the last failure decides what the buyer is told. */
  private async giveUp(ended: Ended, fault: Failure, blame: Fault): Promise<void> {
    const { draw } = ended
    const { exchange } = this.parts
    if (fault.code === 'bad_request') await exchange.durable(draw.release('bad_request'))
    else {
      const { input, output } = await readUsage(this.served(ended))
      const relayed = { inputTokens: input, outputTokens: this.reply.committed ? output : 0 }
      await exchange.durable(draw.fail(fault.code, blame, relayed))
    }
    this.reply.fail(buyerError(fault))
  }

  private served(ended: Ended): Served {
    const { attempts, outputMax, prompt } = this
    return { ...ended, prompt, outputMax, attempts, rawBody: this.request.rawBody }
  }

  private async release(draw: Draw, reason: string, error: BuyerError | null): Promise<void> {
    await this.parts.exchange.durable(draw.release(reason))
    if (error !== null) this.reply.fail(error)
  }

  private broke(error: unknown): void {
    this.attempt?.abort()
    if (this.draw === null && error instanceof SequencerBusy) return this.reply.fail(SEQUENCER_BUSY)
    const facts = {
      request: this.request.requestId,
      error: error instanceof Error ? error.stack : String(error),
    }
    this.parts.log.error(facts, 'a delivery broke')
    this.reply.fail(VENUE_FAULT)
    try {
      if (this.draw?.open) this.draw.fail('venue_fault', 'venue')
    } catch (refused) {
      // The deadline of the draw gives its units back.
      this.parts.log.error({ ...facts, error: String(refused) }, 'a draw was left to its deadline')
    }
  }

  private headers(): Record<string, string> {
    const { exchange } = this.parts
    const headers: Record<string, string> = {
      'x-request-id': this.request.requestId,
      'x-busbar-instrument': this.spec.symbol,
      ...(this.wishes.atomic && { 'preference-applied': 'busbar-atomic' }),
    }
    if (this.draw === null) return headers
    headers['x-busbar-receipt'] = printId('delivery', this.draw.id)
    const { offer } = this
    headers['x-busbar-supplier'] =
      offer !== null && this.reply.committed
        ? supplierName(exchange.state, offer.id, offer.terms.account)
        : 'undisclosed'
    return headers
  }
}
