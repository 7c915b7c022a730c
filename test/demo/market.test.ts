import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import { createClient } from '../../src/client/client.ts'
import type { DemoKeys } from '../../src/demo/demo-file.ts'
import type { Demo } from '../../src/demo/market.ts'
import { startDemo } from '../../src/demo/market.ts'
import { suppliers } from '../../src/demo/suppliers.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

/** The demo's own suppliers with models that do not tire, so that the test is soon over. */
const quick = suppliers.map((supplier) => ({
  ...supplier,
  models: supplier.models.map((model) => ({
    ...model,
    profile: {
      ...model.profile,
      firstTokenMs: 5,
      tokensPerSecond: 3_000,
      jitter: 0,
      errorRate: 0,
      ability: 4,
    },
  })),
}))

let exchange: RunningExchange
let demo: Demo
const lines: string[] = []

const folder = () => join(exchange.folder, 'data')
const keysPath = () => join(folder(), 'demo-keys.json')
const keys = () => JSON.parse(readFileSync(keysPath(), 'utf8')) as DemoKeys
const start = () =>
  startDemo({
    baseUrl: exchange.baseUrl,
    operatorKey: exchange.operatorKey,
    dataFolder: folder(),
    suppliers: quick,
    log: (line) => lines.push(line),
  })

before(async () => {
  exchange = await runExchange()
  demo = await start()
})

after(async () => {
  await demo.stop()
  await exchange.end()
})

test('every grade has two certified suppliers', async () => {
  const { accounts } = JSON.parse(readFileSync(join(folder(), 'demo.json'), 'utf8')) as {
    accounts: Record<string, { key: string }>
  }
  const certified = new Map<string, number>()
  for (const [id, { key }] of Object.entries(accounts)) {
    if (!id.startsWith('supplier')) continue
    const offers = await createClient({ baseUrl: exchange.baseUrl, key }).offers.list()
    for (const { instrument } of offers.flatMap((offer) => offer.certificates))
      certified.set(instrument, (certified.get(instrument) ?? 0) + 1)
  }
  assert.equal(certified.size, 9)
  for (const [instrument, count] of certified) assert.ok(count >= 2, `${instrument} has ${count}`)
})

test('every book is two-sided, not crossed, and moves within a second or so', async () => {
  const books = async () => {
    const instruments = await exchange.operator.instruments.list()
    return Promise.all(instruments.map(({ id }) => exchange.operator.book(id, { depth: 10 })))
  }
  const first = await books()
  for (const { instrument, bids, asks } of first) {
    const [bid, ask] = [bids[0]?.[0], asks[0]?.[0]]
    assert.ok(
      bid !== undefined && ask !== undefined && Number(bid) < Number(ask),
      `${instrument} ${bid} ${ask}`,
    )
  }
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  for (const [at, { instrument, checksum }] of (await books()).entries())
    assert.notEqual(checksum, first[at]?.checksum, `${instrument} stands still`)
})

test('the keys of four people are written for their owner only', async () => {
  assert.deepEqual(Object.keys(keys()), ['buyer', 'trader', 'supplier', 'operator'])
  assert.equal(statSync(keysPath()).mode & 0o777, 0o600)
  const of = (key: string) => createClient({ baseUrl: exchange.baseUrl, key })
  const [buyer, trader] = [await of(keys().buyer).account(), await of(keys().trader).account()]
  assert.ok(buyer.mandate !== null && trader.mandate === null)
  const cash = async (key: string) => (await of(key).balances()).data[0]?.available
  assert.deepEqual([await cash(keys().buyer), await cash(keys().trader)], ['1000.000000', '1000000.000000'])
  assert.ok((await of(keys().supplier).offers.list()).length > 0)
})

test("the buyer's key is enough for a completion of any grade, with OpenAI's own client", async () => {
  const openai = new OpenAI({ baseURL: `${exchange.baseUrl}/v1`, apiKey: keys().buyer, maxRetries: 0 })
  for (const model of ['text-standard', 'code-prime', 'agent-max']) {
    const stream = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'How do tides work?' }],
      max_tokens: 60,
      stream: true,
    })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    assert.match(text, /tides/)
  }
})

test('started again on the same folder it goes on with the same accounts, keys and offers', async () => {
  const before = { keys: keys(), state: readFileSync(join(folder(), 'demo.json'), 'utf8') }
  await demo.stop()
  lines.length = 0
  demo = await start()
  assert.deepEqual(keys(), before.keys)
  assert.equal(readFileSync(join(folder(), 'demo.json'), 'utf8'), before.state)
  assert.deepEqual(lines, [], 'nothing was measured again')
  const openai = new OpenAI({ baseURL: `${exchange.baseUrl}/v1`, apiKey: keys().buyer, maxRetries: 0 })
  const answer = await openai.chat.completions.create({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'How do tides work?' }],
  })
  assert.match(answer.choices[0]?.message.content ?? '', /tides/)
  assert.deepEqual(exchange.errors, [])
})
