// What buyer, supplier and ledger see of every way in which a supplier can answer, streaming and not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ModeName } from './bad-supplier.ts'
import { TEXT } from './bad-supplier.ts'
import type { Rig } from './rig.ts'
import { buildRig, readStream } from './rig.ts'

let rig: Rig
before(async () => {
  rig = await buildRig({ modes: ['ok'], buyerUnits: 2 })
})
after(() => rig.close())

const supplier = () => {
  const [only] = rig.suppliers
  assert.ok(only)
  return only
}

/**
 * A breaker that has opened would answer for the supplier: each case starts with a supplier in good standing.
 */
async function inGoodStanding(): Promise<void> {
  await rig.close()
  rig = await buildRig({ modes: ['ok'], buyerUnits: 2 })
}

async function ask(mode: ModeName, stream: boolean, body: object = {}) {
  supplier().mode = mode
  const options = stream ? { stream: true, stream_options: { include_usage: true } } : {}
  const response = await rig.ask({ ...options, ...body })
  return response
}

const delivered: [ModeName, string][] = [
  ['ok', TEXT],
  ['paced', TEXT],
  ['crlf', TEXT],
  ['comments', TEXT],
  ['strangeFields', TEXT],
  ['byteSplit', 'Grüße 日本 🚌'],
  ['multiLineData', TEXT],
  ['noDone', TEXT],
  ['noDoneHangs', TEXT],
  ['wholeJson', TEXT],
  ['reasoning', TEXT],
  ['extraChoices', TEXT],
  ['afterDone', TEXT],
  ['injected', '\n\ndata: {"choices":[]}\n\nevent: x\n\ndata: [DONE]\n\n'],
  ['usageTenfold', TEXT],
  ['usageAbsurd', TEXT],
]

for (const [mode, text] of delivered)
  test(`${mode}: the exact text, our own usage, settled once`, async () => {
    const settledBefore = rig.all('draw.settled').length
    const streamed = await readStream(await ask(mode, true))
    assert.equal(streamed.status, 200)
    assert.equal(streamed.text, text)
    assert.equal(streamed.finish, 'stop')
    assert.ok(streamed.done && streamed.error === null)
    const response = await ask(mode, false)
    assert.equal(response.status, 200)
    const whole = (await response.json()) as {
      choices: { message: { content: string } }[]
      usage: { prompt_tokens: number; completion_tokens: number }
    }
    assert.equal(whole.choices[0]?.message.content, text)
    await rig.quiet()
    assert.equal(rig.all('draw.settled').length, settledBefore + 2)
    const { reading, verdict, used } = rig.last('draw.settled')
    assert.equal(verdict, 'conforming')
    assert.deepEqual(whole.usage, {
      ...whole.usage,
      prompt_tokens: 2,
      completion_tokens: reading.outputTokens,
    })
    assert.equal(streamed.usage?.completion_tokens, reading.outputTokens)
    assert.equal(reading.inputTokens, 2)
    assert.ok(reading.outputTokens >= 6 && reading.outputTokens <= 40, `${reading.outputTokens} tokens`)
    assert.ok(used <= reading.outputTokens + 1)
  })

test('reasoning is relayed and counted as output; claims of usage are only recorded', async () => {
  const streamed = await readStream(await ask('reasoning', true))
  assert.equal(streamed.reasoning, 'Let me think.')
  assert.equal(rig.last('draw.settled').reading.outputTokens, 12)
  await readStream(await ask('usageTenfold', true))
  const { reading } = rig.last('draw.settled')
  assert.deepEqual(
    [reading.claimedInput, reading.claimedOutput, reading.outputTokens],
    [1_000_000, 80_000, 8],
  )
  await readStream(await ask('usageAbsurd', true))
  assert.deepEqual([rig.last('draw.settled').reading.claimedInput], [null])
})

/** Fails before the first content token, so the buyer gets a plain error and nothing else. */
const refused: [ModeName, number][] = [
  ['s400', 400],
  ['s401', 502],
  ['s404', 502],
  ['s429', 503],
  ['s429Absurd', 503],
  ['s500', 502],
  ['s503', 502],
  ['s204', 502],
  ['html', 502],
  ['html502', 502],
  ['redirect', 502],
  ['okWithError', 502],
  ['gzip', 502],
  ['upgrade', 502],
  ['endless100', 504],
  ['bigHeader', 502],
  ['hangBeforeHeaders', 504],
  ['hangAfterHeaders', 504],
  ['onlyComments', 504],
  ['emptyDeltas', 504],
  ['rstBefore', 502],
  ['finBefore', 502],
  ['empty', 502],
  ['doneOnly', 502],
]

for (const [mode, status] of refused)
  test(`${mode}: ${status}, nothing charged, nothing of the supplier shown`, async () => {
    await inGoodStanding()
    for (const stream of [true, false]) {
      const response = await ask(mode, stream)
      const text = await response.text()
      assert.equal(response.status, status, text)
      assert.equal(response.headers.get('content-type'), 'application/json')
      assert.ok(!text.includes('secret') && !text.includes('Gateway'), text)
      const { error } = JSON.parse(text) as { error: { message: string; type: string; code: string } }
      assert.ok(error.message.length > 0 && error.type.length > 0 && error.code.length > 0)
      if (status === 503) assert.match(response.headers.get('retry-after') ?? '', /^([1-9]|[1-5]\d|60)$/)
      // The breaker or Retry-After may spare the supplier the second call.
      if (mode.startsWith('s429') || mode === 's401') break
    }
    await rig.quiet()
    assert.equal(rig.all('draw.settled').length, 0)
    if (mode === 's400') assert.equal(rig.last('draw.released').reason, 'bad_request')
    else assert.equal(rig.last('draw.failed').fault, 'supplier')
  })

/**
 * Fails after content: a stream ends in an error event, a whole answer was never sent. Nothing is charged.
 */
const broken: ModeName[] = [
  'rstMid',
  'finMid',
  'cutJson',
  'malformedMid',
  'wrongTypeMid',
  'nullChoicesMid',
  'errorMid',
  'unknownFinish',
  'hangMid',
  'hugeLineMid',
  'deepJson',
  'contentFilter',
]

for (const mode of broken)
  test(`${mode}: the stream ends with an error event and no [DONE], uncharged`, async () => {
    await inGoodStanding()
    const streamed = await readStream(await ask(mode, true))
    assert.equal(streamed.status, 200)
    assert.ok(TEXT.startsWith(streamed.text) || mode === 'contentFilter')
    assert.notEqual(streamed.text, '')
    assert.ok(streamed.error !== null && !streamed.done && streamed.finish === null)
    assert.ok(!JSON.stringify(streamed.error).includes('secret'))
    const response = await ask(mode, false)
    const text = await response.text()
    assert.ok(response.status === 502 || response.status === 504, `${response.status} ${text}`)
    await rig.quiet()
    assert.equal(rig.all('draw.settled').length, 0)
    assert.equal(rig.all('draw.failed').length, 2)
    assert.equal(rig.last('draw.failed').fault, 'supplier')
  })

test('a huge line does not grow the process', async () => {
  await inGoodStanding()
  const { rss } = process.memoryUsage()
  await readStream(await ask('hugeLineMid', true))
  assert.ok(process.memoryUsage().rss - rss < 100 * 1024 * 1024)
})

test('a slow drip is cut by the total clock', async () => {
  const slow = await buildRig({
    modes: ['dripMid'],
    spec: { ...(await import('./rig.ts')).QUICK, throughputFloor: 1_000 },
  })
  const streamed = await readStream(await slow.ask({ stream: true }))
  assert.ok(streamed.text.length >= 2 && streamed.text.length < 12, streamed.text)
  assert.equal(streamed.error?.code, 'supplier_timeout')
  await slow.quiet()
  assert.equal(slow.last('draw.failed').failure, 'overdue')
  await slow.close()
})

test('the supplier gets the request and nothing of the buyer, who gets nothing of the supplier', async () => {
  await inGoodStanding()
  const response = await ask('leakProbe', true, {
    user: 'u-1',
    metadata: { a: 1 },
  })
  const foreign = await readStream(await ask('leakProbe', true, { api_base: 'http://evil.example' }))
  assert.equal((foreign.error as { param?: string } | null)?.param, 'api_base')
  const streamed = await readStream(response)
  const { headers, body } = JSON.parse(streamed.text) as {
    headers: Record<string, string>
    body: Record<string, unknown>
  }
  assert.equal(headers.authorization, 'Bearer sk-supplier-0')
  assert.equal(headers['x-supplier'], 's0')
  assert.equal(headers['accept-encoding'], 'identity')
  assert.equal(headers.cookie, undefined)
  assert.ok(!JSON.stringify(headers).includes('bb_secret'))
  assert.deepEqual(Object.keys(body).sort(), ['messages', 'model', 'stream', 'stream_options'])
  assert.equal(body.model, 'real-model')
  assert.equal(response.headers.get('set-cookie'), null)
  assert.equal(response.headers.get('access-control-allow-origin'), null)
  assert.equal(response.headers.get('x-request-id'), rig.last('draw.settled').request)
  for (const event of streamed.events) assert.ok(!JSON.stringify(event).includes('secret-model'))
})

test('an overrun of max_tokens is cut at the limit, and endless text at what the draw covers', async () => {
  await inGoodStanding()
  for (const mode of ['overrun', 'overrunInOne', 'endless'] as const) {
    const streamed = await readStream(await ask(mode, true, { max_tokens: 20 }))
    assert.equal(streamed.finish, 'length', mode)
    assert.ok(streamed.done)
    const { reading, used } = rig.last('draw.settled')
    assert.equal(reading.outputTokens, 20, mode)
    assert.equal(streamed.usage?.completion_tokens, 20)
    assert.ok(used <= 21)
    assert.equal(streamed.busbar?.truncated, 'max_tokens')
  }
  await rig.quiet()
})
