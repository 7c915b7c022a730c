import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import type { ModelProcess } from '../../src/demo/model-process.ts'
import { startModelProcess } from '../../src/demo/model-process.ts'
import { gridClient, one, rows, told } from './grid-client.ts'
import type { Stage, Trader } from './stage.ts'
import { openStage } from './stage.ts'

let stage: Stage
let model: ModelProcess
let buyer: Trader

const ASKED = JSON.stringify({
  model: 'Text-Prime',
  messages: [{ role: 'user', content: 'What is a busbar?' }],
  max_tokens: 60,
})

before(async () => {
  const steady = { seed: 7, firstTokenMs: 5, tokensPerSecond: 2_000, jitter: 0.05, errorRate: 0, ability: 4 }
  model = await startModelProcess({ models: { steady } })
  stage = await openStage()
  const supplier = await stage.trader('supplier', '1000')
  buyer = await stage.trader('buyer', '100')
  await stage.certify(supplier, model.baseUrl)
  const units = { instrument_id: stage.instrument, quantity: 5 }
  await supplier.trading.post('/supply-issuances', units)
  await supplier.trading.post('/orders', {
    market_id: stage.market,
    side: 'sell',
    type: 'limit',
    quantity: '5',
    price: '0.8',
  })
})

after(async () => {
  await stage.end()
  await model.stop()
})

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...headers },
    body: ASKED,
  })
const bearer = () => ({ authorization: `Bearer ${buyer.key}` })

test("a completion is answered inline on this base, by OpenAI's own client", async () => {
  const openai = new OpenAI({ baseURL: `${stage.base}/v1`, apiKey: buyer.key, maxRetries: 0 })
  const answer = await openai.chat.completions.create({
    model: 'text-prime',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 40,
  })
  assert.ok(answer.choices[0]?.message.content)
  const models = await openai.models.list()
  assert.ok(models.data.some(({ id }) => id === 'text-prime'))
})

test('a client that insists is redirected once, to ourselves, with a token that works once', async () => {
  const sent = await post(`${stage.base}/v1/chat/completions?redirect=1`, bearer())
  assert.equal(sent.status, 307)
  assert.match(await sent.text(), /You are being redirected/)
  const location = sent.headers.get('location') ?? ''
  assert.ok(location.startsWith(`${stage.base}/r/v1/chat/completions?token=`), location)
  assert.ok(!location.includes(buyer.key), 'the key stays where it was')
  const followed = await told(await post(location, { authorization: 'Bearer sk-1234' }))
  assert.equal(followed.status, 200, followed.text)
  assert.match(followed.headers.get('x-grid-request-id') ?? '', /^req_/)
  assert.equal((await post(location)).status, 401, 'the token is used up')
})

test('a base that has the switch in it ends up in front of the path, and is understood', async () => {
  const sent = await post(`${stage.base}/v1?redirect=1/chat/completions`, bearer())
  assert.equal(sent.status, 307)
  const models = await told(await fetch(`${stage.base}/v1?redirect=1/models`))
  assert.equal(models.body.object, 'list')
  const me = await fetch(`${stage.base}/v1?redirect=1/usage?limit=1`, { headers: bearer() })
  assert.equal(me.status, 200)
})

test('a bad key or a bad question is told before any redirect', async () => {
  assert.equal((await post(`${stage.base}/v1/chat/completions?redirect=1`)).status, 401)
  const unknown = await fetch(`${stage.base}/v1/chat/completions?redirect=1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer() },
    body: JSON.stringify({ model: 'no-such', messages: [{ role: 'user', content: 'x' }] }),
  })
  assert.equal(unknown.status, 404)
})

test('every request leaves a usage record that says what it cost and how it went', async () => {
  const client = gridClient(`${stage.base}/v1`, buyer.key)
  const usage = rows(await client.get('/usage', '?status=reconciled&model=text-prime'))
  assert.equal(usage.length, 2)
  const [newest] = usage
  const record = one(await client.get(`/usage/${String(newest?.request_id)}`))
  const cost = record.cost as { amount: string; effective_price_per_token: string; breakdown: unknown[] }
  assert.ok(Number(cost.amount) > 0)
  assert.match(cost.effective_price_per_token, /^0\.0000\d+$/)
  assert.equal(cost.breakdown.length, 1)
  const timing = record.timing as { ttft_ms: number; duration_ms: number }
  assert.ok(timing.ttft_ms > 0 && timing.duration_ms >= timing.ttft_ms)
  assert.equal((await client.get('/usage/req_none')).status, 404)
  const summary = one(await client.get('/usage/summary', '?group_by=model'))
  assert.equal((summary.totals as { request_count: number }).request_count, 2)
  assert.equal((summary.buckets as { model: string }[])[0]?.model, 'text-prime')
  const stats = one(await buyer.platform.get('/consumption/stats'))
  assert.equal((stats.time_series as unknown[]).length, 1)
})

test('what is not served here says so in the words of that surface', async () => {
  for (const path of ['/audio/speech', '/images/generations']) {
    const refused = await post(`${stage.base}/v1${path}`, bearer())
    assert.equal(refused.status, 404)
  }
})
