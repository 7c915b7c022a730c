import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccountId, MandateId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { lots, ticks, wt } from '../../src/base/money.ts'
import { later, MICROS_PER_HOUR } from '../../src/base/time.ts'
import { digestState, dumpState, loadState } from '../../src/engine/snapshot.ts'
import { findOrder, NO_SLOT } from '../../src/state/order.ts'
import type { Procurement, State } from '../../src/state/state.ts'
import { onHandOf } from '../../src/standing/procurement.ts'
import { MARKET, pick, PRIME, Stage } from '../engine/stage.ts'

const LOT = PRIME.lot

const standing = (state: State, order: number): number => {
  const slot = findOrder(state.orders, order as never)
  return slot === NO_SLOT ? 0 : (state.orders.remaining[slot] as number)
}

/** Stands for all that is short, unless it says why not; and never for more. */
function isInLine(state: State, one: Procurement): void {
  const short = Math.max(0, Math.ceil((one.target * LOT - onHandOf(state, one)) / LOT))
  const bid = standing(state, one.buying.order)
  if (one.buying.blocked === null) assert.equal(bid, short, 'it bids for what is short')
  else assert.ok(bid <= short, 'held up, it bids for no more than is short')
}

type Act = { who: number; side: 'buy' | 'sell'; size: number; price: number; kind: number }
const act: fc.Arbitrary<Act> = fc.record({
  who: fc.nat(3),
  side: fc.constantFrom('buy', 'sell'),
  size: fc.integer({ min: 1, max: 30 }),
  price: fc.integer({ min: 7_600, max: 8_400 }),
  kind: fc.nat(11),
})

test('on any day, procurements stand for what is short and every promise holds', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const stage = new Stage()
      const { account: acme } = stage.supplier('acme', 200, 8_000)
      const others = ['alice', 'bob', 'carol'].map((name) => stage.account(name, 2))
      const accounts: AccountId[] = [acme, ...others]
      for (const { who, side, size, price, kind } of acts) {
        const account = accounts[who] as AccountId
        if (kind === 0) procure(stage, account, size, price)
        else if (kind === 1) end(stage, account)
        else if (kind === 2)
          stage.ask({ kind: 'units.transfer', account, instrument: MARKET, wt: wt(size * LOT) })
        else if (kind === 3) stage.ask({ kind: 'order.cancel_all', account, instrument: null, side: null })
        else if (kind === 4) stage.until(later(stage.now, size * 10 * MICROS_PER_HOUR))
        else stage.ask(stage.order(account, side, size, price))
        for (const one of stage.state.procurements) if (!one.ended) isInLine(stage.state, one)
      }
      assert.equal(digestState(loadState(dumpState(stage.state))), digestState(stage.state))
    }),
    { numRuns: 150 },
  )
})

function procure(stage: Stage, account: AccountId, target: number, buyAt: number): void {
  const sellAt = target % 2 === 0 ? null : ticks(buyAt + 1 + (target % 5) * 50)
  const terms = { account, mandate: NO_MANDATE as MandateId, instrument: MARKET }
  stage.ask({ kind: 'procurement.set', ...terms, target: lots(target), buyAt: ticks(buyAt), sellAt })
}

function end(stage: Stage, account: AccountId): void {
  const live = stage.state.procurements.find((one) => one.account === account && !one.ended)
  if (live !== undefined) stage.done({ kind: 'procurement.end', account, procurement: live.id })
}

test('revoking its mandate cancels what stands, and nothing is bought any more', () => {
  const stage = new Stage()
  stage.supplier('acme', 0, 8_000)
  const alice = stage.account('alice', 10)
  const { mandate } = pick(
    stage.done({
      kind: 'mandate.grant',
      account: alice,
      parent: NO_MANDATE,
      name: 'm',
      budget: { lifetime: 1_000_000 as never },
      instruments: null,
      sides: ['buy'],
      priceLimit: null,
      autoBuy: false,
      expiresAt: null,
    }),
    'mandate.granted',
  )
  const terms = { account: alice, mandate, instrument: MARKET, target: lots(10), buyAt: ticks(8_000) }
  stage.done({ kind: 'procurement.set', ...terms, sellAt: null })
  const [one] = stage.state.procurements
  assert.ok(one !== undefined && standing(stage.state, one.buying.order) === 10)
  stage.done({ kind: 'mandate.revoke', account: alice, mandate })
  assert.equal(standing(stage.state, one.buying.order), 0)
  assert.equal(one.buying.blocked, 'mandate_revoked')
})
