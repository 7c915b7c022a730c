import type { Shape } from './day.ts'
import { ONE_MARKET, ownersOf } from './day.ts'
import { Desk } from './desk.ts'
import { middle, say } from './times.ts'
import { generate } from './workload.ts'

// What ten times as much of everything does to the time per command.

const DAY = 300_000
const BLOCK = 5_000

type Size = Shape & { resting: number }

/** Nanoseconds per command, the middle of many blocks of a day. */
function measure({ resting, ...shape }: Size): number {
  const work = generate(3, resting, DAY)
  const owners = ownersOf(work, shape)
  const desk = new Desk(shape)
  for (let at = 0; at < resting; at++) desk.play(work, owners, at)
  const blocks: number[] = []
  for (let from = resting; from < work.count; from += BLOCK) {
    const start = performance.now()
    for (let at = from; at < from + BLOCK; at++) desk.play(work, owners, at)
    blocks.push(((performance.now() - start) * 1e6) / BLOCK)
  }
  return middle(blocks)
}

/** Prints the table; each size is measured beside the plain one, in turn. */
export function printGrowth(rounds: number): void {
  const base: Size = { ...ONE_MARKET, resting: 20_000 }
  const sizes: [string, Size][] = [
    ['10 × resting orders', { ...base, resting: 10 * base.resting }],
    ['10 × accounts', { ...base, accounts: 10 * base.accounts }],
    ['10 × instruments', { ...base, instruments: 10 }],
  ]
  measure(base)
  for (const [name, size] of sizes) {
    const plain: number[] = []
    const large: number[] = []
    for (let round = 0; round < rounds; round++) {
      plain.push(measure(base))
      large.push(measure(size))
    }
    const [small, grown] = [middle(plain), middle(large)]
    say(`  ${name}: ${small.toFixed(0)} → ${grown.toFixed(0)} ns, × ${(grown / small).toFixed(2)}`)
  }
}
