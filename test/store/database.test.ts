import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Migration } from 'kysely'
import { sql } from 'kysely'
import { openDatabase } from '../../src/store/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-database-'))
after(() => rmSync(folder, { recursive: true, force: true }))

type Tables = { thing: { id: number; name: string } }

const first: Migration = {
  async up(db) {
    await sql`create table thing (id integer primary key, name text)`.execute(db)
  },
}
const second: Migration = {
  async up(db) {
    await sql`alter table thing add column colour text`.execute(db)
  },
}
const open = (path: string, migrations: Record<string, Migration> = { '1': first }) =>
  openDatabase<Tables>(path, 'full', migrations)

test('a database keeps its rows, reads them as plain objects, and journals ahead', async () => {
  const path = join(folder, 'rows.db')
  const db = await open(path)
  await db.insertInto('thing').values({ id: 1, name: 'one' }).execute()
  await db.destroy()
  const again = await open(path)
  assert.deepEqual(await again.selectFrom('thing').selectAll().executeTakeFirst(), { id: 1, name: 'one' })
  const { rows: mode } = await sql`pragma journal_mode`.execute(again)
  assert.deepEqual(mode, [{ journal_mode: 'wal' }])
  const { rows: synchronous } = await sql`pragma synchronous`.execute(again)
  assert.deepEqual(synchronous, [{ synchronous: 2 }])
  await again.destroy()
})

test('every number is exact, on its way in and out', async () => {
  const db = await open(join(folder, 'numbers.db'))
  const most = Number.MAX_SAFE_INTEGER
  await db.insertInto('thing').values({ id: most, name: 'most' }).execute()
  assert.equal((await db.selectFrom('thing').select('id').executeTakeFirst())?.id, most)
  for (const id of [most + 1, 0.5, Number.NaN])
    await assert.rejects(
      async () => db.insertInto('thing').values({ id, name: '' }).execute(),
      /safe integer/,
    )
  await assert.rejects(async () => sql`select 9007199254740993 as n`.execute(db), /safe integer|too large/)
  await db.destroy()
})

test('an older file is brought up to date, and a newer one is left alone', async () => {
  const path = join(folder, 'older.db')
  await (await open(path)).destroy()
  const newer = await open(path, { '1': first, '2': second })
  await sql`insert into thing (id, name, colour) values (1, 'one', 'red')`.execute(newer)
  await newer.destroy()
  await assert.rejects(open(path), /cannot open .*older\.db: .*missing/)
})

test('what is no database is refused by name', async () => {
  const path = join(folder, 'letter.db')
  writeFileSync(path, 'Dear reader, this is not a database. '.repeat(100))
  await assert.rejects(open(path), /cannot open .*letter\.db: .*not a database/)
  await assert.rejects(open(join(folder, 'no', 'folder.db')), /^Error: cannot open .*folder\.db: /)
})
