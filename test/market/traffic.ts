// Seeded traffic through the real engine: everything that can happen to orders, units and draws, in any
// order.
import type { Chance } from '../../src/base/chance.ts'
import { chance } from '../../src/base/chance.ts'
import type { AccountId, DrawId, InstrumentId, OfferId, OrderId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { lots, micros, ticks, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import type { Command, SelfTrade, Side } from '../../src/state/command.ts'
import { apply } from '../../src/engine/engine.ts'
import type { Event } from '../../src/state/event.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { Spec } from '../../src/state/instrument.ts'
import { liveOrders } from '../../src/state/order.ts'
import type { State } from '../../src/state/state.ts'
import { emptyState } from '../../src/state/state.ts'

export type Step = { seq: number; at: Instant; command: Command; events: Event[] }

export const FIRST = 0 as InstrumentId
export const SECOND = 1 as InstrumentId
export const START = (Date.UTC(2026, 10, 25, 0, 30) * 1_000) as Instant

const SELF_TRADE: SelfTrade[] = ['cancel_newest', 'cancel_oldest', 'cancel_both', 'decrement']
const YEAR = 365 * 24 * MICROS_PER_HOUR

/** A venue with two instruments, two suppliers, and four traders of whom two are one member. */
export class Traffic {
  readonly state: State = emptyState()
  readonly accounts = [1, 2, 3, 4, 5, 6] as AccountId[]
  readonly steps: Step[] = []
  private readonly chance: Chance
  private at = START
  private requests = 0
  private draws: DrawId[] = []

  constructor(seed: number) {
    this.chance = chance(seed)
    for (const spec of launchSpecs('0'.repeat(64)).slice(0, 2) as Spec[])
      this.do({ kind: 'instrument.list', spec })
    const roles = ['consumer', 'supplier', 'trader'] as const
    for (const account of this.accounts) {
      const member = Math.min(account, 5) as never
      if (account <= 5) this.do({ kind: 'member.admit', name: `member ${account}` })
      this.do({ kind: 'account.open', member, name: `account ${account}`, roles })
      this.do({ kind: 'cash.deposit', account, amount: micros(100_000_000), reference: 'start' })
    }
    for (const account of [1, 2] as AccountId[]) this.offer(account)
  }

  /** Applies one command. */
  do(command: Command): Step {
    const seq = this.state.seq + 1
    const events = apply(this.state, seq as never, this.at, command)
    const step = { seq, at: this.at, command, events }
    this.steps.push(step)
    for (const event of events) {
      if (event.kind === 'draw.opened') this.draws.push(event.draw)
      if (event.kind === 'draw.settled' || event.kind === 'draw.failed' || event.kind === 'draw.released')
        this.draws = this.draws.filter((draw) => draw !== event.draw)
    }
    return step
  }

  /** Lets something happen. */
  next(): Step {
    this.at = (this.at + this.chance.below(4 * MICROS_PER_SECOND)) as Instant
    if (this.chance.below(200) === 0) this.at = (this.at + this.chance.below(5 * MICROS_PER_HOUR)) as Instant
    return this.do(this.command())
  }

  /** Lets this many things happen. */
  run(count: number): Step[] {
    return Array.from({ length: count }, () => this.next())
  }

  private offer(account: AccountId): void {
    const terms = {
      rate: wt(41_666_667),
      capabilities: [],
      contextTokens: 128_000,
      disclosed: true,
      concurrency: 8,
    }
    this.do({ kind: 'offer.register', account, name: `offer ${account}`, ...terms })
    const evidence = { requests: 100, ttftMsP95: 1, tokensPerSecondP5: 99, items: 50, passed: 50, sha256: '' }
    for (const instrument of [FIRST, SECOND]) {
      const expiresAt = (START + YEAR) as Instant
      this.do({ kind: 'offer.certify', offer: account as number as OfferId, instrument, expiresAt, evidence })
      this.issue(account, instrument)
    }
  }

  private issue(account: AccountId, instrument: InstrumentId): void {
    this.do({
      kind: 'units.issue',
      account,
      offer: account as number as OfferId,
      instrument,
      lots: lots(300),
    })
  }

  private command(): Command {
    const dice = this.chance.below(100)
    const account = this.pick(this.accounts)
    const instrument = this.pick([FIRST, FIRST, FIRST, SECOND])
    if (dice < 58) return this.order(account, instrument)
    if (dice < 67) return this.amendment()
    if (dice < 74) return this.cancellation()
    if (dice < 75)
      return { kind: 'order.cancel_all', account, instrument: this.pick([null, instrument]), side: null }
    if (dice < 77)
      return { kind: 'units.transfer', account, instrument, wt: wt(10_000 * (1 + this.chance.below(5))) }
    if (dice < 81)
      return {
        kind: 'units.issue',
        account: 1 as AccountId,
        offer: 1 as OfferId,
        instrument,
        lots: lots(100),
      }
    if (dice < 82 && this.chance.below(4) === 0)
      return {
        kind: 'instrument.transition',
        instrument,
        to: 'halted',
        reason: 'test',
        until: null,
        next: [],
      }
    if (dice < 84)
      return { kind: 'instrument.transition', instrument, to: 'open', reason: 'test', until: null, next: [] }
    return this.draw(account, instrument)
  }

  private order(account: AccountId, instrument: InstrumentId): Command {
    const side: Side = account <= 2 ? 'sell' : this.pick(['buy', 'buy', 'sell'] as const)
    const type = this.chance.below(8) === 0 ? 'market' : 'limit'
    const timeInForce = type === 'market' ? 'ioc' : this.pick(['gtc', 'gtc', 'gtc', 'ioc', 'fok'] as const)
    const middle = (this.state.instruments[instrument]?.spec.listingPrice ?? 0) as number
    const size = 1 + this.chance.below(20)
    const isIceberg = timeInForce === 'gtc' && this.chance.below(4) === 0
    const price = type === 'market' ? null : ticks(middle + this.chance.below(13) - (side === 'buy' ? 8 : 4))
    return {
      kind: 'order.place',
      account,
      instrument,
      side,
      type,
      timeInForce,
      postOnly: timeInForce === 'gtc' ? this.pick(['none', 'none', 'reject'] as const) : 'none',
      selfTrade: this.pick(SELF_TRADE),
      price,
      lots: lots(size),
      clientOrderId: this.chance.below(3) === 0 ? `c${this.state.seq}` : null,
      mandate: NO_MANDATE,
      ...(isIceberg && { special: { display: lots(1 + this.chance.below(size)) } }),
    }
  }

  private liveOrder(): { account: AccountId; order: OrderId; lots: number; price: number } {
    const pool = this.state.orders
    const live = [...liveOrders(pool)]
    const slot = live.length === 0 ? 0 : this.pick(live)
    const whole = (pool.filled[slot] as number) + (pool.remaining[slot] as number)
    return {
      account: pool.account[slot] as AccountId,
      order: pool.id[slot] as OrderId,
      lots: whole,
      price: pool.price[slot] as number,
    }
  }

  private amendment(): Command {
    const { account, order, lots: whole, price } = this.liveOrder()
    const newPrice = this.chance.below(2) === 0 ? null : ticks(Math.max(1, price + this.chance.below(7) - 3))
    const newLots = lots(Math.max(1, whole + this.chance.below(9) - 5))
    return { kind: 'order.amend', account, order, price: newPrice, lots: newLots, mandate: NO_MANDATE }
  }

  private cancellation(): Command {
    const { account, order } = this.liveOrder()
    return { kind: 'order.cancel', account, order }
  }

  private draw(account: AccountId, instrument: InstrumentId): Command {
    const draw = this.draws.length > 0 && this.chance.below(3) > 0 ? this.pick(this.draws) : undefined
    if (draw !== undefined) return this.drawEnd(draw)
    const offer = this.pick([1, 2] as OfferId[])
    const buyLimit = ticks(1_000_000)
    const deadline = (this.at + MICROS_PER_HOUR) as Instant
    const request = `req_${++this.requests}`
    const size = wt(1 + this.chance.below(40_000))
    return {
      kind: 'draw.open',
      account,
      mandate: NO_MANDATE,
      instrument,
      offer,
      request,
      wt: size,
      buyLimit,
      deadline,
    }
  }

  private drawEnd(draw: DrawId): Command {
    switch (this.chance.below(6)) {
      case 0:
        return {
          kind: 'draw.fail',
          draw,
          failure: 'timeout',
          fault: 'supplier',
          relayed: { inputTokens: 0, outputTokens: 0 },
        }
      case 1:
        return { kind: 'draw.release', draw, reason: 'test' }
      case 2:
        return { kind: 'draw.extend', draw, wt: wt(1 + this.chance.below(10_000)) }
      case 3:
        return {
          kind: 'draw.reroute',
          draw,
          offer: this.pick([1, 2] as OfferId[]),
          failure: 'timeout',
          fault: 'supplier',
        }
      default:
        return {
          kind: 'draw.settle',
          draw,
          reading: {
            inputTokens: 0,
            cachedTokens: 0,
            outputTokens: this.chance.below(200),
            finish: 'stop',
            ttft: 1_000,
            generation: 1_000_000,
            excused: false,
            attempts: 1,
            claimedInput: null,
            claimedOutput: null,
            promptHash: '0'.repeat(64),
            outputHash: '0'.repeat(64),
          },
        }
    }
  }

  private pick<Value>(from: readonly Value[]): Value {
    return from[this.chance.below(from.length)] as Value
  }
}
