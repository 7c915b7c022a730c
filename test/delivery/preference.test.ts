// Whom a buyer wants to be served by: in the body or in headers, and a clear 400 where nobody fits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rig } from './rig.ts'
import { buildRig } from './rig.ts'

type Refused = { error: { code: string; message: string; param: string | null } }

async function withSuppliers(then: (rig: Rig) => Promise<void>): Promise<void> {
  const traits = [
    { region: 'eu-west', zeroRetention: false, model: null },
    { region: 'us', zeroRetention: true, model: null },
    null,
  ]
  const rig = await buildRig({ modes: ['ok', 'ok', 'ok'], traits })
  try {
    await then(rig)
    await rig.quiet()
  } finally {
    await rig.close()
  }
}

/** Which suppliers serve ten of these requests. */
async function servers(rig: Rig, body: object, headers: Record<string, string> = {}): Promise<string[]> {
  const names = new Set<string>()
  for (let i = 0; i < 10; i++) {
    const init = { headers: { 'content-type': 'application/json', ...headers } }
    const response = await rig.ask({ ...body, messages: [{ role: 'user', content: `question ${i}` }] }, init)
    assert.equal(response.status, 200)
    names.add(response.headers.get('x-busbar-supplier') ?? '')
    await response.text()
  }
  return [...names].sort()
}

test('by name, place and retention, said in the body', () =>
  withSuppliers(async (rig) => {
    assert.deepEqual(await servers(rig, { provider: { only: ['Supplier-1'] } }), ['supplier-1'])
    assert.ok(!(await servers(rig, { provider: { ignore: ['supplier-1'] } })).includes('supplier-1'))
    assert.deepEqual(await servers(rig, { provider: { region: 'eu' } }), ['supplier-0'])
    assert.deepEqual(await servers(rig, { provider: { zdr: true } }), ['supplier-1'])
    assert.ok((await servers(rig, { provider: null })).length > 1)
  }))

test('the same in headers, for clients whose bodies are fixed', () =>
  withSuppliers(async (rig) => {
    assert.deepEqual(await servers(rig, {}, { 'x-busbar-region': 'us' }), ['supplier-1'])
    assert.deepEqual(await servers(rig, {}, { 'x-busbar-only': 'supplier-2, nobody' }), ['supplier-2'])
    assert.deepEqual(await servers(rig, {}, { 'x-busbar-zdr': 'true' }), ['supplier-1'])
    const ignore = { 'x-busbar-ignore': 'supplier-0,supplier-1' }
    assert.deepEqual(await servers(rig, {}, ignore), ['supplier-2'])
  }))

test('an expected wait that is too long, once it has been measured', () =>
  withSuppliers(async (rig) => {
    const [slow] = rig.suppliers
    assert.ok(slow)
    slow.mode = 'slowFirst'
    const one = { provider: { only: ['supplier-0'] } }
    assert.deepEqual(await servers(rig, one), ['supplier-0'])
    const quick = await servers(rig, { provider: { max_latency_ms: 50 } })
    assert.ok(!quick.includes('supplier-0'), quick.join())
  }))

test('nobody fits: a 400 that names what leaves no one', () =>
  withSuppliers(async (rig) => {
    for (const [provider, param] of [
      [{ region: 'mars' }, 'provider.region'],
      [{ only: ['supplier-0'], zdr: true }, 'provider.zdr'],
      [{ only: ['nobody'] }, 'provider.only'],
    ] as const) {
      const response = await rig.ask({ provider })
      assert.equal(response.status, 400)
      const { error } = (await response.json()) as Refused
      assert.deepEqual([error.code, error.param], ['no_supplier_fits', param])
    }
    assert.equal(rig.all('draw.opened').length, 0)
  }))

test('what cannot be asked is refused by name, never ignored', () =>
  withSuppliers(async (rig) => {
    for (const [provider, param] of [
      [{ order: ['a'] }, 'provider.order'],
      [{ region: 'EU!' }, 'provider.region'],
      [{ zdr: 'yes' }, 'provider.zdr'],
      [{ max_latency_ms: 0 }, 'provider.max_latency_ms'],
      [{ only: [] }, 'provider.only'],
      ['eu', 'provider'],
      [5, 'provider'],
    ] as const) {
      const response = await rig.ask({ provider })
      assert.equal(response.status, 400, JSON.stringify(provider))
      assert.equal(((await response.json()) as Refused).error.param, param)
    }
    const headers = { 'content-type': 'application/json', 'x-busbar-max-latency-ms': 'soon' }
    assert.equal((await rig.ask({}, { headers })).status, 400)
  }))

test('one conversation stays with one supplier, and so does one session', () =>
  withSuppliers(async (rig) => {
    const messages: object[] = [{ role: 'user', content: 'A long question about the grid. '.repeat(20) }]
    const names = new Set<string>()
    for (let turn = 0; turn < 8; turn++) {
      const response = await rig.ask({ messages })
      names.add(response.headers.get('x-busbar-supplier') ?? '')
      const { choices } = (await response.json()) as { choices: { message: object }[] }
      messages.push(choices[0]?.message ?? {}, { role: 'user', content: 'And then?' })
    }
    assert.equal(names.size, 1, [...names].join())
    const session = await servers(rig, {}, { 'x-session-id': 'agent-7' })
    assert.equal(session.length, 1, session.join())
  }))

test('an offer that its supplier drains is called no more, and again when it is resumed', () =>
  withSuppliers(async (rig) => {
    const [account] = rig.accounts
    assert.ok(account)
    const notice = { kind: 'offer.notice', account, offer: 1 } as const
    const from = (Date.now() * 1_000 - 1_000_000) as never
    await rig.do({ ...notice, offer: 1 as never, notice: { from, until: null } })
    assert.ok(!(await servers(rig, {})).includes('supplier-0'))
    const only = { provider: { only: ['supplier-0'] } }
    assert.equal((await rig.ask(only)).status, 400)
    await rig.do({ ...notice, offer: 1 as never, notice: null })
    assert.deepEqual(await servers(rig, only), ['supplier-0'])
  }))
