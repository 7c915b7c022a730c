// The official client, unchanged, against the gateway: streams, whole answers, tools, errors.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import type { ModeName } from './bad-supplier.ts'
import { TEXT } from './bad-supplier.ts'
import type { Rig } from './rig.ts'
import { buildRig } from './rig.ts'

let rig: Rig
let client: OpenAI
before(async () => {
  rig = await buildRig({ modes: ['ok'] })
  const baseURL = rig.url.replace('/chat/completions', '')
  client = new OpenAI({ baseURL, apiKey: 'bb_test', maxRetries: 0 })
})
after(() => rig.close())

const supplierAs = (mode: ModeName) => {
  const [supplier] = rig.suppliers
  assert.ok(supplier)
  supplier.mode = mode
}
const ask = { model: 'text-prime', messages: [{ role: 'user' as const, content: 'Hello there' }] }
const tools = [
  {
    type: 'function' as const,
    function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
]

test('a stream, with usage at its end', async () => {
  supplierAs('paced')
  const stream = await client.chat.completions.create({
    ...ask,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let tokens = 0
  for await (const chunk of stream) {
    assert.equal(chunk.model, 'text-prime')
    text += chunk.choices[0]?.delta.content ?? ''
    tokens = chunk.usage?.completion_tokens ?? tokens
  }
  assert.equal(text, TEXT)
  assert.equal(tokens, 8)
})

test('a whole answer', async () => {
  supplierAs('ok')
  const answer = await client.chat.completions.create(ask)
  assert.equal(answer.choices[0]?.message.content, TEXT)
  assert.equal(answer.usage?.total_tokens, 10)
})

test('a tool call, streamed through the helper and whole', async () => {
  supplierAs('toolCall')
  const message = await client.chat.completions.stream({ ...ask, tools }).finalMessage()
  const [streamed] = message.tool_calls ?? []
  assert.ok(streamed?.type === 'function')
  assert.deepEqual(JSON.parse(streamed.function.arguments), { city: 'Oslo' })
  const whole = await client.chat.completions.create({ ...ask, tools })
  assert.equal(whole.choices[0]?.finish_reason, 'tool_calls')
})

test('a parsed JSON schema answer', async () => {
  supplierAs('json')
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' }, degrees: { type: 'number' } },
    required: ['city', 'degrees'],
  }
  const response_format = { type: 'json_schema' as const, json_schema: { name: 'weather', schema } }
  const answer = await client.chat.completions.create({ ...ask, response_format })
  assert.deepEqual(JSON.parse(answer.choices[0]?.message.content ?? ''), { city: 'Oslo', degrees: 4 })
})

test('a failure in mid-stream is an error to the client, never a short answer', async () => {
  supplierAs('rstMid')
  const stream = await client.chat.completions.create({ ...ask, stream: true })
  await assert.rejects(async () => {
    for await (const chunk of stream) assert.equal(chunk.object, 'chat.completion.chunk')
  }, OpenAI.APIError)
})

test('a parameter that is not carried is named', async () => {
  await assert.rejects(client.chat.completions.create({ ...ask, n: 2 }), (error: unknown) => {
    assert.ok(error instanceof OpenAI.BadRequestError)
    return error.param === 'n'
  })
})

test('money that is not there is a 402', async () => {
  const { buyLimit } = rig.buyer
  rig.buyer.buyLimit = null
  const content = Array.from({ length: 125_000 }, (_, i) => `${i % 10}`).join('\n')
  const messages = [{ role: 'user' as const, content: content.slice(0, 125_000) }]
  const asked = () => client.chat.completions.create({ model: 'text-prime', messages })
  supplierAs('ok')
  for (let i = 0; i < 3; i++) await asked()
  rig.buyer.account = rig.accounts[0] as typeof rig.buyer.account
  await assert.rejects(asked(), (error: unknown) => {
    assert.ok(error instanceof OpenAI.APIError)
    return (
      error.status === 402 &&
      typeof (error.error as { affordable_max_tokens?: number }).affordable_max_tokens === 'number'
    )
  })
  rig.buyer.buyLimit = buyLimit
})
