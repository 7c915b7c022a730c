// An exchange under load, to be killed: waits to be told to begin, then trades without end on the folder
// named and
// says after each commit which commands are acknowledged, as `<number> <the command's reference>` lines.
import { createInterface } from 'node:readline'
import { writeSync } from 'node:fs'
import { chance } from '../../src/base/chance.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { audit } from '../../src/engine/audit.ts'
import { initJournal, isVacant, openJournal } from '../../src/journal/sqlite-journal.ts'
import { systemClock } from '../../src/sequencer/alarm.ts'
import { printEntry } from './entry.ts'
import { openSequencer } from '../../src/sequencer/sequencer.ts'
import { nextCommand, openingDay, WHOLE_DAY } from '../../src/sim/trading-day.ts'

/** Commands on their way at once, and commands between two snapshots. */
const WINDOW = 400
const CHECKPOINT_EVERY = 5_000

/** Writes all of it, however slowly it is read: the pipe may be full. */
function say(text: string): void {
  let left = Buffer.from(text)
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

const fatal = (error: unknown) => {
  say(`fatal ${String(error)}\n`)
  process.exit(1)
}

async function run(folder: string, seed: number): Promise<void> {
  if (isVacant(folder)) await initJournal(folder)
  const journal = await openJournal({ folder, onFatal: fatal })
  const sequencer = await openSequencer({ journal, onFatal: fatal, checkpointEvery: CHECKPOINT_EVERY })
  const { state } = sequencer
  audit(state)
  say(`open ${state.seq}\n`)
  if (state.seq === 0) {
    const specs = launchSpecs('0'.repeat(64))
    const day = openingDay({ specs, accounts: 20, cash: 90_000_000, issue: 100, start: systemClock() })
    for (const command of day) sequencer.submit(command)
  }
  const random = chance(seed)
  sequencer.onCommit((batch) => {
    say(batch.map(({ seq, at, command }) => `${seq} ${printEntry(at, command)}\n`).join(''))
    for (let n = 0; n < batch.length; n++) sequencer.submit(nextCommand(state, random, WHOLE_DAY))
  })
  for (let n = 0; n < WINDOW; n++) {
    sequencer.submit(nextCommand(state, random, WHOLE_DAY))
    if (n % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

const [, , folder = '', seed = '1'] = process.argv
say('ready\n')
createInterface(process.stdin).once('line', () => void run(folder, Number(seed)).catch(fatal))
