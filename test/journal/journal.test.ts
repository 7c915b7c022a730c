import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Batch, Journal } from '../../src/journal/journal.ts'
import { newMemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts'
import { initJournal, openJournal } from '../../src/journal/sqlite-journal.ts'

/** Somewhere that journals can be opened, one after the other. */
type Place = { open: () => Promise<Journal>; drop: () => Promise<void> }

const adapters: Record<string, () => Promise<Place>> = {
  memory: async () => {
    const disk = newMemoryDisk()
    return { open: async () => openMemoryJournal(disk), drop: async () => undefined }
  },
  sqlite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'busbar-journal-'))
    await initJournal(folder)
    const onFatal = (error: Error) => assert.fail(error)
    return {
      open: () => openJournal({ folder, onFatal }),
      drop: () => rm(folder, { recursive: true }),
    }
  },
}

const bytes = (text: string) => new TextEncoder().encode(text)
const texts = async (batches: AsyncIterable<Batch>) => {
  const found: string[] = []
  for await (const batch of batches) {
    found.push(`${batch.first}-${batch.last} ${new TextDecoder().decode(batch.bytes)}`)
  }
  return found
}

for (const [name, place] of Object.entries(adapters)) {
  const withPlace = async (work: (place: Place) => Promise<void>) => {
    const made = await place()
    await work(made)
    await made.drop()
  }

  describe(`the journal kept in ${name}`, () => {
    it('is born empty', () =>
      withPlace(async ({ open }) => {
        const journal = await open()
        assert.equal(journal.last, 0)
        assert.deepEqual(await texts(journal.read(1)), [])
        for await (const snapshot of journal.snapshots()) assert.fail(`snapshot ${snapshot.seq}`)
        await journal.close()
      }))

    it('gives back batches in order, from the one that holds the command asked for', () =>
      withPlace(async ({ open }) => {
        const journal = await open()
        await journal.append(bytes('a'), 1, 1)
        await journal.append(bytes('bcd'), 2, 4)
        await journal.append(bytes(''), 5, 5)
        assert.equal(journal.last, 5)
        const all = ['1-1 a', '2-4 bcd', '5-5 ']
        assert.deepEqual(await texts(journal.read(1)), all)
        assert.deepEqual(await texts(journal.read(3)), all.slice(1))
        assert.deepEqual(await texts(journal.read(5)), all.slice(2))
        assert.deepEqual(await texts(journal.read(6)), [])
        await journal.close()
      }))

    it('remembers across openings and goes on where it stood', () =>
      withPlace(async ({ open }) => {
        let journal = await open()
        const { exchange } = journal
        await journal.append(bytes('first'), 1, 3)
        await journal.close()
        journal = await open()
        assert.equal(journal.exchange, exchange)
        assert.equal(journal.last, 3)
        await journal.append(bytes('second'), 4, 4)
        await journal.close()
        journal = await open()
        assert.deepEqual(await texts(journal.read(1)), ['1-3 first', '4-4 second'])
        await journal.close()
      }))

    it('keeps its own copy of what is appended, and makes it durable before closing', () =>
      withPlace(async ({ open }) => {
        let journal = await open()
        const reused = Buffer.from('one')
        const written = journal.append(reused, 1, 1)
        reused.write('two')
        const later = journal.append(reused, 2, 2)
        await journal.close()
        await Promise.all([written, later])
        journal = await open()
        assert.deepEqual(await texts(journal.read(1)), ['1-1 one', '2-2 two'])
        await journal.close()
      }))

    it('refuses a gap, an overlap and a range that runs backwards', () =>
      withPlace(async ({ open }) => {
        const journal = await open()
        await journal.append(bytes('a'), 1, 2)
        for (const [first, last] of [
          [4, 4],
          [2, 3],
          [3, 2],
        ] as const) {
          await assert.rejects(async () => await journal.append(bytes('x'), first, last), /dense order/)
        }
        await journal.append(bytes('b'), 3, 3)
        assert.deepEqual(await texts(journal.read(1)), ['1-2 a', '3-3 b'])
        await journal.close()
      }))

    it('keeps the last two snapshots, newest first, each at the end of a batch', () =>
      withPlace(async ({ open }) => {
        let journal = await open()
        for (let seq = 1; seq <= 3; seq++) {
          await journal.append(bytes(`${seq}`), seq, seq)
          await journal.saveSnapshot(seq, bytes(`state ${seq}`))
        }
        await assert.rejects(journal.saveSnapshot(4, bytes('early')), /end of a durable batch/)
        await journal.close()
        journal = await open()
        const kept: string[] = []
        for await (const { seq, bytes: state } of journal.snapshots()) {
          kept.push(`${seq} ${new TextDecoder().decode(state)}`)
        }
        assert.deepEqual(kept, ['3 state 3', '2 state 2'])
        await journal.close()
      }))

    it('is open once at a time', () =>
      withPlace(async ({ open }) => {
        const journal = await open()
        await assert.rejects(open, { name: 'JournalError', fault: 'in_use' })
        await journal.close()
        await (await open()).close()
      }))
  })
}
