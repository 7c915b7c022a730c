// How requests went, as operators see it: a line of the log, Prometheus, and OpenTelemetry; never what was said.
import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import type { Report } from '../../src/delivery/report.ts'
import { createDeliveryMetrics } from '../../src/telemetry/delivery-metrics.ts'
import { openReporting } from '../../src/telemetry/reporting.ts'
import { lineOf } from '../../src/telemetry/request-log.ts'
import { openTelemetry } from '../../src/telemetry/telemetry.ts'
import { buildRig, HASTE, QUICK } from '../delivery/rig.ts'

const SECRET = 'a prompt that nobody else may read'

/** Reports of a good request, one that was served by the second supplier, one cut off, and one refused. */
async function reports(): Promise<Report[]> {
  const seen: Report[] = []
  const report = (one: Report) => void seen.push(one)
  // Nothing here is about being late, and the machine may be busy.
  const patience = { ...HASTE, firstToken: 10_000, interToken: 10_000, headStart: 20_000 }
  const spec = { ...QUICK, latencyBaseMs: 10_000 }
  const rig = await buildRig({ modes: ['s500', 'unhurried'], report, patience, spec })
  const messages = [{ role: 'user', content: SECRET }]
  try {
    while (!seen.some(({ calls }) => calls.length > 1)) await (await rig.ask({ messages })).text()
    const [, second] = rig.suppliers
    assert.ok(second)
    second.mode = 'rstMid'
    await (await rig.ask({ stream: true, messages, provider: { only: ['supplier-1'] } })).text()
    await (await rig.ask({ messages, provider: { region: 'mars' } })).text()
    await rig.quiet()
  } finally {
    await rig.close()
  }
  return seen
}

type Attribute = { key: string; value: Record<string, unknown> }
type SpanOut = {
  name: string
  kind: number
  spanId: string
  parentSpanId?: string
  attributes: Attribute[]
  status: { code?: number }
}
type Told = {
  resourceSpans?: { scopeSpans: { spans: SpanOut[] }[] }[]
  resourceMetrics?: { scopeMetrics: { metrics: { name: string }[] }[] }[]
}

/** A collector that keeps what it is sent. */
async function collector(): Promise<{ url: string; told: Told[]; server: Server }> {
  const told: Told[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(parts).toString()) as Told)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told, server }
}

const valueOf = (span: SpanOut, key: string): unknown =>
  Object.values(span.attributes.find((one) => one.key === key)?.value ?? {})[0]

test('each request is one line, with everything but what was asked and answered', async () => {
  const lines = (await reports()).map(lineOf)
  const retried = lines.find(({ offers }) => (offers as string[]).length === 2)
  assert.deepEqual(retried?.failures, ['server_error'])
  assert.equal(retried?.outcome, 'delivered')
  assert.equal(retried?.verdict, 'conforming')
  assert.match(String(retried?.receipt), /^del_\d+$/)
  assert.ok(Number(retried?.output_tokens) > 0 && Number(retried?.first_token_ms) > 0)
  const [cut, refused] = lines.slice(-2)
  assert.deepEqual([cut?.outcome, cut?.code, cut?.receipt], ['failed', 'supplier_failed', null])
  assert.deepEqual([refused?.outcome, refused?.status, refused?.code], ['refused', 400, 'no_supplier_fits'])
  const text = JSON.stringify(lines)
  for (const secret of [SECRET, 'busbar carries', 'bb_secret', 'sk-supplier'])
    assert.ok(!text.includes(secret))
})

test('Prometheus counts requests, calls, tokens, first tokens and claims', async () => {
  const registry = new Registry()
  const tell = createDeliveryMetrics(registry)
  const seen = await reports()
  for (const report of seen) tell(report)
  const text = await registry.metrics()
  const delivered = seen.filter(({ outcome }) => outcome === 'delivered').length
  assert.ok(
    text.includes(
      `busbar_deliveries_total{instrument="text-prime",outcome="delivered",code=""} ${delivered}`,
    ),
  )
  assert.match(text, /busbar_supplier_calls_total\{offer="off_1",failure="server_error"\} [1-9]/)
  assert.match(text, /busbar_supplier_calls_total\{offer="off_2",failure="truncated"\} 1/)
  assert.match(text, /busbar_first_token_seconds_count\{offer="off_2"\} [1-9]/)
  assert.match(text, /busbar_delivered_tokens_total\{instrument="text-prime",type="output"\} [1-9]/)
  assert.match(text, /busbar_claims_total\{offer="off_2",fits="true"\} [1-9]/)
  assert.match(text, /busbar_claimed_output_ratio_count\{offer="off_2"\} [1-9]/)
})

test('OpenTelemetry gets a span of each request and of each call below it, and metrics, by the GenAI names', async () => {
  const { url, told, server } = await collector()
  const telemetry = openTelemetry(`${url}/`, '1.2.3', 60_000)
  const seen = await reports()
  for (const report of seen) telemetry.report(report)
  await telemetry.close()
  server.close()
  const spans = told.flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
  const requests = spans.filter(({ kind }) => kind === 2)
  assert.equal(requests.length, seen.length)
  const retried = requests.find((span) => valueOf(span, 'busbar.calls') === 2)
  assert.ok(retried)
  assert.equal(retried.name, 'chat text-prime')
  assert.equal(valueOf(retried, 'gen_ai.operation.name'), 'chat')
  assert.equal(valueOf(retried, 'gen_ai.request.model'), 'text-prime')
  assert.ok(Number(valueOf(retried, 'gen_ai.usage.output_tokens')) > 0)
  const calls = spans.filter(({ parentSpanId }) => parentSpanId === retried.spanId)
  assert.deepEqual(
    calls.flatMap((span) => valueOf(span, 'error.type') ?? []),
    ['server_error'],
  )
  assert.equal(calls.length, 2)
  const failed = requests.find((span) => valueOf(span, 'error.type') === 'supplier_failed')
  assert.equal(failed?.status.code, 2)
  const names = told.flatMap(({ resourceMetrics = [] }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
  )
  assert.deepEqual(names.map(({ name }) => name).sort(), [
    'gen_ai.client.operation.duration',
    'gen_ai.client.token.usage',
    'gen_ai.server.request.duration',
    'gen_ai.server.time_per_output_token',
    'gen_ai.server.time_to_first_token',
  ])
  assert.ok(!JSON.stringify(told).includes(SECRET))
})

test('without an endpoint nothing of OpenTelemetry runs; one that is not there costs only its telemetry', async () => {
  const lines: object[] = []
  const log = { info: (facts: object) => void lines.push(facts), warn() {}, error() {} }
  const seen = await reports()
  const quiet = await openReporting({ log, isLogged: true, otlp: null, version: '1' })
  for (const report of seen) quiet.report(report)
  await quiet.close()
  assert.equal(lines.length, seen.length)
  const lost = await openReporting({ log, isLogged: false, otlp: 'http://127.0.0.1:9', version: '1' })
  for (const report of seen) lost.report(report)
  await lost.close()
  assert.equal(lines.length, seen.length)
})
