import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccountId, InstrumentId, OrderId } from '../../src/base/ids.ts'
import type { Lots, Ticks } from '../../src/base/money.ts'
import { ticks } from '../../src/base/money.ts'
import type { Book } from '../../src/state/book.ts'
import {
  auditBook,
  bestAgainst,
  crosses,
  firstAgainst,
  newBook,
  nextAgainst,
  rest,
  restingOrders,
  unrest,
} from '../../src/state/book.ts'
import type { OrderPool, Slot } from '../../src/state/order.ts'
import { BUY, findOrder, freeSlot, newPool, NO_SLOT, SELL, takeSlot } from '../../src/state/order.ts'

const MID = 50_000

function add(book: Book, pool: OrderPool, id: number, side: number, price: number): Slot {
  const slot = takeSlot(
    pool,
    id as OrderId,
    1 as AccountId,
    1,
    0 as InstrumentId,
    side,
    price as Ticks,
    1 as Lots,
  )
  rest(book, pool, slot)
  return slot
}

const idsOf = (book: Book, pool: OrderPool, side: number): number[] =>
  [...restingOrders(book, pool, side)].map((slot) => pool.id[slot] ?? 0)

/** Distances from the mid: mostly near, now and then far outside the ladder. */
const distance = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: 41, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5_001, max: 49_000 }) },
)
const step = fc.oneof(
  fc.record({ what: fc.constant('add' as const), side: fc.constantFrom(BUY, SELL), away: distance }),
  fc.record({ what: fc.constant('remove' as const), nth: fc.nat({ max: 200 }) }),
)

test('the ladder keeps its queues as a sorted list would, wherever prices fall', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const book = newBook(ticks(MID))
      const pool = newPool(4)
      const sorted: { id: number; side: number; price: number }[] = []
      for (const [at, what] of steps.entries()) {
        if (what.what === 'add') {
          const price = MID + (what.side === BUY ? -what.away : what.away)
          add(book, pool, at + 1, what.side, price)
          sorted.push({ id: at + 1, side: what.side, price })
          // Bids first, and best first among them: a price counts down for bids.
          const rank = (order: { side: number; price: number }) =>
            order.side === BUY ? -order.price : order.price
          sorted.sort((a, b) => a.side - b.side || rank(a) - rank(b) || a.id - b.id)
        } else if (sorted.length > 0) {
          const [gone] = sorted.splice(what.nth % sorted.length, 1)
          const slot = findOrder(pool, gone?.id as OrderId)
          unrest(book, pool, slot)
          freeSlot(pool, slot)
        }
        auditBook(book, pool)
        for (const side of [BUY, SELL]) {
          const own = sorted.filter((order) => order.side === side)
          assert.deepEqual(
            idsOf(book, pool, side),
            own.map(({ id }) => id),
          )
          assert.equal(bestAgainst(book, side === BUY ? SELL : BUY), own[0]?.price ?? 0)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('an order trades with the first of the best level, then along it, then with the next level', () => {
  const book = newBook(ticks(MID))
  const pool = newPool(4)
  const second = add(book, pool, 1, SELL, MID + 2)
  const first = add(book, pool, 2, SELL, MID + 1)
  const behind = add(book, pool, 3, SELL, MID + 1)
  assert.equal(firstAgainst(book, BUY), first)
  assert.equal(nextAgainst(book, pool, BUY, first), behind)
  assert.equal(nextAgainst(book, pool, BUY, behind), second)
  assert.equal(nextAgainst(book, pool, BUY, second), NO_SLOT)
  assert.equal(firstAgainst(book, SELL), NO_SLOT)
})

test('a price crosses when it reaches the other side’s best, and an empty side is never crossed', () => {
  const book = newBook(ticks(MID))
  const pool = newPool(4)
  assert.equal(crosses(book, BUY, MID * 2), false)
  assert.equal(crosses(book, SELL, 1), false)
  add(book, pool, 1, SELL, MID + 1)
  add(book, pool, 2, BUY, MID - 1)
  assert.deepEqual(
    [MID, MID + 1].map((price) => crosses(book, BUY, price)),
    [false, true],
  )
  assert.deepEqual(
    [MID, MID - 1].map((price) => crosses(book, SELL, price)),
    [false, true],
  )
})

test('the audit of a book finds a best price that is not the best', () => {
  const book = newBook(ticks(MID))
  const pool = newPool(4)
  add(book, pool, 1, BUY, MID)
  book.bids.best = MID - 1
  assert.throws(() => auditBook(book, pool), { name: 'BrokenPromise' })
})
