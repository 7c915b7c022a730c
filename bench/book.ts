import { createRequire } from 'node:module'
import type { AccountId, InstrumentId, OrderId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots, ppm, ticks } from '../src/base/money.ts'
import type { OrderPlace } from '../src/state/command.ts'
import { launchSpecs } from '../src/state/grade.ts'
import { sideName } from '../src/state/order.ts'
import type { NaiveRules } from '../src/sim/naive-limit.ts'
import { newNaiveMarket } from '../src/sim/naive-book.ts'
import { applyNaively } from '../src/sim/naive-market.ts'
import { mixTrade, newBareBook } from './bare-book.ts'
import { middle, millions, say, Times } from './times.ts'
import type { Workload } from './workload.ts'
import { CANCEL, generate, MID, perform, REPLACE, TAKE } from './workload.ts'
import { Yardstick } from './yardstick.ts'

// node --import tsx bench/book.ts [rounds]
// The bare book and pool on a seeded day, between a yardstick of flat arrays and nodejs-order-book, with the
// naive twin to judge the trades of all.

type Run = { opsPerSecond: number; trades: number; checksum: number }

function runFast(work: Workload): Run {
  const bare = newBareBook(MID)
  for (let at = 0; at < work.warm; at++) perform(bare, work, at)
  const start = process.hrtime.bigint()
  for (let at = work.warm; at < work.count; at++) perform(bare, work, at)
  return finish(work, start, bare.trades, bare.checksum)
}

function runYardstick(work: Workload): Run {
  const yardstick = new Yardstick(work)
  yardstick.run(work, 0, work.warm)
  const start = process.hrtime.bigint()
  yardstick.run(work, work.warm, work.count)
  return finish(work, start, yardstick.trades, yardstick.checksum)
}

/** The day command by command. */
function timesOf(work: Workload): Times {
  const bare = newBareBook(MID)
  const times = new Times(work.count - work.warm)
  for (let at = 0; at < work.warm; at++) perform(bare, work, at)
  for (let at = work.warm; at < work.count; at++) {
    const start = performance.now()
    perform(bare, work, at)
    times.add(performance.now() - start)
  }
  return times
}

function finish({ warm, count }: Workload, start: bigint, trades: number, checksum: number): Run {
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  return { opsPerSecond: (count - warm) / seconds, trades, checksum: checksum >>> 0 }
}

type Peer = {
  limit(order: object): {
    done: PeerOrder[]
    partial: PeerOrder | null
    partialQuantityProcessed: number
    err: unknown
  }
  cancel(id: string): unknown
}
type PeerOrder = { id: string; price: number; size: number }

/** The peer moves an order by cancelling it and placing it again, as the others do. */
function runPeer(work: Workload): Run {
  const { OrderBook } = createRequire(import.meta.url)('nodejs-order-book') as { OrderBook: new () => Peer }
  const peer = new OrderBook()
  let start = 0n
  let trades = 0
  let checksum = 0
  for (let at = 0; at < work.count; at++) {
    if (at === work.warm) start = process.hrtime.bigint()
    const id = work.id[at] as number
    const op = work.op[at]
    if (op === CANCEL || op === REPLACE) peer.cancel(String(id))
    if (op === CANCEL) continue
    const size = work.lots[at] as number
    const answer = peer.limit({
      id: String(id),
      side: sideName(work.side[at] as number),
      size,
      price: work.price[at] as number,
      timeInForce: op === TAKE ? 'IOC' : 'GTC',
    })
    if (answer.err !== null) throw answer.err
    for (const done of answer.done) {
      if (done.id === String(id)) continue
      trades++
      checksum = mixTrade(checksum, id, Number(done.id), done.price, done.size)
    }
    if (answer.partial === null || answer.partial.id === String(id)) continue
    trades++
    const { partial, partialQuantityProcessed } = answer
    checksum = mixTrade(checksum, id, Number(partial.id), partial.price, partialQuantityProcessed)
  }
  return finish(work, start, trades, checksum)
}

/** The twin that is made to be read: slow, and the judge. It numbers orders itself, replacements anew. */
function runTwin(work: Workload): Run {
  const [launch] = launchSpecs('')
  if (launch === undefined) throw new Error('there are launch specs')
  const spec = { ...launch, listingPrice: ticks(MID), priceMax: ticks(10_000_000) }
  const corridor = { collar: ppm(0), volatility: ppm(0), takerDelay: 0, callTime: 1 }
  const rules: NaiveRules = {
    spec,
    band: ppm(999_999),
    protection: ppm(0),
    corridor,
    memberOf: (account) => account,
  }
  const market = newNaiveMarket()
  const twinOf = new Map<number, number>()
  const idOf = new Map<number, number>()
  let start = 0n
  let trades = 0
  let checksum = 0
  for (let at = 0; at < work.count; at++) {
    if (at === work.warm) start = process.hrtime.bigint()
    const id = work.id[at] as number
    const account = id as AccountId
    const op = work.op[at]
    if (op === CANCEL || op === REPLACE)
      applyNaively(market, rules, { kind: 'order.cancel', account, order: twinOf.get(id) as OrderId }, at)
    if (op === CANCEL) continue
    twinOf.set(id, market.nextOrder)
    idOf.set(market.nextOrder, id)
    for (const line of applyNaively(market, rules, orderAt(work, at, account), at)) {
      const words = /^trade #\d+ with #(\d+): (\d+) @ (\d+)$/.exec(line)
      if (words === null) continue
      const [resting = 0, lots = 0, price = 0] = words.slice(1).map(Number)
      trades++
      checksum = mixTrade(checksum, id, idOf.get(resting) ?? 0, price, lots)
    }
  }
  return finish(work, start, trades, checksum)
}

const orderAt = (work: Workload, at: number, account: AccountId): OrderPlace => ({
  kind: 'order.place',
  account,
  instrument: 0 as InstrumentId,
  side: sideName(work.side[at] as number),
  type: 'limit',
  timeInForce: work.op[at] === TAKE ? 'ioc' : 'gtc',
  postOnly: 'none',
  selfTrade: 'cancel_newest',
  price: ticks(work.price[at] as number),
  lots: lots(work.lots[at] as number),
  clientOrderId: null,
  mandate: NO_MANDATE,
})

/**
 * Bytes that the heap grows by per command once the pool has its size: what is allocated for each of them.
 */
function bytesPerCommand(work: Workload): number {
  const bare = newBareBook(MID)
  const half = Math.floor((work.warm + work.count) / 2)
  for (let at = 0; at < half; at++) perform(bare, work, at)
  const before = process.memoryUsage().heapUsed
  for (let at = half; at < work.count; at++) perform(bare, work, at)
  return (process.memoryUsage().heapUsed - before) / (work.count - half)
}

function agree(name: string, a: Run, b: Run): void {
  if (a.trades !== b.trades || a.checksum !== b.checksum)
    throw new Error(`${name}: ${a.trades} trades (${a.checksum}) against ${b.trades} (${b.checksum})`)
}

const rounds = Number(process.argv[2] ?? 7)
for (const resting of [10_000, 50_000]) {
  const work = generate(1, resting, 1_000_000)
  const short = generate(2, resting, 20_000)
  agree('the naive twin', runTwin(short), runFast(short))
  const sample = generate(1, resting, 100_000)
  const fast: number[] = []
  const yard: number[] = []
  const peer: number[] = []
  const ratio: number[] = []
  agree('the yardstick', runYardstick(work), runFast(work))
  for (let round = 0; round < rounds; round++) {
    const run = runPeer(sample)
    agree('nodejs-order-book', run, runFast(sample))
    peer.push(run.opsPerSecond)
    yard.push(runYardstick(work).opsPerSecond)
    fast.push(runFast(work).opsPerSecond)
    ratio.push((fast.at(-1) as number) / (yard.at(-1) as number))
  }
  const [ours, most, theirs] = [middle(fast), middle(yard), middle(peer)]
  const bytes = bytesPerCommand(work).toFixed(2)
  say(`${resting} resting: busbar ${millions(ours)}, yardstick ${millions(most)}, peer ${millions(theirs)}`)
  say(`  ${middle(ratio).toFixed(2)} of the yardstick, ${(ours / theirs).toFixed(0)} × nodejs-order-book`)
  say(`  ${bytes} bytes allocated per command`)
  say(`  one command, the clock included: ${timesOf(work).print()}`)
}
say('trades: identical to the naive twin, to the yardstick and to nodejs-order-book')
