// Retries: ours, that the buyer never sees; the buyer's own storm, that suppliers never feel; and a request sent twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from './bad-supplier.ts'
import type { Rig, RigOptions } from './rig.ts'
import { buildRig, HASTE, readStream } from './rig.ts'

async function withRig(options: RigOptions, then: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await buildRig(options)
  try {
    await then(rig)
    await rig.quiet()
  } finally {
    await rig.close()
  }
}

const calls = (rig: Rig) => rig.suppliers.reduce((sum, supplier) => sum + supplier.calls, 0)
const ATOMIC = { headers: { 'content-type': 'application/json', prefer: 'busbar-atomic' } }
const once = (key: string) => ({ headers: { 'content-type': 'application/json', 'idempotency-key': key } })

for (const mode of [
  'rstMid',
  'finMid',
  'cutJson',
  'errorMid',
  'hangMid',
  'wrongTypeMid',
  'contentFilter',
] as const)
  test(`atomic: a supplier that fails in the middle (${mode}) is replaced, and nothing is seen of it`, () =>
    withRig({ modes: [mode, 'ok'] }, async (rig) => {
      // Whoever is asked first, the answer is whole; and once, the bad one was asked.
      while ((rig.suppliers[0]?.calls ?? 0) === 0) {
        const streamed = await readStream(await rig.ask({ stream: true }, ATOMIC))
        assert.equal(streamed.status, 200)
        assert.equal(streamed.headers.get('preference-applied'), 'busbar-atomic')
        assert.equal(streamed.headers.get('x-busbar-supplier'), 'supplier-1')
        assert.equal(streamed.text, 'The busbar carries what generators make.')
        assert.equal(streamed.error, null)
        assert.ok(streamed.done)
      }
    }))

test('atomic: nobody serves, and the answer is a plain error without content', () =>
  withRig({ modes: ['rstMid', 'finMid'] }, async (rig) => {
    const streamed = await readStream(await rig.ask({ stream: true }, ATOMIC))
    assert.equal(streamed.status, 502)
    assert.equal(streamed.text, '')
    assert.equal(calls(rig), 2)
    assert.equal(rig.all('draw.settled').length, 0)
  }))

test('atomic: a schema that is broken at the end is made good by another supplier', () =>
  withRig({ modes: ['notJson', 'json'] }, async (rig) => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const response_format = { type: 'json_schema', json_schema: { name: 'w', schema } }
    while ((rig.suppliers[0]?.calls ?? 0) === 0) {
      const streamed = await readStream(await rig.ask({ stream: true, response_format }, ATOMIC))
      assert.deepEqual(JSON.parse(streamed.text), { city: 'Oslo', degrees: 4 })
    }
  }))

test('a storm of thirty retries over failing suppliers calls each of them only until its breaker opens', () =>
  withRig({ modes: ['s500', 'rstBefore'] }, async (rig) => {
    for (let i = 0; i < 30; i++) {
      const response = await rig.ask({})
      assert.ok([502, 503].includes(response.status))
      assert.ok(Number(response.headers.get('retry-after')) >= 1)
      await response.text()
    }
    assert.ok(calls(rig) <= 6, `${calls(rig)} calls`)
  }))

test('a storm of one bad request among good ones, which keep the breaker closed, is answered from memory', () =>
  withRig({ modes: ['byPrompt'] }, async (rig) => {
    let poisoned = 0
    for (let i = 0; i < 30; i++) {
      const bad = await rig.ask({ messages: [{ role: 'user', content: 'fail' }] })
      assert.ok([502, 503].includes(bad.status))
      if (bad.headers.get('x-busbar-receipt') !== null) poisoned++
      await bad.text()
      const good = await rig.ask({ messages: [{ role: 'user', content: `good ${i}` }] })
      assert.equal(good.status, 200)
      await good.text()
    }
    assert.ok(poisoned <= 4, `${poisoned} calls for the bad request`)
    assert.ok(calls(rig) <= 34)
  }))

test('a request repeated under its idempotency key is not delivered twice: running, then delivered', () =>
  withRig({ modes: ['paced'] }, async (rig) => {
    const first = rig.ask({}, once('k-1'))
    await pause(20)
    const beside = await rig.ask({}, once('k-1'))
    assert.equal(beside.status, 409)
    assert.equal(((await beside.json()) as { error: { code: string } }).error.code, 'request_in_progress')
    const receipt = (await first).headers.get('x-busbar-receipt')
    await (await first).text()
    const after = await rig.ask({}, once('k-1'))
    assert.equal(after.status, 422)
    const { error } = (await after.json()) as { error: { code: string; message: string } }
    assert.equal(error.code, 'already_delivered')
    assert.ok(receipt !== null && error.message.includes(receipt))
    assert.equal(rig.all('draw.settled').length, 1)
    assert.equal((await rig.ask({}, once('k-2'))).status, 200)
    assert.equal((await rig.ask({}, once('not a key'))).status, 400)
  }))

test('what failed may be asked again under the same key', () =>
  withRig({ modes: ['s500'], patience: HASTE }, async (rig) => {
    assert.equal((await rig.ask({}, once('k'))).status, 502)
    const [supplier] = rig.suppliers
    assert.ok(supplier)
    supplier.mode = 'ok'
    assert.equal((await rig.ask({}, once('k'))).status, 200)
  }))
