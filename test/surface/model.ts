// A supplier's endpoint that speaks both dialects and does what is asked of it: calls the tools it is
// offered, answers their results, thinks where it may, fills a schema, and tells what it was sent.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export const WORDS = ['The', ' bus', ' is', ' on', ' time', '.']
export const TEXT = WORDS.join('')
export const THOUGHT = 'Timetables say so.'
export const SIGNATURE = 'c2lnbmVk'
export const AFTER_TOOLS = 'It is 4 degrees in Oslo.'

type Json = Record<string, unknown>
type Asked = { path: string; headers: IncomingMessage['headers']; body: Json }

export type TestModel = {
  baseUrl: string
  asked: Asked[]
  /** What was asked last. */
  last(): Asked
  /** Set to break the next answers in the middle. */
  broken: boolean
  close(): Promise<void>
}

/** What the model does with a request, whatever language it came in. */
type Plan = { thought: string | null; text: string; calls: { name: string; input: Json }[] }

const INPUT = { city: 'Oslo' }
/** What is written to a tool that takes plain text: it does not stand as it is in JSON. */
export const PATCH = '*** "Begin"\n+line\\1\n'

type Tool = { name: string; schema: unknown }

const inputFor = ({ schema }: Tool): Json =>
  JSON.stringify(schema ?? {}).includes('"input"') ? { input: PATCH } : INPUT

/** Asked for steps, it calls one tool after the other and speaks only when all have answered. */
const STEPS = 3

function planOf(body: Json, tools: Tool[], results: number, isLastResult: boolean): Plan {
  const asked = JSON.stringify(body.messages)
  const isStepping = asked.includes('in three steps') && results < STEPS
  const hasResults = isLastResult && !isStepping
  const thought = body.reasoning_effort || (body.thinking as Json | undefined)?.type ? THOUGHT : null
  if (tools.length > 0 && !hasResults) {
    const from = isStepping ? results % tools.length : 0
    const calls = tools
      .slice(from, from + (asked.includes('both') ? 2 : 1))
      .map((tool) => ({ name: tool.name, input: inputFor(tool) }))
    return { thought, text: '', calls }
  }
  if (hasResults) return { thought, text: AFTER_TOOLS, calls: [] }
  const isSchema = JSON.stringify(body).includes('"json_schema"')
  return { thought, text: isSchema ? '{"city":"Oslo","degrees":4}' : TEXT, calls: [] }
}

function openaiEvents(body: Json): string[] {
  const messages = body.messages as { role: string; content: unknown }[]
  type Called = { function: { name: string; parameters?: unknown } }
  const tools = ((body.tools ?? []) as Called[]).map(({ function: { name, parameters } }) => ({
    name,
    schema: parameters,
  }))
  const results = messages.filter(({ role }) => role === 'tool')
  const plan = planOf(body, tools, results.length, messages.at(-1)?.role === 'tool')
  const logprobs = { content: [{ token: 'x', logprob: -0.5, bytes: [120], top_logprobs: [] }] }
  const chunk = (delta: Json, finish_reason: string | null = null) => {
    const told = delta.content && body.logprobs ? { logprobs } : {}
    return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason, ...told }] })}\n\n`
  }
  const pieces = plan.text === TEXT ? WORDS : plan.text === '' ? [] : [plan.text]
  const half = (text: string) => [text.slice(0, 5), text.slice(5)]
  return [
    ...(plan.thought === null ? [] : half(plan.thought).map((text) => chunk({ reasoning_content: text }))),
    ...pieces.map((content) => chunk({ content })),
    ...plan.calls.flatMap(({ name, input }, index) => {
      const [first = '', rest = ''] = half(JSON.stringify(input))
      const head = { index, id: `call_${index}`, type: 'function', function: { name, arguments: first } }
      return [
        chunk({ tool_calls: [head] }),
        chunk({ tool_calls: [{ index, function: { arguments: rest } }] }),
      ]
    }),
    chunk({}, plan.calls.length > 0 ? 'tool_calls' : 'stop'),
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 9 } })}\n\n`,
    'data: [DONE]\n\n',
  ]
}

function anthropicEvents(body: Json): string[] {
  const messages = body.messages as { role: string; content: { type: string }[] }[]
  const tools = ((body.tools ?? []) as { name: string; input_schema: unknown }[]).map(
    ({ name, input_schema: schema }) => ({ name, schema }),
  )
  const hasResults = messages.at(-1)?.content.some(({ type }) => type === 'tool_result') === true
  const results = messages.flatMap(({ content }) => content.filter(({ type }) => type === 'tool_result'))
  const plan = planOf(body, tools, results.length, hasResults)
  const event = (data: Json) => `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`
  const block = (index: number, content_block: Json, deltas: Json[]) => [
    event({ type: 'content_block_start', index, content_block }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
    event({ type: 'content_block_stop', index }),
  ]
  const blocks: ((index: number) => string[])[] = []
  const { thought } = plan
  if (thought !== null)
    blocks.push((index) =>
      block(index, { type: 'thinking', thinking: '', signature: '' }, [
        { type: 'thinking_delta', thinking: thought },
        { type: 'signature_delta', signature: SIGNATURE },
      ]),
    )
  const pieces = plan.text === TEXT ? WORDS : [plan.text]
  if (plan.text !== '')
    blocks.push((index) =>
      block(
        index,
        { type: 'text', text: '' },
        pieces.map((text) => ({ type: 'text_delta', text })),
      ),
    )
  for (const [at, { name, input }] of plan.calls.entries())
    blocks.push((index) =>
      block(index, { type: 'tool_use', id: `toolu_${at}`, name, input: {} }, [
        { type: 'input_json_delta', partial_json: '' },
        { type: 'input_json_delta', partial_json: JSON.stringify(input).slice(0, 7) },
        { type: 'input_json_delta', partial_json: JSON.stringify(input).slice(7) },
      ]),
    )
  const stop_reason = plan.calls.length > 0 ? 'tool_use' : 'end_turn'
  return [
    event({ type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } }),
    event({ type: 'ping' }),
    ...blocks.flatMap((print, index) => print(index)),
    event({
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: 9 },
    }),
    event({ type: 'message_stop' }),
  ]
}

function answer(model: TestModel, { path, body }: Asked, response: ServerResponse): void {
  const events = path.endsWith('/messages') ? anthropicEvents(body) : openaiEvents(body)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (!model.broken) return void response.end(events.join(''))
  response.write(events.slice(0, 4).join(''))
  setTimeout(() => response.destroy(), 50)
}

/** Starts the model on a free port. */
export async function startModel(): Promise<TestModel> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (bytes: Buffer) => parts.push(bytes))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Json
      const asked = { path: request.url ?? '', headers: request.headers, body }
      model.asked.push(asked)
      answer(model, asked, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const model: TestModel = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: [],
    last() {
      const last = model.asked.at(-1)
      if (last === undefined) throw new Error('nothing was asked')
      return last
    },
    broken: false,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return model
}
