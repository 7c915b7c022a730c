import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PARTS, scoreOf, standingOf, wilsonLower } from '../../src/index/score.ts'

const near = (found: number, exact: number) => assert.ok(Math.abs(found - exact) < 1e-6, `${found}`)

test('the bound is the root of (p̂ − p)² = z² p (1 − p) / n below the share seen', () => {
  const z = 1.281_551_565_544_6
  for (const [n, good] of [
    [10, 10],
    [100, 97],
    [1_000, 1],
    [37.5, 20.25],
  ] as const) {
    const p = wilsonLower({ of: n, good })
    const share = good / n
    near((share - p) ** 2, (z * z * p * (1 - p)) / n)
    assert.ok(p < share)
  }
  assert.equal(wilsonLower({ of: 0, good: 0 }), 0)
  near(wilsonLower({ of: 100, good: 100 }), 100 / (100 + z * z))
})

test('the parts weigh as the rule says, and one that is not known leaves its weight to the others', () => {
  near(
    Object.values(PARTS).reduce((sum, weight) => sum + weight, 0),
    1,
  )
  near(scoreOf({ fulfilment: 1, latency: 1, throughput: 1, quality: 1, meter: 1 }), 100)
  near(
    scoreOf({ fulfilment: 0.9, latency: 0.8, throughput: 0.7, quality: 0.6, meter: 0.5 }),
    100 * 0.9 ** 0.35 * 0.8 ** 0.2 * 0.7 ** 0.15 * 0.6 ** 0.25 * 0.5 ** 0.05,
  )
  near(scoreOf({ fulfilment: 0.9, latency: 0.8 }), 100 * (0.9 ** 0.35 * 0.8 ** 0.2) ** (1 / 0.55))
  assert.equal(scoreOf({ fulfilment: 0, latency: 1 }), 0)
  assert.equal(scoreOf({}), 0)
})

test('the standings begin at 98, 95 and 90, and not before 100 requests', () => {
  assert.deepEqual(
    [100, 98, 97.99, 95, 94.99, 90, 89.99, 0].map((score) => standingOf(score, 100)),
    ['A', 'A', 'B', 'B', 'C', 'C', 'suspended', 'suspended'],
  )
  assert.equal(standingOf(100, 99.9), 'probation')
})
