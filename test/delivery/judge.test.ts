// The form of a finished answer: what is empty, of another schema, or another tool call than was asked for.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Answer } from '../../src/dialect/answer.ts'
import { createJudge } from '../../src/delivery/judge.ts'
import type { ChatRequest } from '../../src/wire/openai.ts'

const judge = createJudge()
after(() => judge.close())

const request = (part: object = {}): ChatRequest =>
  ({ model: 'text-prime', messages: [{ role: 'user', content: 'x' }], ...part }) as ChatRequest

function answer(content: string, part: Partial<Answer> = {}): Answer {
  const made = new Answer()
  made.finish = 'stop'
  made.content = content
  return Object.assign(made, part)
}

const called = (name: string, args: string): Answer => {
  const made = answer('')
  made.tools.push({ id: 'call_1', name, arguments: args })
  made.finish = 'tool_calls'
  return made
}

const schema = {
  type: 'object',
  properties: {
    city: { type: 'string' },
    when: { type: 'string', format: 'date-time' },
    next: { $ref: '#/$defs/n' },
  },
  required: ['city'],
  additionalProperties: false,
  $defs: { n: { type: ['integer', 'null'] } },
}
const asSchema = (of: object) =>
  request({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: of } } })
const codeOf = async (of: ChatRequest, given: Answer) => (await judge.judge(of, given))?.code

test('empty is what has no content, refusal or tool call', async () => {
  assert.equal(await codeOf(request(), answer('')), 'empty')
  assert.equal(await codeOf(request(), answer('', { reasoning: 'hm' })), 'empty')
  assert.equal(await codeOf(request(), answer('', { reasoning: 'hm', finish: 'length' })), undefined)
  assert.equal(await codeOf(request(), answer('', { refusal: 'no' })), undefined)
  assert.equal(await codeOf(request(), answer('hi')), undefined)
})

test('a schema: fits, misfits, is not JSON, or was cut short', async () => {
  assert.equal(await codeOf(asSchema(schema), answer('{"city":"Oslo","next":null}')), undefined)
  assert.equal(
    await codeOf(asSchema(schema), answer('{"city":"Oslo","when":"tomorrow"}')),
    undefined,
    'formats annotate',
  )
  assert.equal(await codeOf(asSchema(schema), answer('{"town":"Oslo"}')), 'schema_mismatch')
  assert.equal(await codeOf(asSchema(schema), answer('{"city":"Oslo","next":1.5}')), 'schema_mismatch')
  assert.equal(await codeOf(asSchema(schema), answer('Oslo')), 'schema_mismatch')
  assert.equal(await codeOf(asSchema(schema), answer('{"city":"Os', { finish: 'length' })), undefined)
  assert.equal(await codeOf(request({ response_format: { type: 'json_object' } }), answer('[1]')), undefined)
  assert.equal(
    await codeOf(request({ response_format: { type: 'json_object' } }), answer('[1')),
    'schema_mismatch',
  )
})

test('tools: offered, required, the named one, and with arguments that fit', async () => {
  const tools = [
    { type: 'function', function: { name: 'find', parameters: schema } },
    { type: 'function', function: { name: 'now' } },
  ]
  assert.equal(await codeOf(request({ tools }), called('find', '{"city":"Oslo"}')), undefined)
  assert.equal(await codeOf(request({ tools }), called('find', '{"town":1}')), 'tool_mismatch')
  assert.equal(await codeOf(request({ tools }), called('find', '{"city":')), 'tool_mismatch')
  assert.equal(await codeOf(request({ tools }), called('now', '')), undefined)
  assert.equal(await codeOf(request({ tools }), called('drop', '{}')), 'tool_mismatch')
  assert.equal(await codeOf(request(), called('find', '{}')), 'tool_mismatch')
  assert.equal(await codeOf(request({ tools, tool_choice: 'required' }), answer('hi')), 'tool_mismatch')
  const named = { type: 'function', function: { name: 'now' } }
  assert.equal(await codeOf(request({ tools, tool_choice: named }), called('now', '{}')), undefined)
  const other = called('find', '{"city":"Oslo"}')
  assert.equal(await codeOf(request({ tools, tool_choice: named }), other), 'tool_mismatch')
})

test('a schema that cannot be read, or that takes for ever, is not held against the supplier', async () => {
  assert.equal(await codeOf(asSchema({ type: 'nonsense' }), answer('{}')), undefined)
  const began = performance.now()
  const hostile = { type: 'string', pattern: '^(a+)+$' }
  assert.equal(await codeOf(asSchema(hostile), answer(`"${'a'.repeat(40)}b"`)), undefined)
  assert.ok(performance.now() - began < 8_000)
  assert.equal(
    await codeOf(asSchema(schema), answer('{"town":1}')),
    'schema_mismatch',
    'the next one is judged again',
  )
})
