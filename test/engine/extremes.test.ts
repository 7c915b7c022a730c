import { test } from 'node:test'
import fc from 'fast-check'
import type { InstrumentId } from '../../src/base/ids.ts'
import { chance } from '../../src/base/chance.ts'
import type { Command } from '../../src/state/command.ts'
import { dumpState, loadState } from '../../src/engine/snapshot.ts'
import { DEFAULT_SETTINGS } from '../../src/state/state.ts'
import { nextCommand, openingDay, WHOLE_DAY } from '../../src/sim/trading-day.ts'
import { openExchange, specs, START } from './exchange.ts'

function livedIn(): Uint8Array {
  const exchange = openExchange()
  const population = { accounts: 4, cash: 5_000_000, issue: 60, specs: specs.slice(0, 2), start: START }
  for (const command of openingDay(population)) exchange.ask(command)
  const random = chance(3)
  for (let step = 0; step < 300; step++) exchange.ask(nextCommand(exchange.state, random, WHOLE_DAY))
  return dumpState(exchange.state)
}

const LIVED_IN = livedIn()

/** Safe integers, the edges of 32 and 53 bits more often than the rest. */
const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 4_000_000, 4_000_001, 1e12, -1e12),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, Number.MIN_SAFE_INTEGER),
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 2_800, max: 9_000 }),
  fc.maxSafeInteger(),
)
const id = fc.oneof(fc.integer({ min: 0, max: 5 }), number)
const maybe = fc.option(number, { nil: null })
const of = <Kind extends Command['kind']>(kind: Kind, fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ kind: fc.constant(kind), ...fields })

const command = fc.oneof(
  of('cash.deposit', { account: id, amount: number, reference: fc.constant('r') }),
  of('cash.withdraw', { account: id, amount: number, reference: fc.constant('r') }),
  of('units.issue', { account: id, offer: id, instrument: id, lots: number }),
  of('units.redeem', { account: id, instrument: id, lots: number }),
  of('units.transfer', { account: id, instrument: id, wt: number }),
  of('order.cancel', { account: id, order: number }),
  of('order.cancel_all', { account: id, instrument: fc.option(id, { nil: null }), side: fc.constant(null) }),
  of('order.amend', { account: id, order: id, price: maybe, lots: maybe, mandate: id }),
  of('order.place', {
    account: id,
    instrument: id,
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('limit', 'market'),
    timeInForce: fc.constantFrom('gtc', 'ioc', 'fok'),
    postOnly: fc.constantFrom('none', 'reject'),
    selfTrade: fc.constantFrom('cancel_newest', 'decrement'),
    price: maybe,
    lots: number,
    clientOrderId: fc.option(fc.constantFrom('__proto__', 'constructor', 'c1'), { nil: null }),
    mandate: id,
  }),
  of('offer.register', {
    account: id,
    name: fc.constantFrom('', 'x'),
    rate: number,
    concurrency: number,
    capabilities: fc.constant([]),
    contextTokens: number,
    disclosed: fc.boolean(),
  }),
  of('mandate.grant', {
    account: id,
    parent: id,
    name: fc.constant('m'),
    budget: fc.record({ day: number, order: number }, { requiredKeys: [] }),
    instruments: fc.option(fc.array(id, { maxLength: 2 }), { nil: null }),
    sides: fc.constantFrom(['buy'], ['buy', 'sell']),
    priceLimit: maybe,
    autoBuy: fc.boolean(),
    expiresAt: maybe,
  }),
  of('mandate.revoke', { account: id, mandate: id }),
  of('draw.open', {
    account: id,
    mandate: id,
    instrument: id,
    offer: id,
    request: fc.constantFrom('r1', 'r2'),
    wt: number,
    buyLimit: maybe,
    deadline: fc.integer({ min: START, max: START + 1e9 }),
  }),
  of('draw.extend', { draw: id, wt: number }),
  of('draw.release', { draw: id, reason: fc.constant('r') }),
  of('venue.configure', {
    settings: fc
      .record({ makerFee: number, takerFee: number, bond: number, withhold: number }, { requiredKeys: [] })
      .map((settings) => ({ ...DEFAULT_SETTINGS, ...settings })),
  }),
  of('instrument.list', {
    spec: fc
      .record({ tick: number, lot: number, priceMax: number, orderMax: number, window: number })
      .map((fields) => ({ ...specs[0], symbol: 'text-odd', ...fields })),
  }),
)

test('no number, however large or odd, breaks a promise: the worst that comes of it is a refusal', () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 12 }), (commands) => {
      const exchange = openExchange(loadState(LIVED_IN))
      for (const each of commands) exchange.ask(each as unknown as Command)
    }),
    { numRuns: 1_500 },
  )
})

test('ids outside every list name nobody', () => {
  const { ask } = openExchange(loadState(LIVED_IN))
  for (const odd of [-1, 0.5, 1e9, Number.NaN]) {
    const events = ask({
      kind: 'instrument.transition',
      instrument: odd as InstrumentId,
      to: 'halted',
      reason: 'r',
      until: null,
      next: [],
    })
    if (events.at(-1)?.kind !== 'command.rejected') throw new Error(`${odd} is an instrument`)
  }
})
