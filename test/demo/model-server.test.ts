import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import OpenAI from 'openai'
import type { ModelProfile } from '../../src/demo/completion.ts'
import { startModelProcess } from '../../src/demo/model-process.ts'
import { startModelServer } from '../../src/demo/model-server.ts'

const quick: ModelProfile = {
  seed: 1,
  firstTokenMs: 5,
  tokensPerSecond: 4_000,
  jitter: 0.1,
  errorRate: 0,
  ability: 4,
}

const models = {
  quick,
  paced: { ...quick, firstTokenMs: 120, tokensPerSecond: 200, jitter: 0 },
  failing: { ...quick, errorRate: 1 },
}
const { server, port } = await startModelServer({ models })
const openai = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none', maxRetries: 0 })

after(() => {
  server.closeAllConnections()
  server.close()
})

const asked = (content: string) => [{ role: 'user' as const, content }]

async function streamed(body: Partial<OpenAI.ChatCompletionCreateParamsStreaming> & { model: string }) {
  const stream = await openai.chat.completions.create({
    messages: asked('Explain how a market finds a price'),
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
  const finish = chunks.findLast((chunk) => chunk.choices[0]?.finish_reason)?.choices[0]?.finish_reason
  return { chunks, text, finish, usage: chunks.at(-1)?.usage }
}

test('it lists its models', async () => {
  const ids = (await openai.models.list()).data.map(({ id }) => id)
  assert.deepEqual(ids, ['quick', 'paced', 'failing'])
})

test('a streamed answer is about the prompt, ends by stop, and says what it used', async () => {
  const { text, finish, usage, chunks } = await streamed({ model: 'quick' })
  assert.match(text, /market/)
  assert.match(text, /sample model|local sample/, 'it says what it is')
  assert.equal(finish, 'stop')
  assert.ok(chunks.length > 3)
  assert.ok(usage && usage.completion_tokens >= encode(text).length, 'tokens are never counted short')
})

test('the same question gets the same answer, streamed or whole', async () => {
  const first = await streamed({ model: 'quick' })
  const whole = await openai.chat.completions.create({
    model: 'quick',
    messages: asked('Explain how a market finds a price'),
  })
  assert.equal(whole.choices[0]?.message.content, first.text)
  assert.equal(whole.usage?.completion_tokens, first.usage?.completion_tokens)
})

test('max_tokens is an upper bound in real tokens, and the answer says that it was cut', async () => {
  for (const limit of [1, 7, 32]) {
    const { text, finish } = await streamed({ model: 'quick', max_completion_tokens: limit })
    assert.ok(encode(text).length <= limit, `${encode(text).length} tokens in ${limit}`)
    assert.ok(text.length > 0)
    assert.equal(finish, 'length')
  }
})

test('a stop sequence ends the answer before it', async () => {
  const { text, finish } = await streamed({ model: 'quick', stop: '. ' })
  assert.ok(text.length > 0)
  assert.ok(!text.includes('. '))
  assert.equal(finish, 'stop')
})

const weather: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
      required: ['city', 'unit'],
    },
  },
}
const clock: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_time',
    description: 'The time in a zone',
    parameters: { type: 'object', properties: {} },
  },
}

test('the apt tool is called with arguments that fit its schema, streamed in pieces', async () => {
  const { chunks, finish } = await streamed({
    model: 'quick',
    messages: asked('What is the weather in Paris?'),
    tools: [clock, weather],
  })
  const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
  assert.equal(deltas[0]?.function?.name, 'get_weather')
  assert.ok(deltas.length > 2)
  const args = JSON.parse(deltas.map((delta) => delta.function?.arguments ?? '').join('')) as {
    [name: string]: string
  }
  assert.equal(args.city, 'Paris')
  assert.ok(['celsius', 'fahrenheit'].includes(args.unit ?? ''))
  assert.equal(finish, 'tool_calls')
})

test('once a tool has answered, the model does', async () => {
  const answer = await openai.chat.completions.create({
    model: 'quick',
    tools: [weather],
    messages: [
      ...asked('What is the weather in Paris?'),
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '17 degrees and dry' },
    ],
  })
  assert.match(answer.choices[0]?.message.content ?? '', /17 degrees and dry/)
  assert.equal(answer.choices[0]?.finish_reason, 'stop')
})

test('a json_schema answer is JSON of that schema', async () => {
  const answer = await openai.chat.completions.create({
    model: 'quick',
    messages: asked('Extract the city and the guests: we are 4 and arrive in Lisbon.'),
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'booking',
        strict: true,
        schema: {
          type: 'object',
          properties: { city: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
          required: ['city', 'guests'],
          additionalProperties: false,
        },
      },
    },
  })
  assert.deepEqual(JSON.parse(answer.choices[0]?.message.content ?? ''), { city: 'Lisbon', guests: 4 })
})

test('it keeps its pace', async () => {
  const began = performance.now()
  let first = 0
  const stream = await openai.chat.completions.create({
    model: 'paced',
    messages: asked('Explain how a market finds a price'),
    max_tokens: 100,
    stream: true,
  })
  for await (const chunk of stream)
    if (first === 0 && chunk.choices[0]?.delta.content) first = performance.now()
  const generation = performance.now() - first
  assert.ok(first - began >= 115, `first token after ${first - began} ms`)
  assert.ok(generation >= 350, `100 tokens at 200 a second took ${generation} ms`)
})

test('a model that fails says so, or drops the connection', async () => {
  for (let turn = 0; turn < 8; turn++)
    await assert.rejects(
      openai.chat.completions.create({ model: 'failing', messages: asked(`turn ${turn}`), max_tokens: 8 }),
      (error) => error instanceof OpenAI.APIError && (error.status === 503 || error.status === undefined),
    )
})

test('what it cannot read, it refuses in the form of OpenAI', async () => {
  await assert.rejects(openai.chat.completions.create({ model: 'absent', messages: asked('hello') }), {
    status: 404,
  })
  await assert.rejects(openai.chat.completions.create({ model: 'quick', messages: [] }), { status: 400 })
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    body: 'no json',
  })
  assert.equal(response.status, 400)
})

test('as a process it tells its port, and ends when its parent lets go', async () => {
  const process = await startModelProcess({ models: { quick } })
  const listed = await fetch(`${process.baseUrl}/models`)
  assert.equal(listed.status, 200)
  await process.stop()
  await assert.rejects(fetch(`${process.baseUrl}/models`))
})

test('as a program it prints its port on one line, and ends when its input does', async () => {
  const program = fileURLToPath(new URL('../../src/demo/model-server.ts', import.meta.url))
  const args = [...process.execArgv, program, JSON.stringify({ models: { quick } })]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  assert.match(String(line), /^\d+\n$/)
  child.stdin.end()
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0)
})
