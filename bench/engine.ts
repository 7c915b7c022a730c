import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { audit } from '../src/engine/audit.ts'
import { digestState, dumpState, loadState } from '../src/engine/snapshot.ts'
import type { State } from '../src/state/state.ts'
import { ONE_MARKET, ownersOf } from './day.ts'
import { Desk } from './desk.ts'
import { printGrowth } from './growth.ts'
import { nearCosts } from './near.ts'
import { middle, millions, say, stopwatch, Times } from './times.ts'
import { generate } from './workload.ts'
import { Yardstick } from './yardstick.ts'

// node --import tsx bench/engine.ts [rounds]
// The whole engine in memory, on the day of bench/book.ts: refusals, holds, ledger, escrow, fees, and every
// event as numbers in the log, beside the yardstick that only keeps a book; then single commands, ten million
// commands under the eyes of the garbage collector, what growth costs, and a snapshot.

const RESTING = 50_000
const DAY = 1_000_000
const BLOCK = 50_000
const rounds = Number(process.argv[2] ?? 6)
const work = generate(1, RESTING, DAY)
const owners = ownersOf(work)

/** Plays a day in blocks, yardstick and engine in turn, so that what disturbs one disturbs the other. */
function playDay(): { wall: number; cpu: number; yard: number } {
  const desk = new Desk(ONE_MARKET)
  const yardstick = new Yardstick(work)
  yardstick.run(work, 0, RESTING)
  for (let at = 0; at < RESTING; at++) desk.play(work, owners, at)
  const sum = { wall: 0, cpu: 0, yard: 0 }
  for (let from = RESTING; from < work.count; from += BLOCK) {
    const yard = stopwatch()
    yardstick.run(work, from, from + BLOCK)
    sum.yard += yard().cpu
    const watch = stopwatch()
    for (let at = from; at < from + BLOCK; at++) desk.play(work, owners, at)
    const { wall, cpu } = watch()
    sum.wall += wall
    sum.cpu += cpu
  }
  return sum
}

function measureSpeed(): void {
  playDay()
  const days = Array.from({ length: rounds }, playDay)
  const wall = days.map((day) => DAY / day.wall)
  const cpu = days.map((day) => DAY / day.cpu)
  const ratio = middle(days.map((day) => day.yard / day.cpu)).toFixed(2)
  say(`${RESTING} resting, ${rounds} days: ${millions(middle(wall))} commands, median`)
  say(`  per day: ${wall.map((rate) => (rate / 1e6).toFixed(2)).join(', ')} M/s`)
  say(`  per second of CPU time ${millions(middle(cpu))}, ${ratio} of the yardstick`)
}

/** The last day, command by command. */
function measureLatency(): State {
  const desk = new Desk(ONE_MARKET)
  for (let at = 0; at < RESTING; at++) desk.play(work, owners, at)
  const times = new Times(DAY)
  for (let at = RESTING; at < work.count; at++) {
    const start = performance.now()
    desk.play(work, owners, at)
    times.add(performance.now() - start)
  }
  say(`one command, the clock included: ${times.print()}`)
  say(`  ${desk.events} events, ${desk.state.orders.live} resting`)
  return desk.state
}

/** Ten million commands in a process of their own, whose collections are counted. */
function measureSteady(): void {
  const script = join(import.meta.dirname, 'steady.ts')
  const young = ['--min-semi-space-size=16', '--max-semi-space-size=16']
  const argv = ['--trace-gc', '--expose-gc', ...young, '--import', 'tsx', script]
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 1 << 26 })
  const [, from, to, done] = /^steady (\S+) (\S+) (\S+)$/m.exec(stdout) ?? []
  if (done === undefined) throw new Error(`the steady run did not end: ${stderr}`)
  const traced = [...stdout.matchAll(/ (\d+) ms: (Scavenge|Mark-Compact|Mark-sweep)/g)]
  const within = traced.filter(([, at]) => Number(at) >= Number(from) && Number(at) <= Number(to))
  const scavenges = within.filter(([, , kind]) => kind === 'Scavenge').length
  say(`${done} commands after warm-up: ${scavenges} scavenges, ${within.length - scavenges} full collections`)
}

function measureSnapshot(state: State): void {
  audit(state)
  const dumping = stopwatch()
  const bytes = dumpState(state)
  const dumped = dumping().wall
  const loading = stopwatch()
  const restored = loadState(bytes)
  const loaded = loading().wall
  if (digestState(restored) !== digestState(state)) throw new Error('a snapshot restores the state')
  const size = `${(bytes.length / 1e6).toFixed(1)} MB`
  say(`snapshot of ${state.orders.live} orders: ${size}, ${ms(dumped)} to dump, ${ms(loaded)} to load`)
}

const ms = (value: number): string => `${(value * 1_000).toFixed(0)} ms`

measureSpeed()
const near = nearCosts()
say(`all in cache: a placement ${near.place.toFixed(0)} ns, a cancel ${near.cancel.toFixed(0)} ns`)
const state = measureLatency()
measureSteady()
say('growth, time per command:')
printGrowth(3)
measureSnapshot(state)
