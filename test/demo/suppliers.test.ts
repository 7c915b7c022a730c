import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { FairValue } from '../../src/demo/fair-value.ts'
import { postedUnitPrice } from '../../src/demo/grade-price.ts'
import { modelsFor, suppliers } from '../../src/demo/suppliers.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { InstrumentOut } from '../../src/wire/instrument.ts'

/** What the demo reads of an instrument, as the launch list has it. */
const instruments = launchSpecs('').map((spec) => ({
  model: spec.symbol,
  latency: spec.latencyBaseMs,
  throughput: spec.throughputFloor,
  reference: (spec.listingPrice * spec.tick) / 1e6,
  out: {
    model: spec.symbol,
    spec: { task: spec.task, weights: { input: '0.25', output: '1' } },
  } as InstrumentOut,
}))

test('there are five suppliers, and every grade has at least two', () => {
  assert.ok(suppliers.length >= 5)
  for (const { out, model } of instruments) {
    const able = suppliers.filter((supplier) => modelsFor(supplier, out).length > 0)
    assert.ok(able.length >= 2, `${model} has ${able.length}`)
  }
})

test('every model clears the speed of its grades with room for a busy machine', () => {
  for (const { out, model, latency, throughput } of instruments)
    for (const supplier of suppliers)
      for (const { name, profile } of modelsFor(supplier, out)) {
        const worst = 1 - profile.jitter
        assert.ok(profile.tokensPerSecond * worst >= throughput * 1.8, `${name} for ${model}: throughput`)
        assert.ok(
          profile.firstTokenMs * (1 + profile.jitter) <= latency / 3,
          `${name} for ${model}: first token`,
        )
      }
})

test('suppliers differ in speed, price, quality and reliability', () => {
  const models = suppliers.flatMap((supplier) => supplier.models)
  const values = (of: (model: (typeof models)[number]) => number) => new Set(models.map(of)).size
  assert.ok(values(({ profile }) => profile.tokensPerSecond) >= 5)
  assert.ok(values(({ profile }) => profile.ability) >= 4)
  assert.ok(values(({ profile }) => profile.errorRate) >= 4)
  assert.ok(new Set(suppliers.map(({ costShare }) => costShare)).size >= 4)
})

test('serving costs less than the listing price of the grade, so that there is something to earn', () => {
  for (const { out, model, reference } of instruments)
    for (const supplier of suppliers)
      for (const { name, priced } of modelsFor(supplier, out)) {
        const cost = postedUnitPrice(priced, out) * supplier.costShare
        assert.ok(cost * 1.05 < reference * 1.14, `${name} for ${model}: ${cost} against ${reference}`)
      }
})

test('a fair value wanders, never far, and ends up near its anchor', () => {
  const value = new FairValue(0.8, 1.2, chance(3))
  for (let step = 0; step < 20_000; step++) {
    const before = value.now()
    value.step()
    assert.ok(Math.abs(value.now() / before - 1) < 0.004)
  }
  assert.ok(Math.abs(value.now() / 1.2 - 1) < 0.15, `${value.now()}`)
})
