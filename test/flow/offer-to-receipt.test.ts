import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import { BusbarError } from '../../src/client/problem.ts'
import type { ModelProcess } from '../../src/demo/model-process.ts'
import { startModelProcess } from '../../src/demo/model-process.ts'
import { verifyReceipt } from '../../src/delivery/receipt.ts'
import { audit } from '../../src/engine/audit.ts'
import type { Scope } from '../../src/wire/key.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

// The main job: a supplier's endpoint is offered, qualified, issued and sold; a buyer with nothing but
// OpenAI's own
// package and our base URL is answered; what was used is metered, judged, settled and proved by a receipt.

let exchange: RunningExchange
let model: ModelProcess
let supplier: Awaited<ReturnType<RunningExchange['join']>>
let buyer: Awaited<ReturnType<RunningExchange['join']>>
let openai: OpenAI
let offer = ''

const SUPPLY: readonly Scope[] = ['account:read', 'trade:place', 'trade:cancel', 'supply:manage']

before(async () => {
  const steady = { seed: 7, firstTokenMs: 20, tokensPerSecond: 600, jitter: 0.05, errorRate: 0, ability: 4 }
  model = await startModelProcess({ models: { steady } })
  exchange = await runExchange()
  supplier = await exchange.join('supplier', '10000', SUPPLY)
  buyer = await exchange.join('buyer', '100')
  openai = new OpenAI({ baseURL: `${exchange.baseUrl}/v1`, apiKey: buyer.key, maxRetries: 0 })
})

after(async () => {
  await exchange.end()
  await model.stop()
})

const usd = async (client: RunningExchange['operator']) => {
  const { data } = await client.balances()
  const row = data.find(({ asset }) => asset === 'USD')
  assert.ok(row)
  return row
}

test('with nobody to deliver, a completion is refused in the words of OpenAI and costs nothing', async () => {
  const asked = openai.chat.completions.create({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'Hi' }],
  })
  await assert.rejects(asked, (error: unknown) => {
    assert.ok(error instanceof OpenAI.APIError)
    assert.equal(error.status, 503)
    return true
  })
  assert.equal((await usd(buyer.client)).available, '100.000000')
})

test('an endpoint is offered, and its key never comes back', async () => {
  const registered = await supplier.client.offers.register({
    name: 'Steady 1',
    endpoint: { base_url: model.baseUrl, model: 'steady', api_key: 'sk-this-stays-secret-0000' },
    rate: '10',
    concurrency: 16,
    capabilities: ['tools', 'json_schema'],
    context_tokens: 131_072,
  })
  offer = registered.id
  assert.ok(!JSON.stringify(registered).includes('this-stays-secret'))
  await assert.rejects(
    supplier.client.issue({ offer, instrument: 'text-prime', quantity: '5' }),
    (error: unknown) => error instanceof BusbarError && error.code === 'offer_not_certified',
  )
})

test('it is qualified by measurement over HTTP, and every number is told', async () => {
  const started = await supplier.client.qualifications.start({
    offer,
    instrument: 'text-prime',
    plan: 'brief',
  })
  const done = await supplier.client.qualifications.finished(started.id)
  assert.equal(done.status, 'passed', JSON.stringify(done))
  assert.ok(done.measures.length >= 4 && done.measures.every(({ passed }) => passed))
})

test('units are issued against a bond, and offered on the book', async () => {
  const issued = await supplier.client.issue({ offer, instrument: 'text-prime', quantity: '5' })
  // 10 % of 5 units at the listing price of $0.80.
  assert.equal(issued.bond, '0.400000')
  const ask = {
    instrument: 'text-prime',
    side: 'sell',
    price: '0.8000',
    quantity: '5',
    post_only: 'reject',
  } as const
  assert.equal((await supplier.client.orders.place(ask)).status, 'open')
})

test('the official client lists models, with what they promise and what they cost', async () => {
  const models = await openai.models.list()
  assert.equal(models.data.length, 9)
  const prime = models.data.find(({ id }) => id === 'text-prime') as unknown as { best_ask: string }
  assert.equal(prime.best_ask, '0.8000')
})

test('it streams a completion that buys its units, and the receipt proves what was paid', async () => {
  const before = await usd(buyer.client)
  const { data: stream, response } = await openai.chat.completions
    .create({
      model: 'text-prime',
      messages: [{ role: 'user', content: 'Explain escrow to a sailor.' }],
      max_tokens: 60,
      stream: true,
      stream_options: { include_usage: true },
    })
    .withResponse()
  let text = ''
  let usage: OpenAI.CompletionUsage | undefined
  let finish: string | null = null
  for await (const chunk of stream) {
    assert.equal(chunk.model, 'text-prime')
    text += chunk.choices[0]?.delta.content ?? ''
    finish = chunk.choices[0]?.finish_reason ?? finish
    usage = chunk.usage ?? usage
  }
  assert.ok(text.length > 40, text)
  assert.ok(finish === 'stop' || finish === 'length')
  assert.ok(usage && usage.completion_tokens > 10 && usage.completion_tokens <= 60)

  const id = response.headers.get('x-busbar-receipt') ?? ''
  const receipt = await buyer.client.receipt<Record<string, string | number>>(id)
  const { receipt_public_key: publicKey } = await buyer.client.status()
  assert.ok(verifyReceipt(receipt, publicKey), 'the receipt verifies offline')
  assert.ok(!verifyReceipt({ ...receipt, cost: '0.000001' }, publicKey), 'and a changed one does not')
  assert.equal(receipt.verdict, 'conforming')
  assert.equal(receipt.output_tokens, usage.completion_tokens)
  assert.equal(receipt.input_tokens, usage.prompt_tokens)

  const spent = Number(before.available) - Number((await usd(buyer.client)).available)
  assert.ok(spent > 0 && spent < 1, `${spent} dollars bought whole lots`)
  const { data: deliveries } = await buyer.client.deliveries.list()
  assert.deepEqual(
    deliveries.map((row) => [row.id, row.status, row.verdict]),
    [[id, 'settled', 'conforming']],
  )
})

test('the supplier has earned the units used at its own price, withheld for a day', async () => {
  const { withheld, escrow } = await usd(supplier.client)
  assert.ok(Number(withheld) > 0, withheld)
  assert.ok(Number(escrow) > 0, escrow)
})

test('it answers whole, calls a tool, and keeps to a JSON schema', async () => {
  const whole = await openai.chat.completions.create({
    model: 'TEXT_PRIME-USD',
    messages: [{ role: 'user', content: 'Say something short.' }],
    max_completion_tokens: 30,
  })
  assert.ok((whole.choices[0]?.message.content ?? '').length > 0)
  const weather = {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  } as const
  const called = await openai.chat.completions.create({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'What is the weather in Lisbon?' }],
    tools: [weather],
    tool_choice: 'required',
  })
  const [call] = called.choices[0]?.message.tool_calls ?? []
  assert.equal(called.choices[0]?.finish_reason, 'tool_calls')
  assert.ok(call?.type === 'function' && 'city' in JSON.parse(call.function.arguments))
  const shaped = await openai.chat.completions.create({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'Rate this harbour.' }],
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'rating',
        schema: { type: 'object', properties: { stars: { type: 'integer' } }, required: ['stars'] },
      },
    },
  })
  assert.ok(Number.isInteger(JSON.parse(shaped.choices[0]?.message.content ?? '{}').stars))
})

test('a buyer who hangs up stops the supplier, and pays for what had been relayed', async () => {
  const stream = await openai.chat.completions.create({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'Tell me a story about the sea in at least 900 words.' }],
    max_tokens: 2_000,
    stream: true,
  })
  let seen = 0
  for await (const chunk of stream) {
    if ((chunk.choices[0]?.delta.content ?? '') !== '' && ++seen === 5) break
  }
  stream.controller.abort()
  const last = async () => (await buyer.client.deliveries.list({ limit: 1 })).data[0]
  let delivery = await last()
  for (let tries = 0; tries < 100 && delivery?.status === 'open'; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    delivery = await last()
  }
  assert.deepEqual([delivery?.status, delivery?.verdict], ['settled', 'excused'])
  assert.ok((delivery?.output_tokens ?? 0) >= 5)
})

test('too little money for one lot: 402 that says how long an answer could be', async () => {
  const poor = await exchange.join('poor', '0.001')
  const client = new OpenAI({ baseURL: `${exchange.baseUrl}/v1`, apiKey: poor.key, maxRetries: 0 })
  const ask = (max_tokens: number) =>
    client.chat.completions.create({
      model: 'text-prime',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens,
    })
  await assert.rejects(ask(500), (error: unknown) => {
    assert.ok(error instanceof OpenAI.APIError)
    assert.equal(error.status, 402)
    const { affordable_max_tokens: affordable } = error.error as { affordable_max_tokens: number }
    assert.ok(affordable >= 0 && affordable < 500)
    return true
  })
})

test('after all this nothing is held, every promise holds, and nothing was an error of ours', () => {
  const { state } = exchange.venue.sequencer
  assert.equal(state.draws.size, 0)
  audit(state)
  assert.deepEqual(exchange.errors, [])
})
