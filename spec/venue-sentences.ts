import type { OfferId } from '../src/base/ids.ts'
import { lots, ppm, wt } from '../src/base/money.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../src/base/time.ts'
import type { Instant } from '../src/base/time.ts'
import type { Command } from '../src/state/command.ts'
import type { Event } from '../src/state/event.ts'
import type { InstrumentStatus, KillScope } from '../src/state/status.ts'
import { DEFAULT_RULES } from '../src/state/status.ts'
import type { Sentence, Voice, World } from './language.ts'
import {
  accountNamed,
  ask,
  dollars,
  MARKET,
  offerNamed,
  showMoney,
  showPrice,
  showUnits,
} from './language.ts'

const money: Sentence[] = [
  [
    /^(\S+) deposits (-?[\d.]+)$/,
    (world, who = '', amount = '') => ({
      kind: 'cash.deposit',
      account: accountNamed(world, who),
      amount: dollars(amount),
      reference: 'scenario',
    }),
  ],
  [
    /^(\S+) withdraws (-?[\d.]+)$/,
    (world, who = '', amount = '') => ({
      kind: 'cash.withdraw',
      account: accountNamed(world, who),
      amount: dollars(amount),
      reference: 'scenario',
    }),
  ],
]

const EVIDENCE = { requests: 100, ttftMsP95: 900, tokensPerSecondP5: 60, items: 50, passed: 50, sha256: '' }

const supply: Sentence[] = [
  [
    /^(\S+) registers (\S+) of (-?\d+) a minute$/,
    (world, who = '', name = '', rate = '') => {
      world.names.set(name, world.state.offers.length + 1)
      const terms = { concurrency: 4, capabilities: [], contextTokens: 131_072, disclosed: true }
      return {
        kind: 'offer.register',
        account: accountNamed(world, who),
        name,
        rate: wt(Number(rate) * 1e6),
        ...terms,
      }
    },
  ],
  [
    /^(\S+) is certified for (\d+) h$/,
    (world, name = '', hours = '') => {
      const expiresAt = later(world.state.at, Number(hours) * MICROS_PER_HOUR)
      const offer = offerNamed(world, name)
      return { kind: 'offer.certify', offer, instrument: MARKET, expiresAt, evidence: EVIDENCE }
    },
  ],
  [
    /^(?:the offer of (\S+)|(\S+)) is suspended$/,
    (world, owner = '', name = '') => {
      const offer = offerNamed(world, owner === '' ? name : `${owner}'s offer`)
      return { kind: 'offer.suspend', offer, reason: 'scenario' }
    },
  ],
  [
    /^(?:the offer of (\S+)|(\S+)) is lifted$/,
    (world, owner = '', name = '') => {
      const offer = offerNamed(world, owner === '' ? name : `${owner}'s offer`)
      return { kind: 'offer.lift', offer, reason: 'scenario' }
    },
  ],
  [
    /^(\S+) issues (-?\d+)(?: on (\S+))?$/,
    (world, who = '', size = '', name = '') => {
      const account = accountNamed(world, who)
      const offer = name === '' ? offerOf(world, who) : offerNamed(world, name)
      return { kind: 'units.issue', account, offer, instrument: MARKET, lots: lots(Number(size)) }
    },
  ],
  [
    /^(\S+) redeems (-?\d+)$/,
    (world, who = '', size = '') => ({
      kind: 'units.redeem',
      account: accountNamed(world, who),
      instrument: MARKET,
      lots: lots(Number(size)),
    }),
  ],
]

/** Whoever issues without saying on what has an offer of 100 units a minute, certified for a month. */
function offerOf(world: World, who: string): OfferId {
  const name = `${who}'s offer`
  const known = world.names.get(name)
  if (known !== undefined) return known as OfferId
  const terms = { concurrency: 4, capabilities: [], contextTokens: 131_072, disclosed: true }
  const account = accountNamed(world, who)
  ask(world, { kind: 'offer.register', account, name, rate: wt(100e6), ...terms })
  const offer = world.state.offers.length as OfferId
  world.names.set(name, offer)
  const expiresAt = later(world.state.at, 30 * 24 * MICROS_PER_HOUR)
  ask(world, { kind: 'offer.certify', offer, instrument: MARKET, expiresAt, evidence: EVIDENCE })
  return offer
}

const killOf = (scope: KillScope, how: string): Command => ({
  kind: how === 'stopped' ? 'kill.engage' : 'kill.release',
  scope,
  reason: 'scenario',
})

const kill = (what: string, how: string): Command =>
  killOf(what === 'venue' ? { kind: 'venue' } : { kind: 'instrument', instrument: MARKET }, how)

const transition = (to: string, until: Instant | null): Command => ({
  kind: 'instrument.transition',
  instrument: MARKET,
  to: to as InstrumentStatus,
  reason: 'scenario',
  until,
  next: [],
})

const venue: Sentence[] = [
  [/^the market is halted$/, () => transition('halted', null)],
  [/^the market is resumed$/, () => transition('open', null)],
  [/^the market is (post_only|cancel_only|closed|open)$/, (_, to = '') => transition(to, null)],
  [
    /^a call auction of (\d+) min$/,
    ({ state }, n = '') => transition('auction', later(state.at, Number(n) * 60 * MICROS_PER_SECOND)),
  ],
  [
    /^fees are (\d+) and (\d+) bps$/,
    ({ state }, maker = '', taker = '') => ({
      kind: 'venue.configure',
      settings: {
        ...state.settings,
        makerFee: ppm(Number(maker) * 100),
        takerFee: ppm(Number(taker) * 100),
        auctionFee: ppm(Number(taker) * 100),
      },
    }),
  ],
  [
    /^(\S+) may have (\d+) open orders, (\d+) units, orders of ([\d.]+)$/,
    (world, who = '', orders = '', units = '', notional = '') => ({
      kind: 'account.limit',
      account: accountNamed(world, who),
      limits: {
        openOrders: Number(orders),
        orderUnits: null,
        orderNotional: dollars(notional),
        openNotional: null,
        position: wt(Number(units) * 1e6),
      },
    }),
  ],
  [
    /^orders are worth at least ([\d.]+)$/,
    ({ state }, amount = '') => ({
      kind: 'instrument.configure',
      instrument: MARKET,
      rules: { ...(state.instruments[MARKET]?.rules ?? DEFAULT_RULES), notionalMin: dollars(amount) },
    }),
  ],
  [
    /^takers wait (\d+) ms$/,
    ({ state }, delay = '') => ({
      kind: 'instrument.configure',
      instrument: MARKET,
      rules: { ...(state.instruments[MARKET]?.rules ?? DEFAULT_RULES), takerDelay: Number(delay) * 1_000 },
    }),
  ],
  [/^(\d+) ms pass$/, (world, n = '') => pass(world, Number(n) * 1_000)],
  [/^the (venue|market) is (stopped|released)$/, (_, what = '', how = '') => kill(what, how)],
  [
    /^(\S+) is (stopped|released)$/,
    (world, who = '', how = '') => killOf({ kind: 'account', account: accountNamed(world, who) }, how),
  ],
  [/^(\d+) s pass$/, (world, n = '') => pass(world, Number(n) * MICROS_PER_SECOND)],
  [/^(\d+) min pass$/, (world, n = '') => pass(world, Number(n) * 60 * MICROS_PER_SECOND)],
  [/^(\d+) h pass$/, (world, n = '') => pass(world, Number(n) * MICROS_PER_HOUR)],
]

const pass = (world: World, micros: number): Event[] =>
  ask(world, { kind: 'time.tick' }, later(world.state.at, micros))

/** Money, supply, the venue's own acts, and the passing of time. */
export const venueSentences: readonly Sentence[] = [...money, ...supply, ...venue]

export const venueVoice: Voice = {
  'units.issued': ({ wt: size, bond }) => `issued ${showUnits(size)}, bond ${showMoney(bond)}`,
  'units.redeemed': ({ wt: size, bond }) => `redeemed ${showUnits(size)}, bond ${showMoney(bond)} freed`,
  'window.swept': () => undefined,
  'instrument.status_changed': ({ status }) => `now ${status}`,
  'auction.uncrossed': ({ price, lots: size, imbalance }) =>
    price === null ? 'nobody meets' : `call of ${size} @ ${showPrice(price)}, ${imbalance} left over`,
  'kill.engaged': ({ scope }) => `${scope.kind} stopped`,
  'kill.released': ({ scope }) => `${scope.kind} released`,
}
