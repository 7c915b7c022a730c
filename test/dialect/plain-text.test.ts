import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { openaiDialect } from '../../src/dialect/openai.ts'

const reads = (events: readonly string[]) => {
  const reader = openaiDialect.newReader()
  return events.map((event) => reader.event(event))
}
/** The same, but each event is read as the first of its answer, which nothing has been learned for. */
const readsAfresh = (events: readonly string[]) =>
  events.map((event) => openaiDialect.newReader().event(event))

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('a', 'stub', 'content', '"', '\\', '\n', '"}', '","x":"', 'x', 'delta', ' '),
)

/** Events of one answer: of few shapes, so that most are like the one before. */
const event = fc
  .tuple(
    text,
    fc.constantFrom(
      'plain',
      'plain',
      'plain',
      'spaced',
      'role',
      'reason',
      'finish',
      'usage',
      'twice',
      'broken',
    ),
  )
  .map(([content, shape]) => {
    const say = (choice: object, more: object = {}) =>
      JSON.stringify({
        id: 'x',
        model: 'stub',
        choices: [{ index: 0, finish_reason: null, ...choice }],
        ...more,
      })
    switch (shape) {
      case 'spaced':
        return JSON.stringify({ choices: [{ delta: { content } }] }, null, 1)
      case 'role':
        return say({ delta: { role: 'assistant', content } })
      case 'reason':
        return say({ delta: { reasoning_content: content } })
      case 'finish':
        return say({ delta: { content }, finish_reason: 'stop' })
      case 'usage':
        return say({ delta: { content } }, { usage: { prompt_tokens: 3, completion_tokens: 4 } })
      case 'twice':
        return `{"choices":[{"delta":{"content":"a","content":${JSON.stringify(content)}}}]}`
      case 'broken':
        return say({ delta: { content } }).slice(0, -2)
      default:
        return say({ delta: { content } })
    }
  })

describe('events that differ in nothing but a text', () => {
  test('are read as if each were the first of its answer', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 24 }), (events) => {
        assert.deepEqual(reads(events), readsAfresh(events))
      }),
      { numRuns: 2_000 },
    )
  })

  test('may hold their text anywhere, and it is found where it is', () => {
    const around = (content: string) =>
      `{"note":"\\"content\\":\\"a\\"","choices":[{"delta":{"content":"${content}"}}],"content":"other"}`
    const events = ['one', 'two', 'two\\"', '', 'content', 'three'].map(around)
    assert.deepEqual(reads(events), readsAfresh(events))
  })
})
