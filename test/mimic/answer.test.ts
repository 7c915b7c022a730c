import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { answerItem, levelOf } from '../../src/mimic/answer.ts'
import { abilityFrom } from '../../src/measure/ability.ts'
import { scoreOf } from '../../src/measure/scale.ts'
import { itemParameters, itemsFor, TEMPLATES } from '../../src/pool/item-pool.ts'
import { createGrader } from '../../src/assay/grader.ts'
import { PANEL } from '../../src/pool/panel.ts'
import { pacePrompt } from '../../src/assay/pace-prompt.ts'

const grader = createGrader()
after(() => grader.close())

const luck = chance(3)
const items = TEMPLATES.flatMap((template) =>
  Array.from({ length: template.levels * 40 }, (_, at) => {
    const level = at % template.levels
    return { template: template.name, level, ...template.make(luck, level) }
  }),
)

test('a sample model that can do everything answers every item of the exchange, of every template', async () => {
  for (const item of items) {
    const reply = answerItem(item.prompt, 50, luck)
    assert.ok(
      reply !== undefined && (await grader.passes(item, reply)),
      `${item.prompt} -> ${reply}, not ${item.answer}`,
    )
  }
})

test('a model that can do nothing gives answers of the right form that are wrong', async () => {
  for (const item of items.filter(({ kind }) => kind === 'program' || kind === 'schema'))
    assert.ok(!(await grader.passes(item, answerItem(item.prompt, -50, luck) ?? '')), item.prompt)
})

test('it sees how hard an item is, so that it passes as often as its ability says', () => {
  for (const { template, level, prompt } of items) assert.equal(levelOf(template, prompt), level, prompt)
})

test('sample models of known ability are scored within their interval, about 19 times in 20', async () => {
  let inside = 0
  const runs = 200
  for (let run = 0; run < runs; run++) {
    const theta = -1.5 + (run % 7) / 2
    const asked = itemsFor(run % 2 === 0 ? 'text' : 'code', theta, 50, luck)
    const outcomes = await Promise.all(
      asked.map(async (item) => ({
        item: itemParameters(item),
        passed: await grader.passes(item, answerItem(item.prompt, theta, luck) ?? ''),
      })),
    )
    const { low, high } = scoreOf(abilityFrom(outcomes, { mean: theta, deviation: 1 }), PANEL, 0)
    const truth = 100 + (15 * (theta - PANEL.mean)) / PANEL.deviation
    if (truth >= low && truth <= high) inside++
  }
  assert.ok(inside / runs > 0.92, `${inside} of ${runs}`)
})

test('sums are done with products first, as they are typed', () => {
  assert.equal(answerItem('12 * 34 =', 50, luck), '408')
  assert.equal(answerItem('What is 2 + 3 x 4?', 50, luck), '14')
})

test('what is no such question is left to prose', () => {
  for (const prompt of ['What is a busbar?', 'Describe 3 - 4 uses of copper.', '', pacePrompt(luck)])
    assert.equal(answerItem(prompt, 50, luck), undefined, prompt)
})
