import type { AccountId, DrawId, InstrumentId, MandateId, OfferId } from '../base/ids.ts'
import type { Ticks } from '../base/money.ts'
import { mulDivDown, PPM, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { Command, DrawFail, Fault, Reading } from '../state/command.ts'
import type { DrawSettled, Event, EventOf } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import type { Reject } from '../state/reject.ts'
import type { Applied, Sequencer } from '../sequencer/sequencer.ts'
import { asksPerson } from '../mandate/bound.ts'
import { money } from '../wire/decimal.ts'
import { printId } from '../wire/id.ts'
import { inputWeight, outputWeight } from './demand.ts'
import type { BuyerError } from '../surface/surface.ts'

/** What delivery needs of the exchange. */
export type Exchange = Pick<Sequencer, 'state' | 'submit' | 'durable'>

/** Who pays, and how high the shortfall may be bought; null: only with units already owned. */
export type Payer = { account: AccountId; mandate: MandateId; buyLimit: Ticks | null }

export type DrawTerms = Payer & {
  instrument: InstrumentId
  offer: OfferId
  request: string
  inputTokens: number
  outputTokens: number
  /** All the output that the request may ask for. */
  outputMax: number
  deadline: Instant
}

/** The first hold of a long answer, in output tokens; the next steps double. */
export const FIRST_STEP = 1_024
const LAST_STEP = 16_384

type Relayed = DrawFail['relayed']
const NOTHING_RELAYED: Relayed = { inputTokens: 0, outputTokens: 0 }

type Rejected = EventOf<'command.rejected'>

const rejectionOf = (applied: Applied): Rejected | undefined => {
  const last = applied.events.at(-1)
  return last?.kind === 'command.rejected' ? last : undefined
}

function happened<Kind extends Event['kind']>(applied: Applied, kind: Kind): EventOf<Kind> | undefined {
  return applied.events.find((event): event is EventOf<Kind> => event.kind === kind)
}

/**
 * The units held for one request. Input is held at a byte bound until the count is in; what the bound held
 * too much is then room for output. Output is held in steps, so a large limit locks little.
 */
export class Draw {
  readonly id: DrawId
  /** The draw is durable once this is. */
  readonly seq: number
  /** Until it is settled, failed or released. */
  open = true
  private held: number
  private inputTokens: number
  private readonly exchange: Exchange
  private readonly spec: Spec

  constructor(
    exchange: Exchange,
    spec: Spec,
    opened: { id: DrawId; seq: number; wt: number },
    inputTokens: number,
  ) {
    this.exchange = exchange
    this.spec = spec
    this.id = opened.id
    this.seq = opened.seq
    this.held = opened.wt
    this.inputTokens = inputTokens
  }

  /** Output tokens that what is held covers. */
  get room(): number {
    const left = this.held - inputWeight(this.spec, this.inputTokens)
    const weight = this.spec.weights.output
    return weight === 0 ? Number.MAX_SAFE_INTEGER : Math.max(0, mulDivDown(left, PPM, weight))
  }

  /** The prompt has been counted. */
  counted(inputTokens: number): void {
    this.inputTokens = Math.min(this.inputTokens, inputTokens)
  }

  /**
   * Holds more for a longer answer, up to `outputMax`. False when it cannot: units, money or authority are
   * out.
   */
  extend(outputMax: number): boolean {
    const { room } = this
    const step = Math.min(outputMax - room, Math.max(FIRST_STEP, Math.min(room, LAST_STEP)))
    if (step <= 0) return false
    return this.hold(step) || (step > FIRST_STEP && this.hold(FIRST_STEP))
  }

  private hold(tokens: number): boolean {
    const more = wt(outputWeight(this.spec, tokens))
    const extended = happened(this.submit({ kind: 'draw.extend', draw: this.id, wt: more }), 'draw.extended')
    if (extended === undefined) return false
    this.held += extended.wt
    return true
  }

  /** Sends the draw to another offer. False when that one cannot take it. */
  reroute(offer: OfferId, failure: string, fault: Fault): boolean {
    const applied = this.submit({ kind: 'draw.reroute', draw: this.id, offer, failure, fault })
    return happened(applied, 'draw.rerouted') !== undefined
  }

  /** Has cover bought for the draw from one of the offers, and says which it then belongs to, if to any. */
  cover(offers: readonly OfferId[], failure: string): OfferId | undefined {
    const applied = this.submit({ kind: 'draw.cover', draw: this.id, offers, failure })
    return happened(applied, 'draw.covered')?.to
  }

  /**
   * What the exchange made of the reading, or nothing if the draw had already ended, by its deadline for one.
   */
  settle(reading: Reading): { settled: DrawSettled; applied: Applied } | undefined {
    const applied = this.submit({ kind: 'draw.settle', draw: this.id, reading })
    const settled = happened(applied, 'draw.settled')
    return settled === undefined ? undefined : { settled, applied }
  }

  /**
   * Ends the draw without a charge because the supplier or the venue failed, and says what had been read and
   * relayed. Returns the command to wait for.
   */
  fail(failure: string, fault: Fault, relayed: Relayed = NOTHING_RELAYED): number {
    return this.submit({ kind: 'draw.fail', draw: this.id, failure, fault, relayed }).seq
  }

  /** Ends the draw without a charge and without blame. */
  release(reason: string): number {
    return this.submit({ kind: 'draw.release', draw: this.id, reason }).seq
  }

  private submit(command: Command): Applied {
    const applied = this.exchange.submit(command)
    if (ENDS.has(command.kind)) this.open = false
    return applied
  }
}

/** Commands after which a draw is over. */
const ENDS: ReadonlySet<Command['kind']> = new Set(['draw.settle', 'draw.fail', 'draw.release'])

/** Opens a draw, or says why the exchange would not. */
export function openDraw(exchange: Exchange, spec: Spec, terms: DrawTerms): Draw | Rejected {
  const { account, mandate, buyLimit, instrument, offer, request, deadline } = terms
  const { inputTokens, outputTokens, outputMax } = terms
  const input = inputWeight(spec, inputTokens)
  const needed = wt(Math.max(1, input + outputWeight(spec, outputTokens)))
  const applied = exchange.submit({
    kind: 'draw.open',
    account,
    mandate,
    instrument,
    offer,
    request,
    wt: needed,
    buyLimit,
    deadline,
    ...(asksPerson(exchange.state, mandate) && { whole: wt(input + outputWeight(spec, outputMax)) }),
  })
  const opened = happened(applied, 'draw.opened')
  if (opened === undefined) return rejectionOf(applied) ?? waitingFor(exchange, applied) ?? NOTHING_HAPPENED
  return new Draw(exchange, spec, { id: opened.draw, seq: applied.seq, wt: opened.wt }, inputTokens)
}

/** That a person was asked to approve the draw: what a refusal of it would be. */
function waitingFor({ state }: Exchange, applied: Applied): Rejected | undefined {
  const asked = happened(applied, 'approval.asked') ?? happened(applied, 'approval.repeated')
  const approval = asked && state.approvals.get(asked.approval)
  if (approval === undefined) return undefined
  const { id, worst, threshold } = approval
  return { kind: 'command.rejected', reason: 'approval_needed', detail: { approval: id, worst, threshold } }
}

const NOTHING_HAPPENED: Rejected = { kind: 'command.rejected', reason: 'draw_not_found', detail: {} }

/** Refusals that another supplier may not meet. */
const TRY_ANOTHER: ReadonlySet<Reject> = new Set([
  'supply_short',
  'offer_suspended',
  'offer_in_maintenance',
  'offer_not_certified',
  'offer_not_found',
  'mandate_score',
])

/** Refusals that a smaller draw may not meet. */
const TOO_MUCH: ReadonlySet<Reject> = new Set([
  'insufficient_funds',
  'insufficient_units',
  'budget_exceeded',
  'mandate_auto_buy',
  'mandate_price',
  'no_liquidity',
  'quantity_above_maximum',
  'units_owed',
  'supply_short',
])

export const mayTryAnother = (refusal: Rejected): boolean => TRY_ANOTHER.has(refusal.reason)
export const maySucceedSmaller = (refusal: Rejected): boolean => TOO_MUCH.has(refusal.reason)

/** A refused draw in the buyer's terms. What they could pay for now is told in output tokens. */
export function refusalError(spec: Spec, refusal: Rejected, inputTokens: number): BuyerError {
  const { reason, detail } = refusal
  switch (reason) {
    case 'mandate_not_found':
    case 'mandate_revoked':
    case 'mandate_expired':
    case 'mandate_instrument':
    case 'mandate_side':
    case 'mandate_score':
    case 'mandate_rate':
    case 'mandate_position':
    case 'fixing_missing':
      return { status: 403, code: reason, message: 'The mandate of this key does not allow this request.' }
    case 'approval_needed':
      return {
        status: 403,
        code: reason,
        message:
          `This request may cost ${money(Number(detail.worst))}. It waits for a person as ` +
          `${printId('approval', Number(detail.approval))}: repeat it once that is approved.`,
      }
    case 'request_id_reused':
      return { status: 422, code: reason, message: 'A request with this id is being delivered.' }
    case 'market_halted':
      return { status: 503, code: reason, message: 'Trading in this instrument is halted.', retryAfter: 5 }
    case 'supply_short':
      return {
        status: 503,
        code: reason,
        message: 'The suppliers of this instrument do not owe enough for this request.',
        retryAfter: 1,
      }
    default: {
      if (!TOO_MUCH.has(reason)) return { status: 422, code: reason, message: `Refused: ${reason}.` }
      const left = Number(detail.affordable_wt ?? 0) - inputWeight(spec, inputTokens)
      const weight = Math.max(1, spec.weights.output)
      const affordableMaxTokens = Math.max(0, mulDivDown(Math.max(0, left), PPM, weight))
      return {
        status: 402,
        code: reason,
        message: `Units, money or authority are short. max_tokens up to ${affordableMaxTokens} is affordable.`,
        affordableMaxTokens,
      }
    }
  }
}
