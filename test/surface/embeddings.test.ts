// Embeddings: a grade is listed by its space, suppliers are measured against it, and OpenAI's client buys vectors.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createOpenAI } from '@ai-sdk/openai'
import { OpenAIEmbeddings } from '@langchain/openai'
import { embedMany } from 'ai'
import OpenAI from 'openai'
import { REFERENCE_TEXTS, signsOf } from '../../src/measure/vector-space.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import type { Embedder } from './embedder.ts'
import { DIMENSIONS, startEmbedder, vectorOf } from './embedder.ts'

const SEED = 7
const MODEL = 'text-embed'
const SUPPLY = ['account:read', 'trade:place', 'supply:manage', 'transfer'] as const

let exchange: RunningExchange
let first: Embedder
let second: Embedder
let buyer: Awaited<ReturnType<RunningExchange['join']>>
let openai: OpenAI

const post = async (path: string, key: string, body: object) => {
  const response = await fetch(`${exchange.baseUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const LISTING = {
  model: MODEL,
  name: 'Text Embed',
  task: 'embeddings',
  vectors: {
    dimensions: DIMENSIONS,
    signs: REFERENCE_TEXTS.map((text) => signsOf(vectorOf(SEED, text))).join(''),
  },
  intelligence_floor: 0,
  latency_base_ms: 5_000,
  latency_per_input_token_ms: 1,
  throughput_floor: 0,
  context_tokens: 2_000,
  output_tokens_max: 0,
  weights: { input: '1', cached_input: '1', output: '1' },
  listing_price: '0.1000',
}

/** A member with an offer of embeddings, and what its qualification came to. */
async function offerOf(name: string, embedder: Embedder, dialect = 'embeddings') {
  const member = await exchange.join(name, '100', SUPPLY)
  const offer = await post('/v1/offers', member.key, {
    name,
    endpoint: { base_url: embedder.baseUrl, model: 'inner', dialect },
    rate: '100',
    concurrency: 8,
    context_tokens: 8_192,
  })
  assert.equal(offer.status, 201)
  const id = String(offer.body.id)
  const begun = await member.client.qualifications.start({ offer: id, instrument: MODEL, plan: 'brief' })
  return { ...member, offer: id, measured: await member.client.qualifications.finished(begun.id) }
}

async function supply(name: string, embedder: Embedder) {
  const one = await offerOf(name, embedder)
  assert.equal(one.measured.status, 'passed', one.measured.reason ?? '')
  await one.client.issue({ offer: one.offer, instrument: MODEL, quantity: '20' })
  const terms = { side: 'sell', type: 'limit', quantity: '20', price: '0.1' } as const
  await one.client.orders.place({ instrument: MODEL, ...terms })
  return one
}

before(async () => {
  exchange = await runExchange()
  const listed = await post('/v1/admin/instruments', exchange.operatorKey, LISTING)
  assert.equal(listed.status, 201, JSON.stringify(listed.body))
  first = await startEmbedder(SEED)
  second = await startEmbedder(SEED)
  await supply('first', first)
  await supply('second', second)
  buyer = await exchange.join('buyer', '100')
  // More than either supplier sells: both owe.
  await buyer.client.orders.place({
    instrument: MODEL,
    side: 'buy',
    type: 'limit',
    quantity: '30',
    price: '0.1',
  })
  openai = new OpenAI({ baseURL: `${exchange.baseUrl}/v1`, apiKey: buyer.key, maxRetries: 0 })
})

after(async () => {
  await exchange.end()
  await first.close()
  await second.close()
})

const owned = async () => {
  const { data } = await buyer.client.balances()
  const of = (name: string) => Number(data.find(({ asset }) => asset === name)?.available)
  return { cash: of('USD'), units: of('TEXT_EMBED') }
}

const close = (found: readonly number[] | undefined, text: string) => {
  assert.equal(found?.length, DIMENSIONS)
  for (const [at, one] of vectorOf(SEED, text).entries())
    assert.ok(Math.abs((found[at] ?? 9) - one) < 0.001, `number ${at} of ${text}`)
}

test("OpenAI's client gets vectors in its own default form, in decimals, and many at once", async () => {
  const { data, response } = await openai.embeddings.create({ model: MODEL, input: 'a tide' }).withResponse()
  close(data.data[0]?.embedding, 'a tide')
  assert.equal(data.model, MODEL)
  assert.ok(data.usage.prompt_tokens > 0 && data.usage.total_tokens === data.usage.prompt_tokens)
  const texts = ['one', 'two', 'three']
  const many = await openai.embeddings.create({
    model: MODEL,
    input: texts,
    encoding_format: 'float',
    dimensions: DIMENSIONS,
  })
  for (const [at, text] of texts.entries()) close(many.data[at]?.embedding, text)
  const receipt = await buyer.client.receipt(response.headers.get('x-busbar-receipt') ?? '')
  assert.deepEqual(
    [receipt.verdict, receipt.output_tokens, receipt.input_tokens],
    ['conforming', 0, data.usage.prompt_tokens],
  )
  assert.equal(receipt.units, (data.usage.prompt_tokens / 1e6).toFixed(6), 'an input token weighs 1')
  const seen = [...first.asked, ...second.asked].at(-1)
  assert.ok(seen?.body.model === 'inner' && !JSON.stringify(seen).includes(buyer.key))
})

test('other clients get the same: the AI SDK many at once, LangChain documents and a query', async () => {
  const terms = { baseURL: `${exchange.baseUrl}/v1`, apiKey: buyer.key }
  const texts = ['north', 'east', 'south']
  const model = createOpenAI(terms).embedding(MODEL)
  const { embeddings, usage } = await embedMany({ model, values: texts, maxRetries: 0 })
  for (const [at, text] of texts.entries()) close(embeddings[at], text)
  assert.ok(usage.tokens >= texts.length)
  const { baseURL, apiKey } = terms
  const langchain = new OpenAIEmbeddings({ model: MODEL, apiKey, configuration: { baseURL }, maxRetries: 0 })
  const documents = await langchain.embedDocuments(texts)
  for (const [at, text] of texts.entries()) close(documents[at], text)
  close(await langchain.embedQuery('west'), 'west')
})

test('wishes of the buyer choose among suppliers of vectors too', async () => {
  const ask = (headers: Record<string, string>) =>
    openai.embeddings.create({ model: MODEL, input: 'chosen' }, { headers }).withResponse()
  for (const name of ['first', 'second']) {
    const { response } = await ask({ 'x-busbar-only': name })
    assert.equal(response.headers.get('x-busbar-supplier'), name)
  }
  await assert.rejects(ask({ 'x-busbar-region': 'eu' }), { status: 400, param: 'provider.region' })
  const once = { 'idempotency-key': 'embed-1' }
  await ask(once)
  await assert.rejects(ask(once), { status: 422, code: 'already_delivered' })
})

test('each text has the context to itself, and one that is too long is named', async () => {
  const long = 'tide '.repeat(1_500)
  const { data } = await openai.embeddings.create({ model: MODEL, input: [long, `${long}again`] })
  assert.equal(data.length, 2)
  await assert.rejects(openai.embeddings.create({ model: MODEL, input: ['short', 'tide '.repeat(2_500)] }), {
    status: 400,
    code: 'context_length_exceeded',
    param: 'input',
  })
})

test('what cannot be carried is named, and no grade answers what it does not deliver', async () => {
  const asked = { model: MODEL, input: 'a' }
  const refused = (body: object, param: string) =>
    assert.rejects(openai.embeddings.create(body as typeof asked), (error) => {
      assert.ok(error instanceof OpenAI.APIError)
      assert.deepEqual([error.status, error.param], [400, param], error.message)
      return true
    })
  await refused({ ...asked, dimensions: 64 }, 'dimensions')
  await refused({ ...asked, input: [1, 2, 3] }, 'input[0]')
  await refused({ ...asked, input: [[1, 2], [3]] }, 'input[0]')
  await refused({ ...asked, input: [] }, 'input')
  await refused({ ...asked, input: '' }, 'input')
  await refused({ ...asked, input: Array.from({ length: 2_049 }, () => 'a') }, 'input')
  await refused({ ...asked, input_type: 'query' }, 'input_type')
  await refused({ ...asked, encoding_format: 'int8' }, 'encoding_format')
  await refused({ ...asked, model: 'text-prime' }, 'model')
  await assert.rejects(
    openai.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'a' }] }),
    { status: 400, param: 'model' },
  )
})

test('a supplier that fails is replaced unseen; where nobody serves, nothing is charged', async () => {
  for (const mood of ['down', 'short', 'unscaled', 'missing'] as const) {
    first.mood = mood
    const before = second.asked.length
    for (const text of ['x', 'y', 'z'])
      close(
        (await openai.embeddings.create({ model: MODEL, input: `${mood} ${text}` })).data[0]?.embedding,
        `${mood} ${text}`,
      )
    assert.ok(second.asked.length >= before + 3)
  }
  second.mood = 'missing'
  const before = await owned()
  await assert.rejects(openai.embeddings.create({ model: MODEL, input: 'nobody' }), { status: 502 })
  const after = await owned()
  assert.equal(after.units, before.units)
  assert.ok(after.cash >= before.cash, 'nothing is paid; the supplier may owe a compensation')
  first.mood = 'good'
  second.mood = 'floats'
})

test('another model, another size and a chat endpoint are not certified, and the measures say why', async () => {
  const other = await startEmbedder(SEED + 1)
  const failed = async (name: string, dialect?: string) => {
    const { measured } = await offerOf(name, other, dialect)
    assert.equal(measured.status, 'failed')
    return measured.measures.filter(({ passed }) => !passed).map(({ name: measure }) => measure)
  }
  try {
    assert.deepEqual(await failed('another'), ['space'])
    other.seed = SEED
    other.mood = 'short'
    assert.deepEqual(await failed('shorter'), ['context', 'dimensions', 'space', 'repeat'])
    other.mood = 'good'
    assert.ok((await failed('chat', 'openai')).includes('reliability'))
  } finally {
    await other.close()
  }
})

test('a grade of embeddings that says nothing of its space is not listed, nor text that does', async () => {
  const { vectors, ...spaceless } = { ...LISTING, model: 'text-nowhere' }
  const bad = [
    spaceless,
    { ...LISTING, model: 'text-loud', output_tokens_max: 5 },
    { ...LISTING, model: 'text-prose', task: 'text', output_tokens_max: 5, vectors },
  ]
  for (const listing of bad) {
    const { status, body } = await post('/v1/admin/instruments', exchange.operatorKey, listing)
    assert.deepEqual([status, body.code], [422, 'spec_invalid'])
  }
})
