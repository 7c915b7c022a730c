import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readChat } from '../../src/surface/question.ts'
import { isPlainChat } from '../../src/surface/plain-chat.ts'

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
  fc.double(),
  fc.constantFrom<unknown>(undefined, null, '', 0, -1, 1.5, 2 ** 53, 1e300, true, [], {}, 'x'.repeat(65)),
)
/** A usual value of a field, or anything. */
const or = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd })

/** Some fields of those, and seldom any that no usual request has. */
const mostly = (usual: Record<string, fc.Arbitrary<unknown>>, rare: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .tuple(
      fc.record(usual, {
        requiredKeys: ['role', 'content', 'model', 'messages'].filter((key) => key in usual),
      }),
      fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.record(rare) }),
    )
    .map(([one, other]) => ({ ...one, ...other }))

const role = fc.constantFrom('system', 'developer', 'user', 'assistant')
const message = mostly({ role, content: or(fc.string()) }, { role: fc.constant('tool'), name: odd })
const messages = fc.array(message, { maxLength: 4 })
const request = mostly(
  {
    model: or(fc.string({ minLength: 1, maxLength: 64 })),
    messages: or(messages),
    stream: or(fc.boolean()),
    stream_options: or(mostly({ include_usage: fc.boolean() }, { include_obfuscation: fc.boolean() })),
    max_tokens: or(fc.integer({ min: 1, max: 10_000_000 })),
    max_completion_tokens: or(fc.integer({ min: 1, max: 10_000_001 })),
    seed: or(fc.maxSafeInteger()),
    temperature: or(fc.double({ min: 0, max: 2, noNaN: true })),
    top_p: or(fc.double({ min: 0, max: 1, noNaN: true })),
    frequency_penalty: or(fc.double({ min: -2, max: 2, noNaN: true })),
    presence_penalty: or(fc.double({ min: -2, max: 2.1 })),
  },
  { user: or(fc.string()), n: or(fc.constant(1)), anything: odd },
)

describe('a request of the usual shape', () => {
  test('is one that the schema accepts, and reads as it stands', () => {
    let plain = 0
    fc.assert(
      fc.property(request, (value) => {
        if (!isPlainChat(value)) return
        plain++
        const question = readChat(value)
        assert.ok('body' in question, JSON.stringify(question))
        assert.deepEqual(question.body, value)
      }),
      { numRuns: 10_000, seed: 7 },
    )
    assert.ok(plain > 500, `${plain} requests were of the usual shape`)
  })

  test('is what clients usually send', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is a lot?' },
    ]
    assert.ok(isPlainChat({ model: 'text-prime', messages, max_tokens: 200, temperature: 0.7 }))
    assert.ok(
      isPlainChat({ model: 'text-prime', messages, stream: true, stream_options: { include_usage: true } }),
    )
  })

  test('is no request that lacks its model or its messages', () => {
    assert.ok(!isPlainChat({ messages: [{ role: 'user', content: 'x' }] }))
    assert.ok(!isPlainChat({ model: 'text-prime' }))
    assert.ok(!isPlainChat({ model: 'text-prime', messages: [{ role: 'user' }] }))
  })
})
