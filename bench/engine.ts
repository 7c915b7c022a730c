import { chance } from '../src/base/chance.ts'
import type { AccountId, InstrumentId, MemberId, OfferId, OrderId, Seq } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots, micros, ticks, wt } from '../src/base/money.ts'
import type { Instant } from '../src/base/time.ts'
import { instant, later, MICROS_PER_HOUR } from '../src/base/time.ts'
import { audit } from '../src/engine/audit.ts'
import type { Command, OrderPlace } from '../src/engine/command.ts'
import { apply } from '../src/engine/engine.ts'
import { launchSpecs } from '../src/engine/grade.ts'
import { sideName } from '../src/engine/order.ts'
import { digestState, dumpState, loadState } from '../src/engine/snapshot.ts'
import type { State } from '../src/engine/state.ts'
import { emptyState } from '../src/engine/state.ts'
import type { Workload } from './workload.ts'
import { CANCEL, generate, MID, REPLACE, TAKE } from './workload.ts'

// node --import tsx bench/engine.ts [rounds]
// The whole engine in memory, on the day of bench/book.ts: ledger, holds, escrow, fees, events of every command.

const START = instant(Date.UTC(2026, 10, 25) * 1_000)
const INSTRUMENT = 0 as InstrumentId
const SUPPLIERS = 100
const ACCOUNTS = 1_000
/** Lots that every trader buys before the clock starts. */
const ENDOWMENT = 20_000

/** Suppliers that owe, and traders that have bought from them: sales of both kinds happen. */
function opening(): Command[] {
  const [launch] = launchSpecs('')
  if (launch === undefined) throw new Error('there are launch specs')
  const spec = { ...launch, listingPrice: ticks(MID), orderMax: lots(100_000_000) }
  const commands: Command[] = [{ kind: 'instrument.list', spec }]
  for (let n = 1; n <= ACCOUNTS; n++) {
    const account = n as AccountId
    commands.push({ kind: 'member.admit', name: `member ${n}` })
    commands.push({
      kind: 'account.open',
      member: n as MemberId,
      name: `account ${n}`,
      roles: ['supplier', 'trader'],
    })
    commands.push({ kind: 'cash.deposit', account, amount: micros(8e12), reference: 'opening' })
  }
  for (let n = 1; n <= SUPPLIERS; n++) commands.push(...supplier(n))
  for (let n = SUPPLIERS + 1; n <= ACCOUNTS; n++)
    commands.push({ ...order(n as AccountId, 0, MID, ENDOWMENT), timeInForce: 'ioc' })
  return commands
}

function supplier(n: number): Command[] {
  const account = n as AccountId
  const offer = n as OfferId
  const expiresAt = later(START, 1_000 * MICROS_PER_HOUR)
  const evidence = { requests: 0, ttftMsP95: 0, tokensPerSecondP5: 0, items: 0, passed: 0, sha256: '' }
  const terms = { concurrency: 1, capabilities: [], contextTokens: 1, disclosed: true }
  const quantity = (ENDOWMENT * ACCOUNTS) / SUPPLIERS
  return [
    { kind: 'offer.register', account, name: `offer ${n}`, rate: wt(1e12), ...terms },
    { kind: 'offer.certify', offer, instrument: INSTRUMENT, expiresAt, evidence },
    { kind: 'units.issue', account, offer, instrument: INSTRUMENT, lots: lots(2 * quantity) },
    order(account, 1, MID, quantity),
  ]
}

const order = (account: AccountId, side: number, price: number, quantity: number): OrderPlace => ({
  kind: 'order.place',
  account,
  instrument: INSTRUMENT,
  side: sideName(side),
  type: 'limit',
  timeInForce: 'gtc',
  postOnly: 'none',
  selfTrade: 'cancel_oldest',
  price: ticks(price),
  lots: lots(quantity),
  clientOrderId: null,
  mandate: NO_MANDATE,
})

/** Who places each order of the day. */
function ownersOf(work: Workload): Int32Array {
  const random = chance(7)
  return new Int32Array(work.count + 1).map(() => 1 + random.below(ACCOUNTS))
}

/**
 * One command of the day, made as a parser would; order ids follow the order of placing, the opening's first.
 */
function commandAt(work: Workload, owners: Int32Array, at: number, firstOrder: number): Command {
  const id = work.id[at] as number
  const account = owners[id] as AccountId
  const name = (firstOrder + id - 1) as OrderId
  const op = work.op[at]
  if (op === CANCEL) return { kind: 'order.cancel', account, order: name }
  const price = ticks(work.price[at] as number)
  const quantity = lots(work.lots[at] as number)
  if (op === REPLACE)
    return { kind: 'order.amend', account, order: name, price, lots: quantity, mandate: NO_MANDATE }
  const place = order(account, work.side[at] as number, price, quantity)
  if (op === TAKE) place.timeInForce = 'ioc'
  return place
}

type Counts = { events: number; refused: number }

function ask(state: State, command: Command, counts: Counts): void {
  const events = apply(state, (state.seq + 1) as Seq, (state.at + 1) as Instant, command)
  counts.events += events.length
  if (events[0]?.kind === 'command.rejected') counts.refused++
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const seconds = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e9

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
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  for (let at = resting; at < work.count; at++) ask(state, commandAt(work, owners, at, first), counts)
  const taken = seconds(start)
  const onCpu = process.cpuUsage(cpu).user / 1e6
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
