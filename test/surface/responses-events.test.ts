// A response as a stream, event by event, as clients and agents that read it strictly do; and tools of plain text.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import type {
  Response,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses'
import { AFTER_TOOLS, PATCH, TEXT } from './model.ts'
import { DIALECTS, MODELS, PARAMETERS, stageOfFile } from './stage.ts'

const stage = stageOfFile()
const clientOf = () => {
  const { base, key } = stage.current()
  return new OpenAI({ baseURL: base, apiKey: key, maxRetries: 0 })
}

const weather = { type: 'function' as const, name: 'weather', strict: true, parameters: { ...PARAMETERS } }
const news = { ...weather, name: 'news' }
const patch = { type: 'custom' as const, name: 'apply_patch', description: 'Patches a file.' }
const both: ResponseInputItem[] = [{ role: 'user', content: 'Ask both.' }]

type Ask = Omit<OpenAI.Responses.ResponseCreateParamsStreaming, 'stream'>

async function eventsOf(ask: Ask): Promise<ResponseStreamEvent[]> {
  const events: ResponseStreamEvent[] = []
  for await (const event of await clientOf().responses.create({ ...ask, stream: true })) events.push(event)
  return events
}

/** Holds a stream to the order that its API promises, and returns the response it ends with. */
function checked(events: readonly ResponseStreamEvent[]): Response {
  assert.deepEqual(
    events.map(({ sequence_number }) => sequence_number),
    [...events.keys()],
  )
  assert.deepEqual(
    events.slice(0, 2).map(({ type }) => type),
    ['response.created', 'response.in_progress'],
  )
  const last = events.at(-1)
  assert.ok(last?.type === 'response.completed', last?.type)
  const done: ResponseOutputItem[] = []
  const open = new Map<string, number>()
  const texts = new Map<string, string>()
  for (const event of events.slice(2, -1)) {
    if (event.type === 'response.output_item.added') {
      assert.equal(event.output_index, open.size, 'items begin in their order')
      open.set(event.item.id ?? '', event.output_index)
    } else if (event.type === 'response.output_item.done') {
      assert.equal(open.get(event.item.id ?? ''), event.output_index, 'what ends has begun')
      assert.equal(done[event.output_index], undefined, 'and ends once')
      done[event.output_index] = event.item
    } else {
      assert.ok('item_id' in event && 'output_index' in event, event.type)
      assert.equal(open.get(event.item_id), event.output_index, event.type)
      assert.equal(done[event.output_index], undefined, 'nothing follows the end of an item')
      const part = 'content_index' in event ? event.content_index : 0
      const place = `${event.item_id} ${part}`
      if (event.type.endsWith('.delta') && 'delta' in event)
        texts.set(place, (texts.get(place) ?? '') + String(event.delta))
      const whole = ['text', 'arguments', 'input', 'refusal'].map(
        (name) => (event as unknown as Record<string, unknown>)[name],
      )
      if (/(text|arguments|input|refusal)\.done$/.test(event.type))
        assert.ok(whole.includes(texts.get(place)), `${event.type} repeats its deltas`)
    }
  }
  assert.deepEqual(last.response.output, done, 'the response holds what its items were')
  return last.response
}

for (const dialect of DIALECTS) {
  const model = MODELS[dialect]

  test(`${dialect}: text, a schema, reasoning and parallel calls come in the order that is promised`, async () => {
    assert.equal(checked(await eventsOf({ model, input: 'Is the bus on time?' })).output[0]?.type, 'message')
    // Of an effort alone, a supplier that speaks Messages makes no thinking that is shown.
    const thought = dialect === 'openai' ? ['reasoning'] : []
    const reasoning = { effort: 'low', summary: 'auto' } as const
    const include: OpenAI.Responses.ResponseIncludable[] = ['reasoning.encrypted_content']
    const ask = { model, input: both, tools: [weather, news], reasoning, include, store: false }
    const called = checked(await eventsOf(ask))
    assert.deepEqual(
      called.output.map((item) => (item.type === 'function_call' ? item.name : item.type)),
      [...thought, 'weather', 'news'],
    )
    const results = called.output.flatMap((item): ResponseInputItem[] =>
      item.type === 'function_call'
        ? [{ type: 'function_call_output', call_id: item.call_id, output: '4' }]
        : [],
    )
    const input = [...both, ...(called.output as ResponseInputItem[]), ...results]
    const answer = checked(await eventsOf({ ...ask, input }))
    assert.deepEqual(
      answer.output.map(({ type }) => type),
      [...thought, 'message'],
    )
    const plain = checked(await eventsOf({ model, input: 'Hi', include }))
    assert.equal(plain.output[0]?.type === 'message' && plain.output[0].content[0]?.type, 'output_text')
  })

  test(`${dialect}: a tool of plain text is called with plain text, streamed and whole, and answered`, async () => {
    const client = clientOf()
    const ask = { model, input: 'Mend the file.', tools: [patch], store: false }
    const streamed = checked(await eventsOf(ask))
    const whole = await client.responses.create(ask)
    for (const { output } of [streamed, whole]) {
      const [call] = output
      assert.ok(call?.type === 'custom_tool_call')
      assert.deepEqual([call.name, call.input], ['apply_patch', PATCH])
    }
    const [call] = whole.output
    assert.ok(call?.type === 'custom_tool_call')
    const input: ResponseInputItem[] = [
      { role: 'user', content: 'Mend the file.' },
      call as ResponseInputItem,
      { type: 'custom_tool_call_output', call_id: call.call_id, output: 'Done.' },
    ]
    const choice = { type: 'custom', name: 'apply_patch' } as const
    assert.equal((await client.responses.create({ ...ask, input })).output_text, AFTER_TOOLS)
    const chosen = await client.responses.create({ ...ask, tool_choice: choice })
    assert.equal(chosen.output[0]?.type, 'custom_tool_call')
  })

  test(`${dialect}: of the tools told only those allowed are called`, async () => {
    const tools = [news, weather]
    const tool_choice = {
      type: 'allowed_tools' as const,
      mode: 'required' as const,
      tools: [{ type: 'function', name: 'weather' }],
    }
    const { output } = checked(await eventsOf({ model, input: both, tools, tool_choice }))
    assert.deepEqual(
      output.map((item) => item.type === 'function_call' && item.name),
      ['weather'],
    )
    const none = { ...tool_choice, tools: [{ type: 'function', name: 'stock' }] }
    await assert.rejects(clientOf().responses.create({ model, input: both, tools, tool_choice: none }), {
      status: 400,
      param: 'tool_choice',
    })
  })
}

test('text stays text where nothing is asked for besides', async () => {
  const { output_text: text } = await clientOf().responses.create({ model: MODELS.openai, input: 'Hi' })
  assert.equal(text, TEXT)
})
