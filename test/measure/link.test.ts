import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chance } from '../../src/base/chance.ts'
import { chance } from '../../src/base/chance.ts'
import { passChance } from '../../src/measure/ability.ts'
import type { Anchor } from '../../src/measure/link.ts'
import { linked, linkPools } from '../../src/measure/link.ts'

const PANEL = { mean: 0, deviation: 1 }
const normal = (luck: Chance): number =>
  Math.sqrt(-2 * Math.log(1 - luck.fraction())) * Math.cos(2 * Math.PI * luck.fraction())

/** The same items found again on a scale whose zero and unit are others, with noise of so much. */
const anchorsOf = (count: number, noise: number, luck: Chance): Anchor[] =>
  Array.from({ length: count }, (_, at) => {
    const difficulty = 4 * luck.fraction() - 2
    const fresh = (difficulty - 0.3) / 1.25 + noise * normal(luck)
    return {
      name: `item ${at}`,
      old: { discrimination: 1.5, difficulty, guess: 0 },
      fresh: { discrimination: 1.5 * 1.25, difficulty: fresh, guess: 0 },
    }
  })

const linkOf = (anchors: readonly Anchor[], items: number) => {
  const link = linkPools(anchors, items, PANEL)
  assert.ok(typeof link !== 'string', JSON.stringify(link))
  return link
}

const refusalOf = (anchors: readonly Anchor[], items: number): string => {
  const found = linkPools(anchors, items, PANEL)
  assert.ok(typeof found === 'string', 'the pool is refused')
  return found
}

test('a pool found on another scale is put back on the old one', () => {
  const anchors = anchorsOf(30, 0, chance(1))
  const link = linkOf(anchors, 100)
  assert.ok(Math.abs(link.slope - 1.25) < 1e-9 && Math.abs(link.shift - 0.3) < 1e-9)
  assert.ok(link.error < 1e-9)
  for (const { old, fresh } of anchors) {
    const back = linked(fresh, link)
    for (const theta of [-1, 0, 2])
      assert.ok(Math.abs(passChance(theta, old) - passChance(theta, back)) < 1e-9)
  }
})

test('the error that is told is the error that is made', () => {
  const luck = chance(2)
  const misses: number[] = []
  const told: number[] = []
  for (let run = 0; run < 400; run++) {
    const link = linkPools(anchorsOf(60, 0.08, luck), 100, PANEL)
    if (typeof link === 'string') continue
    misses.push(link.slope * ((1 - 0.3) / 1.25) + link.shift - 1)
    told.push(link.error)
  }
  assert.ok(misses.length > 380)
  const made = Math.sqrt(misses.reduce((sum, miss) => sum + miss ** 2, 0) / misses.length)
  const mean = told.reduce((sum, one) => sum + one, 0) / told.length
  assert.ok(mean > made * 0.9 && mean < made * 1.4, `${mean} told, ${made} made`)
})

test('an anchor that became easier is left out and named', () => {
  const anchors = anchorsOf(40, 0.02, chance(3))
  const [first] = anchors
  assert.ok(first)
  first.fresh.difficulty -= 1
  assert.deepEqual(linkOf(anchors, 100).drifted, ['item 0'])
})

test('a pool without anchors, with too few, or with a poor link is refused in words', () => {
  assert.equal(linkPools([], 100, PANEL), 'the pool has no anchors')
  assert.equal(
    linkPools(anchorsOf(29, 0, chance(4)), 100, PANEL),
    '29 of 100 items are anchors; at least 30 must be',
  )
  const drifting = anchorsOf(30, 0, chance(5))
  for (const { fresh } of drifting.slice(0, 2)) fresh.difficulty += 2
  assert.match(refusalOf(drifting, 100), /^28 anchors kept their difficulty; at least 30 must/)
  assert.match(
    refusalOf(anchorsOf(6, 0.16, chance(9)), 12),
    /^the link is off by \d\.\d\d points of the index; at most 1 may be$/,
  )
})
