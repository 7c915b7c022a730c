import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { JournalError } from '../../src/journal/journal.ts'
import { openSql } from '../../src/journal/driver.ts'
import { initJournal } from '../../src/journal/sqlite-journal.ts'
import { verifyJournal } from '../../src/journal/verify.ts'
import { Opener } from './opener.ts'
import { content, copy, history, lived, open, withFolder, write } from './history.ts'

const BATCHES = 40
const whole = Array.from({ length: BATCHES }, (_, n) => content(n + 1))
let scratch = ''
let release: () => void = () => undefined
let done: Promise<void>

/**
 * A folder that lived, closed; one as kill -9 would leave it; the head as it was a commit earlier; another
 * exchange.
 */
const closed = () => join(scratch, 'closed')
const killed = () => join(scratch, 'killed')
const stranger = () => join(scratch, 'stranger')
const earlierHead = (ago: number) => join(scratch, `head-${ago}`)

before(async () => {
  await new Promise<void>((ready) => {
    done = withFolder(async (folder) => {
      scratch = folder
      await initJournal(closed())
      const journal = await open(closed())
      for (let n = 1; n <= BATCHES; n++) {
        await write(journal, n, n)
        if (n === 20 || n === 30) await journal.saveSnapshot(n * 2, new TextEncoder().encode(`state ${n}`))
        if (n >= BATCHES - 15) copyFileSync(join(closed(), 'head'), earlierHead(BATCHES - n))
      }
      await copy(closed(), killed())
      await journal.close()
      await lived(stranger(), BATCHES)
      await new Promise<void>((resolve) => {
        release = resolve
        ready()
      })
    })
  })
})

after(async () => {
  release()
  await done
})

/** Does something to a copy, then expects it to be refused in one line by start and by verify alike. */
async function refused(source: string, harm: (folder: string) => void, line: RegExp): Promise<void> {
  await withFolder(async (parent) => {
    const folder = join(parent, 'data')
    await copy(source, folder)
    harm(folder)
    const report = verifyJournal(folder)
    await assert.rejects(open(folder), (error) => {
      assert.ok(error instanceof JournalError)
      assert.match(error.message, line)
      assert.match(error.message, /^[^\n]+$/)
      assert.match(error.message, /Put back a backup/)
      assert.equal(error.message, report.damage)
      return true
    })
  })
}

/** Does something harmless to a copy: it opens, verifies and still holds everything. */
async function survives(source: string, harm: (folder: string) => void): Promise<void> {
  await withFolder(async (parent) => {
    const folder = join(parent, 'data')
    await copy(source, folder)
    harm(folder)
    assert.equal(verifyJournal(folder).damage, null)
    await (await open(folder)).close()
    assert.deepEqual(await history(folder), whole)
  })
}

const sql = (text: string) => (folder: string) => {
  const database = openSql(join(folder, 'journal.db'), 'write')
  database.exec(text)
  database.close()
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 0x10
  writeFileSync(path, bytes)
}

/** Flips bytes all over a file, one at a time: each is refused, or changes nothing anybody reads. */
async function flips(
  source: string,
  file: string,
  steps: number,
): Promise<{ refused: number; harmless: number }> {
  const tally = { refused: 0, harmless: 0 }
  await withFolder(async (parent) => {
    const folder = join(parent, 'data')
    const size = readFileSync(join(source, file)).length
    for (let step = 0; step < steps; step++) {
      rmSync(folder, { recursive: true, force: true })
      await copy(source, folder)
      const at = Math.floor((size * step) / steps) + (step % 13)
      flip(join(folder, file), Math.min(at, size - 1))
      const report = verifyJournal(folder)
      if (report.damage === null) {
        tally.harmless++
        assert.deepEqual(await history(folder), whole, `byte ${at} of ${file}`)
      } else {
        tally.refused++
        assert.match(report.damage, /^[^\n]*(journal\.db|head|genesis\.json)[^\n]*$/)
      }
    }
  })
  return tally
}

void describe('a damaged journal', () => {
  void it('whose bits flip anywhere is refused, unless nobody reads those bits', async () => {
    const table = await flips(closed(), 'journal.db', 150)
    assert.ok(table.refused > 90, `${table.refused} of 150 refused`)
    const log = await flips(killed(), 'journal.db-wal', 100)
    assert.ok(log.refused > 60, `${log.refused} of 100 refused`)
  })

  void it('whose content changed in the middle is refused by name and place', () =>
    refused(
      closed(),
      (folder) => {
        const path = join(folder, 'journal.db')
        flip(path, readFileSync(path).indexOf('batch 13 '))
      },
      /journal\.db: commands 25 to 26: the content does not match its checksum\./,
    ))

  void it('that lost a row, or had one altered to look whole, is refused', async () => {
    await refused(closed(), sql('DELETE FROM batch WHERE first = 25'), /command 25 is missing/)
    await refused(closed(), sql('DELETE FROM batch WHERE first = 1'), /command 1 is missing/)
    const swap = 'UPDATE batch SET bytes = (SELECT bytes FROM batch WHERE first = 27) WHERE first = 25'
    await refused(closed(), sql(swap), /commands 25 to 26: the content does not match its checksum/)
    const epoch = 'UPDATE batch SET epoch = 9 WHERE first = 25'
    await refused(closed(), sql(epoch), /commands 25 to 26: the content does not match/)
    const hash = 'UPDATE batch SET hash = zeroblob(32) WHERE first = 25'
    await refused(closed(), sql(hash), /commands 25 to 26: the content does not match its hash/)
    const type = "UPDATE batch SET bytes = 'text' WHERE first = 25"
    await refused(closed(), sql(type), /near command 25: the row is not a batch/)
  })

  void it('that ends before what was acknowledged is refused', async () => {
    const shorter = /journal\.db: the journal ends at command 78, but command 80 was acknowledged/
    await refused(closed(), sql('DELETE FROM batch WHERE first = 79'), shorter)
    await refused(closed(), sql('DELETE FROM batch'), /ends at command 0, but command 80 was acknowledged/)
    const log = 'journal.db-wal'
    await refused(killed(), (folder) => truncateSync(join(folder, log), 100_000), /but command 80 was acknow/)
    await refused(killed(), (folder) => rmSync(join(folder, log)), /journal\.db: /)
  })

  void it('that ends before its snapshots say is refused, even when the head agrees with it', () =>
    refused(
      closed(),
      (folder) => {
        sql('DELETE FROM batch WHERE first > 56')(folder)
        copyFileSync(earlierHead(12), join(folder, 'head'))
      },
      /journal\.db: the journal ends at command 56, but a snapshot was taken at 60 \(genesis\.json\)/,
    ))

  for (const file of ['journal.db', 'head', 'genesis.json']) {
    void it(`is refused without its ${file}, and with an empty, cut, foreign or meaningless one`, async () => {
      const path = (folder: string) => join(folder, file)
      const named = new RegExp(file.replace('.', '\\.'))
      await refused(closed(), (folder) => rmSync(path(folder)), named)
      await refused(closed(), (folder) => truncateSync(path(folder), 0), named)
      await refused(closed(), (folder) => truncateSync(path(folder), 50), named)
      await refused(closed(), (folder) => writeFileSync(path(folder), Buffer.alloc(20_000, 'x')), named)
      await refused(
        closed(),
        (folder) => copyFileSync(path(stranger()), path(folder)),
        /head|another exchange/,
      )
    })
  }

  void it('is refused when the head lags far behind it', () =>
    refused(
      closed(),
      (folder) => copyFileSync(earlierHead(10), join(folder, 'head')),
      /head: the head stands at command 60, far behind the journal's 80/,
    ))
})

void describe('what a crash may leave', () => {
  void it('is taken up: a log not folded in, commits not yet answered, garbage behind the log', async () => {
    await survives(killed(), () => undefined)
    await survives(killed(), (folder) => copyFileSync(earlierHead(1), join(folder, 'head')))
    await survives(killed(), (folder) => copyFileSync(earlierHead(2), join(folder, 'head')))
    await survives(killed(), (folder) => {
      writeFileSync(join(folder, 'journal.db-wal'), Buffer.alloc(5_000, 'garbage'), { flag: 'a' })
    })
  })

  void it('includes one torn slot of the head', async () => {
    for (const slot of [0, 1]) {
      await survives(closed(), (folder) => flip(join(folder, 'head'), slot * 512 + 20))
    }
    await refused(
      closed(),
      (folder) => [20, 532].forEach((at) => flip(join(folder, 'head'), at)),
      /head: neither slot of the head file is intact/,
    )
  })

  void it('leaves the log as it was when history is refused, so that mending it helps', async () => {
    await withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await copy(killed(), folder)
      const log = join(folder, 'journal.db-wal')
      flip(log, 150_000)
      const opener = new Opener(folder)
      assert.match(await opener.line(), /but command 80 was acknowledged/)
      await opener.ended
      flip(log, 150_000)
      await (await open(folder)).close()
      assert.deepEqual(await history(folder), whole)
    })
  })
})

void describe('snapshots', () => {
  const states = async (harm: (folder: string) => void) => {
    const found: string[] = []
    const warnings: string[] = []
    await withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await copy(closed(), folder)
      harm(folder)
      const journal = await open(folder, { onWarning: (line) => warnings.push(line) })
      for await (const { bytes } of journal.snapshots()) found.push(new TextDecoder().decode(bytes))
      await journal.close()
    })
    return { found, warnings }
  }
  const at = (folder: string, seq: number) => join(folder, 'snapshots', `${seq}.snapshot`)

  void it('that are damaged, cut or misplaced are passed over with a warning for the one before', async () => {
    assert.deepEqual(await states(() => undefined), { found: ['state 30', 'state 20'], warnings: [] })
    for (const harm of [
      (folder: string) => flip(at(folder, 60), 150),
      (folder: string) => flip(at(folder, 60), 5),
      (folder: string) => truncateSync(at(folder, 60), 60),
      (folder: string) => truncateSync(at(folder, 60), 0),
      (folder: string) => copyFileSync(at(folder, 40), at(folder, 60)),
    ]) {
      const { found, warnings } = await states(harm)
      assert.deepEqual(found, ['state 20'])
      assert.match(warnings.join(), /^snapshot 60 is not used: /)
    }
  })

  void it('may all be gone: history is enough', async () => {
    const none = (folder: string) => rmSync(join(folder, 'snapshots'), { recursive: true })
    assert.deepEqual(await states(none), { found: [], warnings: [] })
  })

  void it('half written are not seen', async () => {
    const { found } = await states((folder) => writeFileSync(`${at(folder, 80)}.tmp`, 'half'))
    assert.deepEqual(found, ['state 30', 'state 20'])
  })

  void it('are judged one by one by verification', async () => {
    await withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await copy(closed(), folder)
      flip(at(folder, 60), 150)
      const { damage, commands, batches, floor, head, snapshots } = verifyJournal(folder)
      assert.deepEqual(
        { damage, commands, batches, floor, head },
        { damage: null, commands: 80, batches: 40, floor: 60, head: 80 },
      )
      assert.deepEqual(
        snapshots.map(({ seq, fault }) => [seq, fault === null]),
        [
          [60, false],
          [40, true],
        ],
      )
    })
  })
})
