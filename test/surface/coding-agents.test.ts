// What coding agents that speak Responses or Messages send, through the official packages: a loop of tools over
// several turns, streamed, from the first count to the last word, on suppliers of either dialect.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { ResponseInputItem, ResponseOutputItem } from 'openai/resources/responses/responses'
import { AFTER_TOOLS, PATCH, SIGNATURE, THOUGHT } from './model.ts'
import { DIALECTS, MODELS, stageOfFile } from './stage.ts'

// Two suppliers that owe in each grade: a session must stay with one of them.
const stage = stageOfFile(async ({ exchange, model, base, key }, join) => {
  for (const dialect of DIALECTS) {
    await join(exchange, model, dialect, `rival-${dialect}`)
    const order = { instrument: MODELS[dialect], side: 'buy', type: 'limit', quantity: '80', price: '0.8' }
    const response = await fetch(`${base}/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(order),
    })
    assert.equal(response.status, 201, await response.text())
  }
})

const SHELL_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string', description: 'Where to look.' } },
  required: ['city'],
  additionalProperties: false,
}
/** Agents bring two dozen tools with long descriptions. */
const NAMES = ['Read', 'Grep', 'Edit', ...Array.from({ length: 21 }, (_, at) => `Other${at}`)]
const HINT = { type: 'ephemeral' as const }
const TASK = 'Mend the failing test, in three steps.'

/** Headers of an answer that say who served it and where its receipt is. */
const served = ({ headers }: globalThis.Response) => ({
  supplier: headers.get('x-busbar-supplier'),
  receipt: headers.get('x-busbar-receipt'),
})

for (const dialect of DIALECTS) {
  const model = MODELS[dialect]

  test(`${dialect}: an agent on Messages counts first, then works its tools to the end`, async () => {
    const { origin, key, model: supplier } = stage.current()
    assert.ok((await fetch(origin, { method: 'HEAD' })).status < 500, 'agents look whether anybody is there')
    const client = new Anthropic({
      baseURL: origin,
      apiKey: key,
      maxRetries: 0,
      defaultHeaders: { 'x-app': 'cli', 'x-claude-code-session-id': `session-${dialect}` },
    })
    const prompt = {
      model,
      system: [
        { type: 'text' as const, text: 'You are an agent in a terminal.' },
        { type: 'text' as const, text: 'Be careful. '.repeat(200), cache_control: HINT },
      ],
      tools: NAMES.map((name) => ({
        name,
        description: `${name} does one thing well. `.repeat(20),
        input_schema: SHELL_SCHEMA,
      })),
      thinking: { type: 'adaptive' as const },
      context_management: { edits: [{ type: 'clear_thinking_20251015' as const, keep: 'all' as const }] },
      output_config: { effort: 'medium' as const },
      betas: ['interleaved-thinking-2025-05-14', 'context-management-2025-06-27', 'a-flag-of-tomorrow'],
    }
    const messages: Anthropic.Beta.BetaMessageParam[] = [
      { role: 'user', content: [{ type: 'text', text: TASK, cache_control: HINT }] },
      { role: 'system', content: 'Agents that may be called: none.' },
    ]
    const { input_tokens: counted } = await client.beta.messages.countTokens({ ...prompt, messages })
    const seen: { called: string[]; supplier: string | null; receipt: string | null; input: number }[] = []
    for (let turn = 0; turn < 8; turn++) {
      const stream = client.beta.messages.stream({
        ...prompt,
        messages,
        max_tokens: 32_000,
        metadata: { user_id: JSON.stringify({ device_id: 'd', session_id: `session-${dialect}` }) },
      })
      const message = await stream.finalMessage()
      const { response } = await stream.withResponse()
      const uses = message.content.filter((block) => block.type === 'tool_use')
      const input = message.usage.input_tokens
      seen.push({ called: uses.map(({ name }) => name), ...served(response), input })
      messages.push({ role: 'assistant', content: message.content })
      if (message.stop_reason !== 'tool_use') {
        assert.equal(message.stop_reason, 'end_turn')
        break
      }
      const results = uses.map(({ id }, at) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: [{ type: 'text' as const, text: `line ${turn}` }],
        is_error: turn === 1,
        ...(at === uses.length - 1 && { cache_control: HINT }),
      }))
      messages.push({ role: 'user', content: results })
    }
    assert.deepEqual(
      seen.map(({ called }) => called),
      [['Read'], ['Grep'], ['Edit'], []],
    )
    const last = messages.at(-1)?.content
    assert.ok(Array.isArray(last))
    const text = last.find((block) => block.type === 'text')
    assert.equal(text?.type === 'text' && text.text, AFTER_TOOLS)
    assert.equal(seen[0]?.input, counted, 'the first turn is charged what was counted before')
    assert.ok(seen.every(({ input }, at) => at === 0 || input > (seen[at - 1]?.input ?? 0)))
    assert.equal(new Set(seen.map(({ supplier: who }) => who)).size, 1, 'a session stays with one supplier')
    assert.equal(new Set(seen.map(({ receipt }) => receipt)).size, seen.length)
    const { body } = supplier.last()
    const given = JSON.stringify(body)
    assert.ok(given.includes('line 0') && given.includes('line 2'), 'every result has reached the supplier')
    if (dialect === 'anthropic') {
      assert.ok(given.includes(SIGNATURE) && given.includes(THOUGHT), 'thinking goes back with its signature')
      const turns = body.messages as { content: { cache_control?: unknown }[] }[]
      assert.deepEqual(turns.at(-1)?.content.at(-1)?.cache_control, HINT, 'and hints to where they help')
    }
  })

  test(`${dialect}: an agent on Responses keeps its own conversation and works its tools to the end`, async () => {
    const { base, key, model: supplier } = stage.current()
    const client = new OpenAI({
      baseURL: base,
      apiKey: key,
      maxRetries: 0,
      defaultHeaders: { originator: 'an_agent', 'session-id': `thread-${dialect}`, 'x-turn-metadata': '{}' },
    })
    const tools: OpenAI.Responses.Tool[] = [
      { type: 'function', name: 'shell', description: 'Runs it.', strict: false, parameters: SHELL_SCHEMA },
      { type: 'custom', name: 'apply_patch', description: 'Patches a file.', format: { type: 'text' } },
      {
        type: 'namespace',
        name: 'team',
        description: 'Other agents.',
        tools: [{ type: 'function', name: 'plan', description: 'Tells.', parameters: SHELL_SCHEMA }],
      },
      { type: 'web_search', external_web_access: false } as unknown as OpenAI.Responses.Tool,
    ]
    const input: ResponseInputItem[] = [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Sandbox: read only.' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: '<cwd>/work</cwd>' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: TASK }] },
    ]
    const seen: { called: string[]; supplier: string | null }[] = []
    let said = ''
    for (let turn = 0; turn < 8; turn++) {
      const { data: stream, response } = await client.responses
        .create({
          model,
          instructions: 'You are an agent in a terminal.',
          input,
          tools,
          tool_choice: 'auto',
          parallel_tool_calls: false,
          reasoning: { effort: 'medium', summary: 'auto' },
          store: false,
          stream: true,
          include: ['reasoning.encrypted_content'],
          prompt_cache_key: `thread-${dialect}`,
        })
        .withResponse()
      // Agents take each item as it is done, and the end as the sign that there are no more.
      const items: ResponseOutputItem[] = []
      let isCompleted = false
      for await (const event of stream) {
        if (event.type === 'response.output_item.done') items.push(event.item)
        if (event.type !== 'response.completed') continue
        isCompleted = true
        const types = event.response.tools.map(({ type }) => type)
        assert.deepEqual(types, ['function', 'custom', 'namespace'], 'what the model had to choose from')
      }
      assert.ok(isCompleted)
      assert.equal(response.headers.get('x-busbar-not-carried'), 'tools[3]')
      input.push(...(items as ResponseInputItem[]))
      const results = items.flatMap((item): ResponseInputItem[] => {
        if (item.type === 'function_call')
          return [{ type: 'function_call_output', call_id: item.call_id, output: `line ${turn}` }]
        if (item.type !== 'custom_tool_call') return []
        assert.equal(item.input, PATCH)
        return [{ type: 'custom_tool_call_output', call_id: item.call_id, output: 'patched' }]
      })
      const called = items.flatMap((item) => {
        if (!('name' in item)) return []
        const { namespace, name } = item as { namespace?: string; name: string }
        return [namespace === undefined ? name : `${namespace}/${name}`]
      })
      seen.push({ called, supplier: served(response).supplier })
      if (results.length === 0) {
        const message = items.find((item) => item.type === 'message')
        said = message?.content[0]?.type === 'output_text' ? message.content[0].text : ''
        break
      }
      input.push(...results)
    }
    assert.deepEqual(
      seen.map(({ called }) => called),
      [['shell'], ['apply_patch'], ['team/plan'], []],
    )
    assert.equal(said, AFTER_TOOLS)
    assert.equal(new Set(seen.map(({ supplier: who }) => who)).size, 1, 'a session stays with one supplier')
    const given = JSON.stringify(supplier.last().body)
    assert.ok(given.includes('line 0') && given.includes('patched') && given.includes('line 2'))
  })
}
