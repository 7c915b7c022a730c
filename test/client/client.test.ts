import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatEvent } from '../../src/client/chat.ts'
import { createClient } from '../../src/client/client.ts'
import { BusbarError } from '../../src/client/problem.ts'

type Sent = { method: string; url: string; headers: Headers; body: { [name: string]: unknown } }
type Answer = Response | Error | ((sent: Sent) => Response)

/** A client whose exchange gives these answers, one per request, and keeps what it was sent. */
function clientOf(...answers: Answer[]) {
  const sent: Sent[] = []
  const waits: number[] = []
  const client = createClient({
    baseUrl: 'http://exchange.test/',
    key: 'bb_secret',
    wait: async (ms) => void waits.push(ms),
    fetch: async (input, init) => {
      const request: Sent = {
        method: init?.method ?? '',
        url: new Request(input).url,
        headers: new Headers(init?.headers),
        body: typeof init?.body === 'string' ? (JSON.parse(init.body) as Sent['body']) : {},
      }
      sent.push(request)
      const answer = answers.shift()
      if (answer === undefined) throw new Error('one request too many')
      if (answer instanceof Error) throw answer
      return answer instanceof Response ? answer : answer(request)
    },
  })
  return { client, sent, waits }
}

const json = (value: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(value), init)

const problem = (status: number, code: string, more: { [name: string]: unknown } = {}, headers = {}) =>
  json(
    {
      type: 'about:blank',
      title: code,
      status,
      code,
      detail: 'no',
      outcome: 'rejected',
      retryable: false,
      ...more,
    },
    { status, headers },
  )

const order = { instrument: 'text-prime', side: 'buy', price: '0.81', quantity: '1.00' } as const

async function refusal(work: Promise<unknown>): Promise<BusbarError> {
  const error = await work.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof BusbarError)
  return error
}

test('a refusal carries code, status, outcome and the place of each fault', async () => {
  const errors = [{ pointer: '/price', detail: 'a decimal number in quotes', value: '1' }]
  const { client, sent } = clientOf(problem(422, 'price_outside_band', { errors, request_id: 'req_1' }))
  const error = await refusal(client.orders.place(order))
  assert.deepEqual(
    [error.code, error.status, error.outcome, error.retryable, error.requestId, error.errors, error.message],
    ['price_outside_band', 422, 'rejected', false, 'req_1', errors, 'no'],
  )
  assert.equal(sent[0]?.url, 'http://exchange.test/v1/orders')
  assert.equal(sent[0]?.headers.get('authorization'), 'Bearer bb_secret')
})

test('an order whose answer was lost is asked again under the same id', async () => {
  const { client, sent, waits } = clientOf(new TypeError('socket hang up'), json({ id: 'ord_1' }))
  assert.deepEqual(await client.orders.place(order), { id: 'ord_1' })
  const ids = sent.map(({ body }) => String(body.client_order_id))
  assert.match(ids[0] ?? '', /^[0-9a-f]{32}$/)
  assert.equal(ids[0], ids[1])
  assert.equal(waits.length, 1)
})

test("the client's own order id is kept", async () => {
  const { client, sent } = clientOf(json({ id: 'ord_1' }))
  await client.orders.place({ ...order, client_order_id: 'mine' })
  assert.equal(sent[0]?.body.client_order_id, 'mine')
})

test('a busy exchange is asked again after the time it names, a bounded number of times', async () => {
  const busy = () => problem(429, 'rate_limited', { retryable: true }, { 'retry-after': '2' })
  const { client, sent, waits } = clientOf(busy(), busy(), busy(), busy())
  assert.equal((await refusal(client.orders.place(order))).code, 'rate_limited')
  assert.equal(sent.length, 4)
  assert.deepEqual(waits, [2_000, 2_000, 2_000])
})

test('a completion is never repeated after an unknown outcome', async () => {
  const { client, sent } = clientOf(new TypeError('connection reset'))
  const error = await refusal(client.chat.create({ model: 'text-prime', messages: [] }))
  assert.deepEqual([error.code, error.outcome, sent.length], ['unreachable', 'unknown', 1])
})

test('what carries an Idempotency-Key keeps it over a repeat', async () => {
  const { client, sent } = clientOf(
    problem(503, 'busy', { outcome: 'unknown', retryable: true }),
    json({ seq: 4 }),
  )
  await client.transfer('text-prime', '1.00')
  const keys = sent.map(({ headers }) => headers.get('idempotency-key'))
  assert.ok(keys[0])
  assert.equal(keys[0], keys[1])
})

test('a list is read page by page to its end', async () => {
  const { client, sent } = clientOf(
    json({ data: [{ id: 'ord_3' }, { id: 'ord_2' }], next_cursor: 'ord_2' }),
    json({ data: [{ id: 'ord_1' }], next_cursor: null }),
  )
  const ids: string[] = []
  for await (const { id } of client.orders.all({ status: 'open' })) ids.push(id)
  assert.deepEqual(ids, ['ord_3', 'ord_2', 'ord_1'])
  assert.deepEqual(
    sent.map(({ url }) => new URL(url).search),
    ['?status=open&limit=1000', '?status=open&after=ord_2&limit=1000'],
  )
})

test('names are escaped into paths', async () => {
  const { client, sent } = clientOf(json({}))
  await client.orders.getByClientId('a/b?c')
  assert.equal(sent[0]?.url, 'http://exchange.test/v1/orders/client:a%2Fb%3Fc')
})

const events = (...lines: unknown[]) =>
  new Response(
    lines.map((line) => `data: ${typeof line === 'string' ? line : JSON.stringify(line)}\n\n`).join(''),
    {
      headers: { 'x-busbar-receipt': 'del_9', 'x-busbar-supplier': 'Harbor Cloud', 'x-request-id': 'req_2' },
    },
  )

const delta = (content: string, finish: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
})

async function heard(stream: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const all: ChatEvent[] = []
  for await (const event of stream) all.push(event)
  return all
}

test('a streamed completion is told from its supplier to its cost', async () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  const { client, sent } = clientOf(
    events(
      delta('two '),
      delta('words', 'stop'),
      { choices: [], usage, busbar: { units: '0.000003' } },
      '[DONE]',
    ),
  )
  const all = await heard(client.chat.stream({ model: 'text-prime', messages: [] }))
  assert.deepEqual(
    all.map(({ type }) => type),
    ['start', 'text', 'text', 'end'],
  )
  const [start, , , end] = all
  assert.ok(start?.type === 'start' && end?.type === 'end')
  assert.deepEqual([start.receipt, start.supplier], ['del_9', 'Harbor Cloud'])
  assert.deepEqual([end.finishReason, end.usage, end.busbar], ['stop', usage, { units: '0.000003' }])
  assert.deepEqual(sent[0]?.body.stream_options, { include_usage: true })
})

test('a stream that fails midway throws its own code', async () => {
  const { client } = clientOf(events(delta('some'), { error: { code: 'supplier_failed', message: 'gone' } }))
  const error = await refusal(heard(client.chat.stream({ model: 'text-prime', messages: [] })))
  assert.deepEqual([error.code, error.message], ['supplier_failed', 'gone'])
})

test('a stream that ends without its last word is no answer', async () => {
  const { client } = clientOf(events(delta('some')))
  const error = await refusal(heard(client.chat.stream({ model: 'text-prime', messages: [] })))
  assert.equal(error.code, 'stream_cut')
})

test('errors in the shape of OpenAI are read too', async () => {
  const { client } = clientOf(
    json({ error: { message: 'not enough money', type: 'x', code: 'insufficient_funds' } }, { status: 402 }),
  )
  const error = await refusal(client.chat.create({ model: 'text-prime', messages: [] }))
  assert.deepEqual([error.code, error.status, error.message], ['insufficient_funds', 402, 'not enough money'])
})
