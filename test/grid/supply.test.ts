import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { detail, gridClient, newKeyPair, one, rows } from './grid-client.ts'
import type { Stage, Trader } from './stage.ts'
import { openStage } from './stage.ts'

let stage: Stage
let supplier: Trader

before(async () => {
  stage = await openStage()
  supplier = await stage.trader('supplier', '1000')
})

after(() => stage.end())

test('without a certified offer nothing can be issued', async () => {
  const refused = await supplier.trading.post('/supply-issuances', {
    instrument_id: stage.instrument,
    quantity: 4,
  })
  assert.equal(refused.status, 422)
  assert.equal(detail(refused), 'offer_not_certified')
})

test('units are issued, moved to trading as this dialect wants it, and sold', async () => {
  await stage.certify(supplier)
  const body = { instrument_id: stage.instrument, quantity: 5 }
  const issued = await supplier.trading.post('/supply-issuances', body)
  assert.equal(issued.status, 201, issued.text)
  assert.equal(one(issued).quantity, 5)
  const [account] = rows(await supplier.trading.get('/issuance-accounts'))
  assert.equal(account?.total_issued, '5.000000')
  const moved = await supplier.trading.post('/issuance-accounts/transfer', body)
  assert.equal(moved.status, 202, moved.text)
  assert.equal(moved.body.status, 'accepted')
  const more = await supplier.trading.post('/issuance-accounts/transfer', { ...body, quantity: 6 })
  assert.equal(more.status, 402)
  const sold = await supplier.trading.post('/orders', {
    market_id: stage.market,
    side: 'sell',
    type: 'limit',
    quantity: '5',
    price: '0.8',
  })
  assert.equal(sold.status, 201, sold.text)
})

test('what was issued and what is owed can be read back', async () => {
  const [issued] = rows(await supplier.trading.get('/supply-issuances'))
  assert.equal(issued?.quantity, 5)
  assert.equal(issued?.status, 'completed')
  const [summary] = rows(await supplier.trading.get('/supply-issuances/summary'))
  assert.equal(summary?.total_outstanding, '5.000000')
  const [owed] = rows(await supplier.trading.get('/supplier-liability'))
  assert.equal(owed?.outstanding, '5.000000')
  const same = rows(await supplier.trading.get(`/supplier-liability/${stage.instrument}`))
  assert.deepEqual(same, [owed])
})

test('a consumption key is shown once, works, and ends when it is revoked', async () => {
  const made = await supplier.platform.post('/api-keys', { api_key: { name: 'app' } })
  assert.equal(made.status, 201, made.text)
  const { key, id, key_prefix: prefix } = one(made)
  assert.equal(String(key).slice(0, 8), prefix)
  const holder = gridClient(`${stage.base}/v1`, String(key))
  assert.equal((await holder.get('/usage')).status, 200)
  const denied = await holder.del('/orders')
  assert.equal(denied.status, 403)
  const listed = await supplier.platform.get('/api-keys')
  assert.ok(rows(listed).some((row) => row.id === id && row.is_active === true))
  assert.ok(!listed.text.includes(String(key)))
  assert.equal((await supplier.platform.del(`/api-keys/${String(id)}`)).status, 204)
  assert.equal((await holder.get('/usage')).status, 401)
})

test('a signing key has its fingerprint told once, is taken by nobody else, and can be revoked', async () => {
  const pair = newKeyPair()
  const body = { signing_key: { label: 'second', public_key: pair.publicKey } }
  const made = await supplier.platform.post('/signing-keys', body)
  assert.equal(one(made).fingerprint, pair.fingerprint)
  assert.equal(detail(await supplier.platform.post('/signing-keys', body)), 'duplicate_key')
  const listed = await supplier.platform.get('/signing-keys')
  assert.ok(rows(listed).some((row) => row.fingerprint_prefix === pair.fingerprint.slice(0, 8)))
  assert.ok(!listed.text.includes(pair.fingerprint))
  const client = gridClient(`${stage.base}/v1`, pair)
  assert.equal((await client.get('/me')).status, 200)
  assert.equal((await supplier.platform.del(`/signing-keys/${String(one(made).id)}`)).status, 204)
  assert.equal(detail(await client.get('/me')), 'invalid_signature')
  const short = { signing_key: { label: 'x', public_key: 'AAAA' } }
  assert.equal(detail(await supplier.platform.post('/signing-keys', short)), 'invalid_public_key')
})

test('settings stand as they are here, and switching to what we do not have is refused', async () => {
  const settings = one(await supplier.platform.get('/self/system-settings'))
  assert.equal(settings.account_mode, 'advanced')
  const reload = await supplier.platform.call('PATCH', '/self/system-settings/auto_reload', {
    auto_reload_enabled: true,
  })
  assert.equal(reload.status, 403)
  assert.equal(detail(reload), 'mode_managed_setting')
  const mode = (name: string) => supplier.platform.post('/self/system-settings/account-mode', { mode: name })
  assert.equal((await mode('advanced')).status, 204)
  assert.equal((await mode('easy')).status, 403)
})
