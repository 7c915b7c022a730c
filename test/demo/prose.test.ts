import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { chance } from '../../src/base/chance.ts'
import { countTokens, pieces } from '../../src/demo/piece.ts'
import { prose, subjectWords } from '../../src/demo/prose.ts'
import { SENTENCE_WORDS } from '../../src/demo/sentence.ts'

test('every word of the sentences is one token of the grades, with and without its space', () => {
  for (const word of SENTENCE_WORDS) assert.equal(encode(` ${word}`).length, 1, word)
})

test('text comes back whole from its pieces', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      assert.equal(
        pieces(text)
          .map((piece) => piece.text)
          .join(''),
        text,
      )
    }),
  )
})

const WORDS = `lighthouse wholesale Lisbon TypeScript unfathomable HTTP reciprocally getUserById JSON
  internationalisation Okafor hinges rhythm xylophone electricity`.split(/\s+/)
const ordinary = fc
  .array(
    fc.tuple(
      fc.constantFrom(...WORDS, '17', '2026', '3.5'),
      fc.constantFrom(' ', ', ', '. ', '\n\n', ' (', '": "'),
    ),
  )
  .map((words) => words.flat().join(''))

test('tokens of ordinary text are never counted short', () => {
  fc.assert(
    fc.property(ordinary, (text) => {
      assert.ok(countTokens(text) >= encode(text).length, `${countTokens(text)} < ${encode(text).length}`)
    }),
    { numRuns: 1_000 },
  )
})

test('the subject is what the prompt is about, in its own spelling', () => {
  assert.deepEqual(subjectWords('What is the capital of France?'), ['capital', 'France'])
  assert.deepEqual(subjectWords('Please write a TypeScript function. Sorted arrays!'), [
    'TypeScript',
    'function',
    'sorted',
    'arrays',
  ])
})

test('prose is about as long as asked, says what it is, and is the same every time', () => {
  for (const tokens of [60, 150, 400]) {
    const text = prose('How do tides work on a calm coast?', tokens, chance(7))
    const counted = countTokens(text)
    assert.ok(counted >= tokens - 10 && counted <= tokens + 90, `${counted} tokens for ${tokens}`)
    assert.match(text, /sample/)
    assert.match(text, /tides/)
    assert.doesNotMatch(text, /[{}]/)
    assert.equal(text, prose('How do tides work on a calm coast?', tokens, chance(7)))
  }
})

test('a prompt without words still gets an answer', () => {
  for (const prompt of ['', '???', '42', '你好']) assert.ok(prose(prompt, 40, chance(1)).length > 40)
})
