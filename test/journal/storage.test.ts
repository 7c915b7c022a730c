import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openSql } from '../../src/journal/driver.ts'
import type { JournalError } from '../../src/journal/journal.ts'
import { initJournal, isVacant } from '../../src/journal/sqlite-journal.ts'
import { openReader, verifyJournal } from '../../src/journal/verify.ts'
import { content, history, lived, open, withFolder, write } from './history.ts'
import { Opener } from './opener.ts'

void describe('the birth of an exchange', () => {
  void it('happens in an absent or empty folder, and only there', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'deep', 'data')
      assert.ok(isVacant(folder))
      const exchange = await initJournal(folder)
      assert.ok(!isVacant(folder))
      const journal = await open(folder)
      assert.equal(journal.exchange, exchange)
      await journal.close()
      await assert.rejects(initJournal(folder), { fault: 'not_empty' })
      const other = join(parent, 'other')
      mkdirSync(other)
      assert.ok(isVacant(other))
      writeFileSync(join(other, 'notes.txt'), 'mine')
      assert.ok(!isVacant(other))
      await assert.rejects(initJournal(other), { fault: 'not_empty' })
      assert.notEqual(await initJournal(join(parent, 'third')), exchange)
    }))

  void it('that was interrupted begins anew', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await initJournal(folder)
      renameSync(join(folder, 'genesis.json'), join(folder, 'being-born.json'))
      await assert.rejects(open(folder), { fault: 'missing' })
      assert.ok(isVacant(folder))
      await initJournal(folder)
      await (await open(folder)).close()
    }))

  void it('is not repeated where the genesis record was lost', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await lived(folder, 3)
      rmSync(join(folder, 'genesis.json'))
      assert.ok(!isVacant(folder))
      await assert.rejects(initJournal(folder), { fault: 'not_empty' })
      await assert.rejects(open(folder), { fault: 'missing', message: /genesis\.json: .* Put back a backup/ })
    }))

  void it('and opening are refused in one line where the folder cannot be', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'file', 'data')
      writeFileSync(join(parent, 'file'), '')
      await assert.rejects(initJournal(folder), {
        fault: 'unwritable',
        message: /^[^\n]*cannot be written[^\n]*$/,
      })
      await assert.rejects(open(join(parent, 'absent')), {
        fault: 'missing',
        message: /^[^\n]*genesis[^\n]*$/,
      })
    }))
})

void describe('one writer', () => {
  void it('keeps out another process until it is gone, however it ends', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await lived(folder, 2)
      const first = new Opener(folder)
      assert.equal(await first.line(), 'open')
      const second = new Opener(folder)
      assert.match(await second.line(), /the data folder is in use by another process/)
      assert.equal(await second.ended, 1)
      await assert.rejects(open(folder), { fault: 'in_use' })
      first.say('3')
      for (const seq of [5, 6, 7]) assert.equal(await first.line(), `durable ${seq}`)
      assert.equal(verifyJournal(folder).commands, 7, 'a reader may look on')
      await first.kill()
      const journal = await open(folder)
      assert.equal(journal.last, 7)
      await journal.close()
    }))

  void it('is fenced when a later one has begun in spite of the lock', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await lived(folder, 2)
      const fatal: JournalError[] = []
      const journal = await open(folder, { onFatal: (error) => fatal.push(error) })
      const other = openSql(join(folder, 'journal.db'), 'write')
      other.exec('UPDATE writer SET epoch = epoch + 1')
      other.close()
      await assert.rejects(write(journal, 3, 3), {
        fault: 'write_failed',
        message: /fenced by a later writer/,
      })
      assert.equal(fatal.length, 1)
      await journal.close()
      assert.deepEqual(await history(folder), [content(1), content(2)])
    }))
})

void describe('storage that fails', () => {
  void it('is fatal at once, acknowledges nothing and takes nothing more', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await lived(folder, 2)
      const fatal: JournalError[] = []
      const journal = await open(folder, { onFatal: (error) => fatal.push(error) })
      const blocker = openSql(join(folder, 'journal.db'), 'write')
      blocker.exec('BEGIN IMMEDIATE')
      const failing = [write(journal, 3, 3), write(journal, 4, 4)]
      for (const { status } of await Promise.allSettled(failing)) assert.equal(status, 'rejected')
      blocker.exec('ROLLBACK')
      blocker.close()
      await assert.rejects(write(journal, 5, 5))
      assert.equal(fatal.length, 1)
      assert.match(fatal[0]?.message ?? '', /^[^\n]*database is locked[^\n]*$/)
      assert.equal(journal.last, 4)
      await journal.close()
      const again = await open(folder)
      await write(again, 3, 3)
      await again.close()
      assert.deepEqual(await history(folder), [1, 2, 3].map(content))
    }))

  void it('when no more can be written, loses nothing that was acknowledged', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await initJournal(folder)
      const opener = new Opener(folder, '400')
      assert.equal(await opener.line(), 'open')
      opener.say('1000')
      let durable = 0
      let line = await opener.line()
      for (; line.startsWith('durable'); line = await opener.line()) durable = Number(line.slice(8))
      assert.match(line, /^fatal [^\n]+$/)
      assert.ok(durable > 5 && durable < 100, `${durable} were acknowledged`)
      await opener.ended
      const report = verifyJournal(folder)
      assert.equal(report.damage, null)
      assert.ok(report.commands >= durable && report.commands <= durable + 1)
      const journal = await open(folder)
      await journal.close()
    }))

  void it('only for a snapshot is not fatal', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await initJournal(folder)
      const journal = await open(folder)
      await write(journal, 1, 1)
      rmSync(join(folder, 'snapshots'), { recursive: true })
      writeFileSync(join(folder, 'snapshots'), 'in the way')
      await assert.rejects(journal.saveSnapshot(2, new Uint8Array(10)), { fault: 'write_failed' })
      await write(journal, 2, 2)
      await journal.close()
      rmSync(join(folder, 'snapshots'))
      assert.deepEqual(await history(folder), [content(1), content(2)])
      assert.ok(!readdirSync(folder).includes('genesis.json.tmp'))
    }))
})

void describe('the proof of all history', () => {
  void it('goes on beside the work when it takes too long, and its bad news are fatal', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await lived(folder, 2_000)
      const database = openSql(join(folder, 'journal.db'), 'write')
      database.exec("UPDATE batch SET bytes = x'00' WHERE first = 3001")
      database.close()
      const fatal = await new Promise<JournalError>((resolve, reject) => {
        open(folder, { proofWaitMs: 0, onFatal: resolve }).catch(reject)
      }).catch((error: JournalError) => error)
      assert.match(fatal.message, /commands 3001 to 3002: the content does not match its checksum/)
      const reader = openReader(folder)
      const read = async () => {
        for await (const batch of reader.read(3_000)) assert.ok(batch.first < 3_001)
      }
      await assert.rejects(read, { fault: 'damaged' })
      reader.close()
    }))
})
