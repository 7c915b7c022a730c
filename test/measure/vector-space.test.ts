// Where vectors lie: the same model is known again however coarsely it computes, another one is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  agreement,
  AGREEMENT_LEAST,
  cosine,
  isUnit,
  REFERENCE_TEXTS,
  signsAt,
  signsOf,
} from '../../src/measure/vector-space.ts'
import { vectorOf } from '../surface/embedder.ts'

const spaceOf = (seed: number, noise = 0): string =>
  REFERENCE_TEXTS.map((text) => signsOf(vectorOf(seed, text, noise))).join('')

test('a model agrees with itself through scaling and rounding, and with another model by half', () =>
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(1e6), (seed, other) => {
      const space = spaceOf(seed)
      assert.match(space, /^[0-9a-f]{256}$/)
      assert.ok(agreement(space, spaceOf(seed, 0.0005)) >= AGREEMENT_LEAST)
      if (other !== seed) {
        const chance = agreement(space, spaceOf(other))
        assert.ok(chance > 0.4 && chance < 0.6, `${chance}`)
      }
      const [text] = REFERENCE_TEXTS
      const tripled = vectorOf(seed, text).map((one) => 3 * one)
      assert.equal(signsOf(tripled), signsAt(space, 0))
      assert.ok(isUnit(vectorOf(seed, text)) && !isUnit(tripled))
    }),
    { numRuns: 20 },
  ))

test('signs that differ are counted, and a cosine is one of angles', () => {
  assert.equal(agreement('ff', 'ff'), 1)
  assert.equal(agreement('ff', '00'), 0)
  assert.equal(agreement('f0', 'f1'), 7 / 8)
  assert.ok(Math.abs(cosine([1, 0], [1, 1]) - Math.SQRT1_2) < 1e-12)
})
