// Random trees of mandates under random commands: the engine agrees with a twin that adds everything up anew.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccountId, ApprovalId, MandateId, OrderId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { lots, micros, ppm, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { spentIn } from '../../src/mandate/budget.ts'
import type { Command, OrderPlace } from '../../src/state/command.ts'
import type { Event } from '../../src/state/event.ts'
import type { Bounds, MandateGrant } from '../../src/state/mandate-terms.ts'
import { findOrder } from '../../src/state/order.ts'
import type { Reject } from '../../src/state/reject.ts'
import { HOUR, MARKET, PRIME, Stage } from '../engine/stage.ts'
import { NaiveTree } from './naive-tree.ts'

const WINDOWS = ['hour', 'day', 'week', 'month', 'lifetime'] as const
const BOUNDED: readonly Reject[] = [
  'mandate_side',
  'mandate_price',
  'fixing_missing',
  'mandate_fixing',
  'mandate_position',
  'mandate_open_orders',
  'mandate_rate',
]

const amount = fc.integer({ min: 1, max: 60_000 })
/** Mostly left out: who is bound in everything does nothing. */
const maybe = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

/** What is left out is not there, as in a command that was journaled. */
const without = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Value

const bounds: fc.Arbitrary<Bounds> = fc
  .record({
    priceFloor: maybe(fc.integer({ min: 700_000, max: 850_000 }).map(micros)),
    fixingMost: maybe(fc.integer({ min: 950_000, max: 1_100_000 }).map(ppm)),
    fixingLeast: maybe(fc.integer({ min: 900_000, max: 1_000_000 }).map(ppm)),
    position: maybe(fc.integer({ min: 0, max: 20 }).map((count) => wt(count * PRIME.lot))),
    openOrders: maybe(fc.integer({ min: 0, max: 6 })),
    perMinute: maybe(fc.integer({ min: 0, max: 8 })),
    approval: fc.option(fc.record({ above: amount.map(micros), wait: fc.constantFrom(1, HOUR / 6) }), {
      nil: undefined,
      freq: 2,
    }),
  })
  .map((one) => without(one) as Bounds)

const granting = fc.record({
  what: fc.constant('grant' as const),
  parent: fc.nat(4),
  budget: fc.dictionary(fc.constantFrom('order', ...WINDOWS), amount.map(micros), { maxKeys: 2 }),
  sides: fc.constantFrom(['buy'] as const, ['buy', 'sell'] as const),
  priceLimit: fc.option(fc.integer({ min: 750_000, max: 900_000 }).map(micros), { freq: 2 }),
  bounds,
  life: fc.option(fc.integer({ min: 1, max: HOUR }), { freq: 2 }),
})
const step = fc.oneof(
  { weight: 3, arbitrary: granting },
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant('place' as const),
      mandate: fc.oneof(fc.nat(3), fc.nat(12)),
      side: fc.constantFrom('buy' as const, 'buy' as const, 'sell' as const),
      price: fc.integer({ min: 7_500, max: 8_600 }),
      lots: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('cancel' as const), which: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('amend' as const),
      which: fc.nat(40),
      price: fc.integer({ min: 7_500, max: 8_200 }),
      lots: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('revoke' as const), mandate: fc.integer({ min: 3, max: 12 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('decide' as const),
      which: fc.nat(3),
      approve: fc.boolean(),
      under: fc.oneof(fc.constant(0), fc.nat(12)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('pass' as const), by: fc.integer({ min: 1, max: HOUR / 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('fix' as const),
      price: fc.integer({ min: 7_600, max: 8_400 }),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** One account with a tree of mandates, a supplier that sells to it and a trader that buys from it. */
class Grove {
  readonly stage = new Stage()
  readonly twin = new NaiveTree(PRIME)
  readonly account: AccountId
  private readonly trader: AccountId
  private readonly end: number

  constructor() {
    this.stage.supplier('acme', 900, 8_000)
    this.account = this.stage.account('alice', 1_000)
    this.trader = this.stage.account('bob', 1_000)
    this.stage.buy(this.trader, 5, 7_550)
    this.end = this.stage.now + 3 * HOUR
    // A tree to begin with, wide enough that orders come through.
    const approval = { above: micros(20_000), wait: HOUR / 6 }
    this.grant({ day: micros(500_000) }, NO_MANDATE, { approval })
    this.grant({ hour: micros(200_000) }, 1 as MandateId, { perMinute: 20 })
    this.grant({ lifetime: micros(300_000) }, NO_MANDATE, { openOrders: 5, position: wt(25 * PRIME.lot) })
  }

  private grant(budget: MandateGrant['budget'], parent: MandateId, bounded: Bounds): void {
    this.stage.mandate(this.account, budget, { parent, bounds: bounded })
    const { id, terms } = this.stage.state.mandates.at(-1) ?? assert.fail('granted')
    const granted = {
      kind: 'mandate.granted',
      mandate: id,
      terms: { kind: 'mandate.grant', ...terms },
    } as const
    this.twin.hear([granted], this.stage.now)
  }

  /** One of the mandates granted, or none. */
  private mandate(n: number): MandateId {
    return (n % (this.stage.state.mandates.length + 1)) as MandateId
  }

  private order(n: number): OrderId {
    return (3 + (n % Math.max(1, this.stage.state.nextOrder - 3))) as OrderId
  }

  commandOf(one: Step): Command {
    const { account } = this
    switch (one.what) {
      case 'grant': {
        const { budget, sides, priceLimit, life } = one
        const expiresAt = life === null ? null : ((this.stage.now + life) as Instant)
        const terms = { name: 'm', instruments: null, autoBuy: true, parent: this.mandate(one.parent) }
        const grant: MandateGrant = {
          kind: 'mandate.grant',
          account,
          ...terms,
          budget,
          sides,
          priceLimit,
          expiresAt,
        }
        return { ...grant, bounds: one.bounds }
      }
      case 'place':
        return {
          ...(this.stage.order(account, one.side, one.lots, one.price) as OrderPlace),
          mandate: this.mandate(one.mandate),
        }
      case 'cancel':
        return { kind: 'order.cancel', account, order: this.order(one.which) }
      case 'amend':
        return {
          kind: 'order.amend',
          account,
          order: this.order(one.which),
          price: one.price as never,
          lots: lots(one.lots),
          mandate: NO_MANDATE,
        }
      case 'revoke':
        return { kind: 'mandate.revoke', account, mandate: this.mandate(one.mandate) }
      case 'decide':
        return {
          kind: 'approval.decide',
          account,
          mandate: this.mandate(one.under),
          approval: (1 + (one.which % this.stage.state.nextApproval)) as ApprovalId,
          approve: one.approve,
          reason: '',
        }
      case 'pass':
        this.stage.now = Math.min(this.end, this.stage.now + one.by) as Instant
        return { kind: 'time.tick' }
      case 'fix':
        return this.fixing(one.price)
    }
  }

  private fixing(price: number): Command {
    const at = (Math.floor(this.stage.now / HOUR) * HOUR) as Instant
    const print = { period: 'hour', at, hour: HOUR, price: micros(price * PRIME.tick), tier: 'hour' } as const
    const proof = { inputs: '{}', inputsRoot: '', methodology: '', corrects: null }
    return { kind: 'fixing.publish', instrument: MARKET, ...print, ...proof }
  }

  /** Does one step in both, and compares. */
  run(one: Step): void {
    const { stage, twin } = this
    const command = this.commandOf(one)
    // What is due by now happens before the command, in both.
    twin.hear(stage.until(stage.now), stage.now)
    const reserved = new Map(
      stage.state.mandates.map(({ id, reserved: held }) => [id as number, held as number]),
    )
    const faults = command.kind === 'order.place' ? twin.faults(command, stage.now) : new Set<Reject>()
    const left =
      command.kind === 'order.place'
        ? twin.left(command.mandate, stage.now, (id) => reserved.get(id) ?? 0)
        : 0
    const events = stage.ask(command)
    if (command.kind === 'order.place') this.judge(command, events, faults, left)
    if (command.kind === 'fixing.publish' && events.at(-1)?.kind === 'fixing.published')
      twin.fixing = Math.ceil(Number(command.price) / PRIME.tick)
    twin.hear(events, stage.now)
    this.compare()
  }

  /** An order is taken iff the twin finds nothing against it; a refusal is one that the twin finds too. */
  private judge(order: OrderPlace, events: readonly Event[], faults: Set<Reject>, left: number): void {
    const last = events.at(-1)
    const about = JSON.stringify({ order, faults: [...faults], last })
    if (last?.kind === 'command.rejected') {
      if (BOUNDED.includes(last.reason)) assert.ok(faults.has(last.reason), about)
      if (last.reason === 'mandate_revoked' || last.reason === 'mandate_expired')
        assert.ok(faults.has(last.reason), about)
      if (last.reason === 'budget_exceeded') assert.ok(Number(last.detail['needed']) > left, about)
      return
    }
    // Against an order of its own member it neither trades nor stands, so that there is nothing to bound.
    if (events.some((event) => event.kind === 'order.closed' && event.reason === 'self_trade')) return
    // It might have filled whole: then it would not have stood as one open order more.
    if (!events.some(({ kind }) => kind === 'order.rested')) faults.delete('mandate_open_orders')
    assert.deepEqual([...faults], [], about)
    const threshold = this.twin.threshold(order.mandate)
    const asked = events.find((event) => event.kind === 'approval.asked')
    if (asked !== undefined) return assert.ok(asked.worst > threshold, about)
    if (order.side === 'buy') assert.ok(this.costOf(events) <= threshold, about)
  }

  /** What the fills of a buy cost and what it holds for the rest. */
  private costOf(events: readonly Event[]): number {
    const { orders } = this.stage.state
    let cost = 0
    for (const event of events) {
      if (event.kind === 'trade')
        cost += (event.price * event.lots * PRIME.tick * PRIME.lot) / 1_000_000 + event.aggressorFee
      if (event.kind === 'order.rested') cost += orders.held[findOrder(orders, event.order)] ?? 0
    }
    return cost
  }

  private compare(): void {
    const { stage, twin } = this
    for (const mandate of stage.state.mandates) {
      for (const window of WINDOWS) {
        const spent = spentIn(mandate, window, stage.now)
        assert.equal(spent, twin.spent(mandate.id, window, stage.now), `m${mandate.id} ${window}`)
        assert.ok(spent + mandate.reserved <= (mandate.terms.budget[window] ?? Infinity))
      }
    }
    const placed = [...stage.state.approvals.values()].flatMap(({ order }) => order ?? [])
    assert.equal(new Set(placed).size, placed.length, 'an approval places an order of its own, once')
  }
}

test('a random tree of mandates spends, reserves and refuses as a twin that adds everything up anew', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const grove = new Grove()
      for (const one of steps) grove.run(one)
      for (const { status } of grove.stage.state.approvals.values())
        seen.set(status, 1 + (seen.get(status) ?? 0))
    }),
    { numRuns: 80 },
  )
  for (const status of ['pending', 'done', 'refused', 'lapsed'])
    assert.ok((seen.get(status) ?? 0) > 0, `some approval was ${status}`)
})
