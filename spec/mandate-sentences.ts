import assert from 'node:assert/strict'
import type { ApprovalId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import { ppm } from '../src/base/money.ts'
import type { Instant } from '../src/base/time.ts'
import { later, MICROS_PER_HOUR } from '../src/base/time.ts'
import type { Bounds, MandateGrant } from '../src/state/mandate-terms.ts'
import type { Sentence, Voice, World } from './language.ts'
import { accountNamed, dollars, mandateNamed, MARKET, showMoney, units } from './language.ts'

/** What a mandate may say of itself, in the words of a scenario, and the bound that it then has. */
const BOUNDS: readonly [shape: RegExp, bound: (amount: string) => Bounds][] = [
  [/^no less than ([\d.]+)$/, (amount) => ({ priceFloor: dollars(amount) })],
  [/^up to (\d+) % of the fixing$/, (share) => ({ fixingMost: ppm(Number(share) * 10_000) })],
  [/^no less than (\d+) % of the fixing$/, (share) => ({ fixingLeast: ppm(Number(share) * 10_000) })],
  [/^([\d.]+) units at most$/, (amount) => ({ position: units(amount) })],
  [/^(\d+) open orders?$/, (count) => ({ openOrders: Number(count) })],
  [/^(\d+) a minute$/, (count) => ({ perMinute: Number(count) })],
  [/^suppliers of (\d+) points$/, (points) => ({ scoreLeast: Number(points) })],
  [
    /^above ([\d.]+) by approval$/,
    (amount) => ({ approval: { above: dollars(amount), wait: MICROS_PER_HOUR } }),
  ],
]

/** `grants m1 1.00 a day, buys only, up to 1.10, below m0, for an hour, 0.50 an order, 3 open orders` */
function grant(world: World, who: string, name: string, rest: string): MandateGrant {
  const terms: MandateGrant = {
    kind: 'mandate.grant',
    account: accountNamed(world, who),
    parent: NO_MANDATE,
    name,
    budget: {},
    instruments: null,
    sides: ['buy', 'sell'],
    priceLimit: null,
    autoBuy: false,
    expiresAt: null,
  }
  for (const part of rest.split(',').map((word) => word.trim())) {
    const [, amount = '', window = ''] =
      /^(-?[\d.]+) (?:a |an )?(order|hour|day|week|month|lifetime)$/.exec(part) ?? []
    const bound = BOUNDS.flatMap(([shape, of]) => {
      const value = shape.exec(part)?.[1]
      return value === undefined ? [] : [of(value)]
    })[0]
    if (window !== '') Object.assign(terms.budget, { [window]: dollars(amount) })
    else if (bound !== undefined) terms.bounds = { ...terms.bounds, ...bound }
    else if (part === 'buys only') terms.sides = ['buy']
    else if (part === 'sells only') terms.sides = ['sell']
    else if (part === 'auto-buy') terms.autoBuy = true
    else if (part === 'no market') terms.instruments = []
    else if (part === 'for an hour') terms.expiresAt = later(world.state.at, MICROS_PER_HOUR)
    else if (part === 'for 2 hours') terms.expiresAt = later(world.state.at, 2 * MICROS_PER_HOUR)
    else if (part.startsWith('up to ')) terms.priceLimit = dollars(part.slice(6))
    else if (part.startsWith('below ')) terms.parent = mandateNamed(world, part.slice(6))
    else assert.equal(part, '', `a mandate says what it allows: ${part}`)
  }
  world.names.set(name, world.state.mandates.length + 1)
  return terms
}

/** `alice approves 1 under m1` */
const decide = (world: World, who: string, how: string, id: string, under: string) =>
  ({
    kind: 'approval.decide',
    account: accountNamed(world, who),
    mandate: under === '' ? NO_MANDATE : mandateNamed(world, under),
    approval: Number(id) as ApprovalId,
    approve: how === 'approves',
    reason: '',
  }) as const

export const mandateSentences: readonly Sentence[] = [
  [/^(\S+) grants (\S+?),? (.*)$/, (world, who = '', name = '', rest = '') => grant(world, who, name, rest)],
  [
    /^(\S+) revokes (\S+)$/,
    (world, who = '', name = '') => ({
      kind: 'mandate.revoke',
      account: accountNamed(world, who),
      mandate: mandateNamed(world, name),
    }),
  ],
  [
    /^(\S+) stands at$/,
    (world, name = '') => {
      const mandate =
        world.state.mandates[mandateNamed(world, name) - 1] ?? assert.fail(`${name} was granted`)
      return {
        answer: `${showMoney(mandate.spent.lifetime.amount)} spent, ${showMoney(mandate.reserved)} reserved`,
      }
    },
  ],
  [
    /^(\S+) (approves|refuses) (\d+)(?: under (\S+))?$/,
    (world, who = '', how = '', id = '', under = '') => decide(world, who, how, id, under),
  ],
  [
    /^approval (\d+) is$/,
    ({ state }, id = '') => ({
      answer: state.approvals.get(Number(id) as ApprovalId)?.status ?? 'forgotten',
    }),
  ],
  [
    /^the hour is fixed at ([\d.]+)$/,
    ({ state }, at = '') => ({
      kind: 'fixing.publish',
      instrument: MARKET,
      period: 'hour',
      at: (Math.floor(state.at / MICROS_PER_HOUR) * MICROS_PER_HOUR) as Instant,
      price: dollars(at),
      hour: MICROS_PER_HOUR,
      tier: 'hour',
      inputs: '{}',
      inputsRoot: '',
      methodology: '',
      corrects: null,
    }),
  ],
  [
    /^(\S+) is graded ([\d.]+) points$/,
    (world, who = '', points = '') => ({
      kind: 'supplier.grade',
      account: accountNamed(world, who),
      instrument: MARKET,
      standing: 'A',
      score: Number(points) * 100,
      requests: 500,
    }),
  ],
]

export const mandateVoice: Voice = {
  'mandate.expired': ({ mandate }) => `m${mandate} is over`,
  'approval.asked': ({ approval, worst }) => `asks ${approval}: ${showMoney(worst)}`,
  'approval.repeated': ({ approval }) => `asked as ${approval}`,
  'approval.approved': ({ approval, placed }) =>
    placed === null ? `${approval} approved` : `${approval} approved as #${placed}`,
  'approval.refused': ({ approval }) => `${approval} refused`,
  'approval.used': ({ approval }) => `${approval} used`,
  'approval.lapsed': ({ approval, reason }) => `${approval} lapsed: ${reason}`,
}
