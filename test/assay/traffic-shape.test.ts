// Probes that copy the shapes of live traffic: what a supplier can see of a request, but for its words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { earlierIn, probeRequest } from '../../src/assay/probe-request.ts'
import { createShapes } from '../../src/assay/traffic-shape.ts'
import { chance } from '../../src/base/chance.ts'
import type { InstrumentId } from '../../src/base/ids.ts'
import { answerItem } from '../../src/mimic/answer.ts'
import { itemsFor } from '../../src/pool/item-pool.ts'
import type { ChatRequest } from '../../src/wire/openai.ts'
import { chatRequest } from '../../src/wire/openai.ts'

const MARKET = 3 as InstrumentId

const tool = { type: 'function' as const, function: { name: 'secret_tool', parameters: {} } }

/** Requests as applications send them: conversations of one to seven turns, some long, some with tools. */
const requests = fc
  .record({
    system: fc.boolean(),
    pairs: fc.integer({ min: 0, max: 3 }),
    words: fc.integer({ min: 600, max: 4_000 }),
    limit: fc.option(fc.integer({ min: 512, max: 4_000 })),
    temperature: fc.option(fc.integer({ min: 0, max: 10 })),
    tools: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ system, pairs, words, limit, temperature, tools }): ChatRequest => {
    const question = { role: 'user' as const, content: 'secret '.repeat(words) }
    const turn = [
      { role: 'user' as const, content: 'secret' },
      { role: 'assistant' as const, content: 'secret' },
    ]
    return {
      model: 'text-prime',
      messages: [
        ...(system ? [{ role: 'system' as const, content: 'secret' }] : []),
        ...Array.from({ length: pairs }, () => turn).flat(),
        question,
      ],
      ...(limit !== null && { max_tokens: limit }),
      ...(temperature !== null && { temperature: temperature / 10 }),
      ...(tools > 0 && { tools: Array.from({ length: tools }, () => tool) }),
    }
  })

test('a probe looks like the request whose shape it has, and holds no word of it', () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 1, max: 1_000 }), (request, seed) => {
      const [shapes, luck] = [createShapes(), chance(seed)]
      shapes.note(MARKET, request)
      const shape = shapes.draw(MARKET, luck)
      const [item, ...earlier] = itemsFor('text', 0, 1 + earlierIn(shape), luck)
      assert.ok(item && shape)
      const probe: ChatRequest = { model: 'text-prime', ...probeRequest(item, earlier, shape, luck) }
      assert.ok(chatRequest.safeParse(probe).success)
      const again = createShapes()
      again.note(MARKET, probe)
      const copied = again.draw(MARKET, luck)
      assert.ok(copied)
      const { inputTokens, ...settings } = copied
      const { inputTokens: wanted, ...others } = shape
      assert.deepEqual(settings, others)
      assert.ok(Math.abs(inputTokens - wanted) <= 20, `${inputTokens}, not ${wanted}`)
      assert.doesNotMatch(JSON.stringify(probe), /secret/)
    }),
    { numRuns: 60 },
  )
})

test('a model that can answer the item answers it in any shape', () => {
  const luck = chance(4)
  for (const task of ['text', 'code', 'agent'] as const)
    for (const item of itemsFor(task, 0, 60, luck)) {
      const shape = {
        inputTokens: 1_500,
        hasSystem: false,
        turns: 1,
        tools: 0,
        outputMax: null,
        temperature: null,
        topP: null,
      }
      const asked = probeRequest(item, [], shape, luck).messages.at(-1)?.content
      assert.ok(typeof asked === 'string' && asked.length > 4_000)
      assert.equal(answerItem(asked, 50, chance(1)), answerItem(item.prompt, 50, chance(1)))
    }
})

test('what would spoil the answer, or cost too much, is not copied', () => {
  const [shapes, luck] = [createShapes(), chance(2)]
  const content = 'word '.repeat(100_000)
  shapes.note(MARKET, { model: 'm', messages: [{ role: 'user', content }], max_tokens: 8, temperature: 1.8 })
  const [item] = itemsFor('text', 0, 1, luck)
  assert.ok(item)
  const probe = probeRequest(item, [], shapes.draw(MARKET, luck), luck)
  assert.deepEqual([probe.max_tokens, probe.temperature], [512, undefined])
  assert.ok(JSON.stringify(probe).length < 29_000)
})

test('the latest requests of each market are remembered, and of none there is no shape', () => {
  const [shapes, luck] = [createShapes(), chance(3)]
  assert.equal(shapes.draw(MARKET, luck), undefined)
  const request = (max: number): ChatRequest => ({ model: 'm', messages: [], max_tokens: max })
  for (let at = 1; at <= 1_000; at++) shapes.note(MARKET, request(at))
  const drawn = Array.from({ length: 500 }, () => shapes.draw(MARKET, luck)?.outputMax ?? 0)
  assert.ok(drawn.every((max) => max > 744 && max <= 1_000))
  assert.equal(shapes.draw(9 as InstrumentId, luck), undefined)
})
