import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rebuildHistory } from '../../src/rebuilding.ts'
import { openHistory } from '../../src/store/history.ts'
import { runExchange } from '../running-exchange.ts'
import { configOf, newFolder, rebuilds } from './rebuild-case.ts'

test('a file is rebuilt from the journal with the same result', (t) => rebuilds(t, null))

test('a file that is no database any more is replaced by a rebuilt one', async (t) => {
  const folder = newFolder()
  const first = await runExchange(folder)
  await first.join('Harbour AI', '10.00')
  await first.close()
  const file = join(folder, 'data', 'history.db')
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  writeFileSync(file, 'nothing that SQLite knows'.repeat(500))
  await assert.rejects(
    openHistory(file, (error) => assert.fail(error)),
    /cannot open .*history\.db: .*not a database/,
  )
  await rebuildHistory(configOf(folder, null))
  const again = await runExchange(folder)
  t.after(() => again.end())
  assert.equal(again.venue.history.watermark(), again.venue.history.live.seq())
})
