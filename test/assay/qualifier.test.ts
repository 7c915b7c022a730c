// Offers measured over real HTTP: sample model servers of known faults, and what the exchange says of each.
import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import type { InstrumentId, OfferId } from '../../src/base/ids.ts'
import { wt } from '../../src/base/money.ts'
import type { Endpoint } from '../../src/delivery/endpoint.ts'
import { createJudge } from '../../src/delivery/judge.ts'
import { createGrader } from '../../src/assay/grader.ts'
import type { Measurement } from '../../src/assay/measurement.ts'
import { createMeter, TOKENIZER } from '../../src/meter/meter.ts'
import { createQualifier } from '../../src/assay/qualifier.ts'
import { systemTimer } from '../../src/delivery/timer.ts'
import { createUpstream } from '../../src/delivery/upstream.ts'
import type { ModelProfile } from '../../src/demo/completion.ts'
import { indexOf } from '../../src/measure/scale.ts'
import { PANEL } from '../../src/pool/panel.ts'
import { startModelServer } from '../../src/demo/model-server.ts'
import { openShowings } from '../../src/store/showing.ts'
import type { Command } from '../../src/state/command.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { Capability, Spec } from '../../src/state/instrument.ts'
import { newMemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts'
import { openSequencer } from '../../src/sequencer/sequencer.ts'
import type { BadSupplier } from '../delivery/bad-supplier.ts'
import { badSupplier } from '../delivery/bad-supplier.ts'

/** text-max with limits that a test can wait for: a first token within about a second, 200 tokens a second. */
const SPEC: Spec = {
  ...(launchSpecs(TOKENIZER.sha256)[2] as Spec),
  latencyBaseMs: 900,
  latencyPerTokenUs: 100,
  throughputFloor: 200,
  contextTokens: 100_000,
}
const MARKET = 0 as InstrumentId
const GOOD: ModelProfile = {
  seed: 1,
  firstTokenMs: 20,
  tokensPerSecond: 1_500,
  jitter: 0.1,
  errorRate: 0,
  ability: 2.5,
}

const meter = createMeter()
const judge = createJudge()
const grader = createGrader()
const showings = await openShowings(':memory:')
const upstream = createUpstream({ allowPrivate: true, ports: [] }, systemTimer)
const sequencer = await openSequencer({
  journal: openMemoryJournal(newMemoryDisk()),
  onFatal: (error) => {
    throw error
  },
})
const endpoints = new Map<OfferId, Endpoint>()
const parts = {
  exchange: sequencer,
  endpointOf: (offer: OfferId) => endpoints.get(offer),
  upstream,
  meter,
  judge,
  grader,
  showings,
  timer: systemTimer,
}
const qualifier = createQualifier({ ...parts, chance: chance(6) })
const models = {
  good: GOOD,
  late: { ...GOOD, firstTokenMs: 1_200 },
  slow: { ...GOOD, tokensPerSecond: 90 },
  weak: { ...GOOD, ability: 0.6 },
  failing: { ...GOOD, errorRate: 0.5 },
}
const { server, port } = await startModelServer({ models })
const closing: (() => unknown)[] = [() => closeServer(server)]
// The first answer of a process is slow: its tokenizer is read.
await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
  method: 'POST',
  body: JSON.stringify({ model: 'good', messages: [{ role: 'user', content: 'Hello.' }] }),
})
await meter.count(['Hello.'])

after(async () => {
  await qualifier.close()
  await upstream.close()
  await sequencer.close()
  await Promise.all([
    meter.close(),
    judge.close(),
    grader.close(),
    showings.close(),
    ...closing.map((close) => close()),
  ])
})

const closeServer = (open: Server) =>
  new Promise((resolve) => {
    open.close(resolve)
    open.closeAllConnections()
  })

async function told<Kind extends string>(command: Command, kind: Kind) {
  const { events } = await sequencer.ask(command)
  const found = events.find((event) => event.kind === kind)
  assert.ok(found, JSON.stringify(events))
  return found as Extract<(typeof events)[number], { kind: Kind }>
}

await told({ kind: 'instrument.list', spec: SPEC }, 'instrument.listed')
const { member } = await told({ kind: 'member.admit', name: 'Supplier' }, 'member.admitted')
const { account } = await told(
  { kind: 'account.open', member, name: 'Supplier', roles: ['supplier'] },
  'account.opened',
)

type Claims = { capabilities?: readonly Capability[]; contextTokens?: number; concurrency?: number }

async function offerOf(baseUrl: string | null, model: string, claims: Claims = {}): Promise<OfferId> {
  const { capabilities = ['tools', 'json_schema'], contextTokens = 100_000, concurrency = 16 } = claims
  const { offer } = await told(
    {
      kind: 'offer.register',
      account,
      name: model,
      rate: wt(40_000_000),
      concurrency,
      capabilities,
      contextTokens,
      disclosed: true,
    },
    'offer.registered',
  )
  if (baseUrl !== null) endpoints.set(offer, { baseUrl, dialect: 'openai', apiKey: null, model, headers: {} })
  return offer
}

const LOCAL = `http://127.0.0.1:${port}/v1`
type Step = [done: number, total: number, passed: number, phase: string | null]
const measure = (offer: OfferId, seen: Step[] = []) =>
  qualifier.measure({ offer, instrument: MARKET, plan: 'brief' }, (done, total, { passed, phase }) =>
    seen.push([done, total, passed, phase]),
  )
const sample = async (model: keyof typeof models, claims: Claims = {}) =>
  measure(await offerOf(LOCAL, model, claims))

const missed = ({ measures }: Measurement) => measures.filter(({ passed }) => !passed).map(({ name }) => name)
const named = ({ measures }: Measurement, name: string) => {
  const found = measures.find((one) => one.name === name)
  assert.ok(found, name)
  return found
}

test('a good supplier passes, with every number and its requirement', async () => {
  const seen: Step[] = []
  const found = await measure(await offerOf(LOCAL, 'good'), seen)
  assert.deepEqual(missed(found), [], found.reason ?? '')
  assert.equal(found.passed, true)
  assert.equal(found.reason, null)
  assert.deepEqual(
    found.measures.map(({ name }) => name),
    [
      'reliability',
      'latency',
      'throughput',
      'context',
      'stop',
      'output',
      'tools',
      'json_schema',
      'intelligence',
    ],
  )
  assert.match(named(found, 'latency').measured, /^first token p95 [\d,]+ ms, [\d,]+ ms under the ceiling$/)
  assert.match(
    named(found, 'latency').required,
    /^95 % within 900 ms \+ 0\.1 ms per input token \(9\d\d ms at 9\d\d\)$/,
  )
  assert.match(named(found, 'throughput').measured, /^p5 [\d.]+ tokens\/s over 10 of 10 answers/)
  const words =
    /^(1\d\d\.\d) \(95 % interval (1\d\d\.\d) to (1\d\d\.\d), lower bound (1\d\d\.\d); \d\d of 50 items/
  const [value = 0, low = 0, high = 0, bound = 0] = (words.exec(named(found, 'intelligence').measured) ?? [])
    .slice(1)
    .map(Number)
  assert.ok(
    low < bound && bound < value && value < high && bound >= 115,
    named(found, 'intelligence').measured,
  )
  assert.match(
    named(found, 'context').measured,
    /^100,000 tokens claimed; recalled a word from a prompt of \d+,\d+/,
  )
  const { evidence } = found
  assert.equal(evidence.requests, 65)
  assert.equal(evidence.items, 50)
  assert.equal(evidence.intelligence?.pool, '2026-11-25')
  assert.equal(Math.round(value * 10), Math.round((evidence.intelligence?.value ?? 0) / 10))
  assert.ok(evidence.ttftMsP95 > 0 && evidence.ttftMsP95 < 1_350, `${evidence.ttftMsP95}`)
  assert.ok(evidence.tokensPerSecondP5 >= 200)
  assert.match(evidence.sha256, /^[0-9a-f]{64}$/)
  assert.deepEqual(seen[0], [0, 65, 0, null])
  const [done, total, passed, phase] = seen.at(-1) ?? []
  assert.deepEqual([done, total, phase], [65, 65, 'context'])
  assert.ok(passed !== undefined && passed > 50 && passed <= 65, `${passed} passed`)
  assert.deepEqual(
    [...new Set(seen.map(([, , , phase]) => phase))],
    [null, 'paced', 'item', 'capability', 'stop', 'limit', 'context'],
  )
  assert.equal(seen.length, 66, 'every sample is told of once')
})

test('a supplier whose first token is late fails on latency, and is told by how much', async () => {
  const found = await sample('late')
  assert.deepEqual(missed(found), ['latency'])
  assert.match(named(found, 'latency').measured, /^first token p95 [\d,]+ ms, [\d,]+ ms over the ceiling$/)
  assert.match(
    found.reason ?? '',
    /^latency: first token p95 [\d,]+ ms, [\d,]+ ms over the ceiling; required: 95 % within/,
  )
})

test('a supplier whose tokens drip fails on throughput', async () => {
  const found = await sample('slow')
  assert.deepEqual(missed(found), ['throughput'])
  assert.match(named(found, 'throughput').measured, /^p5 \d\d\.\d tokens\/s over/)
  assert.ok(found.evidence.tokensPerSecondP5 < 200)
})

test('a model below the floor fails on intelligence, by the interval that holds its true ability', async () => {
  const found = await sample('weak')
  assert.deepEqual(missed(found), ['intelligence'])
  const { value = 0, low = 0, high = 0, atLeast = 0 } = found.evidence.intelligence ?? {}
  const truth = 100 * indexOf(models.weak.ability, PANEL)
  assert.ok(low < truth && truth < high, `${low} ${truth} ${high}`)
  assert.ok(atLeast < 11_500 && value < 11_500)
})

test('a supplier that fails half of its requests fails on reliability', async () => {
  const found = await sample('failing')
  assert.ok(missed(found).includes('reliability'))
  assert.match(
    named(found, 'reliability').measured,
    /^\d+ of \d+ requests failed \(.*(server_error|truncated)/,
  )
})

test('a claimed context below the grade fails, whatever was measured', async () => {
  const found = await sample('good', { contextTokens: 99_999 })
  assert.deepEqual(missed(found), ['context'])
  assert.match(named(found, 'context').measured, /^99,999 tokens claimed; recalled a word/)
})

/** A model server in front of which something takes fields out of requests. */
async function without(fields: string[]): Promise<string> {
  const proxy = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = []
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
      const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>
      for (const field of fields) delete body[field]
      const answer = await fetch(`${LOCAL}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      for await (const part of answer.body ?? []) response.write(part)
      response.end()
    })()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  closing.push(() => closeServer(proxy))
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/v1`
}

test('claims of tools and of JSON schema that are not true are found out, each by itself', async () => {
  const claims = { capabilities: ['tools', 'json_schema', 'logprobs', 'vision'] as const }
  const found = await measure(await offerOf(await without(['tools', 'response_format']), 'good', claims))
  assert.deepEqual(missed(found), ['tools', 'json_schema', 'logprobs', 'vision'])
  assert.equal(named(found, 'tools').measured, '0 of 1: answered without calling a tool')
  assert.equal(named(found, 'json_schema').measured, '0 of 1: the answer does not fit the response format')
  assert.equal(named(found, 'logprobs').measured, '0 of 1: gave no log probabilities')
  assert.match(found.reason ?? '', /^tools: .*; and 1 more$/)
})

test('what is not claimed is not asked', async () => {
  const found = await measure(
    await offerOf(await without(['tools', 'response_format']), 'good', { capabilities: [] }),
  )
  assert.equal(found.passed, true, found.reason ?? '')
})

async function bad(mode: Parameters<typeof badSupplier>[0]): Promise<BadSupplier> {
  const supplier = await badSupplier(mode)
  closing.push(() => supplier.close())
  return supplier
}

test('an address where nobody answers is given up soon, with the reason', async () => {
  const found = await measure(await offerOf('http://127.0.0.1:1/v1', 'nobody'))
  assert.equal(found.passed, false)
  assert.match(
    named(found, 'reliability').measured,
    /^\d+ of \d+ requests failed \(unreachable\), so no more was asked$/,
  )
  assert.equal(named(found, 'latency').measured, 'no first token came')
  assert.match(found.reason ?? '', /^reliability: \d+ of \d+ requests failed \(unreachable\)/)
})

test('a key that is refused costs a few requests and no more', async () => {
  const supplier = await bad('s401')
  const found = await measure(await offerOf(supplier.baseUrl, 'locked'))
  assert.match(found.reason ?? '', /unauthorized/)
  assert.ok(supplier.calls <= 12, `${supplier.calls} calls`)
})

test('answers too short to judge hide no slow tokens', async () => {
  const supplier = await bad('ok')
  const found = await measure(await offerOf(supplier.baseUrl, 'terse', { capabilities: [] }))
  assert.deepEqual(missed(found), ['throughput', 'context', 'stop', 'intelligence'])
  assert.equal(named(found, 'throughput').measured, 'none of 10 answers had 64 tokens or more')
})

test('no more is asked at once than the offer can take', async () => {
  let open = 0
  let most = 0
  const counting = createServer((request, response) => {
    most = Math.max(most, ++open)
    request.resume()
    setTimeout(() => {
      open--
      response.writeHead(503).end()
    }, 20)
  })
  await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve))
  closing.push(() => closeServer(counting))
  const url = `http://127.0.0.1:${(counting.address() as AddressInfo).port}/v1`
  await measure(await offerOf(url, 'narrow', { concurrency: 1 }))
  assert.equal(most, 1)
  await measure(await offerOf(url, 'wide'))
  assert.ok(most <= 8, `${most}`)
})

test('an offer without an endpoint, or none at all, is answered in words', async () => {
  assert.match((await measure(await offerOf(null, 'gone'))).reason ?? '', /no endpoint/)
  assert.match((await measure(9_999 as OfferId)).reason ?? '', /no such offer/)
  const offer = await offerOf(LOCAL, 'good')
  const order = { offer, instrument: 77 as InstrumentId, plan: 'brief' as const }
  assert.match((await qualifier.measure(order, () => {})).reason ?? '', /no such instrument/)
})

test('closing hangs up on what is being measured, and measures nothing after', async () => {
  const supplier = await bad('hangBeforeHeaders')
  const mine = createQualifier({ ...parts, chance: chance(6) })
  const offer = await offerOf(supplier.baseUrl, 'silent')
  const order = { offer, instrument: MARKET, plan: 'full' as const }
  const measuring = mine.measure(order, () => {})
  while (supplier.calls < 8) await new Promise((resolve) => setTimeout(resolve, 5))
  await mine.close()
  const found = await measuring
  assert.equal(found.passed, false)
  assert.match(found.reason ?? '', /the exchange is closing/)
  assert.equal(supplier.calls, 8)
  assert.match((await mine.measure(order, () => {})).reason ?? '', /closing/)
})
