import assert from 'node:assert/strict'
import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { isEd25519, isHmac, isPublicKey, signingText } from '../../src/api/signature.ts'
import { MICROS_PER_SECOND } from '../../src/base/time.ts'
import type { TestVenue, Trader } from './test-venue.ts'
import { openTestVenue } from './test-venue.ts'

const DOCUMENT = readFileSync(new URL('../../docs/signing.md', import.meta.url), 'utf8')
const VECTOR = /^\| `(key_\d)` \| `(\w+)` \| `([^`]+)` \| (?:`([^`]+)`)? ?\| `([^`]+)` \|$/gm
const SECRET = 'bb_ThisIsNotARealSecretItIsForTestsOnly00'
const PUBLIC = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'

const ed25519 = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(SEED, 'hex')]),
  format: 'der',
  type: 'pkcs8',
})

test('the published vectors hold', () => {
  assert.ok(DOCUMENT.includes(SECRET) && DOCUMENT.includes(PUBLIC) && DOCUMENT.includes(SEED))
  const vectors = [...DOCUMENT.matchAll(VECTOR)]
  assert.equal(vectors.length, 3)
  for (const [, keyId = '', method = '', pathAndQuery = '', body = '', signature = ''] of vectors) {
    const text = signingText({
      method,
      pathAndQuery,
      keyId,
      host: 'exchange.example.com',
      body: Buffer.from(body),
      timestamp: '1795600000000',
      nonce: '000102030405060708090a0b0c0d0e0f',
    })
    const fits = keyId === 'key_7' ? isHmac(SECRET, text, signature) : isEd25519(PUBLIC, text, signature)
    assert.ok(fits, `${keyId} ${method} ${pathAndQuery}`)
  }
})

test('a public key under which anybody could sign is no public key', () => {
  assert.equal(isPublicKey(PUBLIC), true)
  assert.equal(isPublicKey(Buffer.alloc(32).toString('base64')), false)
  assert.equal(isPublicKey(Buffer.concat([Buffer.of(1), Buffer.alloc(31)]).toString('base64')), false)
  assert.equal(isPublicKey(Buffer.alloc(31, 9).toString('base64')), false)
})

let v: TestVenue
let alice: Trader
let hmac: { id: string; secret: string }
let edKey: string

before(async () => {
  v = await openTestVenue()
  alice = await v.join('Alice')
  const scopes = ['account:read', 'trade:place', 'trade:cancel']
  const made = await v.send('POST', '/v1/keys', {
    key: alice.key,
    body: { name: 'signer', kind: 'hmac', scopes },
  })
  assert.equal(made.status, 201, made.text)
  hmac = made.json
  const publicKey = createPublicKey(ed25519)
    .export({ format: 'der', type: 'spki' })
    .subarray(12)
    .toString('base64')
  const second = await v.send('POST', '/v1/keys', {
    key: alice.key,
    body: { name: 'signer 2', kind: 'ed25519', scopes, public_key: publicKey },
  })
  assert.equal(second.status, 201, second.text)
  assert.equal(second.json.secret, null)
  edKey = second.json.id
})
after(async () => {
  assert.deepEqual(v.errors, [])
  await v.close()
})

type Parts = { method: string; path: string; body?: object; keyId?: string; host?: string; ageMs?: number }

const now = () => Math.floor(v.venue.clock() / 1_000)

/** Headers of a signed request, and the bytes that go with them. */
function signed({ method, path, body, keyId = hmac.id, host = '127.0.0.1:8700', ageMs = 0 }: Parts) {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const timestamp = String(now() - ageMs)
  const nonce = randomBytes(16).toString('hex')
  const text = signingText({
    method,
    host,
    pathAndQuery: path,
    body: bytes ?? Buffer.alloc(0),
    timestamp,
    nonce,
    keyId,
  })
  const signature =
    keyId === edKey
      ? sign(null, Buffer.from(text), ed25519).toString('base64')
      : createHmac('sha256', hmac.secret).update(text).digest('hex')
  const headers: Record<string, string> = {
    'x-api-key': keyId,
    'x-timestamp': timestamp,
    'x-nonce': nonce,
    'x-signature': signature,
  }
  return { headers, ...(bytes && { bytes }) }
}

const ORDER = { instrument: 'text-prime', side: 'buy', price: '0.7000', quantity: '1.00' }
const placing = (more: Partial<Parts> = {}) =>
  signed({ method: 'POST', path: '/v1/orders', body: ORDER, ...more })

describe('a signed request', () => {
  test('is done as asked, with either kind of key', async () => {
    assert.equal((await v.send('POST', '/v1/orders', placing())).status, 201)
    assert.equal((await v.send('POST', '/v1/orders', placing({ keyId: edKey }))).status, 201)
    const path = '/v1/orders?status=open&limit=10'
    assert.equal((await v.send('GET', path, signed({ method: 'GET', path }))).json.data.length, 2)
  })

  test('sent again is refused', async () => {
    const sent = placing()
    assert.equal((await v.send('POST', '/v1/orders', sent)).status, 201)
    const again = await v.send('POST', '/v1/orders', sent)
    assert.equal(again.status, 401)
    assert.equal(again.json.code, 'nonce_reused')
    const racing = placing()
    const answers = await Promise.all(Array.from({ length: 20 }, () => v.send('POST', '/v1/orders', racing)))
    assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  })

  test('with anything changed is refused', async () => {
    const path = '/v1/orders?limit=10'
    const reading = () => signed({ method: 'GET', path })
    const refused: [string, Promise<{ status: number; json: { code: string } }>][] = [
      ['query', v.send('GET', '/v1/orders?limit=11', reading())],
      ['path', v.send('GET', '/v1/fills?limit=10', reading())],
      ['host', v.send('GET', path, { ...reading(), host: 'elsewhere:8700' })],
      [
        'body',
        v.send('POST', '/v1/orders', {
          ...placing(),
          bytes: Buffer.from(JSON.stringify({ ...ORDER, quantity: '9.00' })),
        }),
      ],
      [
        'method',
        v.send(
          'POST',
          '/v1/orders/preview',
          signed({ method: 'PUT', path: '/v1/orders/preview', body: ORDER }),
        ),
      ],
    ]
    for (const [what, answer] of refused) {
      const { status, json } = await answer
      assert.equal(status, 401, what)
      assert.equal(json.code, 'invalid_signature', what)
    }
  })

  test('that is too old, or from the future, is refused', async () => {
    for (const ageMs of [5_500, 70_000, -5_500]) {
      const answer = await v.send('POST', '/v1/orders', placing({ ageMs }))
      assert.equal(answer.json.code, 'clock_skew', String(ageMs))
    }
    const patient = placing({ ageMs: 20_000 })
    patient.headers['x-recv-window'] = '60000'
    assert.equal((await v.send('POST', '/v1/orders', patient)).status, 201)
    const endless = placing()
    endless.headers['x-recv-window'] = '60001'
    assert.equal((await v.send('POST', '/v1/orders', endless)).status, 401)
  })

  test('whose headers are malformed is refused, each by name', async () => {
    for (const [name, value] of [
      ['x-api-key', 'key_0'],
      ['x-api-key', hmac.secret],
      ['x-timestamp', '1e12'],
      ['x-nonce', 'AB'.repeat(16)],
      ['x-nonce', '00'],
      ['x-recv-window', '-1'],
      ['x-signature', 'f'.repeat(63)],
      ['x-signature', 'F'.repeat(64)],
    ] as const) {
      const sent = placing()
      sent.headers[name] = value
      const answer = await v.send('POST', '/v1/orders', sent)
      assert.equal(answer.status, 401, `${name}: ${value}`)
      assert.equal(answer.json.errors[0].pointer, `/headers/${name}`)
    }
  })

  test('cannot be made with a bearer key, nor a bearer request with a signing key', async () => {
    const other = await v.send('GET', '/v1/keys', { key: alice.key })
    const bearer = other.json.data.find(({ kind }: { kind: string }) => kind === 'bearer')
    assert.equal((await v.send('POST', '/v1/orders', placing({ keyId: bearer.id }))).status, 401)
    assert.equal((await v.send('GET', '/v1/orders', { key: hmac.secret })).status, 401)
  })

  test('by a revoked key is refused', async () => {
    const made = await v.send('POST', '/v1/keys', {
      key: alice.key,
      body: { name: 'short', kind: 'hmac', scopes: ['account:read'] },
    })
    const path = '/v1/account'
    const own = { ...hmac }
    hmac = made.json
    assert.equal((await v.send('GET', path, signed({ method: 'GET', path }))).status, 200)
    await v.send('DELETE', `/v1/keys/${hmac.id}`, { key: alice.key })
    assert.equal((await v.send('GET', path, signed({ method: 'GET', path }))).status, 401)
    hmac = own
  })
})

describe('a bearer key', () => {
  test('is needed, in one form', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${alice.key}` },
      { authorization: alice.key },
      { authorization: `Bearer ${alice.key}x` },
      { authorization: `Bearer ${alice.key.slice(0, -1)}` },
      { authorization: `Bearer ${alice.key} ${alice.key}` },
      { authorization: `Bearer ' OR '1'='1` },
      { authorization: `Bearer ${alice.key}`, 'x-api-key': alice.key },
    ]) {
      const answer = await v.send('GET', '/v1/account', { headers: headers as Record<string, string> })
      assert.equal(answer.status, 401, JSON.stringify(headers))
      assert.equal(answer.headers['www-authenticate'], 'Bearer')
    }
    assert.equal((await v.send('GET', '/v1/account', { headers: { 'x-api-key': alice.key } })).status, 200)
    assert.equal(
      (await v.send('GET', '/v1/account', { headers: { authorization: `bearer ${alice.key}` } })).status,
      200,
    )
  })

  test('ends when it expires', async () => {
    const made = await v.send('POST', '/v1/keys', {
      key: alice.key,
      body: { name: 'brief', scopes: ['account:read'], expires_in: 60 },
    })
    const { secret } = made.json
    assert.equal((await v.send('GET', '/v1/account', { key: secret })).status, 200)
    v.pass(61 * MICROS_PER_SECOND)
    const late = await v.send('GET', '/v1/account', { key: secret })
    assert.equal(late.status, 401)
    assert.equal(late.json.code, 'key_expired')
  })

  test('works only from its addresses', async () => {
    const made = await v.send('POST', '/v1/keys', {
      key: alice.key,
      body: { name: 'home', scopes: ['account:read'], ip_allowlist: ['10.0.0.0/8', '2001:db8::1'] },
    })
    const { secret } = made.json
    for (const [ip, status] of [
      ['10.1.2.3', 200],
      ['::ffff:10.1.2.3', 200],
      ['2001:db8::1', 200],
      ['11.0.0.1', 403],
      ['127.0.0.1', 403],
    ] as const)
      assert.equal((await v.send('GET', '/v1/account', { key: secret, ip })).status, status, ip)
  })
})
