// OpenAI's official client, unchanged, on every surface it speaks, over suppliers of either dialect.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import type { ResponseInputItem } from 'openai/resources/responses/responses'
import { AFTER_TOOLS, SIGNATURE, TEXT, THOUGHT } from './model.ts'
import { DIALECTS, MODELS, PARAMETERS, stageOfFile } from './stage.ts'

const stage = stageOfFile()
const clientOf = () => {
  const { base, key } = stage.current()
  return new OpenAI({ baseURL: base, apiKey: key, maxRetries: 0 })
}
const messages = [{ role: 'user' as const, content: 'Is the bus on time?' }]
const chatTools = ['weather', 'news'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { ...PARAMETERS } },
}))
const tools = ['weather', 'news'].map((name) => ({
  type: 'function' as const,
  name,
  strict: true,
  parameters: { ...PARAMETERS },
}))
const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
}
const both: ResponseInputItem[] = [{ role: 'user', content: 'Ask both.' }]

for (const dialect of DIALECTS) {
  const model = MODELS[dialect]

  test(`${dialect}: chat: text, tools in parallel, their results, reasoning and a schema`, async () => {
    const client = clientOf()
    const whole = await client.chat.completions.create({ model, messages })
    assert.equal(whole.choices[0]?.message.content, TEXT)
    const asked = [{ role: 'user' as const, content: 'Ask both.' }]
    const called = await client.chat.completions
      .stream({ model, messages: asked, tools: chatTools, reasoning_effort: 'low' })
      .finalMessage()
    const calls = called.tool_calls ?? []
    assert.equal(calls.length, 2)
    const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: '4' }))
    const next = { model, messages: [...asked, called, ...results], tools: chatTools }
    const answer = await client.chat.completions.create(next)
    assert.equal(answer.choices[0]?.message.content, AFTER_TOOLS)
    const format = { type: 'json_schema' as const, json_schema: { name: 'weather', schema } }
    const filled = await client.chat.completions.create({ model, messages, response_format: format })
    assert.deepEqual(JSON.parse(filled.choices[0]?.message.content ?? ''), { city: 'Oslo', degrees: 4 })
  })

  test(`${dialect}: responses: text whole and streamed, with the same usage`, async () => {
    const client = clientOf()
    const whole = await client.responses.create({ model, input: 'Is the bus on time?', store: false })
    assert.equal(whole.output_text, TEXT)
    assert.equal(whole.status, 'completed')
    const stream = client.responses.stream({ model, input: 'Is the bus on time?', instructions: 'Be brief.' })
    const numbers: number[] = []
    let text = ''
    stream.on('event', (event) => {
      numbers.push(event.sequence_number)
      if (event.type === 'response.output_text.delta') text += event.delta
    })
    const streamed = await stream.finalResponse()
    assert.equal(text, TEXT)
    assert.equal(streamed.output_text, TEXT)
    assert.deepEqual(numbers, [...numbers.keys()], 'numbered without a gap')
    assert.equal(streamed.usage?.output_tokens, whole.usage?.output_tokens)
  })

  test(`${dialect}: responses: a tool round trip with reasoning that goes back`, async () => {
    const client = clientOf()
    const terms = {
      model,
      tools,
      store: false,
      reasoning: { effort: 'low' as const, summary: 'auto' as const },
      include: ['reasoning.encrypted_content' as const],
    }
    const called = await client.responses.stream({ ...terms, input: both }).finalResponse()
    const calls = called.output.filter((item) => item.type === 'function_call')
    assert.deepEqual(
      calls.map(({ name, arguments: given }) => [name, given]),
      [
        ['weather', '{"city":"Oslo"}'],
        ['news', '{"city":"Oslo"}'],
      ],
    )
    const results = calls.map(({ call_id }) => ({
      type: 'function_call_output' as const,
      call_id,
      output: '4 degrees',
    }))
    const input = [...both, ...(called.output as ResponseInputItem[]), ...results]
    const answer = await client.responses.create({ ...terms, input })
    assert.equal(answer.output_text, AFTER_TOOLS)
  })

  test(`${dialect}: responses: a schema, and the old completions`, async () => {
    const client = clientOf()
    const text = { format: { type: 'json_schema' as const, name: 'weather', schema, strict: true } }
    const filled = await client.responses.create({ model, input: 'Fill it.', text })
    assert.deepEqual(JSON.parse(filled.output_text), { city: 'Oslo', degrees: 4 })
    const old = await client.completions.create({ model, prompt: 'Is the bus on time?' })
    assert.equal(old.choices[0]?.text, TEXT)
    const stream = await client.completions.create({ model, prompt: 'Is the bus on time?', stream: true })
    let streamed = ''
    for await (const chunk of stream) streamed += chunk.choices[0]?.text ?? ''
    assert.equal(streamed, TEXT)
  })
}

test('signed reasoning of one dialect passes through the other surfaces and back', async () => {
  const client = clientOf()
  const { model: supplier } = stage.current()
  const model = MODELS.anthropic
  const terms = {
    model,
    tools,
    reasoning: { effort: 'low' as const },
    include: ['reasoning.encrypted_content' as const],
  }
  const first = await client.responses.create({ ...terms, input: both })
  assert.equal(first.output[0]?.type, 'function_call', 'effort alone makes nobody think')
  const thinking = { type: 'enabled', budget_tokens: 1_024 }
  const extra = { model, messages, tools: chatTools, thinking }
  const called = await client.chat.completions.create(
    extra as Parameters<typeof client.chat.completions.create>[0] & { stream?: false },
  )
  const message = called.choices[0]?.message as unknown as Record<string, unknown>
  assert.equal(message.reasoning_content, THOUGHT)
  const [{ id } = { id: '' }] = called.choices[0]?.message.tool_calls ?? []
  const result = { role: 'tool', tool_call_id: id, content: '4' }
  const next = { ...extra, messages: [...messages, message, result] }
  await client.chat.completions.create(
    next as unknown as Parameters<typeof client.chat.completions.create>[0],
  )
  const [, turn] = supplier.last().body.messages as { content: Record<string, unknown>[] }[]
  assert.deepEqual(turn?.content[0], { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE })
})

test('what one dialect cannot carry is named before anything is drawn, and carried by the other', async () => {
  const client = clientOf()
  const { model: supplier, exchange } = stage.current()
  const before = supplier.asked.length
  const isNamed = (param: string) => (error: unknown) => {
    assert.ok(error instanceof OpenAI.BadRequestError, String(error))
    assert.equal(error.param, param)
    return true
  }
  const model = MODELS.anthropic
  await assert.rejects(client.chat.completions.create({ model, messages, seed: 7 }), isNamed('seed'))
  await assert.rejects(
    client.chat.completions.create({ model, messages, logprobs: true }),
    isNamed('logprobs'),
  )
  const json = { type: 'json_object' as const }
  await assert.rejects(
    client.responses.create({ model, input: 'Hi', text: { format: json } }),
    isNamed('text.format'),
  )
  assert.equal(supplier.asked.length, before, 'nobody was asked')
  assert.equal(exchange.venue.sequencer.state.draws.size, 0, 'nothing was drawn')
  const carried = await client.chat.completions.create({
    model: MODELS.openai,
    messages,
    seed: 7,
    logprobs: true,
  })
  assert.ok((carried.choices[0]?.logprobs?.content?.length ?? 0) > 0)
  assert.equal(supplier.last().body.seed, 7)
})

test('what nobody can carry is named, on every surface', async () => {
  const { base, key } = stage.current()
  const model = MODELS.openai
  const cases: [string, object, string][] = [
    ['chat/completions', { model, messages, n: 2 }, 'n'],
    ['chat/completions', { model, messages, best_of: 2 }, 'best_of'],
    ['chat/completions', { model, messages, store: true }, 'store'],
    [
      'chat/completions',
      { model, messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] },
      'messages[0].content[0].type',
    ],
    ['responses', { model, input: 'x', previous_response_id: 'resp_1' }, 'previous_response_id'],
    ['responses', { model, input: 'x', store: true }, 'store'],
    ['responses', { model, input: 'x', background: true }, 'background'],
    [
      'responses',
      { model, input: 'x', tools: [{ type: 'file_search', vector_store_ids: [] }] },
      'tools[0].type',
    ],
    ['responses', { model, input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0].type'],
    ['completions', { model, prompt: 'x', suffix: 'y' }, 'suffix'],
    ['completions', { model, prompt: ['x', 'y'] }, 'prompt'],
  ]
  for (const [path, body, param] of cases) {
    const response = await fetch(`${base}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    })
    const { error } = (await response.json()) as { error: { param: string; message: string } }
    assert.equal(response.status, 400)
    assert.equal(error.param, param, `${path} ${JSON.stringify(body)}: ${error.message}`)
  }
})

test('a stream that the client leaves ends upstream and is settled', async () => {
  const client = clientOf()
  const stream = await client.responses.create({ model: MODELS.openai, input: 'Hi', stream: true })
  for await (const event of stream) if (event.type === 'response.output_text.delta') break
  const { sequencer } = stage.current().exchange.venue
  for (let i = 0; i < 200 && sequencer.state.draws.size > 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(sequencer.state.draws.size, 0)
})

test('models carry the market', async () => {
  const client = clientOf()
  const models = await client.models.list()
  const found = models.data.find(({ id }) => id === MODELS.openai) as unknown as Record<string, unknown>
  assert.equal(found.best_ask, '0.8000')
  assert.ok(Number(found.last) > 0 && Number(found.context_window) > 0)
  assert.deepEqual((await client.models.retrieve(MODELS.openai)).id, MODELS.openai)
})

// Last, because suppliers that fail are left alone for a while.
for (const dialect of DIALECTS) {
  const model = MODELS[dialect]

  test(`${dialect}: an answer that breaks off throws on every surface`, async () => {
    const client = clientOf()
    const { model: supplier } = stage.current()
    supplier.broken = true
    const read = async (stream: AsyncIterable<unknown>) => {
      for await (const _ of stream);
    }
    try {
      const chat = await client.chat.completions.create({ model, messages, stream: true })
      await assert.rejects(read(chat), OpenAI.APIError)
      const response = await client.responses.create({ model, input: 'Hi', stream: true })
      await assert.rejects(read(response), OpenAI.APIError)
      const old = await client.completions.create({ model, prompt: 'Hi', stream: true })
      await assert.rejects(read(old), OpenAI.APIError)
    } finally {
      supplier.broken = false
    }
  })
}
