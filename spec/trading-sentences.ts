import assert from 'node:assert/strict'
import type { Instant } from '../src/base/time.ts'
import { instant, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../src/base/time.ts'
import type { GroupId, OrderId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { lots, wt, WT_PER_UNIT } from '../src/base/money.ts'
import { freeCash, obligationOf } from '../src/state/account.ts'
import { restingOrders } from '../src/state/book.ts'
import type { OrderPlace, SelfTrade, Side } from '../src/state/command.ts'
import { balanceOf } from '../src/state/ledger.ts'
import type { OrderPool, Slot } from '../src/state/order.ts'
import { BUY, SELL } from '../src/state/order.ts'
import { shownOf } from '../src/state/slice.ts'
import type { Sentence, Voice, World } from './language.ts'
import {
  accountBehind,
  accountNamed,
  mandateNamed,
  MARKET,
  market,
  named,
  positionBehind,
  price,
  showLots,
  showMoney,
  showPrice,
  showUnits,
} from './language.ts'

const MODES: Record<string, SelfTrade> = {
  'cancel newest': 'cancel_newest',
  'cancel oldest': 'cancel_oldest',
  'cancel both': 'cancel_both',
  decrement: 'decrement',
  'transfer units': 'transfer',
}

/** `09:30` of the scenario's day. */
function timeOfDay({ state }: World, time: string): Instant {
  const [hours, minutes] = time.split(':')
  const midnight = Math.floor(state.at / MICROS_PER_DAY) * MICROS_PER_DAY
  return instant(midnight + (Number(hours) + Number(minutes) / 60) * MICROS_PER_HOUR)
}

/** `bids 5 @ 1.20 ioc, post-only, decrement, as c1, under m1`: what follows the price, in any order. */
function order(world: World, who: string, side: Side, size: string, at: string, rest: string): OrderPlace {
  const place: OrderPlace = {
    kind: 'order.place',
    account: accountNamed(world, who),
    instrument: MARKET,
    side,
    type: 'limit',
    timeInForce: 'gtc',
    postOnly: 'none',
    selfTrade: 'cancel_newest',
    price: at === '' ? null : price(at),
    lots: lots(Number(size)),
    clientOrderId: null,
    mandate: NO_MANDATE,
  }
  for (const word of rest.split(',').map((part) => part.trim())) {
    const mode = MODES[word]
    const till = /^till (\d+:\d+)$/.exec(word)?.[1]
    if (word === 'ioc' || word === 'fok' || word === 'day' || word === 'gtd') place.timeInForce = word
    else if (till !== undefined) {
      place.timeInForce = 'gtd'
      place.special = { ...place.special, expiresAt: timeOfDay(world, till) }
    } else if (word === 'reduce-only') place.special = { ...place.special, reduceOnly: true }
    else if (word === 'whole') place.special = { ...place.special, allOrNone: true }
    else if (word.startsWith('showing '))
      place.special = { ...place.special, display: lots(Number(word.slice(8))) }
    else if (word === 'slide') place.postOnly = 'slide'
    else if (word.startsWith('once ')) place.special = { ...place.special, stop: price(word.slice(5)) }
    else if (word.startsWith('in '))
      place.special = { ...place.special, group: named(world, word.slice(3)) as GroupId }
    else if (word === 'post-only') place.postOnly = 'reject'
    else if (mode !== undefined) place.selfTrade = mode
    else if (word.startsWith('as ')) place.clientOrderId = word.slice(3)
    else if (word.startsWith('under ')) place.mandate = mandateNamed(world, word.slice(6))
    else assert.equal(word, '', `an order says what it is: ${word}`)
  }
  return place
}

const marketOrder = (world: World, who: string, side: Side, size: string, bound: string, rest: string) => ({
  ...order(world, who, side, size, bound, rest),
  type: 'market' as const,
  timeInForce: rest.includes('fok')
    ? ('fok' as const)
    : rest.includes('once')
      ? ('gtc' as const)
      : ('ioc' as const),
})

const cancelAll = (world: World, who: string, side: Side | null) =>
  ({ kind: 'order.cancel_all', account: accountNamed(world, who), instrument: MARKET, side }) as const

/** Opens a group and gives it a name in the scenario. */
function createGroup(world: World, who: string, name: string, limit: string, window: string, freeze: string) {
  world.names.set(name, world.state.groups.length + 1)
  const terms = {
    limit: wt(Number(limit) * WT_PER_UNIT),
    window: Number(window) * MICROS_PER_SECOND,
    freeze: Number(freeze) * MICROS_PER_SECOND,
  }
  return { kind: 'group.create', account: accountNamed(world, who), name, ...terms } as const
}

const amend = (
  world: World,
  who: string,
  id: string,
  size: string | null,
  at: string | null,
  under: string,
) =>
  ({
    kind: 'order.amend',
    account: accountNamed(world, who),
    order: Number(id) as OrderId,
    price: at === null ? null : price(at),
    lots: size === null ? null : lots(Number(size)),
    mandate: under === '' ? NO_MANDATE : mandateNamed(world, under),
  }) as const

const placing: Sentence[] = [
  [
    /^(\S+) bids (-?\d+) @ (-?[\d.]+)(.*)$/,
    (world, who = '', size = '', at = '', rest = '') => order(world, who, 'buy', size, at, rest),
  ],
  [
    /^(\S+) asks (-?\d+) @ (-?[\d.]+)(.*)$/,
    (world, who = '', size = '', at = '', rest = '') => order(world, who, 'sell', size, at, rest),
  ],
  [
    /^(\S+) bids (-?\d+) at no price$/,
    (world, who = '', size = '') => order(world, who, 'buy', size, '', ''),
  ],
  [
    /^(\S+) buys (\d+)(?: at most ([\d.]+))?(.*)$/,
    (world, who = '', size = '', at = '', rest = '') => marketOrder(world, who, 'buy', size, at, rest),
  ],
  [
    /^(\S+) sells (\d+)(?: at least ([\d.]+))?(.*)$/,
    (world, who = '', size = '', at = '', rest = '') => marketOrder(world, who, 'sell', size, at, rest),
  ],
  [
    /^(\S+) amends #(\d+) to (-?\d+)(?: under (\S+))?$/,
    (world, who = '', id = '', size = '', under = '') => amend(world, who, id, size, null, under),
  ],
  [
    /^(\S+) amends #(\d+) to (-?\d+) @ (-?[\d.]+)$/,
    (world, who = '', id = '', size = '', at = '') => amend(world, who, id, size, at, ''),
  ],
  [
    /^(\S+) amends #(\d+) @ (-?[\d.]+)$/,
    (world, who = '', id = '', at = '') => amend(world, who, id, null, at, ''),
  ],
  [
    /^(\S+) amends #(\d+) to nothing new$/,
    (world, who = '', id = '') => amend(world, who, id, null, null, ''),
  ],
  [
    /^(\S+) amends #(\d+) showing (\d+)$/,
    (world, who = '', id = '', size = '') => ({
      ...amend(world, who, id, null, null, ''),
      special: { display: lots(Number(size)) },
    }),
  ],
  [
    /^(\S+) amends #(\d+) once ([\d.]+)$/,
    (world, who = '', id = '', at = '') => ({
      ...amend(world, who, id, null, null, ''),
      special: { stop: price(at) },
    }),
  ],
  [
    /^(\S+) amends #(\d+) till (\d+:\d+)$/,
    (world, who = '', id = '', time = '') => ({
      ...amend(world, who, id, null, null, ''),
      special: { expiresAt: timeOfDay(world, time) },
    }),
  ],
  [
    /^(\S+) cancels #(\d+)$/,
    (world, who = '', id = '') => ({
      kind: 'order.cancel',
      account: accountNamed(world, who),
      order: Number(id) as OrderId,
    }),
  ],
  [/^(\S+) cancels everything$/, (world, who = '') => cancelAll(world, who, null)],
  [
    /^(\S+) groups (\S+): (-?\d+) in (\d+) s(?:, frozen for (\d+) s)?$/,
    (world, who = '', name = '', limit = '', window = '', freeze = '0') =>
      createGroup(world, who, name, limit, window, freeze),
  ],
  [
    /^(\S+) closes (\S+)$/,
    (world, who = '', name = '') => ({
      kind: 'group.close',
      account: accountNamed(world, who),
      group: named(world, name) as GroupId,
    }),
  ],
  [
    /^(\S+) cancels all of (\S+)$/,
    (world, who = '', name = '') => ({
      ...cancelAll(world, who, null),
      group: named(world, name) as GroupId,
    }),
  ],
  [
    /^(\S+) sets a timer of (\d+) s$/,
    (world, who = '', seconds = '') => ({
      kind: 'cancel_timer.set',
      account: accountNamed(world, who),
      after: Number(seconds) * MICROS_PER_SECOND,
    }),
  ],
  [/^(\S+) cancels all bids$/, (world, who = '') => cancelAll(world, who, 'buy')],
  [/^(\S+) cancels all asks$/, (world, who = '') => cancelAll(world, who, 'sell')],
]

/** What an order shows, and of an iceberg how much there is. */
function sizeOf(pool: OrderPool, slot: Slot): string {
  const shown = showLots(shownOf(pool, slot))
  return pool.hidden[slot] === 0 ? shown : `${shown} of ${showLots(pool.remaining[slot] ?? 0)}`
}

function queueOf(world: World, side: number): string {
  const pool = world.state.orders
  const levels: string[] = []
  for (const slot of restingOrders(market(world).book, pool, side))
    levels.push(`#${pool.id[slot]} ${sizeOf(pool, slot)} @ ${showPrice(pool.price[slot] ?? 0)}`)
  return levels.length === 0 ? 'none' : levels.join(', ')
}

const readings: Sentence[] = [
  [
    /^(\S+) has$/,
    (world, who = '') => {
      const account = accountBehind(world, who)
      const held = balanceOf(world.state.ledger, account.held)
      return { answer: `${showMoney(freeCash(world.state, account))} free, ${showMoney(held)} held` }
    },
  ],
  [
    /^(\S+) holds$/,
    (world, who = '') => {
      const { ledger } = world.state
      const position = positionBehind(world, who)
      const free = position === undefined ? 0 : balanceOf(ledger, position.free)
      const held = position === undefined ? 0 : balanceOf(ledger, position.held)
      return { answer: `${showUnits(free)} free, ${showUnits(held)} for sale` }
    },
  ],
  [
    /^(\S+) owes$/,
    (world, who = '') => {
      const position = positionBehind(world, who)
      if (position === undefined) return { answer: 'nothing' }
      const owed = showUnits(obligationOf(world.state, position))
      return {
        answer: `${owed}, ${showUnits(position.escrowed)} of it sold, bond ${showMoney(position.bond)}`,
      }
    },
  ],
  [/^the bids are$/, (world) => ({ answer: queueOf(world, BUY) })],
  [/^the asks are$/, (world) => ({ answer: queueOf(world, SELL) })],
  [
    /^the venue has earned$/,
    ({ state }) => ({ answer: showMoney(balanceOf(state.ledger, state.house.fees)) }),
  ],
  [/^escrow is$/, ({ state }) => ({ answer: showMoney(balanceOf(state.ledger, state.house.escrow)) })],
]

export const tradingSentences: readonly Sentence[] = [...placing, ...readings]

export const tradingVoice: Voice = {
  'command.rejected': ({ reason }) => `no: ${reason}`,
  'order.accepted': () => undefined,
  'order.repeated': ({ first }) =>
    `again #${first.accepted.order}: ${first.closed?.status ?? 'open'}, ${showLots(first.filled)} filled`,
  trade: ({ lots: size, price: at, resting }) =>
    `trades ${showLots(size)} @ ${showPrice(at)} with #${resting}`,
  'order.rested': ({ order: id }) => `rests #${id}`,
  'order.amended': ({ order: id, priority }) => `#${id} ${priority === 'kept' ? 'keeps' : 'loses'} its place`,
  'order.pending': ({ order: id }) => `waits #${id}`,
  'order.entered': ({ order: id }) => `#${id} enters`,
  'order.triggered': ({ order: id, price: at }) => `#${id} is reached at ${showPrice(at)}`,
  'group.created': () => undefined,
  'group.closed': () => undefined,
  'group.tripped': ({ filled }) => `trips at ${showUnits(filled)}`,
  'cancel_timer.set': () => undefined,
  'cancel_timer.fired': () => 'the timer fires',
  'self_trade.transferred': ({ lots: size, price: at, resting }) =>
    `moves ${showLots(size)} @ ${showPrice(at)} with #${resting}`,
  'order.reduced': ({ order: id, by }) => `#${id} reduced by ${showLots(by)}`,
  'order.closed': ({ order: id, status, reason }) =>
    status === 'filled' ? `#${id} filled` : `#${id} ${status}: ${reason}`,
  'self_trade.prevented': () => undefined,
}
