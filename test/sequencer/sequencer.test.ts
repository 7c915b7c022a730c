import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BrokenPromise } from '../../src/base/assert.ts'
import { MICROS_PER_HOUR } from '../../src/base/time.ts'
import type { Command } from '../../src/state/command.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import type { Spec } from '../../src/state/instrument.ts'
import { newMemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts'
import { parseBatch } from '../../src/sequencer/record.ts'
import { admit, openOn, settled, SlowJournal, START } from './stage.ts'

const PRIME = launchSpecs('0'.repeat(64))[1] as Spec
const POISON = { kind: 'market.corner' } as unknown as Command

const slow = async () => {
  const disk = newMemoryDisk()
  const journal = new SlowJournal(openMemoryJournal(disk))
  return { disk, journal, ...(await openOn(journal)) }
}

void describe('the order of the exchange', () => {
  void it('numbers commands without a gap and never lets time go back', async () => {
    const { sequencer, time } = await openOn()
    const first = await sequencer.ask(admit('Ada'))
    time.now = (START - 5_000_000) as typeof START
    const second = await sequencer.ask(admit('Bob'))
    time.now = (START + 7) as typeof START
    const third = await sequencer.ask(admit('Cyd'))
    assert.deepEqual(
      [first, second, third].map(({ seq, at }) => [seq, at - START]),
      [
        [1, 0],
        [2, 0],
        [3, 7],
      ],
    )
    assert.deepEqual(third.events, [{ kind: 'member.admitted', member: 3, name: 'Cyd' }])
    await sequencer.close()
  })

  void it('holds refusals too, which are answers like any other', async () => {
    const disk = newMemoryDisk()
    const { sequencer } = await openOn(disk)
    const { events } = await sequencer.ask({ kind: 'draw.release', draw: 7 as never, reason: 'none' })
    assert.equal(events.at(-1)?.kind, 'command.rejected')
    await sequencer.close()
    assert.equal(disk.batches.length, 1)
  })

  void it('writes each command as its time and itself', async () => {
    const disk = newMemoryDisk()
    const { sequencer } = await openOn(disk)
    const commands = [admit('plain'), admit('line\nbreak, "quote", ünïcödé 🚌'), admit('\u2028')]
    for (const command of commands) sequencer.submit(command)
    await sequencer.close()
    const [batch] = disk.batches
    assert.ok(batch)
    assert.deepEqual(
      parseBatch(batch),
      commands.map((command) => [START, command]),
    )
  })
})

void describe('a batch', () => {
  void it('holds commands of any length, and ends when it is long', async () => {
    const disk = newMemoryDisk()
    const { sequencer } = await openOn(disk)
    const names = Array.from({ length: 60 }, (_, n) => `${n} ${'ünï'.repeat(n * 400)}`)
    for (const name of names) sequencer.submit(admit(name))
    await sequencer.close()
    assert.ok(disk.batches.length >= 3)
    for (const { bytes } of disk.batches) assert.ok(bytes.length < 1.2 * 2 ** 20)
    assert.deepEqual(
      disk.batches.flatMap((batch) => parseBatch(batch).map(([, command]) => command)),
      names.map(admit),
    )
  })
})

void describe('durability', () => {
  void it('comes before every answer; what is applied meanwhile shares the next commit', async () => {
    const { sequencer, journal } = await slow()
    const told: string[] = []
    sequencer.onCommit((batch) => told.push(`commit ${batch.map(({ seq }) => seq).join(' ')}`))
    const ask = (name: string) =>
      void sequencer.ask(admit(name)).then(({ seq }) => told.push(`answer ${seq}`))
    ask('Ada')
    ask('Bob')
    await settled()
    ask('Cyd')
    await settled()
    for (const name of ['Dan', 'Eve', 'Fay']) ask(name)
    await settled()
    assert.equal(sequencer.state.members.length, 6, 'all are applied at once')
    assert.deepEqual(told, [], 'and none is answered')
    assert.equal(sequencer.durableSeq, 0)
    const held = () => journal.held.map(({ batch }) => batch)
    assert.deepEqual(held(), ['1-2'])
    journal.held[0]?.done()
    await settled()
    assert.deepEqual(told, ['commit 1 2', 'answer 1', 'answer 2'])
    assert.deepEqual(held(), ['1-2', '3-6'])
    journal.held[1]?.done()
    await settled()
    assert.deepEqual(told.slice(3), ['commit 3 4 5 6', 'answer 3', 'answer 4', 'answer 5', 'answer 6'])
    await sequencer.close()
  })

  void it('has two large batches at hand while the one before them is written, and never more', async () => {
    const { sequencer, journal } = await slow()
    for (const name of ['Ada', ...['B', 'C', 'D'].map((letter) => letter.repeat(20_000))]) {
      sequencer.submit(admit(name))
      await settled()
    }
    assert.deepEqual(
      journal.held.map(({ batch }) => batch),
      ['1-1', '2-2', '3-3'],
    )
    for (let at = 0; at < 4; at++) {
      journal.held[at]?.done()
      await settled()
    }
    assert.equal(sequencer.durableSeq, 4)
    await sequencer.close()
  })

  void it('can be waited for in any order, also when it has come', async () => {
    const { sequencer, journal } = await slow()
    const told: number[] = []
    for (const name of ['Ada', 'Bob', 'Cyd']) {
      sequencer.submit(admit(name))
      await settled()
    }
    for (const seq of [3, 1, 2, 1, 0]) void sequencer.durable(seq).then(() => told.push(seq))
    await settled()
    assert.deepEqual(told, [0])
    journal.held[0]?.done()
    await settled()
    assert.deepEqual(told, [0, 1, 1])
    for (const { done } of journal.held) done()
    await settled()
    for (const { done } of journal.held) done()
    await settled()
    assert.deepEqual(told, [0, 1, 1, 2, 3])
    await sequencer.close()
  })

  void it('comes before anybody sees what a command did', async () => {
    const { sequencer, journal } = await slow()
    sequencer.submit(admit('Ada'))
    let seen = 0
    const looking = sequencer.read((state) => state.members.length).then((members) => (seen = members))
    await settled()
    assert.equal(seen, 0)
    journal.held[0]?.done()
    await looking
    assert.equal(seen, 1)
    assert.equal(await sequencer.read((state) => state.seq), 1)
    await sequencer.close()
  })

  void it('is bounded in what may wait for it: more is refused without effect, until there is room', async () => {
    const disk = newMemoryDisk()
    const journal = new SlowJournal(openMemoryJournal(disk))
    const { sequencer } = await openOn(journal, { queueMax: 2 })
    sequencer.submit(admit('Ada'))
    sequencer.submit(admit('Bob'))
    assert.throws(() => sequencer.submit(admit('Cyd')), { name: 'SequencerBusy' })
    await assert.rejects(sequencer.ask(admit('Cyd')), { name: 'SequencerBusy' })
    assert.equal(sequencer.state.members.length, 2)
    await settled()
    journal.held[0]?.done()
    await settled()
    assert.equal(sequencer.submit(admit('Cyd')).seq, 3)
    await settled()
    journal.held[1]?.done()
    await sequencer.close()
  })

  void it('stops telling a listener that has left', async () => {
    const { sequencer } = await openOn()
    const told: number[] = []
    const leave = sequencer.onCommit((batch) => told.push(batch.length))
    await sequencer.ask(admit('Ada'))
    leave()
    await sequencer.ask(admit('Bob'))
    assert.deepEqual(told, [1])
    await sequencer.close()
  })
})

void describe('time', () => {
  void it('passes by itself: a tick comes when something is due, and then the next is awaited', async () => {
    const { sequencer, time } = await openOn()
    const swept: number[] = []
    sequencer.onCommit((batch) => {
      for (const { command, events } of batch) {
        if (command.kind === 'time.tick') {
          swept.push(...events.flatMap((event) => (event.kind === 'window.swept' ? [event.at] : [])))
        }
      }
    })
    await sequencer.ask({ kind: 'instrument.list', spec: PRIME })
    assert.equal(time.set, 1)
    const due = sequencer.state.nextDue
    assert.equal(due, START + 3.5 * MICROS_PER_HOUR)
    time.moveTo(due - 1)
    await settled()
    assert.deepEqual(swept, [])
    time.moveTo(due)
    await settled()
    time.moveTo(due + 4 * MICROS_PER_HOUR)
    await settled()
    assert.deepEqual(swept, [due, due + 4 * MICROS_PER_HOUR])
    assert.equal(time.set, 1)
    await sequencer.close()
    assert.equal(time.set, 0)
  })

  void it('is awaited again by an alarm that rings early', async () => {
    const { sequencer, time } = await openOn()
    await sequencer.ask({ kind: 'instrument.list', spec: PRIME })
    const { now } = time
    time.moveTo(sequencer.state.nextDue)
    time.now = now
    await settled()
    assert.equal(time.set, 1)
    await sequencer.close()
  })
})

void describe('a fault that is ours', () => {
  void it('stops everything: the command is never written, and nothing after it is answered', async () => {
    const { sequencer, journal, disk, fatal } = await slow()
    const waiting = sequencer.ask(admit('Ada'))
    await settled()
    const later = sequencer.ask(admit('Bob'))
    await assert.rejects(sequencer.ask(POISON), { name: 'SequencerStopped' })
    assert.equal(fatal.length, 1)
    assert.ok(fatal[0] instanceof BrokenPromise)
    await assert.rejects(waiting, { name: 'SequencerStopped' })
    await assert.rejects(later, { name: 'SequencerStopped' })
    assert.throws(() => sequencer.submit(admit('Cyd')), { name: 'SequencerStopped' })
    await assert.rejects(sequencer.durable(1), { name: 'SequencerStopped' })
    journal.held[0]?.done()
    await settled()
    await sequencer.close()
    const text = disk.batches.map(({ bytes }) => new TextDecoder().decode(bytes)).join()
    assert.doesNotMatch(text, /corner/)
    const again = await openOn(disk)
    assert.deepEqual(
      again.sequencer.state.members.map(({ name }) => name),
      ['Ada'],
    )
    await again.sequencer.close()
  })

  void it('in storage rejects all who wait, once and for all', async () => {
    const { sequencer, journal, fatal } = await slow()
    const waiting = ['Ada', 'Bob'].map((name) => sequencer.ask(admit(name)))
    await settled()
    journal.held[0]?.fail(new Error('the disk is gone'))
    for (const answer of waiting) {
      await assert.rejects(answer, { name: 'SequencerStopped', message: /the disk is gone/ })
    }
    assert.throws(() => sequencer.submit(admit('Cyd')), { name: 'SequencerStopped' })
    assert.equal(fatal.length, 1)
    await sequencer.close()
  })

  void it('in a listener stops everything before the answer', async () => {
    const { sequencer, fatal } = await openOn()
    sequencer.onCommit(() => {
      throw new Error('the fold broke')
    })
    await assert.rejects(sequencer.ask(admit('Ada')), { message: /the fold broke/ })
    assert.equal(fatal.length, 1)
    await sequencer.close()
  })
})

void describe('closing', () => {
  void it('makes everything durable, keeps a snapshot, and takes nothing more', async () => {
    const disk = newMemoryDisk()
    const { sequencer } = await openOn(disk)
    const answers = ['Ada', 'Bob'].map((name) => sequencer.ask(admit(name)))
    const closing = sequencer.close()
    assert.throws(() => sequencer.submit(admit('Cyd')), { name: 'SequencerStopped' })
    await closing
    assert.deepEqual(
      (await Promise.all(answers)).map(({ seq }) => seq),
      [1, 2],
    )
    assert.deepEqual(
      disk.snapshots.map(({ seq }) => seq),
      [2],
    )
    assert.ok(!disk.inUse)
    await sequencer.close()
  })
})
