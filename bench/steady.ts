import { Desk } from './desk.ts'
import { ONE_MARKET, ownersOf } from './day.ts'
import { say } from './times.ts'
import { CANCEL, generate } from './workload.ts'

// node --trace-gc --expose-gc --import tsx bench/steady.ts [commands]
// Plays days without a pause and says between which milliseconds of the process it did, so that whoever reads
// the trace can count the collections in between. bench/engine.ts does.

const RESTING = 50_000
const DAY = 1_000_000
const commands = Number(process.argv[2] ?? 10_000_000)
const work = generate(1, RESTING, DAY)
const owners = ownersOf(work, ONE_MARKET)
const desk = new Desk(ONE_MARKET)
/** Every order of a day, to be cancelled at its end if it still lives. */
const evening = { ...work, op: new Uint8Array(work.count).fill(CANCEL) }

function playDay(): void {
  desk.openDay()
  for (let at = 0; at < work.count; at++) desk.play(work, owners, at)
  for (let at = 0; at < work.count; at++) desk.play(evening, owners, at)
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 300))

for (let day = 0; day < 3; day++) playDay()
globalThis.gc?.()
await pause()
const from = performance.now()
let done = 0
for (; done < commands; done += work.count) playDay()
const to = performance.now()
await pause()
say(`steady ${from} ${to} ${done}`)
