import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Candidate } from '../../src/agent/buyer.ts'
import { chooseGrade, costOf, shareBounds, unitsAtMost } from '../../src/agent/buyer.ts'
import { chance } from '../../src/base/chance.ts'
import { instrument, marketOf } from './sample-market.ts'

const RULE = { required: 0.8, explore: 0.1 }
const grade = (name: string, tried: number, done: number, costNow: number | null): Candidate => ({
  grade: name,
  tried,
  done,
  units: 0,
  costNow,
})
const choose = (candidates: Candidate[], chosen = 100, explored = 100) =>
  chooseGrade(RULE, candidates, { chosen, explored })

test('the bounds are those of the Wilson interval, 90 % on either side', () => {
  const { low, high } = shareBounds({ tried: 50, done: 45, units: 0 })
  assert.deepEqual([low.toFixed(4), high.toFixed(4)], ['0.8323', '0.9423'])
  assert.deepEqual(shareBounds({ tried: 0, done: 0, units: 0 }), { low: 0, high: 1 })
})

test('before anything is proved the last grade is trusted', () => {
  const choice = choose([grade('standard', 0, 0, 0.001), grade('max', 0, 0, 0.01)])
  assert.equal(choice.grade, 'max')
  assert.match(choice.why, /none has proved 80\.0 % success yet, and it is trusted until it fails to/)
})

test('among proved grades the one with most successes per dollar is used', () => {
  const choice = choose([
    grade('standard', 50, 45, 0.001),
    grade('prime', 50, 48, 0.004),
    grade('max', 50, 50, 0.01),
  ])
  assert.equal(choice.grade, 'standard')
  assert.match(choice.why, /standard: 45 of 50 tasks done, at least 83\.2 %, 900 per dollar/)
  const dear = choose([grade('standard', 50, 45, 0.005), grade('prime', 50, 48, 0.004)])
  assert.equal(dear.grade, 'prime', 'prices decide as they stand now')
})

test('a cheap grade that has not proved itself is not used, however cheap', () => {
  assert.equal(choose([grade('standard', 10, 8, 0.0001), grade('max', 50, 50, 0.01)]).grade, 'max')
})

test('a tenth of the tasks try what could be better, the least tried first', () => {
  const candidates = [grade('standard', 4, 3, 0.001), grade('prime', 2, 2, 0.002), grade('max', 50, 50, 0.01)]
  const trial = chooseGrade(RULE, candidates, { chosen: 20, explored: 2 })
  assert.deepEqual([trial.grade, trial.isTrial], ['prime', true])
  assert.equal(
    chooseGrade(RULE, candidates, { chosen: 19, explored: 2 }).grade,
    'max',
    'it has had its share',
  )
})

test('a grade that could not be better per dollar is not tried', () => {
  const choice = chooseGrade(RULE, [grade('prime', 2, 2, 0.02), grade('max', 50, 50, 0.01)], {
    chosen: 20,
    explored: 0,
  })
  assert.equal(choice.grade, 'max')
})

test('a grade that is proved too bad is never used, the trusted one included; nor one that is not offered', () => {
  assert.equal(choose([grade('standard', 40, 10, 0.001), grade('max', 40, 20, 0.01)]).grade, null)
  assert.equal(choose([grade('standard', 50, 45, null), grade('max', 50, 50, 0.01)]).grade, 'max')
  assert.match(choose([grade('max', 0, 0, null)]).why, /no grade that is offered can reach 80\.0 % success/)
})

test('whatever it has seen, it uses no grade whose upper bound is below what is required', () => {
  const candidate = fc
    .tuple(
      fc.integer({ min: 0, max: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 1e-4, max: 1, noNaN: true }),
    )
    .map(([tried, share, cost]) => grade('', tried, Math.round(tried * share), cost))
  fc.assert(
    fc.property(
      fc.array(candidate, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 20 }),
      (some, chosen, explored) => {
        const candidates = some.map((one, at) => ({ ...one, grade: `g${at}` }))
        const choice = chooseGrade(RULE, candidates, { chosen, explored })
        const used = candidates.find(({ grade: name }) => name === choice.grade)
        if (used === undefined) return
        const { low, high } = shareBounds(used)
        assert.ok(high >= RULE.required)
        const isTrusted = used === candidates.at(-1)
        assert.ok(
          low >= RULE.required || isTrusted || (choice.isTrial && explored < RULE.explore * (chosen + 1)),
        )
      },
    ),
  )
})

test('over many tasks it finds the grade that does most per dollar, and what it delivers stays above what is required', () => {
  // True shares of success; what another grade fails is done again by the trusted one, as the buyer does.
  const truth = { standard: 0.55, prime: 0.92, max: 0.97 }
  const prices = { standard: 0.001, prime: 0.002, max: 0.01 }
  const random = chance(11)
  const names = Object.keys(truth) as (keyof typeof truth)[]
  const tallies = Object.fromEntries(names.map((name) => [name, { tried: 0, done: 0, units: 0 }])) as Record<
    keyof typeof truth,
    { tried: number; done: number; units: number }
  >
  let [chosen, explored, done, cost] = [0, 0, 0, 0]
  const use = (name: keyof typeof truth): boolean => {
    const isDone = random.fraction() < truth[name]
    tallies[name].tried++
    tallies[name].done += isDone ? 1 : 0
    cost += prices[name]
    return isDone
  }
  const late = new Map<string, number>()
  for (let task = 0; task < 1_000; task++) {
    const candidates = names.map((name) => ({ ...tallies[name], grade: name, costNow: prices[name] }))
    const choice = chooseGrade(RULE, candidates, { chosen, explored })
    assert.ok(choice.grade !== null)
    const name = choice.grade as keyof typeof truth
    chosen++
    explored += choice.isTrial ? 1 : 0
    if (task >= 500) late.set(name, (late.get(name) ?? 0) + 1)
    if (use(name) || (name !== 'max' && use('max'))) done++
  }
  assert.ok((late.get('prime') ?? 0) > 450, JSON.stringify([...late]))
  assert.ok(done / 1_000 >= 0.95, `${done} done`)
  assert.ok(cost < 0.55 * 1_000 * prices.max, `$${cost.toFixed(2)}, where max alone costs $10`)
})

test('a task is held to what its bytes and its longest answer weigh', () => {
  const request = { messages: [{ role: 'user' as const, content: 'x'.repeat(920) }], max_tokens: 750 }
  assert.equal(unitsAtMost(request, instrument), 0.001)
})

test('a purchase costs what stands at the asks up to the limit, with the fee, or is not to be had', () => {
  const market = marketOf(
    [],
    [
      [0.8, 1],
      [0.9, 1],
    ],
  )
  assert.equal(costOf(market, 1.5, 1)?.toFixed(6), ((0.8 + 0.45) * 1.002).toFixed(6))
  assert.equal(costOf(market, 1.5, 0.85), null)
  assert.equal(costOf(market, 3, 1), null)
})
