import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccountId, InstrumentId, OrderId } from '../../src/base/ids.ts'
import type { Lots, Ticks } from '../../src/base/money.ts'
import type { OrderPool, Slot } from '../../src/state/order.ts'
import {
  findOrder,
  freeSlot,
  newPool,
  NO_SLOT,
  takeSlot,
  termsByCode,
  termsCode,
} from '../../src/state/order.ts'

const take = (pool: OrderPool, id: number): Slot =>
  takeSlot(pool, id as OrderId, 1 as AccountId, 1, 0 as InstrumentId, 0, 1 as Ticks, 1 as Lots)

test('a pool finds exactly its live orders, through growth, reuse and ids of every size', () => {
  const id = fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 2 ** 32 - 5, max: 2 ** 32 + 5 }),
    fc.integer({ min: 2 ** 53 - 10, max: 2 ** 53 - 1 }),
  )
  fc.assert(
    fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
      const pool = newPool(2)
      const live = new Map<number, Slot>()
      for (const each of ids) {
        const slot = live.get(each)
        if (slot === undefined) live.set(each, take(pool, each))
        else {
          freeSlot(pool, slot)
          live.delete(each)
        }
        assert.equal(pool.live, live.size)
        for (const seen of ids) assert.equal(findOrder(pool, seen as OrderId), live.get(seen) ?? NO_SLOT)
      }
      assert.equal(new Set(live.values()).size, live.size, 'no place is given out twice')
    }),
    { numRuns: 200 },
  )
})

test('a pool does not grow while places are free', () => {
  const pool = newPool(4)
  for (let id = 1; id <= 1_000; id++) freeSlot(pool, take(pool, id))
  assert.equal(pool.capacity, 4)
})

test('freeing what is not live is a broken promise', () => {
  const pool = newPool(4)
  const slot = take(pool, 7)
  freeSlot(pool, slot)
  assert.throws(() => freeSlot(pool, slot), { name: 'BrokenPromise' })
})

const MODES = ['cancel_newest', 'cancel_oldest', 'cancel_both', 'decrement', 'transfer'] as const

test('every kind of terms has its own number and comes back from it', () => {
  const seen = new Set<number>()
  for (const type of ['limit', 'market'] as const)
    for (const timeInForce of ['gtc', 'ioc', 'fok', 'gtd', 'day'] as const)
      for (const postOnly of ['none', 'reject', 'slide'] as const)
        for (const selfTrade of MODES) {
          const terms = { type, timeInForce, postOnly, selfTrade, clientOrderId: null, special: null }
          const code = termsCode(terms)
          assert.deepEqual(termsByCode(code, null, null), terms)
          assert.deepEqual(termsByCode(code, 'c1', null), { ...terms, clientOrderId: 'c1' })
          assert.equal(
            termsByCode(code, null, null),
            termsByCode(code, null, null),
            'alike share their terms',
          )
          seen.add(code)
        }
  assert.equal(seen.size, 150)
})
