import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import type { AccountId, InstrumentId, OrderId, Seq } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { lots, micros } from '../../src/base/money.ts'
import { instant, later, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../../src/base/time.ts'
import { audit } from '../../src/engine/audit.ts'
import { apply } from '../../src/engine/engine.ts'
import { digestState, dumpState, loadState } from '../../src/engine/snapshot.ts'
import { emptyState } from '../../src/state/state.ts'
import { nextCommand, openingDay, WHOLE_DAY } from '../../src/sim/trading-day.ts'
import type { Exchange } from './exchange.ts'
import { openExchange, replay, specs, START } from './exchange.ts'

/**
 * A day with little money and few units, so that refusals of every kind happen, and time that now and then
 * jumps.
 */
function liveDay(seed: number, steps: number, look: (exchange: Exchange, step: number) => void): Exchange {
  const exchange = openExchange()
  const { state } = exchange
  const poor = { accounts: 6, cash: 3_000_000, issue: 200, specs: specs.slice(0, 3), start: START }
  for (const command of openingDay(poor)) exchange.ask(command)
  const random = chance(seed)
  for (let step = 0; step < steps; step++) {
    const jump = random.below(200) === 0 ? random.below(6) * MICROS_PER_HOUR : random.below(MICROS_PER_SECOND)
    exchange.ask(nextCommand(state, random, WHOLE_DAY), later(state.at, jump))
    look(exchange, step)
  }
  return exchange
}

test('every promise holds after every command of a random day', () => {
  const reasons = new Set<string>()
  for (const seed of [11, 12, 13, 14, 15, 16])
    liveDay(seed, 1_500, ({ state }) => assert.ok(state.nextDue > state.at, 'nothing stays due'))
  const { log } = liveDay(17, 1_500, () => {})
  const state = emptyState()
  for (const { seq, at, command } of log)
    for (const event of apply(state, seq, at, command))
      if (event.kind === 'command.rejected') reasons.add(event.reason)
  for (const reason of ['insufficient_funds', 'insufficient_units', 'budget_exceeded', 'price_outside_band'])
    assert.ok(reasons.has(reason), `the day saw ${reason}`)
})

test('the same commands give the same state, and so do a snapshot and the commands after it', () => {
  const kept: { bytes: Uint8Array; commands: number }[] = []
  const { state, log } = liveDay(21, 1_200, (exchange, step) => {
    if (step % 400 === 399) kept.push({ bytes: dumpState(exchange.state), commands: exchange.log.length })
  })
  const digest = digestState(state)
  assert.equal(digestState(replay(log)), digest)
  for (const { bytes, commands } of kept) {
    const restored = loadState(bytes)
    audit(restored)
    assert.equal(digestState(replay(log.slice(commands), restored)), digest)
  }
})

test('states that differ in one thing have different digests', () => {
  const exchange = openExchange()
  for (const command of openingDay({
    accounts: 2,
    cash: 1,
    issue: 0,
    specs: specs.slice(0, 1),
    start: START,
  }))
    exchange.ask(command)
  const before = digestState(exchange.state)
  exchange.ask({ kind: 'cash.deposit', account: 1 as AccountId, amount: micros(1), reference: 'more' })
  assert.notEqual(digestState(exchange.state), before)
})

test('a refused command changes nothing but the number and the time of the last command', () => {
  const exchange = openExchange()
  const { state } = exchange
  const poor = { accounts: 6, cash: 3_000_000, issue: 200, specs: specs.slice(0, 2), start: START }
  for (const command of openingDay(poor)) exchange.ask(command)
  const random = chance(31)
  let refused = 0
  for (let step = 0; step < 1_500; step++) {
    const { seq, at } = state
    const before = digestState(state)
    const [event] = exchange.ask(nextCommand(state, random, WHOLE_DAY), at)
    if (event?.kind !== 'command.rejected') continue
    refused++
    const after = { ...state, seq, at }
    assert.equal(digestState(after), before, JSON.stringify(exchange.log.at(-1)))
  }
  assert.ok(refused > 200, 'a fair share was refused')
})

test('commands come in order and time does not go back', () => {
  const state = emptyState()
  const member = { kind: 'member.admit', name: 'alice' } as const
  apply(state, 5 as Seq, instant(1_000), member)
  assert.throws(() => apply(state, 5 as Seq, instant(1_000), member), { name: 'BrokenPromise' })
  assert.throws(() => apply(state, 6 as Seq, instant(999), member), { name: 'BrokenPromise' })
})

test('40 orders at once against the last cent of a mandate spend it exactly once', () => {
  const exchange = openExchange()
  for (const command of openingDay({ accounts: 4, cash: 1e9, issue: 100, specs, start: START }))
    exchange.ask(command)
  const [seller, buyer] = [1, 3] as AccountId[] as [AccountId, AccountId]
  const instrument = 1 as InstrumentId
  const order = {
    kind: 'order.place',
    instrument,
    type: 'limit',
    timeInForce: 'gtc',
    postOnly: 'none',
    selfTrade: 'cancel_newest',
    price: specs[1]?.listingPrice ?? assert.fail('listed'),
    clientOrderId: null,
  } as const
  exchange.ask({ ...order, account: seller, side: 'sell', lots: lots(100), mandate: NO_MANDATE })
  // One lot costs 8,000 µ$ and 16 µ$ of fees: the budget is enough for one order and not for two.
  exchange.ask({
    kind: 'mandate.grant',
    account: buyer,
    parent: NO_MANDATE,
    name: 'last cent',
    budget: { day: micros(8_016 + 8_015) },
    instruments: null,
    sides: ['buy'],
    priceLimit: null,
    autoBuy: false,
    expiresAt: null,
  })
  const [mandate] = exchange.state.mandates
  const outcomes = Array.from({ length: 40 }, () =>
    exchange.ask(
      { ...order, account: buyer, side: 'buy', lots: lots(1), mandate: 1 as never },
      exchange.state.at,
    ),
  )
  assert.equal(outcomes.filter((events) => events.some(({ kind }) => kind === 'trade')).length, 1)
  for (const [event] of outcomes.slice(1))
    assert.equal(event?.kind === 'command.rejected' && event.reason, 'budget_exceeded')
  assert.equal(mandate?.spent.day.amount, 8_016)
  assert.equal(mandate?.reserved, 0)
  assert.equal(exchange.state.nextOrder, 3 as OrderId)
})
