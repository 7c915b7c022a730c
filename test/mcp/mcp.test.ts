import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { ModelProcess } from '../../src/demo/model-process.ts'
import { startModelProcess } from '../../src/demo/model-process.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

// An agent has tools only: from discovery to a receipt that it has checked itself, with the official clients of both
// lines of the protocol's package.

let exchange: RunningExchange
let model: ModelProcess
let buyer: Awaited<ReturnType<RunningExchange['join']>>

before(async () => {
  const steady = { seed: 7, firstTokenMs: 5, tokensPerSecond: 5_000, jitter: 0, errorRate: 0, ability: 4 }
  model = await startModelProcess({ models: { steady } })
  exchange = await runExchange()
  buyer = await exchange.join('buyer', '100')
  await supply()
})

after(async () => {
  await exchange.end()
  await model.stop()
})

/** A supplier that is certified for text-prime and offers two units at 80 cents. */
async function supply(): Promise<void> {
  const { client } = await exchange.join('supplier', '10000', [
    'account:read',
    'trade:place',
    'trade:cancel',
    'supply:manage',
  ])
  const offer = await client.offers.register({
    name: 'Steady',
    endpoint: { base_url: model.baseUrl, model: 'steady' },
    rate: '10',
    concurrency: 16,
    capabilities: ['tools', 'json_schema'],
    context_tokens: 131_072,
  })
  const { id } = await client.qualifications.start({
    offer: offer.id,
    instrument: 'text-prime',
    plan: 'brief',
  })
  assert.equal((await client.qualifications.finished(id)).status, 'passed')
  await client.issue({ offer: offer.id, instrument: 'text-prime', quantity: '2.00' })
  await client.orders.place({ instrument: 'text-prime', side: 'sell', price: '0.80', quantity: '2.00' })
}

type Result = { content: { type: string; text?: string }[]; structuredContent?: any; isError?: boolean }

/** A connected client of the current line, with its key or none. */
async function modern(key?: string) {
  const client = new ModernClient({ name: 'test-agent', version: '1.0.0' })
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const url = new URL('/mcp', exchange.baseUrl)
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
  const call = async (name: string, given: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: given })) as Result
  return { client, call }
}

const refusal = (result: Result) => {
  assert.equal(result.isError, true)
  return JSON.parse(result.content[0]?.text ?? '{}') as Record<string, any>
}

test('from discovery to a verified receipt with tools only', async () => {
  const { client, call } = await modern(buyer.key)
  const { tools } = await client.listTools()
  for (const name of ['list_instruments', 'preview_order', 'place_order', 'infer', 'verify_receipt'])
    assert.ok(
      tools.some((tool) => tool.name === name),
      name,
    )
  const instruments = await call('list_instruments')
  const prime = instruments.structuredContent.data.find((one: any) => one.id === 'TEXT_PRIME-USD')
  assert.ok(prime)
  const spec = await call('get_spec', { id: 'text-prime' })
  assert.equal(spec.isError ?? false, false)
  const book = await call('get_book', { id: 'text-prime', depth: 5 })
  assert.equal(book.structuredContent.asks[0][0], '0.8000')
  const order = {
    client_order_id: 'agent-1',
    instrument: 'text-prime',
    side: 'buy',
    price: '0.84',
    quantity: '0.50',
  }
  const preview = await call('preview_order', order)
  assert.equal(preview.structuredContent.fill_quantity, '0.50')
  const placed = await call('place_order', order)
  assert.equal(placed.structuredContent.status, 'filled')
  const again = await call('place_order', order)
  assert.equal(again.structuredContent.id, placed.structuredContent.id, 'a retry has no second effect')
  const answer = await call('infer', {
    instrument: 'text-prime',
    messages: [{ role: 'user', content: 'What is a busbar?' }],
    max_tokens: 60,
    max_price: '0.84',
  })
  assert.ok(answer.structuredContent.text.length > 0)
  const receipt = await call('get_receipt', { id: answer.structuredContent.receipt })
  assert.equal(receipt.structuredContent.verdict, 'conforming')
  const checked = await call('verify_receipt', { receipt: receipt.structuredContent })
  assert.deepEqual([checked.structuredContent.valid, checked.structuredContent.reason], [true, null])
  const forged = await call('verify_receipt', { receipt: { ...receipt.structuredContent, cost: '0.000000' } })
  assert.equal(forged.structuredContent.valid, false)
  await client.close()
})

test('clients of the first line of the protocol are served too', async () => {
  const client = new FirstClient({ name: 'older-agent', version: '1.0.0' })
  const requestInit = { headers: { authorization: `Bearer ${buyer.key}` } }
  await client.connect(new FirstTransport(new URL('/mcp', exchange.baseUrl), { requestInit }) as never)
  const { tools } = await client.listTools()
  assert.ok(tools.length > 20)
  const balances = (await client.callTool({ name: 'list_balances', arguments: {} })) as Result
  assert.ok(balances.structuredContent.data.some((row: any) => row.asset === 'USD'))
  await client.close()
})

test('without a key what is public works, and nothing else is shown or done', async () => {
  const { client, call } = await modern()
  const { tools } = await client.listTools()
  assert.ok(tools.some(({ name }) => name === 'list_instruments'))
  assert.ok(!tools.some(({ name }) => name === 'place_order'))
  assert.equal((await call('list_instruments')).isError ?? false, false)
  assert.equal(refusal(await call('list_balances')).code, 'unauthenticated')
  const asked = { instrument: 'text-prime', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 }
  assert.equal(refusal(await call('infer', { ...asked, max_price: '1' })).status, 401)
  await client.close()
})

test('a key does what its scopes and its mandate allow', async () => {
  const mandate = await buyer.client.mandates.grant({
    name: 'small',
    budget: { lifetime: '0.10' },
    instruments: ['text-prime'],
  })
  const { secret } = await buyer.client.keys.create({
    name: 'small agent',
    scopes: ['account:read', 'trade:place'],
    mandate: mandate.id,
  })
  const { client, call } = await modern(secret ?? '')
  const { tools } = await client.listTools()
  assert.ok(!tools.some(({ name }) => name === 'infer' || name === 'transfer_units'))
  const order = { client_order_id: 'small-1', instrument: 'text-prime', side: 'buy', price: '0.80' }
  assert.equal(refusal(await call('place_order', { ...order, quantity: '0.50' })).code, 'budget_exceeded')
  const filled = await call('place_order', { ...order, client_order_id: 'small-2', quantity: '0.05' })
  assert.equal(filled.structuredContent.status, 'filled')
  const left = await call('get_mandate', { id: mandate.id })
  const [line] = left.structuredContent.budget
  assert.ok(Number(line.remaining) < 0.06 && Number(line.remaining) >= 0)
  assert.equal(
    refusal(await call('transfer_units', { instrument: 'text-prime', quantity: '0.01' })).status,
    403,
  )
  await client.close()
})

test('a spend without an explicit limit is refused by name, and so is what no tool takes', async () => {
  const { client, call } = await modern(buyer.key)
  const order = { instrument: 'text-prime', side: 'buy', type: 'market', quantity: '0.01' }
  const unlimited = refusal(await call('place_order', order))
  assert.deepEqual(
    unlimited.errors.map((fault: any) => fault.pointer),
    ['/client_order_id', '/price'],
  )
  const unbounded = refusal(await call('infer', { instrument: 'text-prime', messages: [] }))
  assert.deepEqual(
    unbounded.errors.map((fault: any) => fault.pointer),
    ['/messages', '/max_tokens', '/max_price'],
  )
  const odd = refusal(await call('get_book', { id: 'text-prime', depht: 5 }))
  assert.equal(odd.errors[0].pointer, '/query/depht')
  assert.equal(refusal(await call('get_spec', { id: 'text-nonsense' })).status, 404)
  await assert.rejects(call('print_money'), /no tool print_money/)
  await client.close()
})

test('guides and specs can be read, and prompts give a task to begin with', async () => {
  const { client } = await modern()
  const { resources } = await client.listResources()
  assert.ok(resources.some(({ uri }) => uri === 'busbar://docs/agents'))
  const guide = await client.readResource({ uri: 'busbar://docs/agents' })
  assert.match(String((guide.contents[0] as { text?: string }).text), /# For agents/)
  const spec = await client.readResource({ uri: 'busbar://instruments/text-prime/spec' })
  assert.match(String((spec.contents[0] as { text?: string }).text), /intelligence_floor/)
  await assert.rejects(client.readResource({ uri: 'busbar://instruments/none/spec' }))
  const { prompts } = await client.listPrompts()
  assert.ok(prompts.some(({ name }) => name === 'buy_inference'))
  const prompt = await client.getPrompt({
    name: 'buy_inference',
    arguments: { task: 'Sum a list', budget: '0.10' },
  })
  assert.match(JSON.stringify(prompt.messages), /Sum a list/)
  await assert.rejects(client.getPrompt({ name: 'buy_inference', arguments: {} }), /needs the argument task/)
  await client.close()
})

const post = (headers: Record<string, string>, body: string) =>
  fetch(new URL('/mcp', exchange.baseUrl), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  })

test('another site cannot use a visitor’s browser to reach it', async () => {
  const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  assert.equal((await post({ origin: 'https://evil.example' }, ping)).status, 403)
  assert.equal((await post({ origin: exchange.baseUrl }, ping)).status, 200)
})

test('malformed messages are refused and nothing breaks', async () => {
  const bad = ['{', '[]', '{}', '{"jsonrpc":"2.0"}', '{"jsonrpc":"2.0","id":1,"method":7}', '"text"', '']
  for (const body of bad) {
    const answer = await post({}, body)
    assert.ok(answer.status >= 400 && answer.status < 500, `${body}: ${answer.status}`)
  }
  const unknown = await post({}, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'market/crash' }))
  const text = await unknown.text()
  assert.match(text, /-32601/)
  assert.equal((await post({ authorization: 'Bearer bb_nonsense' }, '{}')).status, 401)
  assert.equal((await post({}, `"${'x'.repeat(1_100_000)}"`)).status, 413)
  assert.deepEqual(exchange.errors, [])
})

test('a program that reads the web finds where to begin, and every guide that is named there', async () => {
  const words = await (await fetch(new URL('/llms.txt', exchange.baseUrl))).text()
  assert.match(words, /^# Busbar/)
  const links = [...words.matchAll(/\]\((\/[^)]+)\)/g)].map(([, path = '']) => path)
  assert.ok(links.length >= 9)
  for (const path of links) assert.equal((await fetch(new URL(path, exchange.baseUrl))).status, 200, path)
})

test('an order above the threshold of a mandate waits, and the agent sees it decided', async () => {
  const mandate = await buyer.client.mandates.grant({ name: 'asks', approval_above: '0.50' })
  const scopes = ['account:read' as const, 'trade:place' as const, 'trade:cancel' as const]
  const { secret } = await buyer.client.keys.create({ name: 'asks', scopes, mandate: mandate.id })
  const { client, call } = await modern(secret ?? '')
  const order = { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '1.00' }
  const asked = refusal(await call('place_order', { ...order, client_order_id: 'mcp-asks-1' }))
  assert.deepEqual([asked['code'], asked['outcome']], ['approval_needed', 'accepted'])
  const waiting = (await call('list_approvals', { status: 'pending' })).structuredContent
  assert.equal(waiting.data[0].id, asked['facts'].approval)
  await buyer.client.approvals.approve(waiting.data[0].id)
  const decided = (await call('get_approval', { id: waiting.data[0].id })).structuredContent
  assert.equal(decided.status, 'done')
  await call('cancel_order', { id: decided.order })
  await client.close()
})
