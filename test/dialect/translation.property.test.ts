// Nothing is lost between two languages: what is printed in one and read back is what it was.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Answer } from '../../src/dialect/answer.ts'
import type { Delta, Finish } from '../../src/dialect/chunk.ts'
import { isUnreadable, NOTHING } from '../../src/dialect/chunk.ts'
import type { DialectName } from '../../src/dialect/dialect.ts'
import { dialectOf } from '../../src/dialect/dialects.ts'
import { MESSAGES } from '../../src/surface/messages-request.ts'
import type { Counter } from '../../src/surface/question.ts'
import { CHAT } from '../../src/surface/question.ts'
import { RESPONSES } from '../../src/surface/responses-request.ts'
import type { Note, Surface } from '../../src/surface/surface.ts'
import type { ChatMessage, ChatRequest } from '../../src/wire/openai.ts'

const RUNS = { numRuns: 150, seed: 11 }
const HEAD = { request: 'req_1', created: 1, model: 'text-prime' }
const USAGE = { input: 3, output: 4, reasoning: 0 }
const NOTE: Note = {
  receipt: 'del_1',
  supplier: 's',
  price: '1',
  units: '1',
  cost: '1',
  verdict: 'conforming',
  truncated: null,
}

const words = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
const name = fc.stringMatching(/^[a-z][a-z_]{0,8}$/)
const object = fc.dictionary(name, fc.oneof(words, fc.integer(), fc.boolean()), { maxKeys: 3 })

// Requests.

const text = words.map((said) => ({ type: 'text' as const, text: said }))
const image = fc
  .constantFrom('https://example.com/a.png', 'data:image/png;base64,aGk=')
  .map((url) => ({ type: 'image_url' as const, image_url: { url } }))
const user = fc
  .array(fc.oneof(text, image), { minLength: 1, maxLength: 3 })
  .map((content): ChatMessage[] => [{ role: 'user', content }])
const signed = fc
  .record({ text: words, signature: words })
  .map((thought) => ({ type: 'reasoning.text' as const, ...thought }))
/** The model thinks, speaks and calls tools; each call is answered. */
const exchange = fc
  .record({
    thought: fc.option(signed),
    said: fc.array(text, { maxLength: 2 }),
    calls: fc.array(fc.tuple(name, object, fc.oneof(text, image), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map(({ thought, said, calls }): ChatMessage[] => [
    {
      role: 'assistant',
      content: said.length === 0 ? null : said,
      ...(thought && { reasoning_details: [thought] }),
      tool_calls: calls.map(([called, input], at) => ({
        id: `call_${at}`,
        type: 'function',
        function: { name: called, arguments: JSON.stringify(input) },
      })),
    },
    ...calls.map(
      ([, , part, isError], at): ChatMessage => ({
        role: 'tool',
        tool_call_id: `call_${at}`,
        content: [part],
        ...(isError && { is_error: true }),
      }),
    ),
  ])
const tool = fc
  .record({ called: name, said: words, strict: fc.boolean() })
  .map(({ called, said, strict }) => ({
    type: 'function' as const,
    function: {
      name: called,
      description: said,
      parameters: { type: 'object', properties: {} },
      ...(strict && { strict }),
    },
  }))
const request: fc.Arbitrary<ChatRequest> = fc
  .record({
    system: fc.option(words),
    late: fc.option(words),
    turns: fc.array(fc.tuple(user, exchange), { minLength: 1, maxLength: 3 }),
    tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
    choice: fc.constantFrom('auto' as const, 'required' as const, 'none' as const),
    alone: fc.boolean(),
    stop: fc.option(fc.array(words, { minLength: 1, maxLength: 3 })),
    temperature: fc.option(fc.constantFrom(0, 0.5, 1)),
    effort: fc.option(fc.constantFrom('low' as const, 'high' as const)),
    schema: fc.option(fc.constant({ type: 'object' })),
  })
  .map(({ system, late, turns, tools, choice, alone, stop, temperature, effort, schema }) => ({
    model: 'inner',
    messages: [
      ...(system === null
        ? []
        : [{ role: 'system' as const, content: [{ type: 'text' as const, text: system }] }]),
      ...turns.flat(2),
      ...(late === null
        ? []
        : [{ role: 'system' as const, content: [{ type: 'text' as const, text: late }] }]),
    ],
    max_tokens: 50,
    stream: true,
    tools,
    tool_choice: choice,
    ...(alone && choice !== 'none' && { parallel_tool_calls: false }),
    ...(stop && { stop }),
    ...(temperature !== null && { temperature }),
    ...(effort && { reasoning_effort: effort }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'output', schema } } }),
  }))

/** Without what is not there. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Printed for a supplier of a dialect, and read again by the surface that speaks the same. */
const ROUNDS: [DialectName, Counter][] = [
  ['anthropic', MESSAGES],
  ['openai', CHAT],
]

for (const [dialect, counter] of ROUNDS)
  test(`a request printed in the ${dialect} dialect and read again is the same request`, () => {
    fc.assert(
      fc.property(request, (asked) => {
        const carried = dialect === 'openai' ? withPlainTools(asked) : asked
        assert.equal(dialectOf(dialect).uncarried(carried), null)
        const printed = dialectOf(dialect).print(carried, 'inner', { asked: 50, most: 99 })
        const read = counter.read(JSON.parse(printed))
        assert.ok('body' in read, JSON.stringify(read))
        const { stream_options: _, ...body } = read.body
        assert.deepEqual(plain(dialect === 'openai' ? comparable(body) : body), plain(comparable(carried)))
      }),
      RUNS,
    )
  })

/** A tool's result in chat completions is one text without a mark of failure; pictures follow it. */
function withPlainTools(asked: ChatRequest): ChatRequest {
  const messages = asked.messages.map((message): ChatMessage => {
    if (message.role !== 'tool') return message
    const { is_error: _, ...rest } = message
    const [part] = typeof rest.content === 'string' ? [] : rest.content
    return { ...rest, content: part?.type === 'text' ? part.text : 'seen' }
  })
  return { ...asked, messages }
}

/** The same reasoning may stand in two places. */
function comparable(asked: ChatRequest): ChatRequest {
  const messages = asked.messages.map((message): ChatMessage => {
    if (message.role !== 'assistant') return message
    const { reasoning_content: _, ...rest } = message
    return rest
  })
  return { ...asked, messages }
}

// Answers.

type Made = { deltas: Delta[]; finish: Finish; stopSequence: string | null }

const cut = (whole: string, size: number) =>
  Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.slice(at * size, (at + 1) * size))

/** Reasoning, a signature, text, and calls whose arguments come in pieces, one after another or mixed. */
const made: fc.Arbitrary<Made> = fc
  .record({
    thoughts: fc.array(words, { maxLength: 3 }),
    signature: words,
    sealed: fc.option(words),
    said: fc.array(words, { maxLength: 4 }),
    calls: fc.array(fc.tuple(name, object), { maxLength: 3 }),
    size: fc.integer({ min: 1, max: 9 }),
    mixed: fc.boolean(),
    isCut: fc.boolean(),
  })
  .filter(({ thoughts, said, calls }) => thoughts.length + said.length + calls.length > 0)
  .map(({ thoughts, signature, sealed, said, calls, size, mixed, isCut }) => {
    const pieces = calls.map(([called, input], index) => [
      { index, id: `call_${index}`, name: called, arguments: null },
      ...cut(JSON.stringify(input), size).map((part) => ({ index, id: null, name: null, arguments: part })),
    ])
    const longest = Math.max(0, ...pieces.map(({ length }) => length))
    const woven = Array.from({ length: longest }, (_, at) => pieces.flatMap((own) => own.slice(at, at + 1)))
    const tools = (mixed ? woven : pieces).flat()
    const deltas: Delta[] = [
      ...thoughts.map((reasoning) => ({ ...NOTHING, reasoning })),
      ...(thoughts.length > 0
        ? [{ ...NOTHING, seals: [{ type: 'reasoning.text' as const, signature }] }]
        : []),
      ...(sealed === null || thoughts.length === 0
        ? []
        : [{ ...NOTHING, seals: [{ type: 'reasoning.encrypted' as const, data: sealed }] }]),
      ...said.map((content) => ({ ...NOTHING, content })),
      ...tools.map((one) => ({ ...NOTHING, tools: [one] })),
    ]
    return { deltas, finish: isCut ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop', stopSequence: null }
  })

function answerOf({ deltas, finish }: Pick<Made, 'deltas' | 'finish'>): Answer {
  const answer = new Answer()
  for (const delta of deltas) answer.add(delta, 1)
  answer.finish = finish
  return answer
}

const eventsOf = (told: string) =>
  told
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => (block.split('\n').find((line) => line.startsWith('data: ')) ?? '').slice(6))

function tell(surface: Surface, one: Made): { streamed: string; answer: Answer } {
  const script = surface.script(HEAD)
  const answer = answerOf(one)
  // What was passed to a supplier that then failed leaves no trace.
  for (const delta of one.deltas.slice(0, 2)) script.pass(delta)
  script.reset()
  const streamed = one.deltas.map((delta) => script.pass(delta)).join('')
  return { streamed: streamed + script.end(answer, USAGE, NOTE), answer }
}

function surfaceOf(counter: Counter, body: object): Surface {
  const read = counter.read(body)
  assert.ok('surface' in read, JSON.stringify(read))
  return read.surface
}

const chat = () => surfaceOf(CHAT, { model: 'm', messages: [{ role: 'user', content: 'x' }] })
const message = () =>
  surfaceOf(MESSAGES, { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] })
const response = () =>
  surfaceOf(RESPONSES, { model: 'm', input: 'x', include: ['reasoning.encrypted_content'] })

const essence = (answer: Answer) => ({
  content: answer.content,
  reasoning: answer.reasoning,
  thoughts: answer.thoughts(),
  seals: answer.seals,
  tools: answer.tools,
  finish: answer.finish,
})

const TOLD: [DialectName, () => Surface][] = [
  ['anthropic', message],
  ['openai', chat],
]

for (const [dialect, surface] of TOLD)
  test(`an answer told in the ${dialect} dialect and read again is the same answer`, () => {
    fc.assert(
      fc.property(made, (one) => {
        const { streamed, answer } = tell(surface(), one)
        const reader = dialectOf(dialect).newReader()
        const deltas: Delta[] = []
        let finish: Finish | null = null
        for (const event of eventsOf(streamed)) {
          const chunk = reader.event(event)
          assert.ok(chunk === null || !isUnreadable(chunk), event)
          if (chunk?.delta) deltas.push(chunk.delta)
          if (chunk?.finish && chunk.finish !== 'content_filter') finish = chunk.finish
        }
        assert.ok(reader.done)
        assert.ok(finish !== null)
        assert.deepEqual(essence(answerOf({ deltas, finish })), essence(answer))
      }),
      RUNS,
    )
  })

test('a response streamed ends as the same response that is sent whole, and its items as they were told', () => {
  fc.assert(
    fc.property(made, (one) => {
      const { streamed, answer } = tell(response(), one)
      type Told = { type: string; sequence_number: number; item?: object; response?: { output: object[] } }
      const events = eventsOf(streamed).map((data) => JSON.parse(data) as Told)
      assert.deepEqual(
        events.map((event) => event.sequence_number),
        [...events.keys()],
      )
      const last = events.at(-1)?.response
      assert.deepEqual(last, plain(response().whole(HEAD, answer, USAGE, NOTE)))
      const done = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item)
      assert.deepEqual(done, last?.output)
    }),
    RUNS,
  )
})
