import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { audit } from '../../src/engine/audit.ts'
import { key as keyShape } from '../../src/wire/key.ts'
import { mandate as mandateShape } from '../../src/wire/mandate.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

let v: TestVenue
let alice: Trader

before(async () => {
  v = await openTestVenue()
  alice = await v.join('Alice')
  await v.supply('Sol', 'text-prime', '100.00')
})
after(async () => {
  audit(v.venue.sequencer.state)
  assert.deepEqual(v.errors, [])
  await v.close()
})

const post = (path: string, body: object, key = alice.key) => v.send('POST', path, { key, body })

describe('a key', () => {
  test('is shown with its secret once, and works until it is revoked', async () => {
    const made = await post('/v1/keys', { name: 'Reader', scopes: ['account:read'] })
    assert.equal(made.status, 201, made.text)
    const { secret, ...shown } = made.json
    assert.deepEqual(keyShape.parse(shown), shown)
    assert.match(secret, /^bb_/)
    const listed = await v.send('GET', '/v1/keys', { key: alice.key })
    assert.ok(!listed.text.includes(secret))
    assert.deepEqual(listed.json.data.at(-1), shown)
    assert.equal((await v.send('GET', '/v1/account', { key: secret })).status, 200)
    const revoked = await v.send('DELETE', `/v1/keys/${shown.id}`, { key: alice.key })
    assert.notEqual(revoked.json.revoked_at, null)
    assert.equal((await v.send('GET', '/v1/account', { key: secret })).status, 401)
    assert.equal((await v.send('DELETE', `/v1/keys/${shown.id}`, { key: alice.key })).status, 404)
  })

  test('does what its scopes say and nothing else', async () => {
    const { json } = await post('/v1/keys', { name: 'Reader', scopes: ['account:read'] })
    assert.equal((await v.send('GET', '/v1/orders', { key: json.secret })).status, 200)
    for (const [method, path, body] of [
      ['POST', '/v1/orders', { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '1.00' }],
      ['POST', '/v1/orders/cancel', {}],
      ['POST', '/v1/transfers', { instrument: 'text-prime', quantity: '1.00' }],
      ['GET', '/v1/keys', undefined],
      ['GET', '/v1/offers', undefined],
      ['POST', '/v1/admin/members', { name: 'Mallory' }],
    ] as const) {
      const answer = await v.send(method, path, { key: json.secret, body })
      assert.equal(answer.status, 403, path)
      assert.equal(answer.json.code, 'scope_missing')
    }
  })

  test('gives away at most what it has', async () => {
    const scopes = ['keys:manage', 'account:read']
    const parent = await post('/v1/keys', {
      name: 'Parent',
      scopes,
      expires_in: 3_600,
      ip_allowlist: ['127.0.0.0/8'],
    })
    const { secret } = parent.json
    const child = { name: 'Child', scopes: ['account:read'], expires_in: 60, ip_allowlist: ['127.0.0.1'] }
    assert.equal((await post('/v1/keys', child, secret)).status, 201)
    for (const [wider, pointer] of [
      [{ scopes: ['trade:place'] }, '/scopes'],
      [{ scopes: ['account:read', 'risk:admin'] }, '/scopes'],
      [{ expires_in: 7_200 }, '/expires_in'],
      [{ expires_in: undefined }, '/expires_in'],
      [{ ip_allowlist: [] }, '/ip_allowlist'],
      [{ ip_allowlist: ['10.0.0.1'] }, '/ip_allowlist'],
    ] as const) {
      const answer = await post('/v1/keys', { ...child, ...wider }, secret)
      assert.equal(answer.status, 403, JSON.stringify(wider))
      assert.equal(answer.json.code, 'scope_wider')
      assert.equal(answer.json.errors[0].pointer, pointer)
    }
  })

  test('with faults is refused', async () => {
    for (const [body, code] of [
      [{ ip_allowlist: ['10.0.0.0/33'] }, 'ip_range_invalid'],
      [{ ip_allowlist: ['example.com'] }, 'ip_range_invalid'],
      [{ kind: 'ed25519' }, 'invalid_request'],
      [{ kind: 'ed25519', public_key: 'A'.repeat(43) + '=' }, 'invalid_request'],
      [{ public_key: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' }, 'invalid_request'],
      [{ mandate: 'mdt_999' }, 'not_found'],
      [{ scopes: [] }, 'invalid_request'],
      [{ name: 'two\nlines' }, 'invalid_request'],
      [{ name: '\u202egnp.exe' }, 'invalid_request'],
    ] as const) {
      const answer = await post('/v1/keys', { name: 'Key', scopes: ['account:read'], ...body })
      assert.ok(answer.status >= 400 && answer.status < 500, JSON.stringify(body))
      assert.equal(answer.json.code, code, JSON.stringify(body))
    }
  })
})

describe('a mandate', () => {
  test('bounds what its key can spend, and says what is left', async () => {
    const granted = await post('/v1/mandates', {
      name: 'Small purse',
      budget: { day: '2.00', order: '1.50' },
      instruments: ['text-prime'],
      price_limit: '0.9000',
    })
    assert.equal(granted.status, 201, granted.text)
    assert.deepEqual(mandateShape.parse(granted.json), granted.json)
    assert.deepEqual(granted.json.instruments, ['TEXT_PRIME-USD'])
    const scopes = ['account:read', 'trade:place']
    const { json } = await post('/v1/keys', { name: 'Agent', scopes, mandate: granted.json.id })
    const buy = (price: string, quantity: string, instrument = 'text-prime', side = 'buy') =>
      post('/v1/orders', { instrument, side, price, quantity }, json.secret)
    assert.equal((await buy('0.7000', '2.00')).status, 201)
    const over = await buy('0.7000', '1.00')
    assert.equal(over.status, 403)
    assert.equal(over.json.code, 'budget_exceeded')
    assert.equal(over.json.facts.needed, '0.701400')
    assert.equal((await buy('0.9100', '0.10')).json.code, 'mandate_price')
    assert.equal((await buy('0.4000', '0.10', 'text-standard')).json.code, 'price_outside_band')
    assert.equal((await buy('0.3000', '0.10', 'text-standard')).json.code, 'mandate_instrument')
    assert.equal((await buy('0.9000', '0.10', 'text-prime', 'sell')).json.code, 'mandate_side')
    const shown = await v.send('GET', `/v1/mandates/${granted.json.id}`, { key: alice.key })
    const day = shown.json.budget.find(({ window }: { window: string }) => window === 'day')
    assert.deepEqual(day, {
      window: 'day',
      limit: '2.000000',
      spent: '0.000000',
      reserved: '1.402800',
      remaining: '0.597200',
    })

    const revoked = await v.send('DELETE', `/v1/mandates/${granted.json.id}`, { key: alice.key })
    assert.equal(revoked.json.status, 'revoked')
    const open = await v.send('GET', '/v1/orders?status=open', { key: alice.key })
    assert.deepEqual(open.json.data, [], 'its resting orders are cancelled')
    const late = await buy('0.7000', '0.10')
    assert.equal(late.status, 403)
    assert.equal(late.json.code, 'mandate_revoked')
  })

  test('is never wider than what stands above it, nor managed from below', async () => {
    const top = await post('/v1/mandates', {
      name: 'Top',
      budget: { day: '10.00' },
      instruments: ['text-prime'],
    })
    const wider = await post('/v1/mandates', {
      name: 'Wider',
      parent: top.json.id,
      budget: { day: '11.00' },
      instruments: ['text-prime'],
    })
    assert.equal(wider.json.code, 'mandate_wider_than_parent')
    const child = await post('/v1/mandates', {
      name: 'Child',
      parent: top.json.id,
      budget: { day: '1.00' },
      instruments: ['text-prime'],
    })
    assert.equal(child.status, 201, child.text)
    const scopes = ['account:read', 'keys:manage']
    const { json: agent } = await post('/v1/keys', { name: 'Agent', scopes, mandate: child.json.id })
    const asAgent = (method: string, path: string, body?: object) =>
      v.send(method, path, { key: agent.secret, body })
    assert.equal((await asAgent('DELETE', `/v1/mandates/${top.json.id}`)).status, 404)
    assert.equal((await asAgent('GET', `/v1/mandates/${top.json.id}`)).status, 404)
    assert.deepEqual(
      (await asAgent('GET', '/v1/mandates')).json.data.map(({ id }: { id: string }) => id),
      [child.json.id],
    )
    assert.equal(
      (await asAgent('POST', '/v1/keys', { name: 'Free', scopes, mandate: top.json.id })).status,
      404,
    )
    const below = await asAgent('POST', '/v1/keys', { name: 'Below', scopes })
    assert.equal(below.json.mandate, child.json.id, 'a key under a mandate makes keys under it')
    const grandchild = await asAgent('POST', '/v1/mandates', {
      name: 'Grandchild',
      budget: { day: '0.50' },
      instruments: ['text-prime'],
    })
    assert.equal(grandchild.json.parent, child.json.id)
  })

  test('of another account is unknown', async () => {
    const eve = await v.join('Eve')
    const { json } = await post('/v1/mandates', { name: 'Mine' })
    assert.equal((await v.send('GET', `/v1/mandates/${json.id}`, { key: eve.key })).status, 404)
    assert.equal((await v.send('DELETE', `/v1/mandates/${json.id}`, { key: eve.key })).status, 404)
    assert.equal(
      (await post('/v1/keys', { name: 'K', scopes: ['account:read'], mandate: json.id }, eve.key)).status,
      404,
    )
    assert.equal((await post('/v1/mandates', { name: 'M', parent: json.id }, eve.key)).status, 404)
  })
})

describe('the operator', () => {
  test('admits a member, opens and funds an account, and hands out its first key', async () => {
    const { key } = v.operator
    const member = await post('/v1/admin/members', { name: 'Northwind' }, key)
    assert.equal(member.status, 201, member.text)
    const account = await post(
      '/v1/admin/accounts',
      { member: member.json.id, name: 'Desk', roles: ['trader'] },
      key,
    )
    assert.equal(account.status, 201, account.text)
    const deposit = { account: account.json.id, amount: '250', reference: 'wire 17' }
    const booked = await post('/v1/admin/deposits', deposit, key)
    assert.equal(booked.json.available, '250.000000')
    const first = await post(
      '/v1/admin/keys',
      { account: account.json.id, name: 'First', scopes: ['account:read'] },
      key,
    )
    const own = await v.send('GET', '/v1/account', { key: first.json.secret })
    assert.equal(own.json.id, account.json.id)
    assert.deepEqual(own.json.roles, ['trader'])
    const all = await v.send('GET', '/v1/admin/accounts', { key })
    assert.equal(all.json.data.at(-1).id, account.json.id)
  })

  test('is one by role and not by scope alone', async () => {
    for (const path of ['/v1/admin/members', '/v1/admin/deposits', '/v1/admin/instruments/text-prime/halt']) {
      const body = path.endsWith('members')
        ? { name: 'M' }
        : path.endsWith('halt')
          ? { reason: 'x' }
          : { account: alice.account, amount: '1', reference: 'r' }
      const answer = await post(path, body)
      assert.equal(answer.status, 403, path)
      assert.equal(answer.json.code, 'operator_only')
    }
    assert.equal((await v.send('GET', '/v1/admin/accounts', { key: alice.key })).status, 403)
  })

  test('cannot book what the exchange cannot hold', async () => {
    const { key } = v.operator
    for (const [amount, status, code] of [
      ['0', 422, 'amount_not_positive'],
      ['-1', 422, 'amount_not_positive'],
      ['9007199254', 422, 'amount_above_maximum'],
      ['999999999999', 422, 'amount_too_large'],
      ['0.0000001', 422, 'amount_too_precise'],
      ['1e3', 400, 'invalid_request'],
    ] as const) {
      const answer = await post('/v1/admin/deposits', { account: alice.account, amount, reference: 'r' }, key)
      assert.equal(answer.status, status, `${amount}: ${answer.text}`)
      assert.equal(answer.json.code, code)
    }
    assert.equal(
      (await post('/v1/admin/deposits', { account: 'acc_999', amount: '1', reference: 'r' }, key)).status,
      404,
    )
  })

  test('lists a new grade, which trades at once', async () => {
    const body = {
      model: 'support-prime',
      name: 'Support Prime',
      task: 'text',
      intelligence_floor: 95,
      latency_base_ms: 2_000,
      latency_per_input_token_ms: 1,
      throughput_floor: 50,
      context_tokens: 131_072,
      output_tokens_max: 16_384,
      listing_price: '0.6000',
    }
    const listed = await post('/v1/admin/instruments', body, v.operator.key)
    assert.equal(listed.status, 201, listed.text)
    assert.equal(listed.json.id, 'SUPPORT_PRIME-USD')
    assert.equal(listed.json.price_increment, '0.0001')
    assert.equal((await v.send('GET', '/v1/instruments/support-prime')).json.name, 'Support Prime')
    const placed = await post('/v1/orders', {
      instrument: 'support-prime',
      side: 'buy',
      price: '0.6000',
      quantity: '0.01',
    })
    assert.equal(placed.json.status, 'open', placed.text)
    const again = await post('/v1/admin/instruments', body, v.operator.key)
    assert.equal(again.status, 409)
    const odd = { ...body, model: 'odd-grade', price_increment: '0.000001', listing_price: '0.600000' }
    assert.equal(
      (await post('/v1/admin/instruments', { ...odd, price_max: '0.9' }, v.operator.key)).json.code,
      'spec_invalid',
    )
    const huge = { ...body, model: 'huge-grade', quantity_max: '9000000000', price_max: '1000' }
    assert.equal((await post('/v1/admin/instruments', huge, v.operator.key)).json.code, 'amount_too_large')
  })
})
