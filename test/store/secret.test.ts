import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { createVault, loadMasterKey, MasterKeyRefused, SealBroken } from '../../src/store/secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-secret-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('the master key', () => {
  test('is made on first use, readable by its owner only, and is the same ever after', () => {
    const path = join(folder, 'made.key')
    const key = loadMasterKey(path)
    assert.equal(key.length, 32)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(loadMasterKey(path), key)
    assert.notDeepEqual(loadMasterKey(join(folder, 'other.key')), key)
  })

  test('is refused in one line when others may read it', () => {
    const path = join(folder, 'open.key')
    loadMasterKey(path)
    for (const mode of [0o640, 0o604, 0o644]) {
      chmodSync(path, mode)
      assert.throws(() => loadMasterKey(path), { name: 'MasterKeyRefused', message: /readable by others/ })
    }
  })

  test('is refused when it is not a key, and left as it is', () => {
    for (const text of ['', 'short', 'f'.repeat(63), 'f'.repeat(66), 'g'.repeat(64)]) {
      const path = join(folder, `bad-${text.length}-${text[0] ?? ''}.key`)
      writeFileSync(path, text, { mode: 0o600 })
      assert.throws(() => loadMasterKey(path), MasterKeyRefused)
      assert.equal(readFileSync(path, 'utf8'), text)
    }
  })
})

describe('a sealed secret', () => {
  const vault = createVault(randomBytes(32))

  test('opens where it was sealed, and tells nothing on the way', () => {
    for (const secret of ['', 'sk-live-1234567890', 'ключ 🔑', 'x'.repeat(10_000)]) {
      const sealed = vault.seal('supplier-endpoint', 'offer 1', secret)
      assert.equal(vault.open('supplier-endpoint', 'offer 1', sealed), secret)
      if (secret.length > 8) assert.ok(!Buffer.from(sealed, 'base64').includes(secret.slice(0, 8)))
      assert.notEqual(vault.seal('supplier-endpoint', 'offer 1', secret), sealed, 'never twice alike')
    }
  })

  test('does not open for another purpose, in another place, or under another master key', () => {
    const sealed = vault.seal('supplier-endpoint', 'offer 1', 'secret')
    assert.throws(() => vault.open('key-signing', 'offer 1', sealed), SealBroken)
    assert.throws(() => vault.open('supplier-endpoint', 'offer 2', sealed), SealBroken)
    assert.throws(() => createVault(randomBytes(32)).open('supplier-endpoint', 'offer 1', sealed), SealBroken)
  })

  test('does not open with any one byte changed, or cut short', () => {
    const sealed = Buffer.from(vault.seal('key-signing', 'key 1', 'secret'), 'base64')
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed)
      changed[i] = (changed[i] as number) ^ 1
      assert.throws(() => vault.open('key-signing', 'key 1', changed.toString('base64')), SealBroken)
      const cut = sealed.subarray(0, i).toString('base64')
      assert.throws(() => vault.open('key-signing', 'key 1', cut), SealBroken)
    }
  })

  test('stands beside keys drawn by name, each its own', () => {
    const master = randomBytes(32)
    const receipts = createVault(master).derive('receipt-signing')
    assert.equal(receipts.length, 32)
    assert.deepEqual(createVault(master).derive('receipt-signing'), receipts)
    assert.notDeepEqual(createVault(master).derive('sessions'), receipts)
  })
})
