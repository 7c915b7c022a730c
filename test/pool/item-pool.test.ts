import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import type { Item } from '../../src/assay/item.ts'
import { passes } from '../../src/assay/item.ts'
import { itemsFor, TEMPLATES } from '../../src/assay/item-pool.ts'

const TASKS = ['text', 'code', 'agent'] as const

test('every task has a dozen kinds of items or nearly so, and more items than any plan asks', () => {
  for (const task of TASKS) {
    const items = itemsFor(task, 120, chance(1))
    assert.equal(new Set(items.map(({ prompt }) => prompt)).size, 120, 'no item comes twice')
    assert.ok(new Set(items.map(({ template }) => template)).size >= 10, task)
  }
})

test('a short set takes a different kind for each item', () => {
  for (let seed = 0; seed < 50; seed++) {
    const items = itemsFor('agent', 5, chance(seed))
    assert.equal(new Set(items.map(({ template }) => template)).size, 5)
  }
})

test('the same chance gives the same items, another chance others', () => {
  const prompts = (seed: number) => itemsFor('text', 20, chance(seed)).map(({ prompt }) => prompt)
  assert.deepEqual(prompts(1), prompts(1))
  assert.notDeepEqual(prompts(1), prompts(2))
})

test('every item says in what form it is to be answered, and its own answer passes', () => {
  for (const template of TEMPLATES)
    for (let seed = 0; seed < 40; seed++) {
      const item: Item = { template: template.name, ...template.make(chance(seed)) }
      assert.match(item.prompt, /Reply with only /)
      assert.ok(item.prompt.length < 800)
      assert.ok(passes(item, item.answer), `${item.prompt} -> ${item.answer}`)
      assert.ok(item.kind !== 'number' || Number.isSafeInteger(Number(item.answer)), item.prompt)
    }
})

test('answers are right: some worked by hand', () => {
  const found = (name: string, pattern: RegExp): Item => {
    const template = TEMPLATES.find((one) => one.name === name)
    for (let seed = 0; seed < 20_000; seed++) {
      const item = template?.make(chance(seed))
      if (item && pattern.test(item.prompt)) return { template: name, ...item }
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

const item = (kind: Item['kind'], answer: string): Item => ({ template: 't', prompt: '', kind, answer })

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
    assert.ok(passes(item('number', '1234'), reply), reply)
  for (const reply of ['ant, bee', 'ant,bee', 'Ant, Bee.', '"ant, bee"', '`ant ,  bee`'])
    assert.ok(passes(item('text', 'ant, bee'), reply), reply)
  for (const reply of ['{"a":1,"b":["x"]}', '```json\n{ "b": ["x"], "a": 1 }\n```'])
    assert.ok(passes(item('json', '{"a":1,"b":["x"]}'), reply), reply)
})

test('anything else does not', () => {
  for (const reply of ['', '1235', 'The answer is 1234', '1234 or 1235', '12,34', '1234 apples', 'NaN'])
    assert.ok(!passes(item('number', '1234'), reply), reply)
  for (const reply of ['', 'bee, ant', 'ant bee', 'ant, bee, cat'])
    assert.ok(!passes(item('text', 'ant, bee'), reply), reply)
  for (const reply of ['', '{"a":1}', '{"a":1,"b":["x"],"c":0}', '{"a":"1","b":["x"]}', '[1', 'null'])
    assert.ok(!passes(item('json', '{"a":1,"b":["x"]}'), reply), reply)
})
