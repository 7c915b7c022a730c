// Machine GDP from events: what is inside the boundary, three equal sides, and the row that breaks them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_HOUR } from '../../src/base/time.ts'
import { foldHour, foldTradeHour, newHourBook, takeChanges } from '../../src/index/hour-book.ts'
import type { HourBook } from '../../src/index/hour-book.ts'
import { accountsOf, identityFaults, ppmOfYearly } from '../../src/index/machine-gdp.ts'
import type { DrawSettled, Event } from '../../src/state/event.ts'

const START = (Date.UTC(2026, 10, 25) * 1_000) as Instant
const [BUYER, ROUTER, SUPPLIER, OTHER_DESK, OPERATOR] = [1, 2, 3, 4, 5]

function bookWithParties(): HourBook {
  const book = newHourBook()
  const open = (account: number, member: number, roles: string[]) =>
    foldHour(book, START, { kind: 'account.opened', account, member, name: '', roles } as unknown as Event)
  open(BUYER, 1, ['consumer'])
  open(ROUTER, 2, ['consumer', 'supplier'])
  open(SUPPLIER, 3, ['supplier'])
  open(OTHER_DESK, 3, ['consumer'])
  open(OPERATOR, 4, ['operator'])
  declare(book, ROUTER, 'intermediate')
  return book
}

const declare = (book: HourBook, account: number, use: string) =>
  foldHour(book, START, {
    kind: 'declaration.made',
    account,
    topic: 'use',
    subject: `acc_${account}`,
    body: JSON.stringify({ use }),
    source: 'a test',
  } as unknown as Event)

type Facts = { verdict?: DrawSettled['verdict']; refund?: number; cost: number; proceeds: number }

function deliver(book: HourBook, buyer: number, supplier: number, facts: Facts, at = START): void {
  const { cost, proceeds, verdict = 'conforming', refund = 0 } = facts
  foldHour(book, at, {
    kind: 'draw.settled',
    account: buyer,
    supplier,
    instrument: 0,
    verdict,
    used: 1_000_000,
    cost,
    proceeds,
    deliveryFee: Math.ceil(proceeds / 200),
    refund,
  } as unknown as Event)
}

const accounts = (book: HourBook) => accountsOf([...book.deliveries.values()])

test('only final, conforming use counts; what stays in a member, is probed or is not judged stays outside', () => {
  const book = bookWithParties()
  deliver(book, BUYER, SUPPLIER, { cost: 600_000, proceeds: 500_000 })
  deliver(book, BUYER, SUPPLIER, {
    cost: 600_000,
    proceeds: 500_000,
    refund: 20_000,
    verdict: 'soft_miss' as never,
  })
  deliver(book, OTHER_DESK, SUPPLIER, { cost: 600_000, proceeds: 500_000 })
  deliver(book, OPERATOR, SUPPLIER, { cost: 600_000, proceeds: 500_000 })
  deliver(book, BUYER, SUPPLIER, { cost: 0, proceeds: 0, verdict: 'rejected' })
  deliver(book, BUYER, SUPPLIER, { cost: 9_000, proceeds: 9_000, verdict: 'excused' })
  const uses = [...book.deliveries.values()].map(({ use, deliveries }) => [use, deliveries])
  assert.deepEqual(uses, [
    ['final', 2],
    ['affiliate', 1],
    ['probe', 1],
    ['unjudged', 2],
  ])
  assert.equal(accounts(book).expenditure, 1_180_000)
})

test('inference bought to make inference is taken off again, so that a router adds only what it adds', () => {
  const book = bookWithParties()
  deliver(book, ROUTER, SUPPLIER, { cost: 400_000, proceeds: 390_000 })
  deliver(book, BUYER, ROUTER, { cost: 600_000, proceeds: 600_000 })
  const { expenditure, production, income } = accounts(book)
  assert.equal(expenditure, 600_000)
  assert.deepEqual(production, { output: 1_000_000, intermediate: 400_000, total: 600_000 })
  assert.deepEqual(income, { suppliers: 585_050, exchange: 4_950, trade: 10_000, total: 600_000 })
})

test('a router that no longer declares itself is a final user again', () => {
  const book = bookWithParties()
  declare(book, ROUTER, 'final')
  deliver(book, ROUTER, SUPPLIER, { cost: 400_000, proceeds: 390_000 })
  assert.equal(accounts(book).expenditure, 400_000)
})

test('the three sides are equal to the micro-dollar, whatever is delivered', () => {
  const delivery = fc.record({
    buyer: fc.constantFrom(BUYER, ROUTER, OTHER_DESK, OPERATOR),
    supplier: fc.constantFrom(SUPPLIER, ROUTER),
    cost: fc.nat(10_000_000),
    proceeds: fc.nat(10_000_000),
    discount: fc.nat(300),
    verdict: fc.constantFrom('conforming', 'soft_miss', 'excused', 'rejected'),
  })
  fc.assert(
    fc.property(fc.array(delivery, { maxLength: 40 }), (many) => {
      const book = bookWithParties()
      for (const { buyer, supplier, cost, proceeds, discount, verdict } of many) {
        const refund = Math.floor((proceeds * discount) / 1_000)
        deliver(book, buyer, supplier, { cost, proceeds, refund, verdict: verdict as never })
      }
      const { expenditure, production, income } = accounts(book)
      assert.equal(production.total, expenditure)
      assert.equal(income.total, expenditure)
      assert.deepEqual(identityFaults([...book.deliveries.values()]), [])
    }),
  )
})

test('a posting that was changed behind the accounts is named', () => {
  const book = bookWithParties()
  deliver(book, BUYER, SUPPLIER, { cost: 600_000, proceeds: 500_000 })
  deliver(book, BUYER, ROUTER, { cost: 600_000, proceeds: 500_000 })
  const [, row] = [...book.deliveries.values()]
  assert.ok(row)
  row.fee += 1
  assert.deepEqual(identityFaults([...book.deliveries.values()]), [
    `hour ${START}, instrument 0, supplier ${ROUTER}, final: paid 600000 µ$, earned 600001 µ$`,
  ])
})

test('what happens on the edge of an hour belongs to the hour that begins', () => {
  const book = bookWithParties()
  const edge = (START + MICROS_PER_HOUR) as Instant
  deliver(book, BUYER, SUPPLIER, { cost: 1, proceeds: 1 }, (edge - 1) as Instant)
  deliver(book, BUYER, SUPPLIER, { cost: 2, proceeds: 2 }, edge)
  const rows = [...takeChanges(book, edge).deliveries]
  assert.deepEqual(
    rows.map(({ start, cost }) => [start, cost]),
    [
      [START, 1],
      [edge, 2],
    ],
  )
  assert.equal(book.deliveries.size, 1, 'the hour that is over is let go')
})

test('surplus is counted over limits that were named, and says how much of the volume that covers', () => {
  const book = bookWithParties()
  const trade = { instrument: 0 as never, lots: 10, value: 50_000, fees: 100, price: 5_000, lotTick: 1 }
  foldTradeHour(book, START, { ...trade, buyerLimit: 5_200, sellerLimit: 4_900 })
  foldTradeHour(book, START, { ...trade, buyerLimit: null, sellerLimit: 5_000 })
  const [row] = [...book.trades.values()]
  assert.deepEqual(
    [row?.lots, row?.buyerSurplus, row?.buyerLots, row?.sellerSurplus, row?.sellerLots],
    [20, 2_000, 10, 1_000, 20],
  )
})

test('ppm of a yearly figure: an hour at the rate of the whole economy is a million', () => {
  const dollars = 8_760_000
  assert.ok(Math.abs(ppmOfYearly(1_000 * 1e6, MICROS_PER_HOUR, dollars) - 1_000_000) < 1e-6)
})
