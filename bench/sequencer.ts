// Durable commands per second, acknowledgement latency and recovery, beside a bare append and fdatasync of the same
// bytes in the same run. By hand: node --import tsx bench/sequencer.ts [commands]
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chance } from '../src/base/chance.ts'
import { fromMs } from '../src/base/time.ts'
import type { Command } from '../src/engine/command.ts'
import { launchSpecs } from '../src/engine/grade.ts'
import { digestState } from '../src/engine/snapshot.ts'
import { initJournal, openJournal } from '../src/journal/sqlite-journal.ts'
import { systemClock } from '../src/sequencer/alarm.ts'
import type { Sequencer } from '../src/sequencer/sequencer.ts'
import { openSequencer } from '../src/sequencer/sequencer.ts'
import { nextCommand, openingDay, TRADING_ONLY } from '../src/sim/trading-day.ts'

const COMMANDS = Number(process.argv[2] ?? 1_000_000)
const die = (error: unknown) => {
  throw error
}
const count = (n: number) => Math.round(n).toLocaleString('en-US')
const print = (name: string, text: string) => console.log(`${name.padEnd(52)} ${text}`)

const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

async function start(place: string): Promise<Sequencer> {
  const journal = await openJournal({ folder: place, onFatal: die })
  return openSequencer({ journal, onFatal: die, checkpointEvery: Number.MAX_SAFE_INTEGER })
}

async function newborn(name: string): Promise<{ sequencer: Sequencer; place: string }> {
  const place = join(folder, name)
  await initJournal(place)
  const sequencer = await start(place)
  const specs = launchSpecs('0'.repeat(64))
  const cash = 1_000_000_000_000
  for (const command of openingDay({ specs, accounts: 200, cash, issue: 1_000, start: systemClock() })) {
    sequencer.submit(command)
  }
  await sequencer.durable(sequencer.state.seq)
  return { sequencer, place }
}

/** A list of commands that make sense one after the other on a newborn venue. */
async function workload(length: number): Promise<Command[]> {
  const { sequencer } = await newborn(`workload`)
  const random = chance(1)
  const commands: Command[] = []
  for (let n = 0; n < length; n++) {
    const command = nextCommand(sequencer.state, random, TRADING_ONLY)
    commands.push(command)
    sequencer.submit(command)
    if (n % 4_096 === 0) await sequencer.durable(sequencer.state.seq)
  }
  await sequencer.close()
  return commands
}

type Load = { perSecond: number; batch: number; commits: number; bytes: number }

/** Keeps `window` commands on their way until all are durable: two thirds being written, one forming. */
async function closedLoop(name: string, commands: readonly Command[], window: number): Promise<Load> {
  const { sequencer } = await newborn(name)
  let next = 0
  let commits = 0
  let bytes = 0
  for (const command of commands) bytes += JSON.stringify(command).length + 20
  const began = performance.now()
  await new Promise<void>((resolve) => {
    const fill = (room: number) => {
      for (; room > 0 && next < commands.length; room--) sequencer.submit(commands[next++] as Command)
      if (sequencer.durableSeq === sequencer.state.seq) resolve()
    }
    sequencer.onCommit((batch) => {
      commits++
      fill(batch.length)
    })
    for (let wait = 0; wait < 3; wait++) setTimeout(() => fill(window / 3), wait)
  })
  const seconds = (performance.now() - began) / 1_000
  await sequencer.close()
  return { perSecond: commands.length / seconds, batch: commands.length / commits, commits, bytes }
}

/** The same bytes, in as many pieces, appended to a bare file and synced each time. Commands per second. */
function bareAppend({ bytes, commits, batch }: Load): number {
  const path = join(folder, 'bare')
  const handle = openSync(path, 'w')
  const piece = Buffer.alloc(Math.ceil(bytes / commits), 97)
  const began = performance.now()
  for (let n = 0; n < commits; n++) {
    writeSync(handle, piece, 0, piece.length, n * piece.length)
    fdatasyncSync(handle)
  }
  const seconds = (performance.now() - began) / 1_000
  closeSync(handle)
  rmSync(path)
  return (commits * batch) / seconds
}

async function openLoop(name: string, commands: readonly Command[], perMs: number, ms: number) {
  const { sequencer } = await newborn(name)
  const waits: number[] = []
  const began = performance.now()
  let sent = 0
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const passed = performance.now() - began
      for (; sent < Math.min(passed, ms) * perMs; sent++) {
        const asked = performance.now()
        void sequencer.ask(commands[sent] as Command).then(() => waits.push(performance.now() - asked))
      }
      if (passed < ms) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await sequencer.close()
  waits.sort((a, b) => a - b)
  const at = (share: number) => (waits[Math.floor((waits.length - 1) * share)] ?? 0).toFixed(2)
  print(`acknowledgement at ${count(perMs * 1_000)} arrivals/s`, `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
}

async function recovery(length: number): Promise<void> {
  const { sequencer, place } = await newborn('recovery')
  const random = chance(2)
  while (sequencer.state.seq < length) {
    sequencer.submit(nextCommand(sequencer.state, random, TRADING_ONLY))
    if (sequencer.state.seq % 2_048 === 0) await sequencer.durable(sequencer.state.seq)
  }
  await sequencer.durable(sequencer.state.seq)
  const before = performance.now()
  await sequencer.checkpoint()
  print(
    'checkpoint',
    `${count(performance.now() - before)} ms, ${count(sequencer.state.orders.live)} open orders`,
  )
  await sequencer.close()
  const digest = digestState(sequencer.state)
  for (const [name, prepare] of [
    ['start from a snapshot', () => undefined],
    [
      `start by replay of ${count(length)} commands`,
      () => rmSync(join(place, 'snapshots'), { recursive: true }),
    ],
  ] as const) {
    prepare()
    const began = performance.now()
    const again = await start(place)
    print(name, `${((performance.now() - began) / 1_000).toFixed(2)} s`)
    if (digestState(again.state) !== digest) throw new Error('recovery led to another state')
    await again.close()
  }
}

console.log(
  `busbar sequencer, ${new Date(fromMs(Date.now()) / 1_000).toISOString()}, Node ${process.version}`,
)
const commands = await workload(Math.min(COMMANDS, 300_000))
for (const window of [384, 1_536, 6_144]) {
  const load = await closedLoop(`window-${window}-${Math.random()}`, commands, window)
  const bare = bareAppend(load)
  const batch = `batch ${count(load.batch)}`.padEnd(12)
  const ratio = (load.perSecond / bare).toFixed(2)
  print(
    `durable commands/s, ${count(window)} on their way, ${batch}`,
    `${count(load.perSecond)} (bare append + fdatasync ${count(bare)}, ratio ${ratio})`,
  )
}
await openLoop('slow', commands, 1, 3_000)
await openLoop('fast', commands, 10, 3_000)
await recovery(COMMANDS)
