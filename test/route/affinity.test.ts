// Prompts go where their beginnings have been read before, and still no supplier is given more than its share.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfferId } from '../../src/base/ids.ts'
import { Affinity, rank, trailOf } from '../../src/route/affinity.ts'
import { conversations, oneCacheRate, routeTrace } from '../../src/sim/prompt-trace.ts'

const [sun, tide, wind] = [1, 2, 3] as OfferId[] as [OfferId, OfferId, OfferId]
const course = (texts: string[], session: string | null = null) => ({ trail: trailOf(texts), session })

test('whoever has read more of a prompt is preferred, by the share it has read', () => {
  const affinity = new Affinity()
  affinity.note(course(['system', 'ab']), sun)
  affinity.note(course(['system', 'cd']), tide)
  assert.deepEqual(
    [...affinity.shares(course(['system', 'ab', '1234']))],
    [
      [sun, 8 / 12],
      [tide, 6 / 12],
    ],
  )
  assert.deepEqual([...affinity.shares(course(['another', 'ab']))], [])
})

test('a beginning is the same only if everything before it is', () => {
  assert.notEqual(trailOf(['a', 'b'])[1]?.key, trailOf(['ab', 'b'])[1]?.key)
  assert.notEqual(trailOf(['a', 'b'])[1]?.key, trailOf(['b', 'a'])[1]?.key)
  assert.equal(trailOf(['a', 'b', 'c'])[1]?.key, trailOf(['a', 'b', 'd'])[1]?.key)
})

test('a session stays with its supplier although its prompt is new, and belongs to nobody else', () => {
  const affinity = new Affinity()
  affinity.note(course(['one'], 'acc 1 session 9'), wind)
  assert.deepEqual([...affinity.shares(course(['two'], 'acc 1 session 9'))], [[wind, 0.9]])
  assert.deepEqual([...affinity.shares(course(['two'], 'acc 2 session 9'))], [])
})

test('what was read longest ago is forgotten first', () => {
  const affinity = new Affinity(3)
  for (const text of ['a', 'b', 'c']) affinity.note(course([text]), sun)
  affinity.note(course(['a']), sun)
  affinity.note(course(['d']), sun)
  const known = ['a', 'b', 'c', 'd'].filter((text) => affinity.shares(course([text])).size > 0)
  assert.deepEqual(known, ['a', 'c', 'd'])
})

test('sessions spread over suppliers, the same way after a restart', () => {
  const best = (session: string) =>
    [sun, tide, wind].reduce((a, b) => (rank(session, a) > rank(session, b) ? a : b))
  const counts = new Map<OfferId, number>()
  for (let i = 0; i < 3_000; i++) {
    const offer = best(`session ${i}`)
    counts.set(offer, (counts.get(offer) ?? 0) + 1)
  }
  for (const count of counts.values()) assert.ok(count > 850 && count < 1_150, `${count}`)
  assert.equal(rank('x', sun), rank('x', sun))
})

test('conversations over four suppliers keep 90 % of what one cache would hit, within the load bound', () => {
  for (const seed of [1, 2, 3]) {
    const trace = conversations(seed, 600)
    const { hitRate, requestSpread, blockSpread } = routeTrace(trace, 4)
    const kept = hitRate / oneCacheRate(trace)
    assert.ok(kept >= 0.9, `kept ${kept}`)
    assert.ok(requestSpread <= 1.25 && blockSpread <= 1.25, `spread ${requestSpread} ${blockSpread}`)
  }
})
