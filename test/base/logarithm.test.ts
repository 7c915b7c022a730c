import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lnMillionths } from '../../src/base/logarithm.ts'

test('it is the logarithm in millionths, to the nearest one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 40 }), (a, b) => {
      const exact = Math.log(a / b) * 1_000_000
      assert.ok(Math.abs(lnMillionths(a, b) - exact) <= 0.5 + 1e-6, `${a} / ${b}`)
    }),
  )
})

test('the thresholds of the lot test are those of α = 0.001 and β = 0.05', () => {
  assert.equal(lnMillionths(950, 1), 6_856_462)
  assert.equal(lnMillionths(50, 999), -2_994_732)
})

test('nothing else has a logarithm', () => {
  assert.throws(() => lnMillionths(0, 1), /positive/)
})
