import type { Seq } from '../src/base/ids.ts'
import type { Instant } from '../src/base/time.ts'
import { audit } from '../src/engine/audit.ts'
import type { Command } from '../src/state/command.ts'
import { apply } from '../src/engine/engine.ts'
import { digestState, dumpState, loadState } from '../src/engine/snapshot.ts'
import type { State } from '../src/state/state.ts'
import { emptyState } from '../src/state/state.ts'
import { commandAt, opening, ownersOf, START } from './day.ts'
import { generate } from './workload.ts'

// node --import tsx bench/engine.ts [rounds]
// The whole engine in memory, on the day of bench/book.ts: ledger, holds, escrow, fees, events of every
// command.

type Counts = { events: number; refused: number }

function ask(state: State, command: Command, counts: Counts): void {
  const events = apply(state, (state.seq + 1) as Seq, (state.at + 1) as Instant, command)
  counts.events += events.length
  if (events[0]?.kind === 'command.rejected') counts.refused++
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const seconds = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e9

const BLOCK = 10_000
const rounds = Number(process.argv[2] ?? 5)
const resting = 50_000
const work = generate(1, resting, 1_000_000)
const before = opening()
const owners = ownersOf(work)
for (let round = 0; round < rounds; round++) {
  const state = emptyState()
  state.at = START
  const counts = { events: 0, refused: 0 }
  for (const command of before) ask(state, command, counts)
  const first = state.nextOrder
  for (let at = 0; at < resting; at++) ask(state, commandAt(work, owners, at, first), counts)
  const { events, refused } = counts
  let taken = 0
  let onCpu = 0
  // Commands are made a block at a time, outside what is timed: a venue gets them from its callers.
  for (let from = resting; from < work.count; from += BLOCK) {
    const block: Command[] = []
    for (let at = from; at < Math.min(from + BLOCK, work.count); at++)
      block.push(commandAt(work, owners, at, first))
    const cpu = process.cpuUsage()
    const start = process.hrtime.bigint()
    for (const command of block) ask(state, command, counts)
    taken += seconds(start)
    onCpu += process.cpuUsage(cpu).user / 1e6
  }
  const done = work.count - resting
  say(
    `${(done / taken / 1e6).toFixed(2)} M commands/s, ${(done / onCpu / 1e6).toFixed(2)} per second of CPU time`,
  )
  say(`  ${counts.events - events} events, ${counts.refused - refused} refused, ${state.orders.live} resting`)
  if (round === rounds - 1) measureSnapshot(state)
}

function measureSnapshot(state: State): void {
  audit(state)
  const start = process.hrtime.bigint()
  const bytes = dumpState(state)
  const dumped = seconds(start)
  const middle = process.hrtime.bigint()
  const restored = loadState(bytes)
  const loaded = seconds(middle)
  if (digestState(restored) !== digestState(state)) throw new Error('a snapshot restores the state')
  const megabytes = (bytes.length / 1e6).toFixed(1)
  say(
    `snapshot of ${state.orders.live} orders: ${megabytes} MB, ${ms(dumped)} to dump, ${ms(loaded)} to load`,
  )
}

function ms(value: number): string {
  return `${(value * 1_000).toFixed(0)} ms`
}
