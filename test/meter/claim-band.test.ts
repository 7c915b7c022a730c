// What a supplier claims is compared with what we count, in a band learned of it. Nothing is paid by it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { ClaimBand, ClaimBands } from '../../src/meter/claim-band.ts'
import type { OfferId } from '../../src/base/ids.ts'

/** Claims of so many replies at a ratio, give or take; returns how many did not fit. */
function claims(band: ClaimBand, replies: number, ratio: number, spread = 0.01): number {
  const random = chance(5)
  let beyond = 0
  for (let i = 0; i < replies; i++) {
    const counted = 50 + random.below(400)
    const claimed = Math.round(counted * (ratio + spread * (2 * random.fraction() - 1)))
    if (!band.fits(counted, claimed)) beyond++
  }
  return beyond
}

test('an honest supplier fits, whatever its vocabulary makes of a text', () => {
  for (const ratio of [0.98, 1, 1.08, 1.22])
    assert.equal(claims(new ClaimBand('output'), 500, ratio), 0, `${ratio}`)
})

test('half as much again is seen in every one of its first twenty replies', () => {
  assert.equal(claims(new ClaimBand('output'), 20, 1.5), 20)
  assert.equal(claims(new ClaimBand('output'), 20, 0.5), 20)
})

test('the band narrows as it learns: what passed at first is seen later', () => {
  const band = new ClaimBand('output')
  assert.equal(band.width, 0.15)
  claims(band, 300, 1)
  assert.equal(band.width, 0.03)
  assert.equal(band.fits(1_000, 1_100), false)
  assert.equal(new ClaimBand('output').fits(1_000, 1_100), true)
})

test('a few tokens of template are no divergence, in a short text either', () => {
  const band = new ClaimBand('output')
  assert.equal(band.fits(2, 7), true)
  assert.equal(band.fits(2, 40), false)
  assert.equal(new ClaimBand('input').fits(2, 30), true)
})

test('one claim that does not fit is enough, and no claim is no verdict', () => {
  const bands = new ClaimBands()
  const offer = 1 as OfferId
  assert.equal(bands.fit(offer, { counted: 100, claimed: null }, { counted: 50, claimed: null }), undefined)
  assert.equal(bands.fit(offer, { counted: 100, claimed: 102 }, { counted: 50, claimed: 50 }), true)
  assert.equal(bands.fit(offer, { counted: 100, claimed: 10_000 }, { counted: 50, claimed: 50 }), false)
  assert.equal(bands.fit(offer, null, { counted: 50, claimed: 500 }), false)
})
