import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Chance } from '../../src/base/chance.ts'
import { chance } from '../../src/base/chance.ts'
import type { ItemParameters, Outcome } from '../../src/measure/ability.ts'
import { abilityFrom, informationAt, passChance } from '../../src/measure/ability.ts'
import { indexOf, priorAt, scoreOf, thetaAt } from '../../src/measure/scale.ts'

const PANEL = { mean: 0, deviation: 1 }

const normal = (luck: Chance): number =>
  Math.sqrt(-2 * Math.log(1 - luck.fraction())) * Math.cos(2 * Math.PI * luck.fraction())

const itemsFrom = (luck: Chance, count: number): ItemParameters[] =>
  Array.from({ length: count }, () => ({
    discrimination: 1 + luck.fraction(),
    difficulty: 3 * luck.fraction() - 1.5,
    guess: luck.below(4) === 0 ? 0.25 : 0,
  }))

const answered = (theta: number, items: readonly ItemParameters[], luck: Chance): Outcome[] =>
  items.map((item) => ({ item, passed: luck.fraction() < passChance(theta, item) }))

test('a guess is the least chance, and the difficulty is where half of the rest is passed', () => {
  const item = { discrimination: 1.7, difficulty: 0.4, guess: 0.2 }
  assert.ok(Math.abs(passChance(0.4, item) - 0.6) < 1e-12)
  assert.ok(Math.abs(passChance(-50, item) - 0.2) < 1e-12)
  assert.ok(Math.abs(passChance(50, item) - 1) < 1e-12)
})

test('worked by hand: one item of a = 1 at the prior mean, passed, solves θ = 1 − P(θ)', () => {
  const { theta, error } = abilityFrom(
    [{ item: { discrimination: 1, difficulty: 0, guess: 0 }, passed: true }],
    { mean: 0, deviation: 1 },
  )
  assert.ok(Math.abs(theta - (1 - 1 / (1 + Math.exp(-theta)))) < 1e-8)
  const pass = 1 / (1 + Math.exp(-theta))
  assert.ok(Math.abs(error - (1 + pass * (1 - pass)) ** -0.5) < 1e-8)
})

test('nothing asked leaves the prior, and a panel mean stands at 100', () => {
  assert.deepEqual(abilityFrom([], { mean: 0.5, deviation: 2 }), { theta: 0.5, error: 2, items: 0 })
  assert.equal(indexOf(0, PANEL), 100)
  assert.equal(indexOf(-1, PANEL), 85)
  assert.equal(thetaAt(115, { mean: 2, deviation: 3 }), 5)
})

test('models of known ability are within the 95 % interval in about 95 of 100 measurements', () => {
  const luck = chance(7)
  const runs = 2_000
  let inside = 0
  let above = 0
  for (let run = 0; run < runs; run++) {
    const theta = normal(luck)
    const found = abilityFrom(answered(theta, itemsFrom(luck, 50), luck), { mean: 0, deviation: 1 })
    const score = scoreOf(found, PANEL, 0)
    const truth = indexOf(theta, PANEL)
    if (truth >= score.low && truth <= score.high) inside++
    if (truth >= score.atLeast) above++
  }
  // Three standard errors of a share of 0.95 over 2,000 runs are 0.015.
  assert.ok(Math.abs(inside / runs - 0.95) < 0.015, `${inside} of ${runs}`)
  assert.ok(Math.abs(above / runs - 0.95) < 0.015, `${above} of ${runs}`)
})

test('a model exactly at the floor is admitted about once in twenty times', () => {
  const luck = chance(8)
  const runs = 1_500
  for (const floor of [85, 100, 115]) {
    const theta = thetaAt(floor, PANEL)
    let admitted = 0
    for (let run = 0; run < runs; run++) {
      const items = itemsFrom(luck, 50).map((item) => ({ ...item, difficulty: item.difficulty + theta }))
      const found = abilityFrom(answered(theta, items, luck), priorAt(floor, PANEL))
      if (scoreOf(found, PANEL, 0).atLeast >= floor) admitted++
    }
    assert.ok(admitted / runs < 0.066, `${floor}: ${admitted} of ${runs}`)
  }
})

const item = fc.record({
  discrimination: fc.double({ min: 0.3, max: 3, noNaN: true }),
  difficulty: fc.double({ min: -3, max: 3, noNaN: true }),
  guess: fc.constantFrom(0, 0.1, 0.25, 0.5),
})
const outcome = fc.record({ item, passed: fc.boolean() })
const PRIOR = { mean: 0, deviation: 1 }

test('one answer right instead of wrong never lowers an ability, and another answer never widens the error', () => {
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 30 }), item, (before, one) => {
      const right = abilityFrom([...before, { item: one, passed: true }], PRIOR)
      const wrong = abilityFrom([...before, { item: one, passed: false }], PRIOR)
      assert.ok(right.theta >= wrong.theta - 1e-6)
      assert.ok(right.error <= PRIOR.deviation && right.error > 0)
    }),
  )
})

test('the estimate is the top of the posterior: no place near or far is higher', () => {
  const height = (theta: number, outcomes: readonly Outcome[]) =>
    outcomes.reduce(
      (sum, { item: one, passed }) =>
        sum + Math.log(passed ? passChance(theta, one) : 1 - passChance(theta, one)),
      -0.5 * theta ** 2,
    )
  fc.assert(
    fc.property(
      fc.array(outcome, { maxLength: 30 }),
      fc.double({ min: -5, max: 5, noNaN: true }),
      (all, other) => {
        const { theta } = abilityFrom(all, PRIOR)
        assert.ok(height(theta, all) >= height(other, all) - 1e-3)
      },
    ),
  )
})

test('an answer of half the weight tells half as much', () => {
  const one: Outcome = { item: { discrimination: 2, difficulty: 0, guess: 0 }, passed: true }
  const halves = abilityFrom(
    [
      { ...one, weight: 0.5 },
      { ...one, weight: 0.5 },
    ],
    PRIOR,
  )
  const whole = abilityFrom([one], PRIOR)
  assert.ok(Math.abs(halves.theta - whole.theta) < 1e-8)
  assert.ok(Math.abs(halves.error - whole.error) < 1e-8)
})

test('an item tells most where it is neither sure to be passed nor to be missed', () => {
  const sharp = { discrimination: 1.6, difficulty: 0.5, guess: 0 }
  assert.ok(Math.abs(informationAt(0.5, sharp) - 0.64) < 1e-12)
  assert.ok(informationAt(2.5, sharp) < 0.2)
})
