import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import type { AccountId, InstrumentId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { lots, ticks } from '../../src/base/money.ts'
import { audit } from '../../src/engine/audit.ts'
import type { OrderPlace } from '../../src/state/command.ts'
import { digestState, dumpState, loadState } from '../../src/engine/snapshot.ts'
import { emptyState } from '../../src/state/state.ts'
import { nextCommand, openingDay, WHOLE_DAY } from '../../src/sim/trading-day.ts'
import type { Exchange } from './exchange.ts'
import { openExchange, specs, START } from './exchange.ts'

const ALICE = 1 as AccountId

const bid = (price: number, clientOrderId: string | null): OrderPlace => ({
  kind: 'order.place',
  account: ALICE,
  instrument: 0 as InstrumentId,
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  postOnly: 'reject',
  selfTrade: 'decrement',
  price: ticks(price),
  lots: lots(1),
  clientOrderId,
  mandate: NO_MANDATE,
})

function opened(cash = 1e12): Exchange {
  const exchange = openExchange()
  const population = { accounts: 4, cash, issue: 50, specs: specs.slice(0, 2), start: START }
  for (const command of openingDay(population)) exchange.ask(command)
  return exchange
}

test('a snapshot of nothing and of a lived-in exchange restore what was dumped', () => {
  assert.equal(digestState(loadState(dumpState(emptyState()))), digestState(emptyState()))
  const { state, ask } = opened(2_000_000)
  const random = chance(5)
  for (let step = 0; step < 600; step++) ask(nextCommand(state, random, WHOLE_DAY))
  const restored = loadState(dumpState(state))
  audit(restored)
  assert.deepEqual(dumpState(restored), dumpState(state))
})

test('a snapshot does not say where in memory an order stood', () => {
  const dense = opened()
  dense.ask(bid(2_900, 'a'))
  dense.ask(bid(2_901, 'b'))
  const restored = loadState(dumpState(dense.state))
  const slots = (state: Exchange['state']) => [...state.orders.id.subarray(0, 2)]
  for (const exchange of [dense, openExchange(restored)]) {
    exchange.ask({ kind: 'order.cancel', account: ALICE, order: 1 as never })
    exchange.ask(bid(2_902, 'c'))
  }
  const other = loadState(dumpState(dense.state))
  assert.notDeepEqual(slots(other), slots(dense.state), 'places differ after a load')
  assert.equal(digestState(other), digestState(dense.state))
  assert.equal(digestState(restored), digestState(dense.state))
})

test('a repeat of a client order id is answered after a restore as it was before', () => {
  const { state, ask } = opened()
  ask(bid(2_900, 'open one'))
  ask({ ...bid(2_900, 'gone'), timeInForce: 'ioc', postOnly: 'none' })
  ask({ ...bid(2_900, 'to market'), type: 'market', timeInForce: 'ioc', postOnly: 'none', price: null })
  const restored = openExchange(loadState(dumpState(state)))
  for (const name of ['open one', 'gone']) {
    const again =
      name === 'gone' ? { ...bid(2_900, name), timeInForce: 'ioc', postOnly: 'none' } : bid(2_900, name)
    const [before] = ask(again as OrderPlace)
    const [after] = restored.ask(again as OrderPlace)
    assert.equal(before?.kind, 'order.repeated')
    assert.deepEqual(after, before)
  }
})

test('bytes that are not a whole snapshot of this version are refused', () => {
  const bytes = dumpState(opened().state)
  assert.throws(() => loadState(bytes.slice(0, -8)), /a snapshot is whole/)
  assert.throws(() => loadState(new Uint8Array(64)), /begins with its mark/)
  const later = bytes.slice()
  later[4] = 99
  assert.throws(() => loadState(later), /version \d+ is read, not 99/)
  assert.throws(() => loadState(new Uint8Array(3)), { name: 'BrokenPromise' })
})

test('a thousand orders with client ids take a few hundred bytes each', () => {
  const { state, ask } = opened()
  const random = chance(9)
  for (let n = 0; n < 1_000; n++) ask(bid(2_500 + random.below(400), `client-${n}`))
  const before = dumpState(opened().state).length
  assert.ok((dumpState(state).length - before) / 1_000 < 330)
})
