// Endpoints measured without a venue: sample models of known ability over real HTTP.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { AssayOrder } from '../../src/assay/endpoint-assay.ts'
import { assayEndpoint } from '../../src/assay/endpoint-assay.ts'
import { startModelServer } from '../../src/demo/model-server.ts'
import { indexOf } from '../../src/measure/scale.ts'
import { PANEL } from '../../src/pool/panel.ts'

const profile = { seed: 1, firstTokenMs: 10, tokensPerSecond: 2_000, jitter: 0.1, errorRate: 0 }
const models = {
  able: { ...profile, ability: 1.8 },
  plain: { ...profile, ability: 0.5 },
  slow: { ...profile, ability: 1.8, tokensPerSecond: 60 },
}
const { server, port } = await startModelServer({ models, apiKey: 'sk-mine' })
after(() => {
  server.close()
  server.closeAllConnections()
})

const order = (model: string, more: Partial<AssayOrder> = {}): AssayOrder => ({
  endpoint: {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    dialect: 'openai',
    apiKey: 'sk-mine',
    model,
    headers: {},
  },
  grade: 'all',
  plan: 'brief',
  items: 50,
  width: 16,
  contextTokens: 131_072,
  seed: 5,
  ...more,
})
const quietly = () => {}
const truthOf = (model: keyof typeof models) => indexOf(models[model].ability, PANEL)

test('every launch grade is judged, and a model of known ability is scored within its interval', async () => {
  const steps: [number, number][] = []
  const found = await assayEndpoint(order('able'), (done, total) => steps.push([done, total]))
  assert.deepEqual(
    found.scores.map(({ task, items }) => [task, items]),
    [
      ['text', 150],
      ['code', 150],
      ['agent', 150],
    ],
  )
  for (const { task, low, high } of found.scores)
    assert.ok(low <= truthOf('able') && truthOf('able') <= high, `${task}: ${low} to ${high}`)
  const missed = Object.fromEntries(found.grades.map(({ grade, missed }) => [grade, missed]))
  assert.deepEqual(missed, {
    'text-standard': [],
    'text-prime': [],
    'text-max': ['context'],
    'code-standard': [],
    'code-prime': [],
    'code-max': ['context'],
    'agent-standard': [],
    'agent-prime': ['context'],
    'agent-max': ['context'],
  })
  const asked = found.items.reduce((sum, row) => sum + row.asked, 0)
  assert.equal(asked, 450)
  assert.deepEqual([...new Set(found.items.map(({ kind }) => kind))].sort(), [
    'json',
    'number',
    'program',
    'schema',
    'text',
  ])
  assert.deepEqual(steps[0]?.[0], 0)
  assert.deepEqual(steps.at(-1)?.[0], steps.at(-1)?.[1])
  assert.equal(found.failures.length, 0)
})

test('an ability below a floor misses that floor, and pace below a floor that one', async () => {
  const plain = await assayEndpoint(order('plain', { grade: 'text-max', contextTokens: 1_048_576 }), quietly)
  assert.deepEqual(plain.grades[0]?.missed, ['intelligence'])
  const [score] = plain.scores
  assert.ok(score && score.low <= truthOf('plain') && truthOf('plain') <= score.high)
  const slow = await assayEndpoint(order('slow', { grade: 'text-standard' }), quietly)
  assert.deepEqual(slow.grades[0]?.missed, ['throughput'])
  assert.ok(slow.tokensPerSecond && slow.tokensPerSecond.p50 < 90)
})

test('the same seed asks the same questions, and gets the same score', async () => {
  const [one, two] = [
    await assayEndpoint(order('plain', { grade: 'code-prime' }), quietly),
    await assayEndpoint(order('plain', { grade: 'code-prime' }), quietly),
  ]
  assert.deepEqual(one.items, two.items)
  assert.deepEqual(one.scores, two.scores)
  const other = await assayEndpoint(order('plain', { grade: 'code-prime', seed: 6 }), quietly)
  assert.notDeepEqual(one.items, other.items)
})

test('a refused key costs a few requests, and is told as what it is', async () => {
  const { endpoint } = order('able')
  const found = await assayEndpoint(order('able', { endpoint: { ...endpoint, apiKey: 'sk-other' } }), quietly)
  const failed = found.failures.reduce((sum, { count }) => sum + count, 0)
  assert.ok(found.requests <= 32 && failed === found.requests, JSON.stringify(found.failures))
  assert.match(found.failures[0]?.detail ?? '', /401/)
  assert.deepEqual([found.grades.some(({ clears }) => clears), found.firstTokenMs], [false, null])
  assert.match(found.cut ?? '', /no more was asked/)
  assert.ok(!JSON.stringify(found).includes('sk-other'))
})

test('an endpoint of the Anthropic dialect is asked in it', async (t) => {
  const asked: { path: string; key: unknown; body: { max_tokens?: number } }[] = []
  const claude = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      asked.push({
        path: request.url ?? '',
        key: request.headers['x-api-key'],
        body: JSON.parse(text) as { max_tokens?: number },
      })
      response.writeHead(401).end('{"type":"error","error":{"type":"authentication_error","message":"no"}}')
    })
  })
  await new Promise<void>((resolve) => {
    claude.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => claude.close())
  const baseUrl = `http://127.0.0.1:${(claude.address() as AddressInfo).port}/v1`
  const endpoint = { baseUrl, dialect: 'anthropic', apiKey: 'sk-ant', model: 'c', headers: {} } as const
  const found = await assayEndpoint(order('c', { endpoint }), quietly)
  assert.ok(found.failures.length > 0 && !found.grades.some(({ clears }) => clears))
  assert.deepEqual([asked[0]?.path, asked[0]?.key], ['/v1/messages', 'sk-ant'])
  assert.ok((asked[0]?.body.max_tokens ?? 0) > 0)
})

test('what cannot be measured at all is refused in words', async () => {
  await assert.rejects(
    assayEndpoint(order('able', { grade: 'text-best' }), quietly),
    /no grade text-best.*text-max/,
  )
  const at = (baseUrl: string) => order('able', { endpoint: { ...order('able').endpoint, baseUrl } })
  await assert.rejects(assayEndpoint(at('ftp://models.example.com'), quietly), /cannot be used/)
  await assert.rejects(assayEndpoint(at('https://me:secret@models.example.com'), quietly), (error: Error) => {
    assert.doesNotMatch(error.message, /secret/)
    return true
  })
})
