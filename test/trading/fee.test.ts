import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros, ppm } from '../../src/base/money.ts'
import { takeFee, takeMetered } from '../../src/trading/fee.ts'
import type { Position } from '../../src/state/state.ts'

/** Only what fees look at. */
const fresh = () => ({ feeAhead: 0, meterAhead: 0 }) as Position
const PLENTY = micros(Number.MAX_SAFE_INTEGER)
const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

test('fees of any fills add up to the fee of one fill of their sum, rounded up', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 2 ** 50 }))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), fc.integer({ min: 0, max: 999_999 }), (values, rate) => {
      const position = fresh()
      let paid = 0n
      let total = 0n
      for (const each of values) {
        paid += BigInt(takeFee(position, micros(each), ppm(rate), PLENTY))
        total += BigInt(each)
        assert.equal(paid, ceilDiv(total * BigInt(rate), 1_000_000n))
        assert.ok(position.feeAhead >= 0 && position.feeAhead < 1_000_000)
      }
    }),
  )
})

test('what an order cannot pay is taken with the next fee, up to 1 µ$', () => {
  const position = fresh()
  assert.equal(takeFee(position, micros(500), ppm(2_000), micros(0)), 0)
  assert.equal(position.feeAhead, -1_000_000)
  assert.equal(takeFee(position, micros(500), ppm(2_000), PLENTY), 2)
  assert.equal(takeFee(position, micros(1_000_000), ppm(2_000), micros(5)), 5)
  assert.equal(takeFee(position, micros(500), ppm(2_000), PLENTY), 2)
})

test('metering rounds up on the running total: a million parts of one token cost one token', () => {
  const position = fresh()
  let metered = 0
  for (let i = 0; i < 1_000; i++) metered += takeMetered(position, 1_000)
  assert.equal(metered, 1)
  assert.equal(takeMetered(position, 1), 1)
})
