import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { audit } from '../../src/engine/audit.ts'
import { restingOrders } from '../../src/state/book.ts'
import { BUY, SELL } from '../../src/state/order.ts'
import { dumpState, loadState } from '../../src/engine/snapshot.ts'
import type { Position, State } from '../../src/state/state.ts'
import { nextCommand, openingDay, WHOLE_DAY } from '../../src/sim/trading-day.ts'
import { openExchange, specs, START } from './exchange.ts'

/** A state in which something of everything stands: orders of both sides, lots, escrow, bonds, mandates. */
function livedIn(): Uint8Array {
  const exchange = openExchange()
  const population = { accounts: 6, cash: 5_000_000, issue: 100, specs: specs.slice(0, 2), start: START }
  for (const command of openingDay(population)) exchange.ask(command)
  const random = chance(77)
  for (let step = 0; step < 850; step++) exchange.ask(nextCommand(exchange.state, random, WHOLE_DAY))
  return dumpState(exchange.state)
}

const LIVED_IN = livedIn()

const positions = (state: State): Position[] =>
  state.accounts.flatMap((account) => account.positions.filter((position) => position !== undefined))
const find = (state: State, what: (position: Position) => boolean): Position =>
  positions(state).find(what) ?? assert.fail('the day left such a position')
const firstOrder = (state: State, side: number): number => {
  for (const { book } of state.instruments)
    for (const slot of restingOrders(book, state.orders, side)) return slot
  return assert.fail('the day left an order')
}

/** Adds to one number of a typed array, as a bug would. */
const bump = (values: Float64Array | Int32Array, at: number, by: number): void => {
  values[at] = (values[at] ?? 0) + by
}

const TAMPERINGS: [promise: string, what: string, tamper: (state: State) => void][] = [
  ['1', 'money out of nothing', ({ ledger, accounts }) => bump(ledger.balance, accounts[0]?.free ?? 0, 1)],
  [
    '2',
    'a balance below zero, its other side elsewhere',
    ({ ledger, accounts, house }) => {
      const free = accounts[0]?.free ?? 0
      const much = (ledger.balance[free] ?? 0) + 1
      bump(ledger.balance, free, -much)
      bump(ledger.balance, house.fees, much)
    },
  ],
  [
    '2',
    'cash behind an order set free',
    ({ ledger, accounts }) => {
      const account =
        accounts.find(({ held }) => (ledger.balance[held] ?? 0) > 0) ?? assert.fail('somebody holds')
      bump(ledger.balance, account.held, -1)
      bump(ledger.balance, account.free, 1)
    },
  ],
  [
    '2',
    'an order that holds too little',
    ({ orders, ...rest }) => bump(orders.held, firstOrder({ orders, ...rest }, BUY), -1e4),
  ],
  [
    '3',
    'units that are in no lot',
    (state) => {
      const position = find(state, ({ free }) => (state.ledger.balance[free] ?? 0) > 0)
      bump(state.ledger.balance, position.free, -1)
      bump(state.ledger.balance, position.consumption, 1)
    },
  ],
  [
    '3',
    'an offer that backs less than is owed',
    ({ offers }) => {
      const offer = offers.find(({ backed }) => backed > 0) ?? assert.fail('somebody owes')
      offer.backed = 0 as typeof offer.backed
    },
  ],
  [
    '4',
    'an order at another price than its level',
    (state) => bump(state.orders.price, firstOrder(state, SELL), 1),
  ],
  ['4', 'an order with nothing left', (state) => bump(state.orders.remaining, firstOrder(state, BUY), -1e6)],
  [
    '',
    'a best price that is not the best',
    ({ instruments }) => {
      const { book } = instruments[0] ?? assert.fail('listed')
      book.bids.best -= 1
    },
  ],
  [
    '5',
    'a client order id that names another order',
    ({ accounts }) => {
      const account =
        accounts.find(({ clientOrders }) => clientOrders.size > 0) ?? assert.fail('somebody named one')
      const [known] = account.clientOrders.values()
      Object.assign(known ?? {}, { order: 1e6 })
    },
  ],
  [
    '8',
    'a reservation of nothing',
    ({ mandates }) => {
      const mandate = mandates[0] ?? assert.fail('granted')
      mandate.reserved = (mandate.reserved + 1) as typeof mandate.reserved
    },
  ],
  [
    '8',
    'a budget passed',
    ({ mandates, at }) => {
      const mandate = mandates[0] ?? assert.fail('granted')
      mandate.spent.lifetime = { since: 0 as typeof at, amount: 1e9 as typeof mandate.reserved }
    },
  ],
  [
    '10',
    'an escrow lot of another price',
    (state) => {
      const [lot] = find(state, ({ escrow }) => escrow.length > 0).escrow
      Object.assign(lot ?? {}, { price: 1 })
    },
  ],
  [
    '10',
    'a bond that nobody posted',
    (state) => {
      const position = find(state, ({ bond }) => bond > 0)
      position.bond = (position.bond + 1) as typeof position.bond
    },
  ],
  [
    '10',
    'more escrowed than was sold',
    (state) => {
      const position = find(state, ({ escrow }) => escrow.length > 0)
      const [lot] = position.escrow
      Object.assign(lot ?? {}, { remaining: (lot?.remaining ?? 0) + 1 })
    },
  ],
]

for (const [promise, what, tamper] of TAMPERINGS)
  test(`the audit finds ${what}`, () => {
    const state = loadState(LIVED_IN)
    audit(state)
    tamper(state)
    assert.throws(() => audit(state), { name: 'BrokenPromise', message: new RegExp(`^${promise}`) })
  })
