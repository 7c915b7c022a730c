import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { OfferId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { openControl } from '../../src/store/control.ts'
import type { Endpoint } from '../../src/store/endpoint.ts'
import { createEndpoints } from '../../src/store/endpoint.ts'
import { createVault, SealBroken } from '../../src/store/secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-endpoint-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const OFFER = 3 as OfferId
const NOW = 1 as Instant
const ENDPOINT: Endpoint = {
  dialect: 'openai',
  baseUrl: 'https://models.example/v1',
  model: 'large',
  apiKey: 'canary-secret-of-supplier-9876',
  headers: { 'x-team': 'canary-header' },
}

test('an endpoint is open to the gateway, also after a restart, and sealed to everybody else', async () => {
  const path = join(folder, 'control.db')
  const db = await openControl(path)
  const vault = createVault(randomBytes(32))
  const endpoints = await createEndpoints(db, vault)
  const view = await endpoints.put(OFFER, ENDPOINT, NOW)
  assert.deepEqual(endpoints.open(OFFER), ENDPOINT)
  assert.deepEqual(endpoints.view(OFFER), view)
  assert.deepEqual((await createEndpoints(db, vault)).open(OFFER), ENDPOINT)

  assert.ok(!JSON.stringify(view).includes('canary'), 'what is shown holds no secret')
  assert.deepEqual([view.apiKeyLast4, view.headerNames], ['9876', ['x-team']])
  const bytes = readFileSync(path).toString('latin1') + readFileSync(`${path}-wal`).toString('latin1')
  assert.ok(!bytes.includes('canary'), 'nor does the disk')
  await assert.rejects(createEndpoints(db, createVault(randomBytes(32))), SealBroken)
  await db.destroy()
})

test('an endpoint is replaced whole, and its fingerprint tells keys apart', async () => {
  const db = await openControl(join(folder, 'replaced.db'))
  const endpoints = await createEndpoints(db, createVault(randomBytes(32)))
  const first = await endpoints.put(OFFER, ENDPOINT, NOW)
  const again = await endpoints.put(OFFER, { ...ENDPOINT, headers: {} }, NOW)
  assert.equal(again.apiKeyFingerprint, first.apiKeyFingerprint)
  const other = await endpoints.put(OFFER, { ...ENDPOINT, apiKey: 'another-key-of-length' }, NOW)
  assert.notEqual(other.apiKeyFingerprint, first.apiKeyFingerprint)
  const short = await endpoints.put(OFFER, { ...ENDPOINT, apiKey: 'short' }, NOW)
  assert.equal(short.apiKeyLast4, null, 'four of five letters would be the key')
  const none = await endpoints.put(OFFER, { ...ENDPOINT, apiKey: null }, NOW)
  assert.deepEqual([none.apiKeyLast4, none.apiKeyFingerprint], [null, null])
  await endpoints.remove(OFFER)
  assert.equal(endpoints.open(OFFER), undefined)
  assert.equal(endpoints.view(OFFER), undefined)
  await db.destroy()
})
