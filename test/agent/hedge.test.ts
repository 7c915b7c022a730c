import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bill } from './hedge.ts'
import { compareBuyers } from './hedge.ts'

const perUnit = ({ paid, used }: Bill): number => paid / used

// What it is about: a buyer of each request's units pays the ask and the taker's fee; who is sure of some of
// them hours before stands in the book and pays neither. What it is not sure of it buys like the other.
for (const [name, weather] of [
  ['move by chance alone', { seed: 3, peak: 0, confidence: 0.9 }],
  ['rise and fall with demand', { seed: 3, peak: 0.03, confidence: 0.75 }],
] as const)
  test(`where prices ${name}, buying ahead beats buying at the moment, and next to nothing expires`, async (t) => {
    const { spot, hedged, ahead, hours } = await compareBuyers(weather)
    const share = ahead / hedged.used
    t.diagnostic(
      `${hours} hours, ${hedged.used.toFixed(2)} units used; at the moment $${perUnit(spot).toFixed(4)} a unit, ` +
        `with ${(share * 100).toFixed(0)} % bought ahead $${perUnit(hedged).toFixed(4)}, ` +
        `${((1 - perUnit(hedged) / perUnit(spot)) * 100).toFixed(2)} % less; ${hedged.wasted.toFixed(2)} units expired`,
    )
    assert.equal(spot.used.toFixed(6), hedged.used.toFixed(6), 'both did the same work')
    assert.ok(share > 0.1, `${share}`)
    assert.ok(perUnit(hedged) < perUnit(spot))
    assert.ok(hedged.wasted <= (1 - weather.confidence) * ahead)
  })
