import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openNonces } from '../../src/store/nonce.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-nonce-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const newPath = () => join(folder, `nonces-${++files}.db`)
const STARTED = 1_000_000
const NOW = STARTED + 60_000

test('a nonce counts once per key, and not again after a restart', async () => {
  const path = newPath()
  const nonces = await openNonces(path, STARTED)
  assert.equal(await nonces.claim(1, 'aa', NOW), true)
  assert.equal(await nonces.claim(1, 'aa', NOW), false)
  assert.equal(await nonces.claim(1, 'aa', NOW + 1), false, 'whatever time it is said to be')
  assert.equal(await nonces.claim(2, 'aa', NOW), true, 'another key has its own')
  await nonces.close()
  const again = await openNonces(path, STARTED)
  assert.equal(await again.claim(1, 'aa', NOW), false)
  assert.equal(await again.claim(1, 'bb', NOW), true)
  await again.close()
})

test('of many claims of one nonce at once exactly one is the first', async () => {
  const nonces = await openNonces(newPath(), STARTED)
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, i) => nonces.claim(1, `n${i % 100}`, NOW)),
  )
  assert.equal(answers.filter((isNew) => isNew).length, 100)
  assert.deepEqual(answers.slice(0, 100), Array(100).fill(true), 'the first to ask')
  await nonces.close()
})

test('what was signed before the machine was started, and clocks ahead of it, are refused', async () => {
  const nonces = await openNonces(newPath(), STARTED)
  assert.equal(await nonces.claim(1, 'old', STARTED - 1), false)
  assert.equal(await nonces.claim(1, 'ahead', STARTED + 4_999), false)
  assert.equal(await nonces.claim(1, 'new', STARTED + 5_000), true)
  await nonces.close()
})

test('old nonces are forgotten, young ones are not', async () => {
  const nonces = await openNonces(newPath(), STARTED)
  await nonces.claim(1, 'old', NOW)
  await nonces.claim(1, 'young', NOW + 120_000)
  assert.equal(await nonces.prune(NOW + 1), 1)
  assert.equal(await nonces.claim(1, 'young', NOW + 120_000), false)
  await nonces.close()
})
