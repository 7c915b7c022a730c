import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { AccountId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { openControl } from '../../src/store/control.ts'
import type { Idempotency } from '../../src/store/idempotency.ts'
import { createIdempotency } from '../../src/store/idempotency.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-idempotency-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const NOW = 10 as Instant
const REQUEST = { account: 1 as AccountId, operation: 'transfers.create', key: 'k1' }

/** A memory of answers, and the same one as a restarted process sees it. */
async function withMemory(use: (memory: Idempotency, restarted: () => Idempotency) => Promise<void>) {
  const db = await openControl(join(folder, `control-${++files}.db`))
  try {
    await use(createIdempotency(db), () => createIdempotency(db))
  } finally {
    await db.destroy()
  }
}

test('a repeat is answered as the first time, also after a restart', () =>
  withMemory(async (memory, restarted) => {
    assert.deepEqual(await memory.begin(REQUEST, 'body', NOW), { kind: 'fresh' })
    await memory.finish(REQUEST, 201, '{"id":"lot_1"}')
    const answered = { kind: 'answered', status: 201, answer: '{"id":"lot_1"}' }
    assert.deepEqual(await memory.begin(REQUEST, 'body', NOW), answered)
    assert.deepEqual(await memory.begin(REQUEST, 'body', NOW), answered)
    assert.deepEqual(await restarted().begin(REQUEST, 'body', NOW), answered)
  }))

test('the same key with another body is a conflict, while running and after', () =>
  withMemory(async (memory) => {
    await memory.begin(REQUEST, 'body', NOW)
    assert.deepEqual(await memory.begin(REQUEST, 'other', NOW), { kind: 'conflict' })
    await memory.finish(REQUEST, 200, '{}')
    assert.deepEqual(await memory.begin(REQUEST, 'other', NOW), { kind: 'conflict' })
  }))

test('another account or operation has keys of its own', () =>
  withMemory(async (memory) => {
    await memory.begin(REQUEST, 'body', NOW)
    const others = [
      { ...REQUEST, account: 2 as AccountId },
      { ...REQUEST, operation: 'issuances.create' },
    ]
    for (const other of others) assert.deepEqual(await memory.begin(other, 'x', NOW), { kind: 'fresh' })
  }))

test('of many at once one is first and the others are told that it is running', () =>
  withMemory(async (memory) => {
    const begun = await Promise.all(Array.from({ length: 20 }, () => memory.begin(REQUEST, 'body', NOW)))
    assert.deepEqual(
      begun.map(({ kind }) => kind),
      ['fresh', ...Array<string>(19).fill('running')],
    )
  }))

test('a request without effect may be tried again', () =>
  withMemory(async (memory) => {
    await memory.begin(REQUEST, 'body', NOW)
    await memory.drop(REQUEST)
    assert.deepEqual(await memory.begin(REQUEST, 'other', NOW), { kind: 'fresh' })
  }))

test('a request that its process did not outlive is not tried again', () =>
  withMemory(async (memory, restarted) => {
    await memory.begin(REQUEST, 'body', NOW)
    const later = restarted()
    assert.deepEqual(await later.begin(REQUEST, 'body', NOW), { kind: 'interrupted' })
    assert.deepEqual(await later.begin(REQUEST, 'body', NOW), { kind: 'interrupted' })
    assert.deepEqual(await later.begin(REQUEST, 'other', NOW), { kind: 'conflict' })
  }))

test('old answers are forgotten', () =>
  withMemory(async (memory) => {
    await memory.begin(REQUEST, 'body', NOW)
    await memory.finish(REQUEST, 200, '{}')
    assert.equal(await memory.prune(NOW), 0)
    assert.equal(await memory.prune((NOW + 1) as Instant), 1)
    assert.deepEqual(await memory.begin(REQUEST, 'body', NOW), { kind: 'fresh' })
  }))
