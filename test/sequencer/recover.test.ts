import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chance } from '../../src/base/chance.ts'
import { later, MICROS_PER_HOUR } from '../../src/base/time.ts'
import { apply } from '../../src/engine/engine.ts'
import { audit } from '../../src/engine/audit.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { digestState } from '../../src/engine/snapshot.ts'
import { emptyState } from '../../src/state/state.ts'
import type { MemoryDisk } from '../../src/journal/memory-journal.ts'
import { newMemoryDisk } from '../../src/journal/memory-journal.ts'
import type { Folds } from '../../src/sequencer/checkpoint.ts'
import { RecordBuffer } from '../../src/sequencer/record.ts'
import type { Applied, Sequencer } from '../../src/sequencer/sequencer.ts'
import type { Command } from '../../src/state/command.ts'
import { nextCommand, openingDay, WHOLE_DAY } from '../../src/sim/trading-day.ts'
import type { Open } from './stage.ts'
import { admit, openOn, START } from './stage.ts'

const SPECS = launchSpecs('0'.repeat(64)).slice(0, 3)

/** The smallest fold: the numbers of all commands it has heard of, which must be dense. */
class Counting implements Folds {
  last = 0
  restored: (string | null)[] = []

  readonly hear = (batch: readonly Applied[]): void => {
    for (const { seq } of batch) assert.equal(seq, ++this.last)
  }

  dump(): string {
    return `heard ${this.last}`
  }

  restore(image: string | null): void {
    this.restored.push(image)
    if (image === 'no dump') throw new Error('no such dump')
    this.last = image === null ? 0 : Number(image.slice(6))
  }
}

async function openCounting(disk: MemoryDisk, options: Parameters<typeof openOn>[1] = {}) {
  const folds = new Counting()
  const opened = await openOn(disk, { folds, onReplay: folds.hear, ...options })
  opened.sequencer.onCommit(folds.hear)
  return { ...opened, folds }
}

async function live({ sequencer, time }: Open, seed: number, steps: number): Promise<void> {
  const random = chance(seed)
  for (let step = 0; step < steps; step++) {
    const jump = random.below(80) === 0 ? random.below(3) * MICROS_PER_HOUR : random.below(1_000_000)
    time.moveTo(later(time.now, jump))
    sequencer.submit(nextCommand(sequencer.state, random, WHOLE_DAY))
    if (random.below(10) === 0) await sequencer.durable(sequencer.state.seq)
  }
  await sequencer.durable(sequencer.state.seq)
}

function openDay(sequencer: Sequencer): void {
  const day = openingDay({ specs: SPECS, accounts: 6, cash: 30_000_000, issue: 200, start: START })
  for (const command of day) sequencer.submit(command)
}

/** The process is gone without a word; its disk stays. */
function killed(disk: MemoryDisk): MemoryDisk {
  return { ...disk, batches: [...disk.batches], snapshots: [...disk.snapshots], inUse: false }
}

void describe('recovery', () => {
  void it('leads to the very state that was left, whenever snapshots and kills come', async () => {
    const days = fc.array(fc.record({ steps: fc.nat(60), checkpoint: fc.boolean(), every: fc.nat(100) }), {
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(fc.nat(), days, async (seed, plan) => {
        let disk = newMemoryDisk()
        let opened = await openCounting(disk)
        openDay(opened.sequencer)
        let { now } = opened.time
        for (const [n, { steps, checkpoint, every }] of plan.entries()) {
          await live(opened, seed + n, steps)
          if (checkpoint) await opened.sequencer.checkpoint()
          const digest = digestState(opened.sequencer.state)
          ;({ now } = opened.time)
          disk = killed(disk)
          opened = await openCounting(disk, { checkpointEvery: every + 1 })
          opened.time.now = now
          assert.deepEqual(opened.warnings, [])
          assert.equal(digestState(opened.sequencer.state), digest)
          assert.equal(opened.folds.last, opened.sequencer.state.seq)
          audit(opened.sequencer.state)
        }
        await opened.sequencer.close()
      }),
      { numRuns: 12 },
    )
  })

  void it('replays only what came after the snapshot, and tells of it in order', async () => {
    const disk = newMemoryDisk()
    const first = await openCounting(disk)
    for (const name of ['Ada', 'Bob', 'Cyd']) await first.sequencer.ask(admit(name))
    await first.sequencer.checkpoint()
    for (const name of ['Dan', 'Eve']) await first.sequencer.ask(admit(name))
    const again = await openCounting(killed(disk))
    assert.deepEqual(again.folds.restored, ['heard 3'])
    const heard: number[] = []
    await openOn(killed(disk), { onReplay: (batch) => heard.push(...batch.map(({ seq }) => seq)) })
    assert.deepEqual(heard, [4, 5])
    const plain = await openOn(killed(disk))
    assert.deepEqual(
      plain.replayed.map(({ seq, at, events }) => [seq, at, events[0]?.kind]),
      [
        [4, START, 'member.admitted'],
        [5, START, 'member.admitted'],
      ],
    )
  })

  void it('goes back as far as a projection needs that has seen less', async () => {
    const disk = newMemoryDisk()
    const { sequencer } = await openCounting(disk)
    for (const name of ['Ada', 'Bob', 'Cyd', 'Dan']) {
      await sequencer.ask(admit(name))
      await sequencer.checkpoint()
    }
    const from = async (seen: number) => {
      const heard: number[] = []
      await openOn(killed(disk), { seen, onReplay: (batch) => heard.push(...batch.map(({ seq }) => seq)) })
      return heard
    }
    assert.deepEqual(await from(4), [])
    assert.deepEqual(await from(3), [4])
    assert.deepEqual(await from(2), [1, 2, 3, 4], 'only the last two snapshots are kept')
  })

  void it('passes over a snapshot that cannot be read, down to the first command, and says so', async () => {
    const disk = newMemoryDisk()
    const { sequencer } = await openCounting(disk)
    for (const name of ['Ada', 'Bob']) {
      await sequencer.ask(admit(name))
      await sequencer.checkpoint()
    }
    const digest = digestState(sequencer.state)
    const harmed = killed(disk)
    harmed.snapshots = harmed.snapshots.map(({ seq, bytes }) => {
      const text = Buffer.from(bytes).toString('latin1').replace('heard 1', 'no dump')
      return { seq, bytes: seq === 1 ? new Uint8Array(Buffer.from(text, 'latin1')) : bytes.slice(0, -8) }
    })
    const again = await openCounting(harmed)
    assert.equal(again.warnings.length, 2)
    assert.match(
      again.warnings.join('\n'),
      /^snapshot 2 is not used: .*whole\nsnapshot 1 is not used: .*such dump$/,
    )
    assert.equal(digestState(again.sequencer.state), digest)
    assert.equal(again.folds.restored.at(-1), null)
    assert.equal(again.folds.last, 2)
  })

  const recordOf = (command: unknown): Uint8Array => {
    const records = new RecordBuffer()
    records.add(START, command as Command)
    return records.bytes()
  }

  void it('names the command that cannot be replayed', async () => {
    const disk = newMemoryDisk()
    const { sequencer } = await openOn(disk)
    await sequencer.ask(admit('Ada'))
    const harmed = killed(disk)
    harmed.batches.push({ first: 2, last: 2, bytes: recordOf({ kind: 'market.corner' }) })
    await assert.rejects(openOn(harmed), {
      message: /^command 2 \(market\.corner\) cannot be replayed: [^\n]+$/,
    })
    const short = killed(disk)
    short.batches.push({ first: 2, last: 3, bytes: recordOf({ kind: 'time.tick' }) })
    await assert.rejects(openOn(short), { message: /commands 2 to 3 are 2 records/ })
  })
})

void describe('snapshots', () => {
  void it('are taken by themselves every so many commands, of the state at one command exactly', async () => {
    const disk = newMemoryDisk()
    const opened = await openCounting(disk, { checkpointEvery: 100 })
    openDay(opened.sequencer)
    await live(opened, 5, 350)
    const seqs = disk.snapshots.map(({ seq }) => seq)
    assert.equal(seqs.length, 2)
    const state = emptyState()
    const digests = new Map<number, string>()
    const replayed: Applied[] = []
    await openOn({ ...killed(disk), snapshots: [] }, { onReplay: (batch) => replayed.push(...batch) })
    for (const { seq, at, command } of replayed) {
      apply(state, seq, at, command)
      if (seqs.includes(seq)) digests.set(seq, digestState(state))
    }
    for (const snapshot of disk.snapshots) {
      const batches = disk.batches.filter(({ last }) => last <= snapshot.seq)
      const then = await openCounting({ ...killed(disk), batches, snapshots: [snapshot] })
      assert.equal(digestState(then.sequencer.state), digests.get(snapshot.seq))
      assert.deepEqual(then.folds.restored, [`heard ${snapshot.seq}`])
    }
  })

  void it('that fail are a warning: the journal has everything', async () => {
    const disk = newMemoryDisk()
    const { sequencer, warnings, fatal } = await openOn(disk, {
      folds: {
        dump: () => {
          throw new Error('no room for the dump')
        },
        restore: () => undefined,
      },
      checkpointEvery: 2,
    })
    for (const name of ['Ada', 'Bob', 'Cyd']) await sequencer.ask(admit(name))
    await assert.rejects(sequencer.checkpoint(), /no room for the dump/)
    await sequencer.close()
    assert.deepEqual(disk.snapshots, [])
    assert.deepEqual(fatal, [])
    assert.ok(warnings.length >= 1)
    assert.equal((await openOn(disk)).sequencer.state.members.length, 3)
  })
})
