import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createGrader } from '../../src/assay/grader.ts'
import { chance } from '../../src/base/chance.ts'
import { informationAt } from '../../src/measure/ability.ts'
import { POOL_2026_11 } from '../../src/pool/calibration.ts'
import { COMPARISONS } from '../../src/pool/comparison-items.ts'
import type { Compared, Item } from '../../src/pool/item.ts'
import { matches } from '../../src/pool/item.ts'
import {
  familiesOf,
  itemParameters,
  itemsFor,
  linkVersions,
  POOL,
  poolFault,
  TEMPLATES,
} from '../../src/pool/item-pool.ts'
import { PANEL } from '../../src/pool/panel.ts'
import { thetaAt } from '../../src/measure/scale.ts'

const grader = createGrader()
after(() => grader.close())

const TASKS = ['text', 'code', 'agent'] as const

const FLOORS = [85, 100, 115].map((floor) => thetaAt(floor, PANEL))

test('every task has a dozen families or more at each floor, and more items than any plan asks', () => {
  for (const task of TASKS)
    for (const theta of FLOORS) {
      const items = itemsFor(task, theta, 120, chance(1))
      assert.equal(new Set(items.map(({ prompt }) => prompt)).size, 120, 'no item comes twice')
      assert.ok(new Set(items.map(({ template, level }) => `${template}.${level}`)).size >= 12, task)
    }
})

test('fifty items tell the floors of every task apart: they are at least six standard errors from each other', () => {
  for (const task of TASKS)
    for (const theta of FLOORS) {
      const items = itemsFor(task, theta, 50, chance(4))
      const known = items.reduce((sum, item) => sum + informationAt(theta, itemParameters(item)), 0)
      const errorInPoints = (15 / PANEL.deviation) * known ** -0.5
      assert.ok(errorInPoints < 15 / 3.5, `${task} at ${theta}: ${errorInPoints}`)
    }
})

test('the pool has parameters for all of its templates, and anchors for more than 30 % of its families', () => {
  assert.equal(poolFault(POOL), undefined)
  const families = familiesOf(POOL)
  const anchors = families.filter(({ template }) => POOL.calibrations[template.name]?.anchor)
  assert.ok(anchors.length >= 0.3 * families.length, `${anchors.length} of ${families.length}`)
  for (const [name, { difficulties }] of Object.entries(POOL.calibrations))
    assert.equal(
      [...TEMPLATES, ...COMPARISONS].find((one) => one.name === name)?.levels,
      difficulties.length,
      name,
    )
})

test('a pool without anchors, or with parameters that cannot be, is refused in words', () => {
  const { calibrations } = POOL_2026_11
  const bare = Object.fromEntries(
    Object.entries(calibrations).map(([name, one]) => [name, { ...one, anchor: false }]),
  )
  assert.equal(poolFault({ ...POOL, calibrations: bare }), 'the pool has no anchors')
  assert.equal(linkVersions(POOL, { ...POOL, calibrations: bare }), 'the pool has no anchors')
  const first = calibrations.arithmetic
  assert.ok(first)
  const withFirst = (change: object) => ({
    ...POOL,
    calibrations: { ...calibrations, arithmetic: { ...first, ...change } },
  })
  assert.match(poolFault(withFirst({ discrimination: 0 })) ?? '', /^arithmetic: discrimination is above 0/)
  assert.match(poolFault(withFirst({ guess: 1 })) ?? '', /^arithmetic: guess is from 0/)
  assert.match(poolFault(withFirst({ difficulties: [Number.NaN] })) ?? '', /^arithmetic: difficulties are/)
})

test('the pool in use is linked to the first without an error, and says how many anchors hold it', () => {
  const link = linkVersions(POOL_2026_11, POOL)
  assert.ok(typeof link !== 'string', JSON.stringify(link))
  assert.deepEqual([link.slope, link.shift, link.drifted], [1, 0, []])
  assert.ok(Math.abs(link.error - POOL.linkError) < 1e-9 && link.anchors >= 30)
})

test('a pool found on another scale is linked to the first by their anchors', () => {
  const moved = Object.fromEntries(
    Object.entries(POOL.calibrations).map(([name, one]) => [
      name,
      { ...one, difficulties: one.difficulties.map((difficulty) => (difficulty - 0.4) / 1.1) },
    ]),
  )
  const link = linkVersions(POOL, { ...POOL, version: '2026-12', calibrations: moved })
  assert.ok(typeof link !== 'string', JSON.stringify(link))
  assert.ok(Math.abs(link.slope - 1.1) < 1e-9 && Math.abs(link.shift - 0.4) < 1e-9)
})

test('the same chance gives the same items, another chance others', () => {
  const prompts = (seed: number) => itemsFor('text', 0, 20, chance(seed)).map(({ prompt }) => prompt)
  assert.deepEqual(prompts(1), prompts(1))
  assert.notDeepEqual(prompts(1), prompts(2))
})

test('every item says in what form it is to be answered, and its own answer passes', async () => {
  for (const template of TEMPLATES)
    for (let seed = 0; seed < 40; seed++) {
      const level = seed % template.levels
      const item: Item = { template: template.name, level, ...template.make(chance(seed), level) }
      assert.match(item.prompt, /Reply with only /)
      assert.ok(item.prompt.length < 1_000)
      assert.ok(await grader.passes(item, item.answer), `${item.prompt} -> ${item.answer}`)
      assert.ok(item.kind !== 'number' || Number.isSafeInteger(Number(item.answer)), item.prompt)
    }
})

test('no right answer is empty: a supplier that gives nothing has failed, whatever was asked', () => {
  const luck = chance(5)
  for (const template of TEMPLATES)
    for (let level = 0; level < template.levels; level++)
      for (let made = 0; made < 1_000; made++) {
        const { prompt, answer } = template.make(luck, level)
        assert.notEqual(answer.trim(), '', prompt)
      }
})

test('answers are right: some worked by hand', () => {
  const found = (name: string, pattern: RegExp): Item => {
    const level = 0
    const template = TEMPLATES.find((one) => one.name === name)
    for (let seed = 0; seed < 20_000; seed++) {
      const item = template?.make(chance(seed), level)
      if (item && pattern.test(item.prompt)) return { template: name, level, ...item }
    }
    throw new Error(`no such ${name}`)
  }
  assert.equal(found('conversion', /Convert 2 days and 3 hours to minutes/).answer, '3060')
  assert.equal(
    found('logic', /p be true, q be false and r be false.*value of p AND \(q OR NOT r\)/).answer,
    'true',
  )
  assert.equal(
    found('logic', /p be true, q be true and r be false.*value of NOT \(p OR q\) OR r/).answer,
    'false',
  )
  const leap = found('date', /days after 2024-02-/)
  const [, days, from] = /(\d+) days after (2024-02-\d\d)/.exec(leap.prompt) ?? []
  assert.equal((Date.parse(leap.answer) - Date.parse(from ?? '')) / 86_400_000, Number(days))
})

const item = (kind: Compared['kind'], answer: string): Compared => ({ kind, answer })

test('a right answer passes in the dress that models put on it', () => {
  for (const reply of [
    '1234',
    ' 1,234\n',
    '1234.',
    '**1234**',
    '```\n1234\n```',
    '1234.0',
    '<think>hm, 7?</think>\n1234',
  ])
    assert.ok(matches(item('number', '1234'), reply), reply)
  for (const reply of ['ant, bee', 'ant,bee', 'Ant, Bee.', '"ant, bee"', '`ant ,  bee`'])
    assert.ok(matches(item('text', 'ant, bee'), reply), reply)
  for (const reply of ['{"a":1,"b":["x"]}', '```json\n{ "b": ["x"], "a": 1 }\n```'])
    assert.ok(matches(item('json', '{"a":1,"b":["x"]}'), reply), reply)
})

test('anything else does not', () => {
  for (const reply of ['', '1235', 'The answer is 1234', '1234 or 1235', '12,34', '1234 apples', 'NaN'])
    assert.ok(!matches(item('number', '1234'), reply), reply)
  for (const reply of ['', 'bee, ant', 'ant bee', 'ant, bee, cat'])
    assert.ok(!matches(item('text', 'ant, bee'), reply), reply)
  for (const reply of ['', '{"a":1}', '{"a":1,"b":["x"],"c":0}', '{"a":"1","b":["x"]}', '[1', 'null'])
    assert.ok(!matches(item('json', '{"a":1,"b":["x"]}'), reply), reply)
})
