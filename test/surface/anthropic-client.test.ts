// Anthropic's official client, unchanged, over suppliers of either dialect.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { AFTER_TOOLS, SIGNATURE, TEXT, THOUGHT } from './model.ts'
import { DIALECTS, MODELS, PARAMETERS, stageOfFile } from './stage.ts'

const stage = stageOfFile()
const clientOf = () => {
  const { origin, key } = stage.current()
  return new Anthropic({ baseURL: origin, apiKey: key, maxRetries: 0 })
}
const ask = { max_tokens: 200, messages: [{ role: 'user' as const, content: 'Is the bus on time?' }] }
const tools = [
  { name: 'weather', description: 'Tells it.', input_schema: { ...PARAMETERS, required: ['city'] } },
]

for (const dialect of DIALECTS) {
  const model = MODELS[dialect]

  test(`${dialect}: a whole message, and the same as a stream`, async () => {
    const client = clientOf()
    const whole = await client.messages.create({ ...ask, model, system: 'Be brief.' })
    assert.deepEqual(
      whole.content.map((block) => (block.type === 'text' ? block.text : block.type)),
      [TEXT],
    )
    assert.equal(whole.stop_reason, 'end_turn')
    assert.equal(whole.model, model)
    assert.ok(whole.usage.input_tokens > 0 && whole.usage.output_tokens > 0)
    const streamed = await client.messages.stream({ ...ask, model, system: 'Be brief.' }).finalMessage()
    assert.deepEqual(streamed.content, [{ type: 'text', text: TEXT }])
    assert.deepEqual(
      [streamed.usage.input_tokens, streamed.usage.output_tokens],
      [whole.usage.input_tokens, whole.usage.output_tokens],
    )
  })

  test(`${dialect}: parallel tools, and a round trip with their results`, async () => {
    const client = clientOf()
    const both = [...tools, { name: 'news', input_schema: { type: 'object' as const } }]
    const messages = [{ role: 'user' as const, content: 'Ask both.' }]
    const called = await client.messages.stream({ ...ask, messages, model, tools: both }).finalMessage()
    assert.equal(called.stop_reason, 'tool_use')
    const uses = called.content.filter((block) => block.type === 'tool_use')
    assert.deepEqual(
      uses.map(({ name, input }) => [name, input]),
      [
        ['weather', { city: 'Oslo' }],
        ['news', { city: 'Oslo' }],
      ],
    )
    const results = uses.map(({ id }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: [{ type: 'text' as const, text: '4 degrees' }],
    }))
    const answer = await client.messages.create({
      ...ask,
      model,
      tools: both,
      messages: [
        ...messages,
        { role: 'assistant', content: called.content },
        { role: 'user', content: results },
      ],
    })
    assert.deepEqual(answer.content, [{ type: 'text', text: AFTER_TOOLS }])
  })

  test(`${dialect}: thinking comes as a block of its own, and its signature goes back`, async () => {
    const client = clientOf()
    const thinking = { type: 'enabled' as const, budget_tokens: 1_024 }
    const asked = { ...ask, max_tokens: 2_000, model, thinking, tools }
    const called = await client.messages.stream(asked).finalMessage()
    const [thought, use] = called.content
    assert.ok(thought?.type === 'thinking' && use?.type === 'tool_use')
    assert.equal(thought.thinking, THOUGHT)
    assert.equal(thought.signature, dialect === 'anthropic' ? SIGNATURE : '')
    const result = { type: 'tool_result' as const, tool_use_id: use.id, content: '4 degrees', is_error: true }
    await client.messages.create({
      ...asked,
      messages: [
        ...ask.messages,
        { role: 'assistant', content: called.content },
        { role: 'user', content: [result] },
      ],
    })
    const { body } = stage.current().model.last()
    const sent = JSON.stringify(body)
    assert.ok(sent.includes(THOUGHT))
    assert.ok(sent.includes(dialect === 'anthropic' ? '"is_error":true' : 'Error: 4 degrees'))
  })

  test(`${dialect}: an image is carried and metered by its tiles`, async () => {
    const client = clientOf()
    const source = { type: 'url' as const, url: 'https://example.com/a.png' }
    const content = [{ type: 'image' as const, source }]
    const plain = await client.messages.countTokens({ model, messages: [{ role: 'user', content: 'x' }] })
    const { input_tokens } = await client.messages.countTokens({
      model,
      messages: [{ role: 'user', content }],
    })
    assert.ok(input_tokens > plain.input_tokens + 80, String(input_tokens))
    const answer = await client.messages.create({ ...ask, model, messages: [{ role: 'user', content }] })
    assert.equal(answer.usage.input_tokens, input_tokens)
    const { body } = stage.current().model.last()
    assert.ok(JSON.stringify(body).includes('https://example.com/a.png'))
  })

  test(`${dialect}: an answer that breaks off is an error, never a short message`, async () => {
    const { model: supplier } = stage.current()
    supplier.broken = true
    try {
      await assert.rejects(
        clientOf()
          .messages.stream({ ...ask, model })
          .finalMessage(),
        Anthropic.APIError,
      )
    } finally {
      supplier.broken = false
    }
  })
}

test('errors have the shapes and the names of this API', async () => {
  const client = clientOf()
  const model = MODELS.openai
  await assert.rejects(client.messages.create({ ...ask, model: 'no-such' }), Anthropic.NotFoundError)
  const { origin } = stage.current()
  const stranger = new Anthropic({ baseURL: origin, apiKey: 'bb_wrong', maxRetries: 0 })
  await assert.rejects(stranger.messages.create({ ...ask, model }), Anthropic.AuthenticationError)
  const document = { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }
  const messages = [{ role: 'user', content: [document] }] as unknown as typeof ask.messages
  await assert.rejects(client.messages.create({ ...ask, model, messages }), (error: unknown) => {
    assert.ok(error instanceof Anthropic.BadRequestError)
    assert.match(error.message, /messages\[0\]\.content\[0\]\.type/)
    return true
  })
})

test('what coding agents send goes through: hints, betas, many tools, both kinds of key', async () => {
  const { origin, key, model } = stage.current()
  const many = Array.from({ length: 30 }, (_, at) => ({ ...tools[0], name: `tool_${at}` }))
  const body = {
    model: MODELS.anthropic,
    max_tokens: 32_000,
    stream: true,
    metadata: { user_id: 'u' },
    system: [{ type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    thinking: { type: 'adaptive' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    output_config: { effort: 'medium' },
    tools: many,
    messages: [
      {
        role: 'user',
        content: [{ type: 'text', text: 'Go.', cache_control: { type: 'ephemeral' } }],
      },
    ],
  }
  const response = await fetch(`${origin}/v1/messages?beta=true`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': key,
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'interleaved-thinking-2025-05-14,some-flag-of-tomorrow',
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  assert.match(text, /event: message_stop\n/)
  assert.ok(response.headers.get('request-id'))
  const { body: sent, headers } = model.last()
  assert.deepEqual(sent.system, body.system)
  assert.deepEqual(sent.output_config, body.output_config)
  assert.equal(headers['x-api-key'], 'sk-anthropic-secret')
  assert.equal(headers['anthropic-beta'], undefined, 'no header of the buyer reaches a supplier')
})
