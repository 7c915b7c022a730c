import assert from 'node:assert/strict'
import type { AccountId, InstrumentId, MandateId, MemberId, OfferId, Seq } from '../src/base/ids.ts'
import type { Micros, Ticks, Wt } from '../src/base/money.ts'
import { lots, micros, ppm, ticks, WT_PER_UNIT, wt } from '../src/base/money.ts'
import type { Instant } from '../src/base/time.ts'
import { instant, later, MICROS_PER_HOUR } from '../src/base/time.ts'
import { accountOf } from '../src/state/account.ts'
import { audit } from '../src/engine/audit.ts'
import type { Command } from '../src/state/command.ts'
import { apply } from '../src/engine/engine.ts'
import type { Event } from '../src/state/event.ts'
import type { Spec } from '../src/state/instrument.ts'
import type { Account, Instrument, Position, State } from '../src/state/state.ts'
import { emptyState } from '../src/state/state.ts'
import { reconcile } from '../test/index/reconcile.ts'

/**
 * The market that scenarios are told in: a lot is a whole unit and a tick is one cent, so that every number
 * in a sentence is a round one. It lists at 1.00; the band is 20 % and the taker fee 20 bps, as by default.
 */
export const SPEC: Spec = {
  symbol: 'text-prime',
  name: 'Text Prime',
  task: 'text',
  intelligenceFloor: 100,
  latencyBaseMs: 4_600,
  latencyPerTokenUs: 1_000,
  throughputFloor: 40,
  contextTokens: 131_072,
  outputTokensMax: 65_536,
  capabilities: ['tools', 'json_schema'],
  reliability: ppm(990_000),
  tokenizer: { name: 'o200k_base', sha256: '0'.repeat(64) },
  weights: { input: ppm(250_000), cachedInput: ppm(62_500), output: ppm(1_000_000) },
  lot: wt(WT_PER_UNIT),
  tick: micros(10_000),
  window: 4 * MICROS_PER_HOUR,
  listingPrice: ticks(100),
  priceMax: ticks(10_000),
  orderMax: lots(1_000),
}

/** 2026-11-25 09:00 UTC, an hour after a sweep and three before the next. */
const START = instant(Date.UTC(2026, 10, 25, 9) * 1_000)

/** One scenario's exchange. Whoever a sentence names is there from the first time it names them. */
export type World = {
  state: State
  accounts: Map<string, AccountId>
  /** Names that a scenario gives to mandates, offers, draws and lots. */
  names: Map<string, number>
  /** Every account's statement, held against the ledger after each command. */
  statements: ReturnType<typeof reconcile>
}

/**
 * A sentence: its shape, and the command it asks, the events of what it did itself, or the answer it gives.
 */
export type Sentence = readonly [
  shape: RegExp,
  say: (world: World, ...words: string[]) => Command | Event[] | Answer,
]
export type Answer = { answer: string }

/** How an event is told; `undefined` is not worth telling. */
export type Voice = {
  [Kind in Event['kind']]?: (event: Extract<Event, { kind: Kind }>) => string | undefined
}

export function newWorld(): World {
  const world: World = {
    state: emptyState(),
    accounts: new Map(),
    names: new Map(),
    statements: reconcile(),
  }
  ask(world, { kind: 'instrument.list', spec: SPEC })
  return world
}

/** Asks the exchange, one microsecond after the last thing that happened, and checks every promise. */
export function ask(world: World, command: Command, at?: Instant): Event[] {
  const { state } = world
  const events = apply(
    state,
    (state.seq + 1) as Seq,
    at ?? later(Math.max(state.at, START) as Instant, 1),
    command,
  )
  audit(state)
  world.statements.take(state, events)
  return events
}

/** The account that a sentence names: `alice`, or `alice/2` for a second one of the same member. */
export function accountNamed(world: World, name: string): AccountId {
  const known = world.accounts.get(name)
  if (known !== undefined) return known
  const [memberName = name] = name.split('/')
  const sibling = [...world.accounts].find(([other]) => other.split('/')[0] === memberName)
  const member = sibling === undefined ? admit(world, memberName) : account(world, sibling[1]).member
  ask(world, { kind: 'account.open', member, name, roles: ['consumer', 'supplier', 'trader'] })
  const id = world.state.accounts.length as AccountId
  world.accounts.set(name, id)
  return id
}

function admit(world: World, name: string): MemberId {
  ask(world, { kind: 'member.admit', name })
  return world.state.members.length as MemberId
}

const account = ({ state }: World, id: AccountId): Account =>
  accountOf(state, id) ?? assert.fail('an account that was opened exists')

export const accountBehind = (world: World, name: string): Account =>
  account(world, accountNamed(world, name))

/** What somebody has and owes in the scenario's market, or `undefined` if nothing ever. */
export const positionBehind = (world: World, name: string): Position | undefined =>
  accountBehind(world, name).positions[MARKET]

export const MARKET = 0 as InstrumentId
export const market = ({ state }: World): Instrument => state.instruments[MARKET] ?? assert.fail('listed')

/** A number that a scenario has named, as `m1`. */
export function named(world: World, name: string): number {
  return world.names.get(name) ?? assert.fail(`nothing is called ${name}`)
}
export const mandateNamed = (world: World, name: string): MandateId => named(world, name) as MandateId
export const offerNamed = (world: World, name: string): OfferId => named(world, name) as OfferId

/** `1.20` is 1,200,000 µ$, and `0.000016` is 16: by digits alone, no float ever holds money. */
export function dollars(text: string): Micros {
  const [whole = '', part = ''] = text.split('.')
  assert.ok(part.length <= 6, `${text} has more than six places`)
  return micros(Number(whole + part.padEnd(6, '0')))
}
export const price = (text: string): Ticks => ticks(dollars(text) / SPEC.tick)
/** `0.25` units are 250,000 wt. */
export const units = (text: string): Wt => wt(dollars(text))

const decimal = (amount: number, places: number): string => {
  const text = (amount / 1_000_000).toFixed(6)
  return text.replace(new RegExp(`^(-?\\d+\\.\\d{${places}}\\d*?)0+$`), '$1').replace(/\.$/, '')
}
/** µ$ as dollars, with cents and as many places more as it needs. */
export const showMoney = (amount: number): string => decimal(amount, 2)
/** wt as units, without needless zeros. */
export const showUnits = (quantity: number): string => decimal(quantity, 0)
export const showLots = (quantity: number): string => showUnits(quantity * SPEC.lot)
export const showPrice = (at: number): string => showMoney(at * SPEC.tick)
