import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { AccountId, MandateId } from '../../src/base/ids.ts'
import { NO_MANDATE } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import type { ControlDatabase } from '../../src/store/control.ts'
import { openControl } from '../../src/store/control.ts'
import type { ApiKey, NewKey } from '../../src/store/key.ts'
import {
  createKeys,
  excessOf,
  fingerprintOf,
  isSecret,
  KEYS_PER_ACCOUNT,
  newSecret,
} from '../../src/store/key.ts'
import { createVault, SealBroken } from '../../src/store/secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-key-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newPath = () => join(folder, `control-${++files}.db`)
const vault = createVault(randomBytes(32))
const NOW = 1_000_000 as Instant
const HERE = '127.0.0.1'
const OTHER = 2 as AccountId

const wanted = (part: Partial<NewKey> = {}): NewKey => ({
  account: 1 as AccountId,
  mandate: NO_MANDATE,
  label: 'test',
  kind: 'bearer',
  scopes: ['account:read', 'trade:place'],
  addresses: [],
  expiresAt: null,
  createdBy: null,
  publicKey: null,
  ...part,
})

async function withKeys<Value>(
  use: (keys: Awaited<ReturnType<typeof createKeys>>, db: ControlDatabase, path: string) => Promise<Value>,
) {
  const path = newPath()
  const db = await openControl(path)
  try {
    return await use(await createKeys(db, vault), db, path)
  } finally {
    await db.destroy()
  }
}

type Keys = Awaited<ReturnType<typeof createKeys>>

/** Makes a key that must be made. */
async function make(keys: Keys, part: Partial<NewKey> = {}): Promise<{ key: ApiKey; secret: string }> {
  const made = await keys.create(wanted(part), NOW)
  assert.ok(made !== 'too_many_keys')
  return { key: made.key, secret: made.secret ?? '' }
}

const found = (answer: ReturnType<Keys['find']>): ApiKey => {
  assert.ok(typeof answer === 'object', JSON.stringify(answer))
  return answer
}

describe('the secret of a key', () => {
  test('starts with bb_, holds more than 160 bits, and checks itself', () => {
    const secret = newSecret()
    assert.match(secret, /^bb_[0-9A-Za-z]{39}$/)
    assert.ok(isSecret(secret))
    assert.ok(33 * Math.log2(62) > 160)
    assert.notEqual(newSecret(), secret)
  })

  test('is not taken for one with any letter changed, or cut, or lengthened', () => {
    const secret = newSecret()
    for (let i = 0; i < secret.length; i++) {
      const other = secret[i] === 'x' ? 'y' : 'x'
      assert.ok(!isSecret(secret.slice(0, i) + other + secret.slice(i + 1)), `letter ${i}`)
    }
    assert.ok(!isSecret(secret.slice(0, -1)))
    assert.ok(!isSecret(`${secret}0`))
    assert.ok(!isSecret(''))
  })
})

describe('a bearer key', () => {
  test('opens its account, before and after a restart', async () => {
    await withKeys(async (keys, db) => {
      const { key, secret } = await make(keys, { mandate: 4 as MandateId })
      assert.deepEqual(found(keys.find(secret, HERE, NOW)), key)
      assert.deepEqual([key.account, key.mandate, key.scopes], [1, 4, ['account:read', 'trade:place']])
      assert.ok(secret.startsWith(key.prefix) && key.prefix.length < 10)
      const restarted = await createKeys(db, vault)
      assert.deepEqual(found(restarted.find(secret, HERE, NOW)), key)
    })
  })

  test('is on disk only as a hash', async () => {
    await withKeys(async (keys, db, path) => {
      const { secret } = await make(keys)
      const { secret: signing } = await make(keys, { kind: 'hmac' })
      await db.selectFrom('api_key').selectAll().execute()
      const bytes = readFileSync(path).toString('latin1') + readFileSync(`${path}-wal`).toString('latin1')
      for (const text of [secret, signing])
        assert.ok(!bytes.includes(text.slice(12)), 'the secret is not there')
    })
  })

  test('is refused once revoked, at once and for good, and stays listed', async () => {
    await withKeys(async (keys, db) => {
      const { key, secret } = await make(keys)
      const later = (NOW + 5) as Instant
      const revoking = keys.revoke(key.account, key.id, later)
      assert.equal(keys.find(secret, HERE, later), 'key_unknown', 'before the disk has answered')
      assert.equal((await revoking)?.revokedAt, later)
      assert.equal(await keys.revoke(key.account, key.id, later), undefined)
      assert.deepEqual(await keys.list(key.account), [{ ...key, revokedAt: later }])
      const restarted = await createKeys(db, vault)
      assert.equal(restarted.find(secret, HERE, later), 'key_unknown')
    })
  })

  test('is revoked by nobody else', async () => {
    await withKeys(async (keys) => {
      const { key, secret } = await make(keys)
      assert.equal(await keys.revoke(2 as AccountId, key.id, NOW), undefined)
      found(keys.find(secret, HERE, NOW))
      assert.deepEqual(await keys.list(2 as AccountId), [])
    })
  })

  test('ends when it expires', async () => {
    await withKeys(async (keys) => {
      const { secret } = await make(keys, { expiresAt: (NOW + 10) as Instant })
      found(keys.find(secret, HERE, (NOW + 9) as Instant))
      assert.equal(keys.find(secret, HERE, (NOW + 10) as Instant), 'key_expired')
    })
  })

  test('works only from the addresses it names', async () => {
    await withKeys(async (keys) => {
      const { secret } = await make(keys, { addresses: ['10.1.0.0/16', '192.0.2.7', '2001:db8::/32'] })
      for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:1::5'])
        found(keys.find(secret, address, NOW))
      for (const address of ['10.2.0.1', '192.0.2.8', '2001:db9::1', '::1', '', 'localhost', '167837955'])
        assert.equal(keys.find(secret, address, NOW), 'key_address', address)
      await assert.rejects(keys.create(wanted({ addresses: ['10.0.0.0/33'] }), NOW), RangeError)
    })
  })

  test('is one of at most a hundred of its account', async () => {
    await withKeys(async (keys) => {
      for (let i = 0; i < KEYS_PER_ACCOUNT; i++) await make(keys)
      assert.equal(await keys.create(wanted(), NOW), 'too_many_keys')
      await make(keys, { account: 2 as AccountId })
      await keys.revoke(1 as AccountId, 1, NOW)
      await make(keys)
    })
  })
})

describe('a signing key', () => {
  test('gives its HMAC secret to the verifier, also after a restart, and is no bearer key', async () => {
    await withKeys(async (keys, db) => {
      const { key, secret } = await make(keys, { kind: 'hmac' })
      assert.deepEqual(keys.signer(key.id, HERE, NOW), { key, kind: 'hmac', secret })
      assert.equal(keys.find(secret, HERE, NOW), 'key_unknown')
      const restarted = await createKeys(db, vault)
      assert.deepEqual(restarted.signer(key.id, HERE, NOW), { key, kind: 'hmac', secret })
      await assert.rejects(createKeys(db, createVault(randomBytes(32))), SealBroken)
    })
  })

  test('gives its Ed25519 public key, whose secret was never seen', async () => {
    await withKeys(async (keys) => {
      const { publicKey } = generateKeyPairSync('ed25519')
      const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
      const made = await keys.create(wanted({ kind: 'ed25519', publicKey: raw }), NOW)
      assert.ok(made !== 'too_many_keys')
      assert.equal(made.secret, null)
      assert.deepEqual(keys.signer(made.key.id, HERE, NOW), {
        key: made.key,
        kind: 'ed25519',
        publicKey: raw,
      })
      await assert.rejects(keys.create(wanted({ kind: 'ed25519', publicKey: 'AAAA' }), NOW), RangeError)
    })
  })

  test('is found by the fingerprint of its public half, by whoever registered it first, while it works', () =>
    withKeys(async (keys, db) => {
      const { publicKey } = generateKeyPairSync('ed25519')
      const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
      const first = await keys.create(wanted({ kind: 'ed25519', publicKey: raw }), NOW)
      const later = await keys.create(wanted({ kind: 'ed25519', publicKey: raw, account: OTHER }), NOW)
      assert.ok(typeof first !== 'string' && typeof later !== 'string')
      assert.equal(keys.ofFingerprint(fingerprintOf(raw)), first.key.id)
      assert.equal((await createKeys(db, vault)).ofFingerprint(fingerprintOf(raw)), first.key.id)
      await keys.revoke(OTHER, later.key.id, NOW)
      assert.equal(keys.ofFingerprint(fingerprintOf(raw)), first.key.id)
      await keys.revoke(first.key.account, first.key.id, NOW)
      assert.equal(keys.ofFingerprint(fingerprintOf(raw)), undefined)
    }))

  test('is refused like a bearer key: unknown, revoked, expired, from elsewhere', async () => {
    await withKeys(async (keys) => {
      const { key } = await make(keys, { kind: 'hmac', expiresAt: (NOW + 10) as Instant, addresses: [HERE] })
      const bearer = await make(keys)
      assert.equal(keys.signer(key.id, '10.0.0.1', NOW), 'key_address')
      assert.equal(keys.signer(key.id, HERE, (NOW + 10) as Instant), 'key_expired')
      assert.equal(keys.signer(bearer.key.id, HERE, NOW), 'key_unknown')
      assert.equal(keys.signer(999, HERE, NOW), 'key_unknown')
      await keys.revoke(key.account, key.id, NOW)
      assert.equal(keys.signer(key.id, HERE, NOW), 'key_unknown')
    })
  })
})

describe('a key made by a key', () => {
  const creator: ApiKey = {
    ...wanted({ mandate: 5 as MandateId, addresses: ['10.0.0.0/8'], expiresAt: 100 as Instant }),
    id: 1,
    prefix: 'bb_',
    createdAt: NOW,
    revokedAt: null,
  }
  const same = wanted({ mandate: 5 as MandateId, addresses: ['10.1.0.0/16'], expiresAt: 100 as Instant })
  /** Mandate 6 descends from 5; nothing else does. */
  const isUnder = (mandate: MandateId, ancestor: MandateId) =>
    mandate === ancestor || (Number(mandate) === 6 && Number(ancestor) === 5)
  const excess = (part: Partial<NewKey>, from = creator) => excessOf(from, { ...same, ...part }, isUnder)

  test('may have what its maker has, or less', () => {
    assert.equal(excess({}), undefined)
    assert.equal(
      excess({ scopes: ['trade:place'], mandate: 6 as MandateId, expiresAt: 99 as Instant }),
      undefined,
    )
    assert.equal(excess({ addresses: ['10.1.2.3', '::ffff:10.2.3.4'] }), undefined)
  })

  test('never has more', () => {
    assert.equal(excess({ account: 2 as AccountId }), 'account')
    assert.equal(excess({ scopes: ['trade:place', 'risk:admin'] }), 'scopes')
    assert.equal(excess({ mandate: NO_MANDATE }), 'mandate')
    assert.equal(excess({ mandate: 7 as MandateId }), 'mandate')
    assert.equal(excess({ expiresAt: null }), 'expiry')
    assert.equal(excess({ expiresAt: 101 as Instant }), 'expiry')
    assert.equal(excess({ addresses: [] }), 'addresses')
    assert.equal(excess({ addresses: ['0.0.0.0/0'] }), 'addresses')
    assert.equal(excess({ addresses: ['10.1.0.0/16', '::/0'] }), 'addresses')
  })

  test('is free of mandate, expiry and addresses where its maker is', () => {
    const free: ApiKey = { ...creator, mandate: NO_MANDATE, expiresAt: null, addresses: [] }
    assert.equal(excess({ mandate: 9 as MandateId, expiresAt: null, addresses: [] }, free), undefined)
  })
})
