import type { ServerResponse } from 'node:http'
import type { OfferId } from '../base/ids.ts'
import { later, MICROS_PER_MS } from '../base/time.ts'
import { latencyCeiling } from '../state/speed.ts'
import { SequencerBusy } from '../sequencer/sequencer.ts'
import { theInstrument } from '../state/account.ts'
import type { Fault } from '../state/command.ts'
import type { DrawSettled } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import type { Offer } from '../state/state.ts'
import { printId } from '../wire/id.ts'
import { AtomicReply } from './atomic.ts'
import type { Attempt, Outcome } from './attempt.ts'
import { clocksOf, failedOutcome, startAttempt } from './attempt.ts'
import type { CompletionRequest, DeliveryParts } from './completion.ts'
import type { Draw } from './draw.ts'
import type { BuyerError } from '../surface/surface.ts'
import type { Failure } from './failure.ts'
import { buyerError, CLOSING, failure, SEQUENCER_BUSY, VENUE_FAULT } from './failure.ts'
import { dialectOf } from '../dialect/dialects.ts'
import type { Chosen, Opened } from './opening.ts'
import { Opening } from './opening.ts'
import type { Reply } from './reply.ts'
import type { CallReport, Report } from './report.ts'
import type { Served } from './settlement.ts'
import { noteOf, readingOf, readUsage, supplierName } from './settlement.ts'
import { StreamReply } from './stream.ts'
import { WholeReply } from './whole.ts'
import type { Wishes } from './wishes.ts'
import { NO_WISHES } from './wishes.ts'

/** How the last call of a draw ended. */
type Ended = Pick<Served, 'outcome' | 'draw' | 'offer' | 'aboveRate'>

/** So soon a supplier must say that it has no room, for what is asked above its committed rate. */
const EARLY = 300 * MICROS_PER_MS

/** What is asked above its committed rate a supplier may refuse at once: that leaves it no worse name. */
const isEarlyRefusal = ({ failure: fault, took }: Outcome, aboveRate: boolean): boolean =>
  aboveRate && fault?.code === 'rate_limited' && took <= EARLY

/**
 * A supplier is not to blame for a request that is bad, nor for what is asked above its committed rate, but
 * for a refusal that comes late.
 */
function faultOf(outcome: Outcome, aboveRate: boolean): Fault {
  const code = outcome.failure?.code
  if (code === 'bad_request') return 'nobody'
  if (code === 'rate_limited') return isEarlyRefusal(outcome, aboveRate) ? 'nobody' : 'supplier'
  return aboveRate ? 'nobody' : 'supplier'
}

/** One completion's walk: hold units, call a supplier, relay, count, settle. Ends its draw exactly once. */
export class Delivery {
  private attempt: Attempt | null = null
  private draw: Draw | null = null
  private offer: Offer | null = null
  private gone = false
  private closing = false
  private told: BuyerError | null = null
  private settled: DrawSettled | null = null
  private readonly calls: CallReport[] = []
  private readonly called = new Set<OfferId>()
  private readonly spec: Spec
  private readonly wishes: Wishes
  private readonly opening: Opening
  private readonly reply: Reply
  private readonly beganAt: number
  private readonly parts: DeliveryParts
  private readonly request: CompletionRequest
  private readonly response: ServerResponse

  constructor(parts: DeliveryParts, request: CompletionRequest, response: ServerResponse) {
    this.parts = parts
    this.request = request
    this.response = response
    this.wishes = request.wishes ?? NO_WISHES
    this.spec = theInstrument(parts.exchange.state, request.instrument).spec
    this.beganAt = parts.timer.now()
    this.opening = new Opening(parts, request, this.spec, this.wishes)
    this.reply = this.newReply()
  }

  private newReply(): Reply {
    const { body, requestId: request, surface } = this.request
    const head = { request, created: Math.floor(this.parts.clock() / 1_000_000), model: this.spec.symbol }
    const headers = () => this.headers()
    if (!body.stream) return new WholeReply(this.response, surface, head, headers)
    const stream = new StreamReply(this.response, surface, head, headers, this.parts.timer)
    return this.wishes.atomic ? new AtomicReply(stream) : stream
  }

  /**
   * Serves the request to its end, and says how it went. Never rejects: what goes wrong is told to the buyer
   * and to the log.
   */
  async run(): Promise<Report> {
    const hungUp = () => {
      if (!this.response.writableFinished) this.abandon()
    }
    this.response.once('close', hungUp)
    this.request.signal?.addEventListener('abort', hungUp, { once: true })
    try {
      const opened = await this.opening.open(() => this.closing)
      if ('status' in opened) this.tell(opened)
      else await this.serve(opened)
    } catch (error) {
      this.broke(error)
    } finally {
      this.response.off('close', hungUp)
      this.request.signal?.removeEventListener('abort', hungUp)
      this.reply.drop()
    }
    return this.report()
  }

  private tell(error: BuyerError): void {
    this.told = error
    this.reply.fail(error)
  }

  private report(): Report {
    const { request, calls, settled, told, draw } = this
    const took = this.parts.timer.now() - this.beganAt
    return {
      request: request.requestId,
      account: request.caller.account,
      instrument: this.spec.symbol,
      stream: request.body.stream === true,
      operation: this.spec.task === 'embeddings' ? 'embeddings' : 'chat',
      outcome: this.outcome(),
      error: told,
      at: later(this.parts.clock(), -took),
      took,
      outputMax: this.opening.outputMax,
      calls,
      draw: draw?.id ?? null,
      settled,
    }
  }

  private outcome(): Report['outcome'] {
    if (this.told !== null) return this.calls.length === 0 ? 'refused' : 'failed'
    return this.gone ? 'client_abort' : 'delivered'
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

  /** Calls suppliers until one serves. Another one may only follow while the buyer has seen nothing. */
  private async serve({ draw, offer, others }: Opened): Promise<void> {
    this.draw = draw
    // An answer sent whole waits for its settlement, which is durable after its draw.
    if (this.request.body.stream) this.whenDurable(draw)
    this.opening.prompt.begin((tokens) => draw.counted(tokens))
    for (let next: Chosen | undefined = { offer, others }; ; ) {
      this.offer = next.offer
      this.called.add(next.offer.id)
      const aboveRate = this.standing(next.offer).aboveRate(next.offer.terms.rate, this.parts.timer.now())
      const outcome = await this.callOn(draw, next)
      this.endStanding(next.offer, outcome, aboveRate)
      if (outcome.kind === 'done' || (outcome.kind === 'aborted' && !this.closing))
        return this.settle({ outcome, draw, offer: next.offer.id, aboveRate })
      if (outcome.kind === 'broken') throw outcome.error
      if (outcome.failure === null) return this.release(draw, 'venue_closing', CLOSING)
      const fault = outcome.failure
      const mayGoOn = !this.reply.committed && !this.gone && !this.closing
      const blame = faultOf(outcome, aboveRate)
      const offer = next.offer.id
      next = mayGoOn ? this.reroute(draw, fault, blame) : undefined
      if (next === undefined) return this.giveUp({ outcome, draw, offer, aboveRate }, fault, blame)
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

  /** One call, and a line of the report about it. */
  private async callOn(draw: Draw, chosen: Chosen): Promise<Outcome> {
    const { timer } = this.parts
    const beganAt = timer.now()
    const outcome = await this.call(draw, chosen)
    this.calls.push({
      offer: chosen.offer.id,
      beganAfter: beganAt - this.beganAt,
      firstToken: outcome.ttft,
      took: timer.now() - beganAt,
      failure: outcome.failure?.code ?? null,
    })
    return outcome
  }

  private async call(draw: Draw, { offer, others }: Chosen): Promise<Outcome> {
    const { endpointOf, judge } = this.parts
    this.standing(offer).begin()
    const endpoint = endpointOf(offer.id)
    if (endpoint === undefined) return failedOutcome(failure('unreachable', 'the offer has no endpoint'))
    const { spec, reply } = this
    const { demand, outputMax } = this.opening
    const limit = { asked: demand.asked === null ? null : outputMax, most: outputMax }
    const body = dialectOf(endpoint.dialect).print(this.request.body, endpoint.model, limit)
    const clocks = clocksOf(spec, this.parts.patience, demand.inputGuess, others)
    const isWhole = !this.request.body.stream
    const terms = { endpoint, body, clocks, draw, outputMax, reply, isWhole, spec }
    this.attempt = startAttempt(this.parts, terms, () => this.abandon())
    if (this.gone || this.closing) this.attempt.abort()
    const outcome = await this.attempt.ended
    this.attempt = null
    if (outcome.kind !== 'done') return outcome
    const fault = await judge.judge(this.request.body, outcome.answer, spec.vectors)
    return fault === undefined ? outcome : { ...outcome, kind: 'failed', failure: fault }
  }

  private standing(offer: Offer) {
    return this.parts.router.standing(offer)
  }

  private endStanding(offer: Offer, outcome: Outcome, aboveRate: boolean): void {
    const { kind, failure: fault, ttft } = outcome
    if (kind === 'done') {
      const ceilingMs = latencyCeiling(this.spec, this.opening.demand.inputGuess) / MICROS_PER_MS
      return this.parts.router.ended(offer, { firstTokenMs: ttft / MICROS_PER_MS, ceilingMs })
    }
    if (kind !== 'failed' || fault === null) return this.standing(offer).endNeutral()
    this.parts.router.ended(offer, { ...fault, excused: isEarlyRefusal(outcome, aboveRate) })
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
  private reroute(draw: Draw, fault: Failure, blame: Fault): Chosen | undefined {
    this.reply.reset()
    if (fault.code === 'bad_request' && this.calls.length > 1) return undefined
    return this.opening.reopen(draw, this.called, fault.code, blame)
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
      return this.tell(VENUE_FAULT)
    }
    const { settled, applied } = result
    this.settled = settled
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
    this.tell(buyerError(fault))
  }

  private served({ outcome, draw, offer, aboveRate }: Ended): Served {
    const { outputMax, prompt, demand } = this.opening
    return {
      outcome,
      draw,
      offer,
      prompt,
      outputMax,
      attempts: this.calls.length,
      aboveRate,
      bands: this.parts.bands,
      isPlain: demand.isPlain,
      rawBody: this.request.rawBody,
    }
  }

  private async release(draw: Draw, reason: string, error: BuyerError | null): Promise<void> {
    await this.parts.exchange.durable(draw.release(reason))
    if (error !== null) this.tell(error)
  }

  private broke(error: unknown): void {
    this.attempt?.abort()
    if (this.draw === null && error instanceof SequencerBusy) return this.tell(SEQUENCER_BUSY)
    const facts = {
      request: this.request.requestId,
      error: error instanceof Error ? error.stack : String(error),
    }
    this.parts.log.error(facts, 'a delivery broke')
    this.tell(VENUE_FAULT)
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
    }
    Object.assign(headers, this.request.surface.headers(this.request.requestId))
    if (this.wishes.atomic) headers['preference-applied'] = 'busbar-atomic'
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
