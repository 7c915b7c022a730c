import { assert, known } from '../base/assert.ts'
import { chance } from '../base/chance.ts'
import { Digest } from '../base/digest.ts'
import type { InstrumentId, Seq } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { instant, later, MICROS_PER_SECOND } from '../base/time.ts'
import { audit } from '../engine/audit.ts'
import { apply } from '../engine/engine.ts'
import { restingOrders } from '../state/book.ts'
import type { Command } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import { launchSpecs } from '../state/grade.ts'
import { BUY, SELL } from '../state/order.ts'
import { shownOf } from '../state/slice.ts'
import type { State } from '../state/state.ts'
import { emptyState } from '../state/state.ts'
import { waitingOrders } from '../state/waiting.ts'
import type { NaiveMarket, NaiveOrder } from './naive-book.ts'
import { newNaiveMarket } from './naive-book.ts'
import type { NaiveRules } from './naive-limit.ts'
import { linesOf } from './naive-line.ts'
import { applyNaively } from './naive-market.ts'
import { nextCommand, openingDay, TRADING_ONLY } from './trading-day.ts'

const ACCOUNTS = 8
const MARKET = 0 as InstrumentId
const START = instant(Date.UTC(2026, 10, 25) * 1_000)
/** Takers are delayed on days with an even seed. */
const DELAY = 1.5 * MICROS_PER_SECOND

/** A day to be lived by engine and twin: how many commands, and after how many all promises are checked. */
export type TwinDay = { seed: number; commands: number; auditEvery: number }

/**
 * Lives a random day of trading twice, in the engine and in its plain twin. After every command both must
 * have said the same and have the same digest of everything that stands or waits. Throws where they part;
 * returns how often each kind of thing happened.
 */
export function liveTwice({ seed, commands, auditEvery }: TwinDay): Map<string, number> {
  const { state, ask, rules } = openDay(seed)
  const market = newNaiveMarket()
  const random = chance(seed)
  const seen = new Map<string, number>()
  for (let step = 0; step < commands; step++) {
    const command = plain(nextCommand(state, random, TRADING_ONLY))
    const lines = linesOf(ask(command, later(state.at, random.below(MICROS_PER_SECOND))))
    const twin = applyNaively(market, rules, command, state.at)
    const where = () => `seed ${seed}, step ${step}: ${JSON.stringify(command)}`
    const said = lines.join('\n')
    assert(said === twin.join('\n'), `${where()}\n${said}\n— but the twin —\n${twin.join('\n')}`)
    assert(digestOf(state) === digestOfTwin(market), `${where()}: the books differ`)
    if (step % auditEvery === 0) audit(state)
    for (const line of lines) {
      const word = line.replaceAll(/#?\d+/g, 'n')
      seen.set(word, (seen.get(word) ?? 0) + 1)
    }
  }
  audit(state)
  return seen
}

/** A venue in which nobody lacks money or units: the twin knows nothing of either. */
function openDay(seed: number) {
  const spec = known(launchSpecs('0'.repeat(64))[1], 'there are launch specs')
  const state = emptyState()
  const ask = (command: Command, at = later(state.at || START, 1)): Event[] =>
    apply(state, (state.seq + 1) as Seq, at as Instant, command)
  const rich = { accounts: ACCOUNTS, cash: 1e12, issue: 20_000, specs: [spec], start: START }
  for (const command of openingDay(rich)) ask(command)
  const listed = known(state.instruments[MARKET], 'a market is listed').rules
  const corridor = { ...listed, takerDelay: seed % 2 === 0 ? DELAY : 0 }
  ask({ kind: 'instrument.configure', instrument: MARKET, rules: corridor })
  const { band, protection } = state.settings
  const memberOf = (account: number) => Math.ceil(account / 2)
  const rules: NaiveRules = { spec, band, protection, corridor, memberOf }
  return { state, ask, rules }
}

/** A command as the twin understands it: it knows what is in the book, not what accounts own or owe. */
function plain(command: Command): Command {
  if (command.kind === 'instrument.transition') return { ...command, until: null }
  if (command.kind !== 'order.place') return command
  const { special, ...rest } = command
  const { reduceOnly: _, ...terms } = special ?? {}
  const place = { ...rest, clientOrderId: null, mandate: 0 as typeof command.mandate }
  return Object.keys(terms).length === 0 ? place : { ...place, special: terms }
}

/** Every order that stands, best first, and every one that waits, oldest first. */
function digestOf({ orders: pool, instruments }: State): string {
  const digest = new Digest()
  const listed = known(instruments[MARKET], 'a market is listed')
  for (const side of [BUY, SELL])
    for (const slot of restingOrders(listed.book, pool, side))
      digest
        .number(pool.id[slot] as number)
        .number(pool.price[slot] as number)
        .number(pool.remaining[slot] as number)
        .number(shownOf(pool, slot))
  const waiting = waitingOrders(pool, listed)
  for (const slot of waiting.sort((a, b) => (pool.id[a] as number) - (pool.id[b] as number)))
    digest
      .number(pool.id[slot] as number)
      .number(pool.price[slot] as number)
      .number(pool.remaining[slot] as number)
  return digest.hex()
}

function digestOfTwin({ bids, asks, waiting }: NaiveMarket): string {
  const digest = new Digest()
  for (const { id, price, remaining, shown } of [...bids, ...asks])
    digest.number(id).number(price).number(remaining).number(shown)
  const byId = (a: NaiveOrder, b: NaiveOrder) => a.id - b.id
  for (const { id, price, remaining } of [...waiting].sort(byId))
    digest.number(id).number(price).number(remaining)
  return digest.hex()
}
