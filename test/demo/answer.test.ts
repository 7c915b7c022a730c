import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { answerItem } from '../../src/demo/answer.ts'
import { passes } from '../../src/assay/item.ts'
import { TEMPLATES } from '../../src/assay/item-pool.ts'
import { pacePrompt } from '../../src/assay/pace-prompt.ts'

const luck = chance(3)
const items = TEMPLATES.flatMap((template) =>
  Array.from({ length: 60 }, () => ({ template: template.name, ...template.make(luck) })),
)

test('a sample model of ability 1 answers every item of the exchange, of every template', () => {
  for (const item of items) {
    const reply = answerItem(item.prompt, 1, luck)
    assert.ok(reply !== undefined && passes(item, reply), `${item.prompt} -> ${reply}, not ${item.answer}`)
  }
})

test('one of ability 0.9 slips on about a tenth, and one of ability 0 on all', () => {
  const right = (ability: number) =>
    items.filter((item) => passes(item, answerItem(item.prompt, ability, luck) ?? '')).length / items.length
  assert.ok(Math.abs(right(0.9) - 0.9) < 0.04, `${right(0.9)}`)
  assert.ok(right(0) < 0.02, `${right(0)}`)
})

test('sums are done with products first, as they are typed', () => {
  assert.equal(answerItem('12 * 34 =', 1, luck), '408')
  assert.equal(answerItem('What is 2 + 3 x 4?', 1, luck), '14')
})

test('what is no such question is left to prose', () => {
  for (const prompt of ['What is a busbar?', 'Describe 3 - 4 uses of copper.', '', pacePrompt(luck)])
    assert.equal(answerItem(prompt, 1, luck), undefined, prompt)
})
