// One completion between buyer, supplier and ledger: failover, hang-ups, money, capabilities.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_MANDATE } from '../../src/base/ids.ts'
import { micros } from '../../src/base/money.ts'
import { releaseOrphans } from '../../src/delivery/gateway.ts'
import { pause, TEXT } from './bad-supplier.ts'
import type { Rig, RigOptions } from './rig.ts'
import { buildRig, HASTE, QUICK, readStream } from './rig.ts'

async function withRig(options: RigOptions, run: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await buildRig(options)
  try {
    await run(rig)
    await rig.quiet()
  } finally {
    await rig.close()
  }
}

for (const mode of ['s500', 'rstBefore', 'empty', 'hangBeforeHeaders', 'onlyComments', 's400'] as const)
  test(`failover: ${mode} before the first token is replaced unseen, streaming and not`, () =>
    withRig({ modes: [mode, 'ok'] }, async (rig) => {
      for (let i = 0; i < 4; i++) {
        const streamed = await readStream(await rig.ask({ stream: true }))
        assert.equal(streamed.text, TEXT)
        assert.ok(streamed.done)
        assert.equal(streamed.headers.get('x-busbar-supplier'), 'supplier-1')
        const response = await rig.ask({})
        assert.equal(response.status, 200)
      }
      const rerouted = rig.all('draw.rerouted')
      assert.ok(rerouted.length > 0, 'the bad one was tried')
      assert.ok(rig.all('draw.settled').every((settled) => settled.supplier === rig.accounts[1]))
      assert.ok(rig.all('draw.settled').some(({ reading }) => reading.attempts === 2))
    }))

for (const mode of ['rstMid', 'contentFilter', 'hangMid'] as const)
  test(`failover: a whole answer is made good elsewhere even after ${mode}`, () =>
    withRig({ modes: [mode, 'ok'] }, async (rig) => {
      for (let i = 0; i < 4; i++) assert.equal((await rig.ask({})).status, 200)
      assert.ok(rig.all('draw.rerouted').length > 0)
    }))

test('the breaker leaves a failing supplier alone', () =>
  withRig({ modes: ['s500'] }, async (rig) => {
    const statuses: number[] = []
    for (let i = 0; i < 8; i++) statuses.push((await rig.ask({})).status)
    assert.equal(rig.suppliers[0]?.calls, 3)
    assert.deepEqual(statuses, [502, 502, 502, 503, 503, 503, 503, 503])
  }))

test('a supplier at its limit says when to come back', () =>
  withRig({ modes: ['s429'] }, async (rig) => {
    const response = await rig.ask({})
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('retry-after'), '7')
    assert.equal((await rig.ask({})).status, 503)
    assert.equal(rig.suppliers[0]?.calls, 1)
  }))

for (const after of [0, 1, 5])
  test(`a hang-up after ${after} events reaches the supplier within 50 ms, and what was relayed is paid`, () =>
    withRig({ modes: ['endless'] }, async (rig) => {
      const delays: number[] = []
      // A busy machine may stall any one of them.
      for (let i = 0; i < 4; i++) delays.push(await hangUp(rig, after))
      assert.ok(Math.min(...delays) < 50, `heard after ${delays.join(', ')} ms`)
    }))

/** Hangs up after so many events; returns how many milliseconds later the supplier heard of it. */
async function hangUp(rig: Rig, after: number): Promise<number> {
  const aborter = new AbortController()
  const asked = rig.ask({ stream: true }, { signal: aborter.signal })
  if (after === 0) await pause(30)
  else {
    const reader = (await asked).body?.getReader()
    for (let i = 0; i < after; i++) await reader?.read()
  }
  const [supplier] = rig.suppliers
  assert.ok(supplier)
  supplier.hungUpAt = 0
  const hungUpAt = performance.now()
  aborter.abort()
  await asked.then((response) => response.text()).catch(() => '')
  while (rig.gateway.inFlight > 0 || supplier.hungUpAt === 0) await pause(2)
  const { reading, verdict } = rig.last('draw.settled')
  assert.equal(verdict, 'excused')
  assert.equal(reading.finish, 'aborted')
  assert.ok(reading.outputTokens >= after)
  return supplier.hungUpAt - hungUpAt
}

test('a buyer that hangs up before the supplier has answered pays nothing', () =>
  withRig({ modes: ['hangBeforeHeaders'], patience: { ...HASTE, firstToken: 5_000 } }, async (rig) => {
    const aborter = new AbortController()
    const asked = rig.ask({ stream: true }, { signal: aborter.signal }).catch(() => undefined)
    await pause(60)
    aborter.abort()
    await asked
    await rig.quiet()
    assert.equal(rig.last('draw.released').reason, 'client_abort')
    assert.ok((rig.suppliers[0]?.hungUpAt ?? 0) > 0)
  }))

test('auto-buy: money and no units, served by one draw that buys', () =>
  withRig({ modes: ['ok'], buyerUnits: 0 }, async (rig) => {
    const cash = rig.cash(rig.buyer.account)
    const response = await rig.ask({})
    assert.equal(response.status, 200)
    assert.ok(rig.last('draw.opened').bought > 0)
    assert.ok(rig.cash(rig.buyer.account) < cash)
    assert.match(response.headers.get('x-busbar-units') ?? '', /^0\.\d{6}$/)
    assert.match(response.headers.get('x-busbar-price') ?? '', /^\d+$/)
  }))

test('402 says how many tokens would be affordable, and that many are served', () =>
  withRig({ modes: ['ok'], buyerUnits: 0, buyerDollars: 0.0081 }, async (rig) => {
    // $0.0081 buys one lot of 10,000 weighted tokens.
    const refused = await rig.ask({
      max_tokens: 50_000,
      messages: [{ role: 'user', content: 'x'.repeat(60_000) }],
    })
    assert.equal(refused.status, 200, 'counted exactly, the prompt is small enough')
    const long = Array.from({ length: 60_000 }, (_, i) => `${i % 10}`).join(' ')
    const broke = await rig.ask({ max_tokens: 1_000, messages: [{ role: 'user', content: long }] })
    assert.equal(broke.status, 402)
    const { error } = (await broke.json()) as {
      error: { affordable_max_tokens: number; type: string; code: string }
    }
    assert.equal(error.type, 'insufficient_quota')
    assert.equal(error.affordable_max_tokens, 0)
  }))

test('402 on a part: the first step does not fit, a smaller limit does', () =>
  withRig({ modes: ['ok'], buyerUnits: 0, buyLimit: null }, async (rig) => {
    assert.equal((await rig.ask({})).status, 402)
    const { account } = rig.buyer
    const order = {
      kind: 'order.place',
      account,
      instrument: 0,
      side: 'buy',
      type: 'limit',
      timeInForce: 'gtc',
    } as const
    const rest = {
      postOnly: 'none',
      selfTrade: 'cancel_newest',
      price: 8_000,
      lots: 1,
      clientOrderId: null,
    } as const
    await rig.do({ ...order, ...rest, mandate: NO_MANDATE } as never)
    const prompt = Array.from({ length: 19_500 }, (_, i) => `${i % 10}`).join(' ')
    const refused = await rig.ask({ max_tokens: 1_000, messages: [{ role: 'user', content: prompt }] })
    const { error } = (await refused.json()) as { error: { affordable_max_tokens: number } }
    assert.equal(refused.status, 402)
    assert.ok(error.affordable_max_tokens > 100 && error.affordable_max_tokens < 1_000)
    const max_tokens = error.affordable_max_tokens
    const served = await rig.ask({ max_tokens, messages: [{ role: 'user', content: prompt }] })
    assert.equal(served.status, 200)
  }))

test('a mandate that may not buy is told so, and one that is revoked is forbidden', () =>
  withRig({ modes: ['ok'], buyerUnits: 0 }, async (rig) => {
    const { account } = rig.buyer
    const grant = async (autoBuy: boolean, budget: object) => {
      const [granted] = await rig.do({
        kind: 'mandate.grant',
        account,
        parent: NO_MANDATE,
        name: 'agent',
        budget,
        instruments: null,
        sides: ['buy'],
        priceLimit: null,
        autoBuy,
        expiresAt: null,
      })
      assert.ok(granted?.kind === 'mandate.granted')
      return granted.mandate
    }
    rig.buyer.mandate = await grant(false, {})
    assert.equal((await rig.ask({})).status, 402)
    rig.buyer.mandate = await grant(true, { lifetime: micros(10) })
    assert.equal((await rig.ask({})).status, 402)
    rig.buyer.mandate = await grant(true, { lifetime: micros(1_000_000) })
    assert.equal((await rig.ask({})).status, 200)
    await rig.do({ kind: 'mandate.revoke', account, mandate: rig.buyer.mandate })
    assert.equal((await rig.ask({})).status, 403)
  }))

test('a long answer extends its draw as it streams, and ends with length when it cannot', () =>
  withRig({ modes: ['overrun'], buyLimit: null, buyerUnits: 2 }, async (rig) => {
    const long = await readStream(await rig.ask({ stream: true, max_tokens: 60_000 }))
    assert.equal(long.finish, 'stop')
    assert.ok(rig.last('draw.opened').wt < 3_000, 'a large max_tokens does not lock funds')
    // 800 tokens fit the first step; many times that do not.
    const supplier = rig.suppliers[0]
    assert.ok(supplier)
    supplier.mode = 'endless'
    const cut = await readStream(
      await rig.ask({ stream: true, max_tokens: 3_000, stream_options: { include_usage: true } }),
    )
    assert.equal(cut.finish, 'length')
    assert.equal(cut.usage?.completion_tokens, 3_000)
    assert.ok(rig.all('draw.extended').length > 0)
  }))

test('an answer that can be extended no further ends with length and says why', () =>
  withRig({ modes: ['endless'], buyerUnits: 0, buyerDollars: 0.0081 }, async (rig) => {
    const supplier = rig.suppliers[0]
    assert.ok(supplier)
    supplier.mode = 'overrunInOne'
    const first = await rig.ask({ max_tokens: 500 })
    assert.equal(first.status, 200)
    supplier.mode = 'endless'
    const body = { stream: true, max_tokens: 60_000, stream_options: { include_usage: true } }
    const cut = await readStream(await rig.ask(body))
    assert.equal(cut.finish, 'length')
    assert.equal(cut.busbar?.truncated, 'draw_not_extended')
    assert.ok((cut.usage?.completion_tokens ?? 0) > 5_000)
  }))

test('capabilities are a hard filter: an unserved one is a 400 naming the parameter', () =>
  withRig({ modes: ['toolCall', 'ok'], capabilities: [['tools'], []] }, async (rig) => {
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }]
    for (let i = 0; i < 4; i++) {
      const response = await rig.ask({ tools })
      assert.equal(response.status, 200)
      const whole = (await response.json()) as {
        choices: {
          message: { content: null; tool_calls: { function: { arguments: string } }[] }
          finish_reason: string
        }[]
      }
      assert.equal(whole.choices[0]?.message.content, null)
      assert.equal(whole.choices[0]?.message.tool_calls[0]?.function.arguments, '{"city":"Oslo"}')
      assert.equal(whole.choices[0]?.finish_reason, 'tool_calls')
    }
    assert.equal(rig.suppliers[1]?.calls, 0)
    const schema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } }
    const unserved = await rig.ask({ response_format: schema })
    assert.equal(unserved.status, 400)
    assert.equal(((await unserved.json()) as { error: { param: string } }).error.param, 'response_format')
    const streamed = await readStream(await rig.ask({ stream: true, tools }))
    assert.equal(streamed.finish, 'tool_calls')
  }))

test('schema and tool signature are judged: a misfit is a hard failure', () =>
  withRig({ modes: ['json'] }, async (rig) => {
    const supplier = rig.suppliers[0]
    assert.ok(supplier)
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
      required: ['city', 'degrees'],
      additionalProperties: false,
    }
    const format = {
      response_format: { type: 'json_schema', json_schema: { name: 'weather', schema, strict: true } },
    }
    assert.equal((await rig.ask(format)).status, 200)
    supplier.mode = 'notJson'
    const misfit = await readStream(await rig.ask({ ...format, stream: true }))
    assert.ok(misfit.error !== null && misfit.finish === null)
    assert.equal(rig.last('draw.failed').failure, 'schema_mismatch')
    supplier.mode = 'json'
    assert.equal((await rig.ask(format)).status, 200)
    supplier.mode = 'toolBadArguments'
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const tools = [{ type: 'function', function: { name: 'weather', parameters } }]
    assert.equal((await rig.ask({ tools })).status, 502)
    assert.equal(rig.last('draw.failed').failure, 'tool_mismatch')
    supplier.mode = 'toolUnknown'
    assert.equal((await rig.ask({ tools })).status, 502)
  }))

test('a refusal is delivered, excused and paid; log probabilities are rebuilt from known fields', () =>
  withRig({ modes: ['refusal'] }, async (rig) => {
    const response = await rig.ask({})
    const whole = (await response.json()) as { choices: { message: { refusal: string; content: string } }[] }
    assert.equal(whole.choices[0]?.message.refusal, 'I cannot help with that.')
    assert.equal(rig.last('draw.settled').verdict, 'excused')
    const supplier = rig.suppliers[0]
    assert.ok(supplier)
    supplier.mode = 'logprobs'
    const logged = (await (await rig.ask({ logprobs: true })).json()) as {
      choices: { logprobs: { content: { token: string; evil?: number; top_logprobs: unknown[] }[] } }[]
    }
    const [entry] = logged.choices[0]?.logprobs.content ?? []
    assert.equal(entry?.token, 'Hi')
    assert.equal(entry?.evil, undefined)
    assert.equal(entry?.top_logprobs.length, 1)
  }))

test('what no supplier could be given, or nobody knows, is a 400 naming it; hints are taken', () =>
  withRig({ modes: ['ok'] }, async (rig) => {
    for (const [body, param] of [
      [{ n: 2 }, 'n'],
      [{ audio: { voice: 'x' } }, 'audio'],
      [{ modalities: ['text', 'audio'] }, 'modalities'],
      [{ temperature: '1' }, 'temperature'],
      [{ messages: [] }, 'messages'],
      [{ whatever: {} }, 'whatever'],
    ] as const) {
      const response = await rig.ask(body)
      assert.equal(response.status, 400)
      assert.equal(((await response.json()) as { error: { param: string } }).error.param, param)
    }
    assert.equal((await rig.ask({ store: false, prompt_cache_key: 'a', service_tier: 'auto' })).status, 200)
  }))

test('a buyer that stops reading holds the supplier back, and is given up in the end', () =>
  withRig({ modes: ['endless'], patience: { ...HASTE, unread: 300 } }, async (rig) => {
    const supplier = rig.suppliers[0]
    assert.ok(supplier)
    supplier.mode = 'firehose'
    const response = await rig.ask({ stream: true, max_tokens: 60_000 })
    const reader = response.body?.getReader()
    await reader?.read()
    for (let i = 0; i < 200 && rig.gateway.inFlight > 0; i++) await pause(20)
    assert.equal(rig.gateway.inFlight, 0)
    assert.equal(rig.last('draw.settled').reading.finish, 'aborted')
    await reader?.cancel().catch(() => {})
  }))

test('draining refuses new requests and ends what still runs, uncharged, with an error event', () =>
  withRig({ modes: ['endless'] }, async (rig) => {
    const response = await rig.ask({ stream: true })
    const reading = readStream(response)
    await pause(50)
    await rig.gateway.drain(50)
    const streamed = await reading
    assert.equal(streamed.error?.code, 'venue_closing')
    assert.equal(rig.last('draw.released').reason, 'venue_closing')
    assert.equal((await rig.ask({})).status, 503)
  }))

test('what was open when the venue died is given back after the restart', () =>
  withRig({ modes: ['ok'] }, async (rig) => {
    const { account } = rig.buyer
    const open = {
      kind: 'draw.open',
      account,
      mandate: NO_MANDATE,
      instrument: 0,
      offer: 1,
      request: 'old',
    } as const
    await rig.do({ ...open, wt: 100, buyLimit: null, deadline: (Date.now() + 60_000) * 1_000 } as never)
    assert.equal(await releaseOrphans(rig.sequencer), 1)
    assert.equal(rig.last('draw.released').reason, 'venue_restart')
    assert.equal(await releaseOrphans(rig.sequencer), 0)
  }))

test('twenty mixed requests at once: every draw ends, every promise holds', () =>
  withRig({ modes: ['ok', 'rstMid', 's500', 'paced'], spec: QUICK }, async (rig) => {
    const asked = Array.from({ length: 20 }, async (_, i) => {
      const response = await rig.ask(i % 2 === 0 ? { stream: true } : {})
      await response.text()
      return response.status
    })
    for (const status of await Promise.all(asked)) assert.ok([200, 502, 503].includes(status), `${status}`)
  }))
