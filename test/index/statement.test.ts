// Statements against the ledger: all entries of an account add up to what the engine says it has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { playConduct } from '../../src/sim/conduct-day.ts'
import { PRIME } from '../engine/stage.ts'
import { Traffic } from '../market/traffic.ts'
import { reconcile } from './reconcile.ts'

test('random days: after every command each account has what its statement says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const traffic = new Traffic(seed)
      const { take, seen } = reconcile()
      take(
        traffic.state,
        traffic.steps.flatMap(({ events }) => events),
      )
      for (let i = 0; i < 800; i++) take(traffic.state, traffic.next().events)
      for (const kind of ['deposit', 'purchase', 'sale', 'trading_fee', 'delivery_made'])
        assert.ok((seen.get(kind) ?? 0) > 0, kind)
    }),
    { numRuns: 6 },
  )
})

test('suppliers that fail, are covered, penalised and default: the same, to the last µ$', () => {
  const kinds = new Set<string>()
  for (let seed = 1; seed <= 60; seed++) {
    const { take, seen } = reconcile()
    playConduct(PRIME, seed, seed * 7, take)
    for (const kind of seen.keys()) kinds.add(kind)
  }
  for (const kind of ['penalty', 'compensation', 'standby_fee', 'delivery_fee', 'units_cancelled'])
    assert.ok(kinds.has(kind), `${kind}: not among ${[...kinds].join(' ')}`)
})
