// Canonical tokens: pinned, exact on ordinary text, linear on hostile text, and counted by a thread that may
// die.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, test } from 'node:test'
import fc from 'fast-check'
import ranks from 'gpt-tokenizer/bpeRanks/o200k_base'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { createMeter, TOKENIZER } from '../../src/meter/meter.ts'
import { piecesOf } from '../../src/meter/pieces.ts'

const meter = createMeter()
after(() => meter.close())

const file = (name: string) => readFileSync(createRequire(import.meta.url).resolve(name))
const PLAIN = { disallowedSpecial: new Set<string>() }

/** Half of a surrogate pair at either end. */
const HALF = /^[\udc00-\udfff]|[\ud800-\udbff]$/

test('the tokenizer is the published vocabulary, named by its hash', () => {
  const published = file('gpt-tokenizer/data/o200k_base.tiktoken')
  assert.equal(createHash('sha256').update(published).digest('hex'), TOKENIZER.sha256)
  const lines = published.toString().trimEnd().split('\n')
  assert.equal(lines.length, ranks.length)
  for (const line of lines) {
    const [bytes = '', rank = ''] = line.split(' ')
    const token = ranks[Number(rank)]
    const held = typeof token === 'string' ? Buffer.from(token) : Buffer.from(token as number[])
    if (held.toString('base64') !== bytes) assert.fail(`token ${rank} is another one`)
  }
})

test('known texts', async () => {
  assert.deepEqual(await meter.count(['', 'hello world', 'Grüße', '日本語', '🚌']), [0, 2, 3, 2, 2])
})

test('text that looks like a control token is plain text', async () => {
  const [tokens = 0] = await meter.count(['<|endoftext|><|im_start|>'])
  assert.ok(tokens > 5)
})

test('pieces join to the text, and never change the count of ordinary text', async () => {
  const prose = readFileSync(new URL('../../src/delivery/upstream.ts', import.meta.url), 'utf8').repeat(6)
  assert.ok(piecesOf(prose).length > 1)
  assert.deepEqual(await meter.count([prose], true), [countTokens(prose, PLAIN)])
  assert.deepEqual(await meter.count([prose], true), [countTokens(prose, PLAIN)])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), fc.nat(400), (text, times) => {
      const long = text + Array.from(text).slice(0, 3).join('').repeat(times)
      assert.equal(piecesOf(long).join(''), long)
      for (const piece of piecesOf(long)) assert.doesNotMatch(piece, HALF, 'never half a character')
    }),
  )
})

test('unbroken runs take linear time, and others are answered meanwhile', async () => {
  const hostile = ['x', ' ', '!', '日本', '\n', 'aé'].map((unit) => unit.repeat(100_000 / unit.length))
  const began = performance.now()
  const slow = meter.count(hostile)
  await meter.count(['quick'])
  const quickAt = performance.now() - began
  await slow
  const slowAt = performance.now() - began
  assert.ok(slowAt < 8_000, `${slowAt} ms`)
  assert.ok(quickAt < slowAt)
})

test('how much of a text fits', async () => {
  assert.equal(await meter.fit('one two', ' three four five', 4), ' three four'.length)
  assert.equal(await meter.fit('one two', ' three', 9), ' three'.length)
  assert.equal(await meter.fit('one two three', ' four', 2), 0)
  const [emoji = 0] = await meter.count(['a🦾'])
  assert.ok(emoji > 2)
  const chars = await meter.fit('', 'a🦾', 2)
  assert.equal('a🦾'.slice(0, chars), 'a', 'never half a character')
})
