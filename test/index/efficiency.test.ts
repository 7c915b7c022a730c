import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CostInputs } from '../../src/index/efficiency.ts'
import {
  heatRate,
  impliedHeatRate,
  observedUtilisation,
  PHYSICAL,
  physicalFault,
  spreadAt,
  worstTier,
} from '../../src/index/efficiency.ts'

const INPUTS: CostInputs = {
  hardware: '8 × H200',
  gpus: 8,
  gpuHour: 2_600_000,
  gpuHourTier: 'B',
  goodput: 20_000,
  goodputTier: 'C',
  capitalHour: 1_100_000,
  overheadHour: 250_000,
  wattsPerGpu: 700,
  pue: 1_250_000,
  kwh: 80_000,
  ownTier: 'D',
}

test('at the utilisation whose heat rate is the implied one, renting leaves nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10_000, max: 10_000_000 }), (price) => {
      const implied = impliedHeatRate(price, INPUTS)
      const utilisation = heatRate(INPUTS, 1) / implied
      assert.ok(Math.abs(spreadAt(price, INPUTS, utilisation).rent) <= 1)
    }),
  )
})

test('a spread rises with price and utilisation, and falls with every cost', () => {
  const base = spreadAt(800_000, INPUTS, 0.5)
  assert.ok(spreadAt(800_001, INPUTS, 0.5).rent > base.rent)
  assert.ok(spreadAt(800_000, INPUTS, 0.8).rent > base.rent)
  for (const field of ['capitalHour', 'overheadHour', 'wattsPerGpu', 'pue', 'kwh'] as const)
    assert.ok(spreadAt(800_000, { ...INPUTS, [field]: INPUTS[field] * 1.1 }, 0.5).own < base.own, field)
})

test('what no hardware can be is named by its field, and the bounds themselves are allowed', () => {
  assert.equal(physicalFault(INPUTS), undefined)
  for (const [field, [least, most]] of Object.entries(PHYSICAL) as [
    keyof typeof PHYSICAL,
    [number, number],
  ][]) {
    assert.equal(physicalFault({ ...INPUTS, [field]: least }), undefined)
    assert.equal(physicalFault({ ...INPUTS, [field]: most }), undefined)
    for (const bad of [least - 1, most + 1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(physicalFault({ ...INPUTS, [field]: bad }), field)
  }
})

test('a number is no better than its worst input', () => {
  assert.equal(worstTier(['A', 'B', 'C']), 'C')
  assert.equal(worstTier(['D', 'A']), 'D')
  assert.equal(worstTier([]), 'A')
})

test('utilisation is what was delivered over full goodput, never above one, and null without deliveries', () => {
  assert.equal(observedUtilisation(0, 3_600e6, INPUTS), null)
  assert.equal(observedUtilisation(20_000 * 360, 3_600e6, INPUTS), 0.1)
  assert.equal(observedUtilisation(1e12, 3_600e6, INPUTS), 1)
})
