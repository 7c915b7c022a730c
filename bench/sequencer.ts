import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Seq } from '../src/base/ids.ts'
import type { Instant } from '../src/base/time.ts'
import type { Command } from '../src/state/command.ts'
import { apply } from '../src/engine/engine.ts'
import { digestState } from '../src/engine/snapshot.ts'
import { emptyState } from '../src/state/state.ts'
import { initJournal, openJournal } from '../src/journal/sqlite-journal.ts'
import { RecordBuffer } from '../src/sequencer/record.ts'
import { systemAlarm } from '../src/sequencer/alarm.ts'
import type { Sequencer } from '../src/sequencer/sequencer.ts'
import { openSequencer } from '../src/sequencer/sequencer.ts'
import { commandAt, opening, ownersOf, START } from './day.ts'
import { generate } from './workload.ts'

// node --import tsx bench/sequencer.ts [commands]
// The day of bench/engine.ts through the sequencer and its journal: durable commands per second beside the engine
// alone and beside a bare append and fdatasync of the same bytes; acknowledgements; recovery.

const RESTING = 50_000
const COUNT = Number(process.argv[2] ?? 1_000_000)
const day = generate(1, RESTING, COUNT)
const owners = ownersOf(day)
const before = opening()

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const count = (n: number): string => Math.round(n).toLocaleString('en-US')
const clock = () => (START + Math.floor(performance.now() * 1_000)) as Instant
const fatal = (error: unknown): never => {
  throw error
}

const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Wall and CPU seconds since it was made. */
function stopwatch(): () => { wall: number; cpu: number } {
  const began = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { wall: (performance.now() - began) / 1_000, cpu: (user + system) / 1e6 }
  }
}

async function start(place: string, batchLengthMax = 1 << 16): Promise<Sequencer> {
  const journal = await openJournal({ folder: place, onFatal: fatal })
  const checkpointEvery = Number.MAX_SAFE_INTEGER
  const options = { journal, onFatal: fatal, clock, alarm: systemAlarm, checkpointEvery, batchLengthMax }
  return openSequencer(options)
}

type Open = { sequencer: Sequencer; place: string; command: (n: number) => Command }

/** A new exchange after its opening and with its book filled, and the commands of its day. */
async function newborn(name: string, batchLengthMax?: number): Promise<Open> {
  const place = join(folder, name)
  await initJournal(place)
  const sequencer = await start(place, batchLengthMax)
  for (const command of before) sequencer.submit(command)
  const first = sequencer.state.nextOrder
  for (let at = 0; at < RESTING; at++) {
    sequencer.submit(commandAt(day, owners, at, first))
    if (at % 8_192 === 0) await sequencer.durable(sequencer.state.seq)
  }
  await sequencer.durable(sequencer.state.seq)
  return { sequencer, place, command: (n) => commandAt(day, owners, RESTING + n, first) }
}

/** Returns commands per second of CPU time. */
function engineAlone(commands: number): number {
  const state = emptyState()
  const ask = (command: Command) => apply(state, (state.seq + 1) as Seq, clock(), command)
  for (const command of before) ask(command)
  const first = state.nextOrder
  for (let at = 0; at < RESTING; at++) ask(commandAt(day, owners, at, first))
  const watch = stopwatch()
  for (let at = 0; at < commands; at++) ask(commandAt(day, owners, RESTING + at, first))
  const { wall, cpu } = watch()
  say(`engine alone: ${count(commands / wall)} commands/s, ${count(commands / cpu)} per second of CPU time`)
  return commands / cpu
}

type Durable = { batch: number; rate: number; perCpu: number; bare: number; ratio: number }

let runs = 0

/** Batches that are on their way at once. */
const FLIGHTS = 4

/**
 * Keeps some batches of `batch` commands on their way until all are durable: some being written, some forming.
 */
async function closedLoop(batch: number, commands: number): Promise<Durable> {
  const { sequencer, command, place } = await newborn(`run-${runs++}`, batch * bytesEach)
  let next = 0
  let commits = 0
  const watch = stopwatch()
  await new Promise<void>((resolve) => {
    const fill = (room: number) => {
      for (; room > 0 && next < commands; room--) sequencer.submit(command(next++))
      if (sequencer.durableSeq === sequencer.state.seq) resolve()
    }
    sequencer.onCommit((batch) => {
      commits++
      fill(batch.length)
    })
    fill(FLIGHTS * batch)
  })
  const { wall, cpu } = watch()
  await sequencer.close()
  rmSync(place, { recursive: true })
  const rate = commands / wall
  const bare = bareAppend(commands, commits)
  return { batch: commands / commits, rate, perCpu: commands / cpu, bare, ratio: rate / bare }
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

/** Sizes in turn, round after round: medians of each, and of its ratio to the bare append beside it. */
async function durable(batches: readonly number[], rounds: number): Promise<void> {
  const found = new Map<number, Durable[]>()
  for (let round = 0; round < rounds; round++)
    for (const batch of batches) {
      const run = await closedLoop(batch, Math.min(COUNT, 300_000))
      found.set(batch, [...(found.get(batch) ?? []), run])
    }
  say(
    `\n| durable, medians of ${rounds} rounds, load ${loadavg()[0]?.toFixed(1)} | commands/s | per s of CPU | bare append | ratio |`,
  )
  say('|---|---|---|---|---|')
  for (const list of found.values()) {
    const of = (part: keyof Durable) => median(list.map((run) => run[part]))
    const shown = [of('rate'), of('perCpu'), of('bare')].map(count).join(' | ')
    say(`| batches of ${count(of('batch'))} | ${shown} | ${of('ratio').toFixed(2)} |`)
  }
  say('\nratio: to a bare append and fdatasync of the same bytes in as many pieces')
}

/** Bytes of a command of the day in the journal, on average. */
const bytesEach = (() => {
  const records = new RecordBuffer()
  for (let n = 0; n < 10_000; n++) records.add(START, commandAt(day, owners, RESTING + n, 1))
  return records.length / 10_000
})()

/**
 * As many bytes in as many pieces, each appended to a bare file and synced: what the disk allows a writer that
 * waits for each. Commands per second.
 */
function bareAppend(commands: number, commits: number): number {
  const piece = Buffer.alloc(Math.ceil(bytesEach * (commands / commits)), 97)
  const path = join(folder, 'bare')
  const handle = openSync(path, 'w')
  const watch = stopwatch()
  for (let n = 0; n < commits; n++) {
    writeSync(handle, piece, 0, piece.length, n * piece.length)
    fdatasyncSync(handle)
  }
  const { wall } = watch()
  closeSync(handle)
  rmSync(path)
  return commands / wall
}

/** Commands arrive at their own pace, whatever becomes of them. */
async function acknowledgements(perMs: number, ms: number): Promise<void> {
  const { sequencer, command } = await newborn(`pace-${perMs}`)
  const waits: number[] = []
  const began = performance.now()
  let sent = 0
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const passed = performance.now() - began
      for (; sent < Math.min(passed, ms) * perMs; sent++) {
        const asked = performance.now()
        void sequencer.ask(command(sent)).then(() => waits.push(performance.now() - asked))
      }
      if (passed < ms) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await sequencer.close()
  waits.sort((a, b) => a - b)
  const at = (share: number) => `${(waits[Math.floor((waits.length - 1) * share)] ?? 0).toFixed(2)} ms`
  say(`acknowledgement at ${count(perMs * 1_000)}/s: p50 ${at(0.5)}, p99 ${at(0.99)}`)
}

async function recovery(): Promise<void> {
  const { sequencer, place, command } = await newborn('recovery')
  for (let n = 0; n < COUNT; n++) {
    sequencer.submit(command(n))
    if (n % 2_048 === 0) await sequencer.durable(sequencer.state.seq)
  }
  await sequencer.durable(sequencer.state.seq)
  const watch = stopwatch()
  await sequencer.checkpoint()
  say(`checkpoint of ${count(sequencer.state.orders.live)} open orders: ${watch().wall.toFixed(2)} s`)
  await sequencer.close()
  const { seq } = sequencer.state
  const digest = digestState(sequencer.state)
  const again = async (name: string) => {
    const watch = stopwatch()
    const { state, close } = await start(place).then((opened) => ({
      state: opened.state,
      close: () => opened.close(),
    }))
    const { wall, cpu } = watch()
    say(`${name}: ${wall.toFixed(2)} s, ${cpu.toFixed(2)} s of CPU time`)
    if (digestState(state) !== digest) throw new Error('recovery led to another state')
    await close()
  }
  await again(`start from a snapshot of ${count(seq)} commands`)
  rmSync(join(place, 'snapshots'), { recursive: true })
  await again(`start by replay of ${count(seq)} commands`)
}

engineAlone(Math.min(COUNT, 300_000))
await durable([128, 256, 1_024, 1_400], 3)
for (const perMs of [1, 10]) await acknowledgements(perMs, 3_000)
await recovery()
