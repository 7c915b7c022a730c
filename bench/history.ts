import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountId, InstrumentId, Seq } from '../src/base/ids.ts'
import { micros } from '../src/base/money.ts'
import type { Instant } from '../src/base/time.ts'
import { later, MICROS_PER_HOUR } from '../src/base/time.ts'
import type { Config } from '../src/config.ts'
import { apply } from '../src/engine/engine.ts'
import type { TradeFacts } from '../src/index/hour-book.ts'
import { foldHour, foldTradeHour, newHourBook } from '../src/index/hour-book.ts'
import { isOfOrderAlone } from '../src/index/order-event.ts'
import { initJournal, openJournal } from '../src/journal/sqlite-journal.ts'
import { foldFixing, newFixingFold } from '../src/market/fixing-window.ts'
import type { Market } from '../src/market/market.ts'
import { createMarket } from '../src/market/market.ts'
import { rebuildHistory } from '../src/rebuilding.ts'
import { openSequencer } from '../src/sequencer/sequencer.ts'
import type { Command } from '../src/state/command.ts'
import type { Event, EventOf } from '../src/state/event.ts'
import { emptyState } from '../src/state/state.ts'
import { openHistory } from '../src/store/history.ts'
import { historyPlace } from '../src/stores.ts'
import { MID } from './workload.ts'
import { opening, order, START } from './day.ts'
import { middle, say, stopwatch } from './times.ts'

// TRADES=10000000 node --expose-gc --import tsx bench/history.ts
// A year of hourly fixings and many trades in a journal: how long history takes to be rebuilt from it, how fast
// candles, statements and pages are then read, and what the folds of the indices cost beside the engine.

const TRADES = Number(process.env.TRADES ?? 200_000)
const MARKET = 0 as InstrumentId
const TRADERS = 900
const HOURS = 365 * 24
/** Trades that folds are measured with, and how many of them are in a batch. */
const FOLDED = 65_536
const BATCH = 64

const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const config = { data: join(folder, 'data'), databaseUrl: process.env.BUSBAR_DATABASE_URL || null } as Config
const fatal = (error: unknown): never => {
  throw error
}

/** The two commands of a trade: all traders in turn sell a lot, and one half of them away from each buys it. */
function* pair(n: number): Generator<Command> {
  const trader = (k: number) => (101 + (k % TRADERS)) as AccountId
  yield order(trader(n), MARKET, 1, MID - 1, 1)
  yield { ...order(trader(n + TRADERS / 2), MARKET, 0, MID - 1, 1), timeInForce: 'ioc' }
}

const fixing = (at: Instant): Command => ({
  kind: 'fixing.publish',
  instrument: MARKET,
  period: 'hour',
  at,
  hour: MICROS_PER_HOUR,
  price: micros(800_000),
  tier: 'hour',
  inputs: '{"partitions":[]}',
  inputsRoot: '0'.repeat(64),
  methodology: '0'.repeat(64),
  corrects: null,
})

async function fill(): Promise<void> {
  await initJournal(config.data)
  let now = later(START, 1)
  const sequencer = await openSequencer({
    journal: await openJournal({ folder: config.data, onFatal: fatal }),
    onFatal: fatal,
    clock: () => now,
    alarm: () => () => undefined,
    checkpointEvery: Number.MAX_SAFE_INTEGER,
  })
  for (const command of opening()) sequencer.submit(command)
  await sequencer.durable(sequencer.state.seq)
  const step = (3 * MICROS_PER_HOUR) / TRADES
  for (let n = 0; n < TRADES; n++) {
    now = later(START, Math.floor(n * step) + 2)
    for (const command of pair(n)) sequencer.submit(command)
    if (n % 16_384 === 0) await sequencer.durable(sequencer.state.seq)
  }
  const traded = sequencer.state.nextTrade
  if (traded < TRADES) throw new Error(`only ${traded} trades came about`)
  for (let hour = 1; hour <= HOURS; hour++) {
    now = later(START, hour * MICROS_PER_HOUR)
    sequencer.submit(fixing(now))
    if (hour % 1_024 === 0) await sequencer.durable(sequencer.state.seq)
  }
  await sequencer.durable(sequencer.state.seq)
  await sequencer.close()
}

/** p95 in milliseconds of a question asked once of every trader. */
async function p95(ask: (account: AccountId) => unknown): Promise<string> {
  const times: number[] = []
  for (let n = 0; n < 200; n++) {
    const began = performance.now()
    await ask((101 + ((n * 7) % TRADERS)) as AccountId)
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  return `${(times[189] as number).toFixed(2)} ms`
}

async function questions(): Promise<void> {
  const history = await openHistory(historyPlace(config), fatal)
  const to = later(START, 24 * MICROS_PER_HOUR)
  const { lines } = await history.statement(101 as AccountId, START, to)
  if (!lines.some(({ kind }) => kind === 'purchase')) throw new Error('a statement tells of its purchases')
  say(`statement of a day, p95: ${await p95((account) => history.statement(account, START, to))}`)
  say(`100 fills, p95: ${await p95((account) => history.listFills({ account, limit: 100 }))}`)
  say(`100 orders, p95: ${await p95((account) => history.listOrders({ account, limit: 100 }))}`)
  say(`100 fixings, p95: ${await p95(() => history.listFixings({ instrument: MARKET, limit: 100 }))}`)
  await history.close()
}

type Told = { at: Instant; events: readonly Event[] }

/** What the folds of fixings and hours do with a batch, on a venue that has opened. */
function indexFolds(): (told: readonly Told[]) => void {
  const book = newHourBook()
  const window = newFixingFold()
  return (told) => {
    for (const { at, events } of told)
      for (const event of events) {
        if (isOfOrderAlone(event)) continue
        foldFixing(window, at, event)
        foldHour(book, at, event)
        if (event.kind === 'trade') foldTradeHour(book, at, factsOf(event))
      }
  }
}

const factsOf = ({ instrument, lots, price, aggressorFee, restingFee }: EventOf<'trade'>): TradeFacts => ({
  instrument,
  lots,
  value: price * lots,
  fees: aggressorFee + restingFee,
  buyerLimit: price,
  sellerLimit: price,
  price,
  lotTick: 1,
})

/** Seconds of CPU that the engine takes for many trades, and the folds that are told of them batch by batch. */
function foldDay(market: Market | undefined): { engine: number; index: number } {
  const state = emptyState()
  const fold = indexFolds()
  let seq = 0
  const applied = (at: Instant, command: Command): Told => ({
    at,
    events: apply(state, (state.seq + 1) as Seq, at, command),
  })
  fold(opening().map((command) => applied(later(START, 1), command)))
  global.gc?.()
  const all = stopwatch()
  let index = 0
  for (let n = 0; n < FOLDED; n += BATCH) {
    const told: Told[] = []
    for (let k = n; k < n + BATCH; k++)
      for (const command of pair(k)) told.push(applied(later(START, 2 + k), command))
    const folding = stopwatch()
    fold(told)
    index += folding().cpu
    market?.apply(told.map((one) => ({ ...one, seq: ++seq })))
  }
  return { engine: all().cpu - index, index }
}

/** The folds in shares of the engine's time: the middle and the least disturbed of several rounds. */
async function folds(): Promise<void> {
  const market = createMarket()
  foldDay(market)
  const shares = Array.from({ length: 11 }, () => foldDay(undefined)).map((one) => one.index / one.engine)
  const [usual, least] = [middle(shares), Math.min(...shares)].map((share) => (share * 100).toFixed(1))
  say(`folds of the indices: ${usual} % of the engine's time, ${least} % in the least disturbed round`)
  say(`500 candles of a minute, p95: ${await p95(() => market.candles(MARKET, 60, 500))}`)
}

await folds()
const filling = stopwatch()
await fill()
say(`${TRADES} trades and ${HOURS} fixings journaled in ${filling().wall.toFixed(0)} s`)
const { commands, seconds } = await rebuildHistory(config)
say(
  `history rebuilt: ${commands} commands in ${seconds.toFixed(1)} s, ${Math.round(TRADES / seconds)} trades/s`,
)
say(`ten million trades at that rate: ${((10_000_000 / TRADES) * (seconds / 60)).toFixed(1)} min`)
if (config.databaseUrl === null)
  say(`history takes ${(statSync(historyPlace(config)).size / TRADES / 1e3).toFixed(2)} KB a trade`)
await questions()
