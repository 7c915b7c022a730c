import { Consumer } from '../agent/consumer.ts'
import type { Rhythm } from '../agent/rhythm.ts'
import { startRhythm } from '../agent/rhythm.ts'
import { chance } from '../base/chance.ts'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/client.ts'
import { BusbarError } from '../client/problem.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import { conversation } from './demand-trace.ts'
import { readDemoState, writeDemoKeys, writeDemoState } from './demo-file.ts'
import { demandOf, postPrices, stateCosts } from './grade-price.ts'
import { MakerDesk, makerStyles } from './maker-desk.ts'
import type { Participant } from './membership.ts'
import {
  BUYER,
  consumerParticipant,
  makerParticipant,
  Membership,
  supplierParticipant,
  takerParticipant,
  TRADER,
} from './membership.ts'
import { Payroll } from './payroll.ts'
import { pooled } from './pool.ts'
import { requestFor } from './prompt.ts'
import { Quotes } from './quotes.ts'
import { pauseToSweepMs } from './sweep.ts'
import { SupplyDesk } from './supply-desk.ts'
import type { Supplier } from './suppliers.ts'
import { suppliers as allSuppliers } from './suppliers.ts'
import { Taker } from './taker.ts'

export type DemoOptions = {
  /** `http://127.0.0.1:8700` */
  baseUrl: string
  /** The secret of a key with the operator's scopes. */
  operatorKey: string
  /** Where `demo-keys.json` and the demo's own state are kept. */
  dataFolder: string
  /** How fast the market lives: 1 as written, 2 twice as fast. */
  pace?: number
  /** Who offers; the demo's own five unless said otherwise. */
  suppliers?: readonly Supplier[]
  log: (line: string) => void
}

/** A running sample market. */
export type Demo = {
  /** The participants leave; the model servers go on answering. */
  quiet(): Promise<void>
  /** The participants leave, and the model servers end. */
  stop(): Promise<void>
}

const TAKERS = ['Lattice Trading', 'Osprey Desk']
const APPLICATIONS = ['Fennel Apps', 'Quill Studio']
/** The trace's gaps, stretched: orders and completions arrive this much more slowly than its requests did. */
const ORDER_STRETCH = 9
const COMPLETION_STRETCH = 20
const ORDER_GAP_MS = 3_000
const COMPLETION_GAP_MS = 6_000
const COMPLETIONS_AT_ONCE = 3
const QUALIFICATIONS_AT_ONCE = 9
const SUPPLY_PAUSE_MS = 2_000
/** After a sweep suppliers issue anew, and then makers buy. */
const RESUPPLY_MS = 20
const PAYROLL_PAUSE_MS = 60_000
const RENEWAL_PAUSE_MS = 5 * 60_000
const SEED = 20_261_125

type Joined = { who: Participant; client: Client; account: string; key: string }

/** Everyone who takes part, with their accounts. */
async function admit(membership: Membership, suppliers: readonly Supplier[]): Promise<Map<string, Joined>> {
  const all = [
    BUYER,
    TRADER,
    ...suppliers.map(({ name }) => supplierParticipant(name)),
    ...makerStyles.map(({ name }) => makerParticipant(name)),
    ...TAKERS.map(takerParticipant),
    ...APPLICATIONS.map(consumerParticipant),
  ]
  const joined = new Map<string, Joined>()
  await pooled(all, 4, async (who) => {
    joined.set(who.id, { who, ...(await membership.join(who)) })
  })
  return joined
}

/**
 * The trace's gaps, one after the other. The longest are cut short: a market that stands still looks broken.
 */
const gapsOf = (stretch: number, longestMs: number, pace: number): (() => number) => {
  let at = 0
  return () => Math.min(longestMs, (conversation[at++ % conversation.length]?.gapMs ?? 0) * stretch) / pace
}

/** What every part of the running market needs. */
type Floor = {
  instruments: readonly InstrumentOut[]
  joined: Map<string, Joined>
  pace: number
  onError: (who: string) => (error: unknown) => void
}

function clientOf({ joined }: Floor, { id }: Participant): Client {
  const found = joined.get(id)
  if (!found) throw new Error(`${id} has no account`)
  return found.client
}

function startTakers(floor: Floor): Rhythm[] {
  return TAKERS.map((name, at) => {
    const luck = chance(SEED + at)
    const taker = new Taker(clientOf(floor, takerParticipant(name)), floor.instruments, luck)
    const pauseMs = gapsOf(ORDER_STRETCH * TAKERS.length, ORDER_GAP_MS, floor.pace)
    return startRhythm({ pauseMs, turn: () => taker.turn(), onError: floor.onError(name) })
  })
}

function startConsumers(floor: Floor): { rhythms: Rhythm[]; consumers: Consumer[] } {
  const consumers: Consumer[] = []
  const rhythms = APPLICATIONS.map((name, at) => {
    const luck = chance(SEED + 100 + at)
    const client = clientOf(floor, consumerParticipant(name))
    const consumer = new Consumer({ client, concurrency: COMPLETIONS_AT_ONCE, onError: floor.onError(name) })
    consumers.push(consumer)
    const turn = async () => {
      const instrument = floor.instruments[luck.below(floor.instruments.length)]
      const demand = instrument && demandOf(instrument.spec.task)
      const arrival = demand?.[luck.below(demand.length)]
      if (instrument && arrival) consumer.send(requestFor(instrument, arrival, luck))
    }
    const pauseMs = gapsOf(COMPLETION_STRETCH * APPLICATIONS.length, COMPLETION_GAP_MS, floor.pace)
    return startRhythm({ pauseMs, turn, onError: floor.onError(name) })
  })
  return { rhythms, consumers }
}

/** Has every grade measured that has no certificate, or one that soon ends. */
async function certify(desks: readonly SupplyDesk[], log: (line: string) => void): Promise<void> {
  const open = (
    await Promise.all(desks.map(async (desk) => (await desk.unproven()).map((line) => ({ desk, line }))))
  ).flat()
  // The slowest models take longest: they begin, and the quick ones are measured beside them.
  open.sort((a, b) => a.line.model.profile.tokensPerSecond - b.line.model.profile.tokensPerSecond)
  if (open.length > 0) log(`demo: measuring ${open.length} grades of ${desks.length} suppliers`)
  await pooled(open, QUALIFICATIONS_AT_ONCE, ({ desk, line }) => desk.prove(line))
}

/** A refusal now and then is a market's everyday; it is said once a minute at most for each who and why. */
function reporter(log: (line: string) => void): (who: string) => (error: unknown) => void {
  const said = new Map<string, number>()
  return (who) => (error) => {
    const code = error instanceof BusbarError ? error.code : 'failed'
    const key = `${who} ${code}`
    if (Date.now() - (said.get(key) ?? 0) < 60_000) return
    said.set(key, Date.now())
    log(`demo: ${who}: ${code}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * Starts the sample market over the exchange's public operations alone, and resolves when every grade is
 * certified and two-sided. On a folder it has seen before it goes on with the same accounts, keys and offers.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { baseUrl, operatorKey, dataFolder, log, pace = 1, suppliers = allSuppliers } = options
  const operator = createClient({ baseUrl, key: operatorKey })
  const state = readDemoState(dataFolder)
  const [listed, tickers, joined] = await Promise.all([
    operator.instruments.list(),
    operator.tickers(),
    admit(new Membership(operator, dataFolder, state), suppliers),
  ])
  // Nobody in the sample market embeds.
  const instruments = listed.filter(({ spec }) => spec.task !== 'embeddings')
  const keyOf = (id: string): string => joined.get(id)?.key ?? ''
  const supplier = keyOf(supplierParticipant(suppliers[0]?.name ?? '').id)
  writeDemoKeys(dataFolder, {
    buyer: keyOf('buyer'),
    trader: keyOf('trader'),
    supplier,
    operator: operatorKey,
  })

  const floor: Floor = { instruments, joined, pace, onError: reporter(log) }
  const quotes = new Quotes(suppliers, instruments, tickers, chance(SEED))
  const desks = suppliers.map((one) => {
    const client = clientOf(floor, supplierParticipant(one.name))
    return new SupplyDesk({ supplier: one, client, instruments, quotes, state, log })
  })
  const makers = makerStyles.map(
    (style) => new MakerDesk(style, clientOf(floor, makerParticipant(style.name)), instruments, quotes),
  )
  try {
    await Promise.all(desks.map((desk) => desk.open()))
    // Before what takes long: a start that is cut short must not leave offers that nobody answers for.
    writeDemoState(dataFolder, state)
    await postPrices(operator, suppliers, instruments)
    await stateCosts(operator, instruments)
    await certify(desks, log)
    await Promise.all(desks.map((desk) => desk.turn()))
    await Promise.all(makers.map((maker) => maker.open()))
  } catch (error) {
    await Promise.all(desks.map((desk) => desk.close()))
    throw error
  }
  return running(floor, operator, desks, makers, log)
}

function running(
  floor: Floor,
  operator: Client,
  desks: readonly SupplyDesk[],
  makers: readonly MakerDesk[],
  log: (line: string) => void,
): Demo {
  const { onError, pace } = floor
  const payroll = new Payroll(operator, [...floor.joined.values()])
  const { rhythms, consumers } = startConsumers(floor)
  const all = [
    ...rhythms,
    ...startTakers(floor),
    ...makers.flatMap((maker) => maker.start(pace, onError(maker.name))),
    ...desks.map((desk) =>
      startRhythm({
        pauseMs: () => pauseToSweepMs(SUPPLY_PAUSE_MS / pace, RESUPPLY_MS, floor.instruments),
        turn: () => desk.turn(),
        onError: onError(desk.name),
      }),
    ),
    startRhythm({
      pauseMs: () => RENEWAL_PAUSE_MS,
      turn: () => certify(desks, log),
      onError: onError('renewal'),
    }),
    startRhythm({ pauseMs: () => PAYROLL_PAUSE_MS, turn: () => payroll.turn(), onError: onError('payroll') }),
  ]
  const quiet = async () => {
    await Promise.all([...all, ...consumers].map((one) => one.stop()))
  }
  return {
    quiet,
    async stop() {
      await quiet()
      await Promise.all(desks.map((desk) => desk.close()))
    },
  }
}
