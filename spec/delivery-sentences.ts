import assert from 'node:assert/strict'
import type { DrawId, OfferId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import type { Instant } from '../src/base/time.ts'
import { later, MICROS_PER_MS, MICROS_PER_SECOND, rfc3339 } from '../src/base/time.ts'
import { inTrading } from '../src/state/account.ts'
import type { DrawOpen, Reading } from '../src/state/command.ts'
import { balanceOf } from '../src/state/ledger.ts'
import type { Sentence, Voice, World } from './language.ts'
import {
  accountNamed,
  ask,
  MARKET,
  mandateNamed,
  named,
  positionBehind,
  price,
  showLots,
  showMoney,
  showUnits,
  units,
} from './language.ts'

const MINUTE = 60 * MICROS_PER_SECOND

const drawNamed = (world: World, name: string): DrawId => named(world, name) as DrawId

/** A supplier is called by its name: the offer it issued on. */
const offerOf = (world: World, supplier: string): OfferId => named(world, `${supplier}'s offer`) as OfferId

/** `draws d1 0.3 from sun, buying up to 1.10, under m1, for 5 min`: what follows sun, in any order. */
function draw(world: World, who: string, name: string, size: string, from: string, rest: string): DrawOpen {
  const open: DrawOpen = {
    kind: 'draw.open',
    account: accountNamed(world, who),
    mandate: NO_MANDATE,
    instrument: MARKET,
    offer: offerOf(world, from),
    request: name,
    wt: units(size),
    buyLimit: null,
    deadline: later(world.state.at, 10 * MINUTE),
  }
  for (const part of rest.split(',').map((words) => words.trim())) {
    if (part.startsWith('of up to ')) open.whole = units(part.slice(9))
    else if (part.startsWith('buying up to ')) open.buyLimit = price(part.slice(13))
    else if (part.startsWith('under ')) open.mandate = mandateNamed(world, part.slice(6))
    else if (/^for \d+ min$/.test(part))
      open.deadline = later(world.state.at, Number(part.split(' ')[1]) * MINUTE)
    else assert.equal(part, '', `a draw says what it is: ${part}`)
  }
  world.names.set(name, world.state.nextDraw)
  return open
}

/** `delivers 1000 in, 200 cached, 400 out, first after 5000 ms, at 30 a second, hung up`, in any order. */
function reading(rest: string): Reading {
  const read: Reading = {
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    finish: 'stop',
    ttft: 500 * MICROS_PER_MS,
    generation: 0,
    excused: false,
    attempts: 1,
    claimedInput: null,
    claimedOutput: null,
    promptHash: '',
    outputHash: '',
  }
  let perSecond = 0
  for (const part of rest.split(',').map((words) => words.trim())) {
    const [first = '', second = ''] = part.split(' ')
    if (second === 'in') read.inputTokens = Number(first)
    else if (second === 'cached') read.cachedTokens = Number(first)
    else if (second === 'out') read.outputTokens = Number(first)
    else if (part.startsWith('first after ')) read.ttft = Number(part.split(' ')[2]) * MICROS_PER_MS
    else if (/^at \d+ a second$/.test(part)) perSecond = Number(second)
    else if (part === 'hung up') read.finish = 'aborted'
    else assert.fail(`a reading says what was read: ${part}`)
  }
  const after = read.outputTokens - 1
  return perSecond === 0 ? read : { ...read, generation: Math.round((after * MICROS_PER_SECOND) / perSecond) }
}

/** 12:00 on the day of the scenario; 36:00 is noon of the next. */
const clock = (hours: string, minutes: string): Instant =>
  later((Date.UTC(2026, 10, 25) * MICROS_PER_MS) as Instant, (Number(hours) * 60 + Number(minutes)) * MINUTE)

const acts: Sentence[] = [
  [
    /^(\S+) transfers ([\d.]+)$/,
    (world, who = '', size = '') => {
      const account = accountNamed(world, who)
      return { kind: 'units.transfer', account, instrument: MARKET, wt: units(size) }
    },
  ],
  [
    /^(\S+) draws (\S+) ([\d.]+) from (\w+)(.*)$/,
    (world, who = '', name = '', size = '', from = '', rest = '') => draw(world, who, name, size, from, rest),
  ],
  [
    /^(\S+) grows by ([\d.]+)$/,
    (world, name = '', size = '') => ({
      kind: 'draw.extend',
      draw: drawNamed(world, name),
      wt: units(size),
    }),
  ],
  [
    /^(\S+) fails over to (\w+)$/,
    (world, name = '', to = '') => ({
      kind: 'draw.reroute',
      draw: drawNamed(world, name),
      offer: offerOf(world, to),
      failure: 'timeout',
      fault: 'supplier',
    }),
  ],
  [
    /^(\S+) is covered by (.+)$/,
    (world, name = '', able = '') => ({
      kind: 'draw.cover',
      draw: drawNamed(world, name),
      offers: able.split(' or ').map((supplier) => offerOf(world, supplier)),
      failure: 'timeout',
    }),
  ],
  [
    /^(\S+) delivers (.*)$/,
    (world, name = '', rest = '') => ({
      kind: 'draw.settle',
      draw: drawNamed(world, name),
      reading: reading(rest),
    }),
  ],
  [
    /^(\S+) fails(?: after (\d+) in, (\d+) out)?$/,
    (world, name = '', input = '0', output = '0') => ({
      kind: 'draw.fail',
      draw: drawNamed(world, name),
      failure: 'truncated',
      fault: 'supplier',
      relayed: { inputTokens: Number(input), outputTokens: Number(output) },
    }),
  ],
  [
    /^(\S+) is let go$/,
    (world, name = '') => ({ kind: 'draw.release', draw: drawNamed(world, name), reason: 'no_route' }),
  ],
  [
    /^it is (\d+):(\d+)$/,
    (world, hours = '', minutes = '') => ask(world, { kind: 'time.tick' }, clock(hours, minutes)),
  ],
]

const time = (at: Instant): string => rfc3339(at).slice(11, 16)

const readings: Sentence[] = [
  [
    /^the units of (\S+) are$/,
    (world, who = '') => {
      const { ledger } = world.state
      const position = positionBehind(world, who) ?? assert.fail(`${who} has to do with the market`)
      const trading = showUnits(inTrading(world.state, position))
      const inLots = showUnits(balanceOf(ledger, position.consumption))
      const drawn = showUnits(balanceOf(ledger, position.drawn))
      return {
        answer: `${trading} trading, ${inLots} in lots, ${drawn} drawn`,
      }
    },
  ],
  [
    /^the lots of (\S+) are$/,
    (world, who = '') => {
      const told = (positionBehind(world, who)?.lots ?? []).map((id) => {
        const lot = world.state.lots.get(id) ?? assert.fail('a listed lot exists')
        return `${showUnits(lot.wt)} until ${time(lot.expiresAt)}`
      })
      return { answer: told.length === 0 ? 'none' : told.join(', ') }
    },
  ],
  [/^insurance is$/, ({ state }) => ({ answer: showMoney(balanceOf(state.ledger, state.house.insurance)) })],
  [
    /^penalties held are$/,
    ({ state }) => ({ answer: showMoney(balanceOf(state.ledger, state.house.penalties)) }),
  ],
  [/^withheld is$/, ({ state }) => ({ answer: showMoney(balanceOf(state.ledger, state.house.withheld)) })],
]

/** What a unit goes through after trading: lots, draws, delivery, failure and the sweep. */
export const deliverySentences: readonly Sentence[] = [...acts, ...readings]

const PENALTIES = {
  hard_failure: 'the failure',
  undelivered: 'the outage',
  rejected_lot: 'the lot',
} as const

export const deliveryVoice: Voice = {
  'lot.opened': ({ wt: size, expiresAt }) => `lot of ${showUnits(size)} until ${time(expiresAt)}`,
  'lot.expired': ({ wt: size }) => `${showUnits(size)} expired`,
  'standby.paid': ({ proceeds, fee }) => `standby ${showMoney(proceeds)} less ${showMoney(fee)}`,
  'obligation.moved': ({ wt: size }) => `${showUnits(size)} taken over`,
  'draw.opened': ({ wt: size, bought }) =>
    `drawn ${showUnits(size)}${bought > 0 ? `, bought ${showLots(bought)}` : ''}`,
  'draw.extended': ({ wt: size, bought }) =>
    `drawn ${showUnits(size)} more${bought > 0 ? `, bought ${showLots(bought)}` : ''}`,
  'draw.rerouted': () => 'rerouted',
  'draw.covered': ({ lots: bought, cost }) => `covered by ${showLots(bought)} for ${showMoney(cost)}`,
  'draw.failed': ({ wt: size }) => `failed, ${showUnits(size)} back`,
  'draw.released': ({ wt: size, reason }) => `${showUnits(size)} back: ${reason}`,
  'draw.settled': ({ verdict, used, proceeds, deliveryFee, refund }) => {
    const money = `${showMoney(proceeds)} earned less ${showMoney(deliveryFee)}`
    const earned = `${verdict}: ${showUnits(used)} used, ${money}`
    return refund === 0 ? earned : `${earned}, ${showMoney(refund)} refunded`
  },
  // A discount is told with the settlement.
  'penalty.charged': ({ offence, amount }) =>
    offence === 'soft_miss' ? undefined : `pays ${showMoney(amount)} for ${PENALTIES[offence]}`,
  'penalty.disputed': () => 'disputed',
  'penalty.closed': ({ amount, upheld }) => `${showMoney(amount)} ${upheld ? 'stands' : 'given back'}`,
  'escrow.forfeited': ({ wt: size, amount }) => `${showUnits(size)} missed, ${showMoney(amount)} insured`,
  'lot.probed': () => undefined,
  'lot.rejected': () => undefined,
  'supplier.defaulted': ({ reason, wt: size }) => `default of ${showUnits(size)}: ${reason}`,
  'default.bought_in': ({ lots: bought, cost }) => `bought in ${showLots(bought)} for ${showMoney(cost)}`,
  'units.cancelled': ({ wt: size, refund }) => `${showUnits(size)} cancelled for ${showMoney(refund)}`,
  'default.closed': ({ surplus }) => `${showMoney(surplus)} returned`,
  'lot.refunded': ({ due, paid, insured }) =>
    `${showMoney(paid)} of ${showMoney(due)} refunded${insured > 0 ? `, ${showMoney(insured)} insured` : ''}`,
  'insurance.funded': () => undefined,
  'cash.unwithheld': ({ amount }) => `${showMoney(amount)} let go`,
}
