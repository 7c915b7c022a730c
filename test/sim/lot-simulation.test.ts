// Lots of models of known ability, tested by the engine on items of the pool: both errors, and how long it takes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { known } from '../../src/base/assert.ts'
import { chance } from '../../src/base/chance.ts'
import { passChance } from '../../src/measure/ability.ts'
import { thetaAt } from '../../src/measure/scale.ts'
import { failureAt } from '../../src/pool/failure.ts'
import { itemParameters, itemsFor } from '../../src/pool/item-pool.ts'
import { PANEL } from '../../src/pool/panel.ts'
import { lotsOf } from '../../src/sim/lot-simulation.ts'
import { launchSpecs } from '../../src/state/grade.ts'

const MAX = known(launchSpecs('0'.repeat(64))[2], 'text-max is the third grade')

/** Wald: ln((1 − β) / α) over the mean step of the ratio, for a model at a place of the index. */
function probesExpected(index: number): number {
  const items = itemsFor(MAX.task, thetaAt(MAX.intelligenceFloor, PANEL), 500, chance(1))
  const steps = items.map((item) => {
    const fails = 1 - passChance(thetaAt(index, PANEL), itemParameters(item))
    const atFloor = failureAt(MAX.intelligenceFloor, item) / 1e6
    return (
      fails * Math.log((atFloor + 0.06) / atFloor) + (1 - fails) * Math.log((0.94 - atFloor) / (1 - atFloor))
    )
  })
  return Math.log(950) / (steps.reduce((sum, step) => sum + step, 0) / steps.length)
}

test('a supplier that swaps to a model one grade lower is rejected within the expected number of probes', () => {
  const ends = lotsOf(MAX, 100, 60, 2_000, chance(2))
  assert.ok(ends.every(({ end }) => end === 'rejected'))
  const mean = ends.reduce((sum, { probes }) => sum + probes, 0) / ends.length
  const expected = probesExpected(100)
  assert.ok(mean < expected * 1.1 && mean > expected * 0.9, `${mean} probes, ${expected} expected`)
})

test('a supplier that delivers what it was admitted for is accepted soon', () => {
  const ends = lotsOf(MAX, 123, 80, 2_000, chance(3))
  assert.ok(ends.every(({ end }) => end === 'accepted'))
  assert.ok(ends.every(({ probes }) => probes < 150))
})

test('one exactly at the floor is not punished for bad luck', () => {
  const ends = lotsOf(MAX, 115, 40, 20_000, chance(4))
  assert.ok(ends.filter(({ end }) => end === 'rejected').length <= 1)
})
