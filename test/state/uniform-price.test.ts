import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tryEveryPrice } from '../../src/sim/naive-call.ts'
import { uniformPrice } from '../../src/state/uniform-price.ts'

const side = fc.array(
  fc.record({ price: fc.integer({ min: 1, max: 40 }), lots: fc.integer({ min: 1, max: 9 }) }),
  {
    maxLength: 12,
  },
)
type Orders = { price: number; lots: number }[]

test('the uniform price is the one that a search through every price finds', () => {
  fc.assert(
    fc.property(side, side, fc.integer({ min: 1, max: 45 }), (bids, asks, reference) => {
      const best = (orders: Orders, sign: number) =>
        [...orders]
          .sort((a, b) => sign * (a.price - b.price))
          .map(({ price, lots }) => [price, lots] as const)
      const naive = (orders: Orders) =>
        orders.map(({ price, lots }, id) => ({ id, price, remaining: lots, filled: 0 }))
      assert.deepEqual(
        uniformPrice(best(bids, -1), best(asks, 1), reference),
        tryEveryPrice(naive(bids), naive(asks), reference),
      )
    }),
    { numRuns: 2_000 },
  )
})

const price = (bids: [number, number][], asks: [number, number][], reference: number) =>
  uniformPrice(bids, asks, reference)?.price

test('most volume comes first, then least imbalance, then nearness to the reference, then the lower price', () => {
  assert.equal(price([[10, 5]], [[12, 5]], 11), undefined, 'nobody meets')
  assert.equal(
    price(
      [
        [12, 4],
        [10, 4],
      ],
      [
        [10, 4],
        [12, 9],
      ],
      10,
    ),
    11,
    'four trade from 10 to 12, and only at 11 is nobody left over',
  )
  assert.equal(price([[12, 5]], [[8, 5]], 11), 11, 'all prices are as good: the reference')
  assert.equal(price([[12, 5]], [[8, 5]], 20), 12, 'the nearest to a reference outside')
})
