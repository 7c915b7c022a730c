import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Scope } from '../../src/wire/key.ts'
import { createDevices } from '../../src/grid/device.ts'
import type { Told } from './grid-client.ts'
import { detail, gridClient, one } from './grid-client.ts'
import type { Stage, Trader } from './stage.ts'
import { openStage } from './stage.ts'

const CLIENT = 'grid-cli-public'
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const SCOPE = 'account:read account:write trade:read trade:write supply:read supply:write keys:manage'

let stage: Stage
let person: Trader
let anyone: ReturnType<typeof gridClient>

before(async () => {
  stage = await openStage()
  person = await stage.trader('person', '100')
  anyone = gridClient(`${stage.base}/api/v1`, undefined)
})

after(() => stage.end())

type Codes = { device_code: string; user_code: string; verification_uri_complete: string }

const begin = async (scope = SCOPE): Promise<Codes> => {
  const begun = await anyone.post('/oauth/device/code', { client_id: CLIENT, scope })
  assert.equal(begun.status, 200, begun.text)
  return begun.body as Codes
}
const poll = ({ device_code }: Codes, client_id = CLIENT) =>
  anyone.post('/oauth/token', { grant_type: DEVICE_GRANT, client_id, device_code })
const answer = (who: Trader, { user_code: code }: Codes, approve: boolean) =>
  who.platform.post(`/oauth/devices/${code}`, { approve })
const errorOf = ({ body }: Told) => body.error

test('a device is approved by a person, gets its tokens once, and acts within what was given', async () => {
  const codes = await begin()
  assert.match(codes.user_code, /^[B-Z]{4}-[B-Z]{4}$/)
  assert.equal(codes.verification_uri_complete, `${stage.exchange.baseUrl}/#/device/${codes.user_code}`)
  const shown = one(await person.platform.get(`/oauth/devices/${codes.user_code.toLowerCase()}`))
  assert.equal(shown.client, CLIENT)
  assert.deepEqual(shown.given, SCOPE.split(' '))
  assert.equal((await answer(person, codes, true)).status, 204)
  const tokens = await poll(codes)
  assert.equal(tokens.status, 200, tokens.text)
  assert.equal(tokens.body.scope, SCOPE)
  const access = gridClient(`${stage.base}/v1`, String(tokens.body.access_token))
  assert.equal(one(await access.get('/me')).user_id, person.account)
  assert.equal(errorOf(await poll(codes)), 'invalid_grant', 'the tokens are shown once')
})

test('while nobody has answered the device waits, and is slowed down if it asks too often', async () => {
  const codes = await begin()
  assert.equal(errorOf(await poll(codes)), 'slow_down')
  assert.equal(errorOf(await poll(codes, 'somebody-else')), 'invalid_grant')
  let now = 1_000_000
  const devices = createDevices(() => now)
  const begun = devices.begin(CLIENT, ['trade:read'], '127.0.0.1')
  assert.ok(begun)
  now += 5_000
  assert.equal(devices.poll(begun.deviceCode, CLIENT), 'authorization_pending')
  now += 4_999
  assert.equal(devices.poll(begun.deviceCode, CLIENT), 'slow_down')
  now += 9_999
  assert.equal(devices.poll(begun.deviceCode, CLIENT), 'slow_down', 'it had agreed to ten seconds')
  now += 600_000
  assert.equal(devices.poll(begun.deviceCode, CLIENT), 'expired_token')
  assert.equal(devices.find(begun.device.userCode), undefined)
})

test('a refused device is told so, and nobody can change the answer', async () => {
  const codes = await begin()
  assert.equal((await answer(person, codes, false)).status, 204)
  assert.equal(detail(await answer(person, codes, true)), 'already_answered')
  assert.equal(errorOf(await poll(codes)), 'access_denied')
})

test('nobody gives what they do not have', async () => {
  const codes = await begin()
  assert.equal((await anyone.post(`/oauth/devices/${codes.user_code}`, { approve: true })).status, 401)
  const few: readonly Scope[] = ['account:read', 'keys:manage']
  const { key } = await stage.exchange.join('reader', '1', few)
  const reader = gridClient(`${stage.base}/api/v1`, key)
  assert.equal((await reader.post(`/oauth/devices/${codes.user_code}`, { approve: true })).status, 204)
  const tokens = await poll(codes)
  assert.equal(tokens.body.scope, 'account:read trade:read supply:read keys:manage')
  const access = gridClient(`${stage.base}/v1`, String(tokens.body.access_token))
  assert.equal((await access.del('/orders')).status, 403)
  const { key: weak } = await stage.exchange.join('weak', '1', ['account:read'])
  const other = await begin()
  const refused = await gridClient(`${stage.base}/api/v1`, weak).post(`/oauth/devices/${other.user_code}`, {
    approve: true,
  })
  assert.equal(detail(refused), 'scope_missing')
})

test('tokens are renewed once each, and end together', async () => {
  const codes = await begin()
  await answer(person, codes, true)
  const first = (await poll(codes)).body
  const renew = (refresh_token: unknown) =>
    anyone.post('/oauth/token', { grant_type: 'refresh_token', client_id: CLIENT, refresh_token })
  const second = (await renew(first.refresh_token)).body
  assert.equal(errorOf(await renew(first.refresh_token)), 'invalid_grant')
  const holds = async (token: unknown) =>
    (await gridClient(`${stage.base}/v1`, String(token)).get('/me')).status
  assert.equal(await holds(first.access_token), 401, 'the renewed token has ended')
  assert.equal(await holds(second.access_token), 200)
  assert.equal((await anyone.post('/oauth/revoke', { token: second.access_token })).status, 200)
  assert.equal(await holds(second.access_token), 401)
  assert.equal(errorOf(await renew(second.refresh_token)), 'invalid_grant')
  assert.equal((await anyone.post('/oauth/revoke', { token: 'never heard of' })).status, 200)
})

test('when the key of who approved has ended, nothing is renewed', async () => {
  const brief = await stage.trader('brief', '1')
  const codes = await begin()
  await answer(brief, codes, true)
  const { refresh_token: refresh } = (await poll(codes)).body
  const { keys, clock } = stage.exchange.venue
  const found = keys.find(brief.key, '127.0.0.1', clock())
  assert.ok(typeof found !== 'string')
  await keys.revoke(found.account, found.id, clock())
  const renewed = await anyone.post('/oauth/token', {
    grant_type: 'refresh_token',
    client_id: CLIENT,
    refresh_token: refresh,
  })
  assert.equal(errorOf(renewed), 'invalid_grant')
})

test('a form is taken as well as JSON, and what is no request is refused in the words of OAuth', async () => {
  const form = await fetch(`${stage.base}/api/v1/oauth/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT, scope: 'trade:read' }),
  })
  assert.equal(form.status, 200)
  assert.equal(errorOf(await anyone.post('/oauth/device/code', { client_id: 'a b' })), 'invalid_client')
  const scope = await anyone.post('/oauth/device/code', { client_id: CLIENT, scope: 'everything' })
  assert.equal(errorOf(scope), 'invalid_scope')
  const kind = await anyone.post('/oauth/token', { client_id: CLIENT, grant_type: 'password' })
  assert.equal(errorOf(kind), 'unsupported_grant_type')
})
