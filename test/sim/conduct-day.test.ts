// What rulebook §6 promises of all strategies: failing never pays, and nobody else pays for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit } from '../../src/engine/audit.ts'
import { playConduct } from '../../src/sim/conduct-day.ts'
import { conserves } from '../engine/conservation.ts'
import { PRIME } from '../engine/stage.ts'

const SEEDS = Number(process.env.SEEDS ?? 40)

test('no supplier ends with more money than an honest one by failing, alone or with an accomplice', () => {
  let failed = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const honest = playConduct(PRIME, seed, null, () => undefined)
    for (const whim of [1, 2]) {
      const failing = playConduct(PRIME, seed, seed * 1_000 + whim, () => undefined)
      const name = `seed ${seed}, whim ${seed * 1_000 + whim}`
      assert.ok(failing.coalition <= honest.coalition, `${name}: ${failing.coalition} > ${honest.coalition}`)
      assert.ok(failing.performer >= 0, `${name}: who performs never pays for others`)
      assert.ok(failing.insurance >= 0, name)
      if (failing.coalition < honest.coalition) failed++
      audit(failing.state)
      conserves(failing.state)
      for (const cell of ['escrow', 'bonds', 'withheld', 'penalties'] as const)
        assert.equal(failing.state.ledger.balance[failing.state.house[cell]], 0, `${name}: ${cell}`)
    }
  }
  assert.ok(failed > SEEDS, 'most of them lose by it')
})

test('every promise holds after every command of such days', () => {
  for (let seed = 101; seed <= 103; seed++)
    playConduct(PRIME, seed, seed, (state) => {
      audit(state)
      conserves(state)
    })
})
