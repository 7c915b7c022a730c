// Answers have every field that the official types promise, so that no client meets `undefined`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { MODELS, stageOfFile } from './stage.ts'

const stage = stageOfFile()

type Json = Record<string, unknown>

const OPENAI = 'openai/resources'
const CHAT = `${OPENAI}/chat/completions/completions.d.ts`
const RESPONSES = `${OPENAI}/responses/responses.d.ts`
const MESSAGES = '@anthropic-ai/sdk/resources/messages/messages.d.ts'

/** The fields of a type that are always there, as its declaration says. */
function promised(file: string, name: string): string[] {
  const text = readFileSync(new URL(`../../node_modules/${file}`, import.meta.url), 'utf8')
  const body = new RegExp(
    `^( *)(?:export )?interface ${name}(?: extends [^{]*)? \\{\\n([\\s\\S]*?)^\\1\\}`,
    'm',
  ).exec(text)
  assert.ok(body, `${name} is declared in ${file}`)
  const indent = (body[1]?.length ?? 0) + 4
  const found = [...(body[2] ?? '').matchAll(new RegExp(`^ {${indent}}(\\w+):`, 'gm'))].map(
    (match) => match[1] ?? '',
  )
  assert.ok(found.length > 0, `${name} promises something`)
  return found
}

function holds(file: string, name: string, value: unknown): Json {
  assert.ok(typeof value === 'object' && value !== null, name)
  for (const field of promised(file, name)) assert.ok(field in value, `${field} of ${name}`)
  return value as Json
}

const ask = async (path: string, body: Json) => {
  const { base, key } = stage.current()
  const response = await fetch(`${base}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: MODELS.openai, ...body }),
  })
  assert.equal(response.status, 200)
  return response
}
const whole = async (path: string, body: Json): Promise<unknown> => (await ask(path, body)).json()
const events = async (path: string, body: Json): Promise<Json[]> => {
  const text = await (await ask(path, { ...body, stream: true })).text()
  return [...text.matchAll(/^data: (\{.*)$/gm)].map((match) => JSON.parse(match[1] ?? '') as Json)
}
const only = (value: unknown): unknown => (value as unknown[])[0]
const messages = [{ role: 'user', content: 'Is the bus on time?' }]
const schema = { type: 'object', properties: { city: { type: 'string' } } }

test('a chat completion, its chunks and its usage', async () => {
  const answer = holds(CHAT, 'ChatCompletion', await whole('chat/completions', { messages }))
  const choice = holds(CHAT, 'Choice', only(answer.choices))
  holds(CHAT, 'ChatCompletionMessage', choice.message)
  holds(`${OPENAI}/completions.d.ts`, 'CompletionUsage', answer.usage)
  for (const event of await events('chat/completions', { messages, stream_options: { include_usage: true } }))
    holds(CHAT, 'ChatCompletionChunk', event)
})

test('a completion', async () => {
  const answer = holds(
    `${OPENAI}/completions.d.ts`,
    'Completion',
    await whole('completions', { prompt: 'Hi' }),
  )
  holds(`${OPENAI}/completions.d.ts`, 'CompletionChoice', only(answer.choices))
})

test('a response, its items and its usage', async () => {
  const answer = holds(RESPONSES, 'Response', {
    output_text: '',
    ...((await whole('responses', { input: 'Hi' })) as Json),
  })
  const message = holds(RESPONSES, 'ResponseOutputMessage', only(answer.output))
  holds(RESPONSES, 'ResponseOutputText', only(message.content))
  holds(RESPONSES, 'ResponseUsage', answer.usage)
  const tools = [{ type: 'function', name: 'look', parameters: schema }]
  const called = (await whole('responses', { input: 'Hi', tools })) as Json
  holds(RESPONSES, 'ResponseFunctionToolCall', only(called.output))
})

test('a message, its blocks and its usage, whole and as events', async () => {
  const asked = { messages, max_tokens: 100 }
  const answer = holds(MESSAGES, 'Message', await whole('messages', asked))
  holds(MESSAGES, 'Usage', answer.usage)
  const found = await events('messages', {
    ...asked,
    thinking: { type: 'enabled', budget_tokens: 1_024 },
    max_tokens: 2_000,
  })
  const start = found.find(({ type }) => type === 'message_start')
  holds(MESSAGES, 'Usage', holds(MESSAGES, 'Message', start?.message).usage)
  const last = found.find(({ type }) => type === 'message_delta')
  const usage = holds(MESSAGES, 'MessageDeltaUsage', last?.usage)
  const { thinking_tokens: thought } = holds(MESSAGES, 'OutputTokensDetails', usage.output_tokens_details)
  assert.ok(
    Number(thought) > 0 && Number(thought) < Number(usage.output_tokens),
    'thinking is a part of the output',
  )
})
