// Calls with money: suppliers, resales, mandates and several members, whatever they place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { OrderId } from '../../src/base/ids.ts'
import { later, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { indication } from '../../src/trading/auction.ts'
import { digestState, dumpState, loadState } from '../../src/engine/snapshot.ts'
import type { Event } from '../../src/state/event.ts'
import { liveOrders } from '../../src/state/order.ts'
import type { InstrumentStatus } from '../../src/state/status.ts'
import { all, MARKET, pick, Stage } from '../engine/stage.ts'

const MINUTE = 60 * MICROS_PER_SECOND

function cast() {
  const stage = new Stage()
  const sun = stage.supplier('sun', 40, 8_400).account
  const wind = stage.supplier('wind', 20, 8_500).account
  const ada = stage.account('ada', 100)
  const bob = stage.account('bob', 0.2)
  stage.buy(ada, 12, 8_400)
  return { stage, accounts: [sun, wind, ada, bob] }
}

const move = (stage: Stage, to: InstrumentStatus, minutes: number | null = null): Event[] =>
  stage.done({
    kind: 'instrument.transition',
    instrument: MARKET,
    to,
    reason: 'test',
    until: minutes === null ? null : later(stage.now, minutes * MINUTE),
    next: [],
  })

const order = fc.record({
  who: fc.nat(3),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  lots: fc.integer({ min: 1, max: 15 }),
  price: fc.integer({ min: 7_900, max: 8_800 }),
  what: fc.constantFrom('place', 'place', 'place', 'amend', 'cancel'),
})

test('whatever a call collects, it ends as indicated, with every promise kept and nobody worse than its limit', () => {
  fc.assert(
    fc.property(fc.array(order, { maxLength: 25 }), (orders) => {
      const { stage, accounts } = cast()
      move(stage, 'auction', 5)
      const limits = new Map<OrderId, number>()
      for (const { who, side, lots, price, what } of orders) {
        const account = accounts[who] ?? assert.fail('there are four')
        const last = (stage.state.nextOrder - 1 - (lots % 3)) as OrderId
        if (what === 'cancel') stage.ask({ kind: 'order.cancel', account, order: last })
        else if (what === 'amend')
          stage.ask({
            kind: 'order.amend',
            account,
            order: last,
            price: price as never,
            lots: null,
            mandate: 0 as never,
          })
        else stage.ask(stage.order(account, side, lots, price))
      }
      const instrument = stage.state.instruments[MARKET] ?? assert.fail('listed')
      for (const slot of liveOrders(stage.state.orders))
        limits.set(stage.state.orders.id[slot] as OrderId, stage.state.orders.price[slot] ?? 0)
      const expected = indication(stage.state, instrument)
      const copy = loadState(dumpState(stage.state))
      assert.equal(digestState(copy), digestState(stage.state), 'a crossed book survives a snapshot')
      const events = stage.until(later(stage.now, 5 * MINUTE))
      const result = pick(events, 'auction.uncrossed')
      assert.equal(result.price, expected?.price ?? null)
      assert.equal(result.lots, expected?.lots ?? 0)
      const trades = all(events, 'trade')
      assert.equal(
        trades.reduce((sum, trade) => sum + trade.lots, 0),
        result.lots,
      )
      for (const trade of trades) {
        assert.equal(trade.price, result.price)
        const [bid, ask] =
          trade.side === 'buy' ? [trade.aggressor, trade.resting] : [trade.resting, trade.aggressor]
        assert.ok((limits.get(bid) ?? 0) >= trade.price && (limits.get(ask) ?? Infinity) <= trade.price)
      }
      assert.equal(instrument.status, 'open')
    }),
    { numRuns: 60 },
  )
})

test('a supplier pays the auction fee of the uniform price, though it held that of its limit', () => {
  const { stage, accounts } = cast()
  const [sun, , ada] = accounts
  move(stage, 'auction', 5)
  const issue = { kind: 'units.issue', instrument: MARKET, offer: 1 as never } as const
  stage.done({ ...issue, account: sun as never, lots: 1 as never })
  stage.sell(sun as never, 1, 8_000)
  stage.buy(ada as never, 1, 8_800)
  const [trade] = all(stage.until(later(stage.now, 5 * MINUTE)), 'trade')
  assert.equal(trade?.price, 8_399, 'the nearest to the last price that leaves nobody over')
  assert.equal(trade?.restingFee, 9, 'a tenth of a percent of 8,399 µ$, rounded up')
})
