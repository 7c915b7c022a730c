import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, weigh } from '../../src/claims/judge.ts'
import { latencyCeiling } from '../../src/state/speed.ts'
import { PRIME, reading } from '../engine/stage.ts'

// text-prime: first token within 4,600 ms + 1 ms per input token, then 40 tokens a second.
const MS = 1_000

test('the ceiling of the first token grows with the prompt', () => {
  assert.equal(latencyCeiling(PRIME, 0), 4_600 * MS)
  assert.equal(latencyCeiling(PRIME, 400), 5_000 * MS)
})

test('a late first token: free up to 5 %, then linearly to 30 % at twice the ceiling, then rejected', () => {
  const late = (ttftMs: number) => judge(PRIME, reading({ inputTokens: 400, ttft: ttftMs * MS }))
  assert.deepEqual(late(5_000), { verdict: 'conforming', discount: 0 })
  assert.deepEqual(late(5_001), { verdict: 'soft_miss', discount: 0 })
  assert.deepEqual(late(5_250), { verdict: 'soft_miss', discount: 0 })
  // x = 0.525 lies half-way from 0.05 to 1.
  assert.deepEqual(late(7_625), { verdict: 'soft_miss', discount: 150_000 })
  assert.deepEqual(late(10_000), { verdict: 'soft_miss', discount: 300_000 })
  assert.deepEqual(late(10_001), { verdict: 'rejected', discount: 0 })
})

test('slow tokens: free up to 5 %, then linearly to 30 % at half the floor, then rejected', () => {
  // In 10 s: the first token, and then as many a second as is said.
  const slow = (perSecond: number) =>
    judge(PRIME, reading({ outputTokens: 10 * perSecond + 1, generation: 10_000 * MS }))
  assert.deepEqual(slow(40), { verdict: 'conforming', discount: 0 })
  assert.deepEqual(slow(38), { verdict: 'soft_miss', discount: 0 })
  // x = 0.275 lies half-way from 0.05 to 0.5.
  assert.deepEqual(slow(29), { verdict: 'soft_miss', discount: 150_000 })
  assert.deepEqual(slow(20), { verdict: 'soft_miss', discount: 300_000 })
  assert.deepEqual(slow(19), { verdict: 'rejected', discount: 0 })
})

test('throughput is judged from 64 output tokens on', () => {
  const hour = 3_600_000 * MS
  assert.equal(judge(PRIME, reading({ outputTokens: 63, generation: hour })).verdict, 'conforming')
  assert.equal(judge(PRIME, reading({ outputTokens: 64, generation: hour })).verdict, 'rejected')
})

test('of two misses the worse counts', () => {
  const both = reading({ outputTokens: 291, ttft: 9_200 * MS, generation: 10_000 * MS })
  assert.deepEqual(judge(PRIME, both), { verdict: 'soft_miss', discount: 300_000 })
})

test('all tokens in one piece are as fast as can be', () => {
  assert.equal(judge(PRIME, reading({ outputTokens: 5_000, generation: 0 })).verdict, 'conforming')
})

test('an answer with nothing in it is rejected', () => {
  assert.equal(judge(PRIME, reading({ outputTokens: 0 })).verdict, 'rejected')
})

test('what is excluded from judgement is excused, however late and empty', () => {
  const late = { ttft: 3_600_000 * MS, outputTokens: 0 }
  assert.equal(judge(PRIME, reading({ ...late, excused: true })).verdict, 'excused')
  assert.equal(judge(PRIME, reading({ ...late, finish: 'aborted' })).verdict, 'excused')
})

test('tokens weigh 0.25 in, 0.0625 cached and 1 out, in ppm', () => {
  assert.equal(
    weigh(PRIME, reading({ inputTokens: 1_000, cachedTokens: 400, outputTokens: 10 })),
    185_000_000,
  )
})
