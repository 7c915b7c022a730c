import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { digestState, dumpState } from '../../src/engine/snapshot.ts'
import { initJournal } from '../../src/journal/sqlite-journal.ts'
import { packCheckpoint } from '../../src/sequencer/checkpoint.ts'
import type { Sequencer } from '../../src/sequencer/sequencer.ts'
import { openSequencer } from '../../src/sequencer/sequencer.ts'
import { verifyExchange } from '../../src/sequencer/verify.ts'
import { nextCommand, openingDay, WHOLE_DAY } from '../../src/sim/trading-day.ts'
import { open as openJournal, withFolder } from '../journal/history.ts'
import { START, VirtualTime } from './stage.ts'

const onFatal = (error: unknown) => {
  throw error
}

async function open(folder: string, digestEvery?: number): Promise<Sequencer> {
  const { clock, alarm } = new VirtualTime()
  const options = { journal: await openJournal(folder), onFatal, clock, alarm }
  return openSequencer({ ...options, ...(digestEvery !== undefined && { digestEvery }) })
}

async function live(sequencer: Sequencer, seed: number, steps: number): Promise<void> {
  const random = chance(seed)
  for (let step = 0; step < steps; step++) {
    sequencer.submit(nextCommand(sequencer.state, random, WHOLE_DAY))
    if (step % 50 === 0) await sequencer.durable(sequencer.state.seq)
  }
}

void describe('verification', () => {
  void it('replays history, compares it with every snapshot and audits its end', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await initJournal(folder)
      const sequencer = await open(folder)
      const specs = launchSpecs('0'.repeat(64)).slice(0, 2)
      for (const command of openingDay({ specs, accounts: 4, cash: 9_000_000, issue: 50, start: START })) {
        sequencer.submit(command)
      }
      await live(sequencer, 1, 300)
      await sequencer.checkpoint()
      await live(sequencer, 2, 300)
      const beside = await verifyExchange(folder)
      assert.ok(beside.ok, 'also beside a running exchange')
      await sequencer.close()
      const again = await open(folder)
      const report = await verifyExchange(folder)
      assert.deepEqual(
        { ok: report.ok, fault: report.fault, replayed: report.replayed, digest: report.digest },
        { ok: true, fault: null, replayed: again.state.seq, digest: digestState(again.state) },
      )
      assert.equal(report.snapshots.length, 2)
      assert.ok(report.snapshots.every(({ agrees }) => agrees))
      await again.close()
    }))

  void it('compares the state with the digests that the journal keeps along the way, and so does every start', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await initJournal(folder)
      const sequencer = await open(folder, 64)
      const specs = launchSpecs('0'.repeat(64)).slice(0, 1)
      for (const command of openingDay({ specs, accounts: 4, cash: 9_000_000, issue: 50, start: START })) {
        sequencer.submit(command)
      }
      await live(sequencer, 1, 200)
      await sequencer.durable(sequencer.state.seq)
      const kept = Math.floor(sequencer.state.seq / 64)
      assert.equal((await verifyExchange(folder)).digests, kept)
      // A machine that computes otherwise: the next digest is of a state that no replay comes to.
      sequencer.state.nextOrder++
      const wrong = Math.ceil((sequencer.state.seq + 1) / 64) * 64
      while (sequencer.state.seq < wrong) sequencer.submit({ kind: 'time.tick' })
      await sequencer.durable(wrong)
      const message = `after command ${wrong} the state is not the one whose digest the journal kept`
      assert.equal((await verifyExchange(folder)).fault, message)
      await sequencer.close()
    }))

  void it('finds a snapshot that is intact and yet wrong, and damage before anything is replayed', () =>
    withFolder(async (parent) => {
      const folder = join(parent, 'data')
      await initJournal(folder)
      const sequencer = await open(folder)
      await sequencer.ask({ kind: 'member.admit', name: 'Ada' })
      await sequencer.ask({ kind: 'member.admit', name: 'Bob' })
      await sequencer.close()
      const { state } = sequencer
      state.nextOrder++
      const image = dumpState(state)
      const journal = await openJournal(folder)
      await journal.saveSnapshot(2, packCheckpoint(image, ''))
      await journal.close()
      const wrong = await verifyExchange(folder)
      assert.ok(!wrong.ok)
      assert.equal(wrong.fault, 'snapshot 2 differs from the replayed state')
      const path = join(folder, 'journal.db')
      const bytes = readFileSync(path)
      bytes[bytes.indexOf('"Ada"') + 1] = 66
      writeFileSync(path, bytes)
      const damaged = await verifyExchange(folder)
      assert.ok(!damaged.ok)
      assert.match(damaged.journal.damage ?? '', /commands 1 to 1: the content does not match its checksum/)
      assert.equal(damaged.replayed, 0)
    }))
})
