// What a venue does when it begins, and when it begins again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstrumentId } from '../src/base/ids.ts'
import { fromMs, later, MICROS_PER_SECOND } from '../src/base/time.ts'
import { listLaunchGrades, reopenMarkets } from '../src/founding.ts'
import { newMemoryDisk, openMemoryJournal } from '../src/journal/memory-journal.ts'
import { openSequencer } from '../src/sequencer/sequencer.ts'

test('after a restart markets open step by step, but those that somebody had halted', async () => {
  let offset = 0
  const clock = () => later(fromMs(Date.now()), offset * MICROS_PER_SECOND)
  const onFatal = (error: unknown) => assert.fail(error as Error)
  const sequencer = await openSequencer({ journal: openMemoryJournal(newMemoryDisk()), onFatal, clock })
  const statuses = () => sequencer.state.instruments.slice(0, 2).map(({ status }) => status)
  await listLaunchGrades(sequencer)
  const halt = { to: 'halted', reason: 'Review', until: null, next: [] } as const
  await sequencer.ask({ kind: 'instrument.transition', instrument: 1 as InstrumentId, ...halt })
  await reopenMarkets(sequencer, { cancelOnly: 0, postOnly: 0, auction: 0 })
  assert.deepEqual(statuses(), ['open', 'halted'], 'no phases by default')
  await reopenMarkets(sequencer, { cancelOnly: 5, postOnly: 0, auction: 60 })
  const seen = []
  for (const seconds of [0, 6, 66]) {
    offset = seconds
    await sequencer.ask({ kind: 'time.tick' })
    seen.push(statuses())
  }
  await sequencer.close()
  assert.deepEqual(seen, [
    ['cancel_only', 'halted'],
    ['auction', 'halted'],
    ['open', 'halted'],
  ])
})
