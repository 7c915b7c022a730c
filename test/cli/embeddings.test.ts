// `busbar embeddings space`: where a model server's vectors lie, as the spec of a grade holds it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agreement, AGREEMENT_LEAST, REFERENCE_TEXTS, signsOf } from '../../src/measure/vector-space.ts'
import { DIMENSIONS, startEmbedder, vectorOf } from '../surface/embedder.ts'
import { runLine, standIn } from './command-line.ts'

const SEED = 11
const space = (baseUrl: string) =>
  runLine(['embeddings', 'space', '--base-url', `${baseUrl}/`, '--model', 'some-embedder'])
const SIGNS = REFERENCE_TEXTS.map((text) => signsOf(vectorOf(SEED, text))).join('')

test('the space of a model is its dimensions and the signs of the reference texts', async (t) => {
  const embedder = await startEmbedder(SEED)
  t.after(() => embedder.close())
  const { out, err } = await space(embedder.baseUrl)
  assert.equal(err, '')
  const printed = JSON.parse(out) as { dimensions: number; signs: string }
  assert.equal(printed.dimensions, DIMENSIONS)
  assert.ok(agreement(printed.signs, SIGNS) >= AGREEMENT_LEAST)
  assert.deepEqual(embedder.asked[0]?.body.input, REFERENCE_TEXTS)
})

test('a vector belongs to the text of its index, in whatever order the server tells them', async (t) => {
  const data = REFERENCE_TEXTS.map((text, index) => ({ index, embedding: vectorOf(SEED, text) }))
  const url = await standIn(t, (_, response) => response.end(JSON.stringify({ data: data.toReversed() })))
  const { out } = await space(url)
  assert.deepEqual(JSON.parse(out), { dimensions: DIMENSIONS, signs: SIGNS })
})

test('a server without a vector for each text, or with vectors of several lengths, is told in one line', async (t) => {
  const embedder = await startEmbedder(SEED)
  t.after(() => embedder.close())
  for (const [mood, said] of [
    ['down', /the server answered 500/],
    ['missing', /an embedding stands for no text/],
  ] as const) {
    embedder.mood = mood
    const { err, code } = await space(embedder.baseUrl)
    assert.match(err, said)
    assert.equal(code, 1)
  }
  const lengths = REFERENCE_TEXTS.map((_, index) => ({ index, embedding: index === 0 ? [1] : [1, 2] }))
  const url = await standIn(t, (_, response) => response.end(JSON.stringify({ data: lengths })))
  assert.match((await space(url)).err, /the vectors differ in length/)
  const few = await standIn(t, (_, response) => response.end(JSON.stringify({ data: lengths.slice(0, 3) })))
  assert.match((await space(few)).err, /no vector for each text/)
})
