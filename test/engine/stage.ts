// A small venue to act on: every command goes through the engine's one door, and is audited.
import assert from 'node:assert/strict'
import type {
  AccountId,
  DrawId,
  InstrumentId,
  MandateId,
  MemberId,
  OfferId,
  OrderId,
} from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { lots, micros, ticks, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_HOUR, MICROS_PER_MS } from '../../src/base/time.ts'
import { inTrading, obligationOf, theAccount } from '../../src/state/account.ts'
import type { Command, Reading } from '../../src/state/command.ts'
import type { Budget, MandateGrant } from '../../src/state/mandate-terms.ts'
import { audit } from '../../src/engine/audit.ts'
import { apply } from '../../src/engine/engine.ts'
import type { Event, EventOf } from '../../src/state/event.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { Spec } from '../../src/state/instrument.ts'
import { balanceOf } from '../../src/state/ledger.ts'
import type { Reject } from '../../src/state/reject.ts'
import type { Position, State } from '../../src/state/state.ts'
import { emptyState } from '../../src/state/state.ts'
import { conserves } from './conservation.ts'

export const HOUR = MICROS_PER_HOUR
/** Half past midnight, so that the next sweep is at 04:00. */
export const START = (Date.UTC(2026, 10, 25, 0, 30) * MICROS_PER_MS) as Instant
export const at = (hours: number, minutes = 0): Instant =>
  (Date.UTC(2026, 10, 25, hours, minutes) * MICROS_PER_MS) as Instant

/** text-prime: lot 10,000 wt, tick 100 µ$, listed at 8,000 ticks: $0.80 a unit, $0.008 a lot. */
export const PRIME = launchSpecs('0'.repeat(64))[1] as Spec
export const MARKET = 0 as InstrumentId
const YEAR = 365 * 24 * HOUR

/** A request that conforms and, with nothing cached and no input, uses a weighted token per output token. */
export const reading = (part: Partial<Reading> = {}): Reading => ({
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 100,
  finish: 'stop',
  ttft: 100 * MICROS_PER_MS,
  generation: 1_000 * MICROS_PER_MS,
  excused: false,
  attempts: 1,
  claimedInput: null,
  claimedOutput: null,
  promptHash: '0'.repeat(64),
  outputHash: '0'.repeat(64),
  ...part,
})

/** What a call that failed at once had read and relayed. */
export const NOTHING_RELAYED = { inputTokens: 0, outputTokens: 0 }

export type Draw = { wt: number; offer?: OfferId; buyLimit?: number; mandate?: MandateId; deadline?: Instant }

export class Stage {
  readonly state: State = emptyState()
  private seq = 0
  private requests = 0
  now: Instant = START

  constructor(specs: readonly Spec[] = [PRIME]) {
    for (const spec of specs) this.done({ kind: 'instrument.list', spec })
  }

  /** Applies a command and checks every promise. */
  ask(command: Command): Event[] {
    const events = apply(this.state, ++this.seq as never, this.now, command)
    audit(this.state)
    conserves(this.state)
    return events
  }

  /** A command that must not be refused. */
  done(command: Command): Event[] {
    const events = this.ask(command)
    const last = events.at(-1)
    assert.notEqual(last?.kind, 'command.rejected', JSON.stringify(last))
    return events
  }

  /** A command that must be refused for this reason. Returns the detail. */
  refused(command: Command, reason: Reject): Record<string, number | string> {
    const last = this.ask(command).at(-1)
    assert.ok(last?.kind === 'command.rejected', `${last?.kind} is no refusal`)
    assert.equal(last.reason, reason, JSON.stringify(last.detail))
    return last.detail
  }

  /** Lets time pass, and whatever falls due in it happen. */
  until(instant: Instant): Event[] {
    this.now = instant
    return this.done({ kind: 'time.tick' })
  }

  account(name: string, dollars: number, member?: MemberId): AccountId {
    const owner = member ?? pick(this.done({ kind: 'member.admit', name }), 'member.admitted').member
    const roles = ['consumer', 'supplier', 'trader'] as const
    const opened = pick(this.done({ kind: 'account.open', member: owner, name, roles }), 'account.opened')
    const { account } = opened
    if (dollars > 0) this.deposit(account, dollars)
    return account
  }

  deposit(account: AccountId, dollars: number): void {
    this.done({ kind: 'cash.deposit', account, amount: micros(dollars * 1_000_000), reference: 'test' })
  }

  /** A certified offer of 10,000 units a window. */
  offer(account: AccountId, instrument = MARKET): OfferId {
    const register = { kind: 'offer.register', account, name: 'engine', concurrency: 8 } as const
    const terms = { rate: wt(41_666_667), capabilities: [], contextTokens: 128_000, disclosed: true }
    const { offer } = pick(this.done({ ...register, ...terms }), 'offer.registered')
    const evidence = { requests: 100, ttftMsP95: 1, tokensPerSecondP5: 99, items: 50, passed: 50, sha256: '' }
    const expiresAt = (START + YEAR) as Instant
    this.done({ kind: 'offer.certify', offer, instrument, expiresAt, evidence })
    return offer
  }

  /** A supplier with a certified offer that has issued and put on sale this many lots at this price. */
  supplier(name: string, quantity: number, price: number): { account: AccountId; offer: OfferId } {
    const account = this.account(name, 1_000)
    const offer = this.offer(account)
    if (quantity > 0) {
      this.done({ kind: 'units.issue', account, offer, instrument: MARKET, lots: lots(quantity) })
      this.sell(account, quantity, price)
    }
    return { account, offer }
  }

  order(account: AccountId, side: 'buy' | 'sell', quantity: number, price: number): Command {
    const rules = { timeInForce: 'gtc', postOnly: 'none', selfTrade: 'cancel_newest' } as const
    const what = {
      instrument: MARKET,
      side,
      type: 'limit',
      price: ticks(price),
      lots: lots(quantity),
    } as const
    return { kind: 'order.place', account, ...rules, ...what, clientOrderId: null, mandate: NO_MANDATE }
  }

  sell(account: AccountId, quantity: number, price: number): OrderId {
    return pick(this.done(this.order(account, 'sell', quantity, price)), 'order.accepted').order
  }

  buy(account: AccountId, quantity: number, price: number): Event[] {
    return this.done(this.order(account, 'buy', quantity, price))
  }

  transfer(account: AccountId, quantity: number): Event[] {
    return this.done({ kind: 'units.transfer', account, instrument: MARKET, wt: wt(quantity) })
  }

  mandate(account: AccountId, budget: Budget, terms: Partial<MandateGrant> = {}): MandateId {
    const wide = { parent: NO_MANDATE, name: 'agent', instruments: null, priceLimit: null, expiresAt: null }
    const sides = ['buy', 'sell'] as const
    const grant = { kind: 'mandate.grant', account, ...wide, budget, sides, autoBuy: true, ...terms } as const
    return pick(this.done(grant), 'mandate.granted').mandate
  }

  opening(account: AccountId, draw: Draw): Command & { kind: 'draw.open' } {
    return {
      kind: 'draw.open',
      account,
      mandate: draw.mandate ?? NO_MANDATE,
      instrument: MARKET,
      offer: draw.offer ?? (1 as OfferId),
      request: `req_${++this.requests}`,
      wt: wt(draw.wt),
      buyLimit: draw.buyLimit === undefined ? null : ticks(draw.buyLimit),
      deadline: draw.deadline ?? ((this.now + HOUR) as Instant),
    }
  }

  open(account: AccountId, draw: Draw): DrawId {
    return pick(this.done(this.opening(account, draw)), 'draw.opened').draw
  }

  settle(draw: DrawId, part: Partial<Reading> = {}): EventOf<'draw.settled'> {
    return pick(this.done({ kind: 'draw.settle', draw, reading: reading(part) }), 'draw.settled')
  }

  position(account: AccountId): Position {
    const position = theAccount(this.state, account).positions[MARKET]
    assert.ok(position !== undefined, 'the account has a position')
    return position
  }

  /** What an account has and owes, in wt. */
  units(account: AccountId) {
    const { ledger } = this.state
    const position = this.position(account)
    return {
      trading: inTrading(this.state, position) as number,
      lots: balanceOf(ledger, position.consumption),
      drawn: balanceOf(ledger, position.drawn),
      owed: obligationOf(this.state, position) as number,
      escrowed: position.escrowed as number,
    }
  }

  free(account: AccountId): number {
    return balanceOf(this.state.ledger, theAccount(this.state, account).free)
  }

  house(cell: keyof State['house']): number {
    return balanceOf(this.state.ledger, this.state.house[cell])
  }
}

/** The one event of a kind. */
export function pick<Kind extends Event['kind']>(events: readonly Event[], kind: Kind): EventOf<Kind> {
  const found = all(events, kind)
  assert.equal(found.length, 1, `one ${kind} among ${events.map((event) => event.kind).join(', ')}`)
  return found[0] as EventOf<Kind>
}

/** Every event of a kind. */
export const all = <Kind extends Event['kind']>(events: readonly Event[], kind: Kind): EventOf<Kind>[] =>
  events.filter((event): event is EventOf<Kind> => event.kind === kind)
