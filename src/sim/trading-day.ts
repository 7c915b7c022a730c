import { olderOf } from '../state/order-link.ts'
import type { Chance } from '../base/chance.ts'
import type {
  AccountId,
  ApprovalId,
  GroupId,
  InstrumentId,
  MandateId,
  MemberId,
  OfferId,
  OrderId,
} from '../base/ids.ts'
import { NO_MANDATE } from '../base/ids.ts'
import { lots, micros, ppm, ticks, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_HOUR, MICROS_PER_SECOND } from '../base/time.ts'
import { theAccount } from '../state/account.ts'
import { groupsOf } from '../state/group.ts'
import type { AmendedTerms, Command, SelfTrade, Side, SpecialTerms, TimeInForce } from '../state/command.ts'
import type { Spec } from '../state/instrument.ts'
import type { Bounds } from '../state/mandate-terms.ts'
import { referencePrice } from '../trading/risk.ts'
import type { State } from '../state/state.ts'
import type { InstrumentStatus } from '../state/status.ts'
import { DEFAULT_SETTINGS } from '../state/state.ts'

const SELF_TRADES: readonly SelfTrade[] = [
  'cancel_newest',
  'cancel_oldest',
  'cancel_both',
  'decrement',
  'transfer',
]
const STANDING: readonly TimeInForce[] = ['gtc', 'gtc', 'gtd', 'day']
const TIMES: readonly TimeInForce[] = ['gtc', 'gtc', 'gtc', 'gtd', 'day', 'ioc', 'ioc', 'fok']
const ROLES = ['consumer', 'supplier', 'trader'] as const
const EVIDENCE = { requests: 100, ttftMsP95: 900, tokensPerSecondP5: 60, items: 50, passed: 50, sha256: '' }

export type Population = {
  specs: readonly Spec[]
  /** Two accounts a member, so that self-trade prevention has something to do. */
  accounts: number
  /** µ$ that every account starts with. */
  cash: number
  /** Lots that every account issues of every instrument on the first day. */
  issue: number
  start: Instant
}

/**
 * The commands that bring a venue to life: instruments, members, accounts, money, offers, certificates,
 * units.
 */
export function openingDay({ specs, accounts, cash, issue, start }: Population): Command[] {
  const commands: Command[] = specs.map((spec) => ({ kind: 'instrument.list', spec }))
  for (let n = 1; n <= accounts; n++) {
    const account = n as AccountId
    const member = Math.ceil(n / 2) as MemberId
    if (n % 2 === 1) commands.push({ kind: 'member.admit', name: `member ${member}` })
    commands.push({ kind: 'account.open', member, name: `account ${n}`, roles: ROLES })
    commands.push({ kind: 'cash.deposit', account, amount: micros(cash), reference: 'opening' })
    const terms = { concurrency: 8, capabilities: [], contextTokens: 131_072, disclosed: true }
    commands.push({ kind: 'offer.register', account, name: `offer ${n}`, rate: wt(1_000_000_000), ...terms })
    for (const [i] of specs.entries()) {
      const instrument = i as InstrumentId
      const offer = n as OfferId
      const expiresAt = later(start, 365 * 24 * MICROS_PER_HOUR)
      commands.push({ kind: 'offer.certify', offer, instrument, expiresAt, evidence: EVIDENCE })
      if (issue > 0) commands.push({ kind: 'units.issue', account, offer, instrument, lots: lots(issue) })
    }
  }
  return commands
}

/** How often each thing is tried, in parts of their sum. */
export type Habits = Partial<Record<Kind, number>>
type Kind =
  | 'state'
  | 'group'
  | 'place'
  | 'amend'
  | 'cancel'
  | 'cancelAll'
  | 'cash'
  | 'supply'
  | 'transfer'
  | 'mandate'
  | 'approval'
  | 'venue'

export const TRADING_ONLY: Habits = {
  place: 70,
  amend: 15,
  cancel: 14,
  cancelAll: 1,
  state: 1,
  group: 4,
}
export const WHOLE_DAY: Habits = {
  place: 60,
  amend: 12,
  cancel: 8,
  cancelAll: 1,
  cash: 4,
  supply: 6,
  transfer: 4,
  mandate: 4,
  approval: 2,
  group: 3,
  venue: 1,
  state: 1,
}

/**
 * One more command of a random day: mostly sensible, now and then not. The same chance gives the same day.
 */
export function nextCommand(state: State, chance: Chance, habits: Habits): Command {
  const kinds = Object.entries(habits) as [Kind, number][]
  let at = chance.below(kinds.reduce((sum, [, part]) => sum + part, 0))
  for (const [kind, part] of kinds) {
    if (at < part) return MAKERS[kind](state, chance)
    at -= part
  }
  throw new Error('habits have parts')
}

type Maker = (state: State, chance: Chance) => Command

const pick = <Value>(chance: Chance, values: readonly Value[]): Value =>
  values[chance.below(values.length)] as Value
const anyAccount = (state: State, chance: Chance): AccountId =>
  (1 + chance.below(state.accounts.length)) as AccountId
const anyInstrument = (state: State, chance: Chance): InstrumentId =>
  chance.below(state.instruments.length) as InstrumentId
/** Usually none, else one of the account's own, and now and then a stranger's. */
function anyMandate(state: State, chance: Chance, account: AccountId): MandateId {
  if (chance.below(4) > 0) return NO_MANDATE
  if (chance.below(20) === 0) return chance.below(state.mandates.length + 1) as MandateId
  const own = state.mandates.filter((mandate) => mandate.terms.account === account && !mandate.revoked)
  return own.length === 0 ? NO_MANDATE : pick(chance, own).id
}

/** A price near the reference: mostly within 3 %, so that the sides meet; sometimes far out of the band. */
function anyPrice(state: State, chance: Chance, instrument: InstrumentId): number {
  const listed = state.instruments[instrument]
  const reference = listed === undefined ? 1 : referencePrice(listed)
  const reach = chance.below(40) === 0 ? reference * 3 : Math.ceil(reference * 0.03)
  return reference - Math.floor(reach / 2) + chance.below(reach + 1)
}

const place: Maker = (state, chance) => {
  const account = anyAccount(state, chance)
  const instrument = anyInstrument(state, chance)
  const market = chance.below(10) === 0
  const postOnly = !market && chance.below(6) === 0
  const named = chance.below(60) === 0 ? null : ticks(anyPrice(state, chance, instrument))
  const timeInForce = pick<TimeInForce>(chance, postOnly ? STANDING : TIMES)
  const special = anySpecial(state, chance, account, timeInForce)
  if (chance.below(12) === 0) special.stop = ticks(anyPrice(state, chance, instrument))
  return {
    kind: 'order.place',
    account,
    instrument,
    side: pick<Side>(chance, ['buy', 'sell']),
    type: market ? 'market' : 'limit',
    timeInForce,
    postOnly: postOnly ? pick(chance, ['reject', 'slide']) : 'none',
    selfTrade: pick(chance, SELF_TRADES),
    price: market && chance.below(2) === 0 ? null : named,
    lots: lots(chance.below(100) === 0 ? 0 : 1 + chance.below(12)),
    clientOrderId: chance.below(8) === 0 ? `c${chance.below(200)}` : null,
    mandate: anyMandate(state, chance, account),
    ...(Object.keys(special).length > 0 && { special }),
  }
}

/** What only some orders ask for; rarely something that does not go together. */
function anySpecial(
  state: State,
  chance: Chance,
  account: AccountId,
  timeInForce: TimeInForce,
): SpecialTerms {
  const special: SpecialTerms = {}
  if (chance.below(100) === 0 || (timeInForce === 'gtd' && chance.below(100) > 0))
    special.expiresAt = later(state.at, chance.below(40) === 0 ? 0 : chance.below(60 * MICROS_PER_SECOND))
  if (chance.below(100) === 0 || (timeInForce === 'ioc' && chance.below(4) === 0)) special.reduceOnly = true
  if (state.groups.length > 0 && chance.below(4) === 0) special.group = anyGroup(state, chance, account)
  if (chance.below(timeInForce === 'ioc' ? 100 : 6) === 0) special.display = lots(1 + chance.below(4))
  else if (chance.below(timeInForce === 'ioc' ? 100 : 12) === 0) special.allOrNone = true
  return special
}

/** Mostly one of the account's own, now and then anybody's. */
function anyGroup(state: State, chance: Chance, account: AccountId): GroupId {
  const own = groupsOf(state, account)
  if (own.length > 0 && chance.below(30) > 0) return pick(chance, own).id
  return (1 + chance.below(state.groups.length)) as GroupId
}

type Known = { account: AccountId; order: OrderId; instrument: InstrumentId }

/** An order and its account: mostly one that is alive, now and then one that is not, or a stranger's. */
function anyOrder(state: State, chance: Chance): Known {
  const pool = state.orders
  const account = anyAccount(state, chance)
  const { orderHead, openOrders } = theAccount(state, account)
  const order = (1 + chance.below(state.nextOrder)) as OrderId
  if (openOrders === 0 || chance.below(15) === 0)
    return { account, order, instrument: anyInstrument(state, chance) }
  let slot = orderHead
  for (let older = chance.below(openOrders); older > 0; older--) slot = olderOf(pool.links, slot)
  return {
    account: chance.below(30) === 0 ? anyAccount(state, chance) : account,
    order: pool.id[slot] as OrderId,
    instrument: pool.instrument[slot] as InstrumentId,
  }
}

const amend: Maker = (state, chance) => {
  const { account, order, instrument } = anyOrder(state, chance)
  const what = chance.below(20)
  return {
    kind: 'order.amend',
    account,
    order,
    price: what < 9 ? ticks(anyPrice(state, chance, instrument)) : null,
    lots: what > 5 && what < 19 ? lots(1 + chance.below(14)) : null,
    mandate: chance.below(10) > 0 ? NO_MANDATE : anyMandate(state, chance, account),
    ...(what > 15 && { special: anyAmendedTerms(state, chance, instrument) }),
  }
}

/** Another end, another stop price or another slice: mostly of an order that has none to be changed. */
function anyAmendedTerms(state: State, chance: Chance, instrument: InstrumentId): AmendedTerms {
  const what = chance.below(3)
  if (what === 0) return { stop: ticks(anyPrice(state, chance, instrument)) }
  return what === 1
    ? { display: lots(1 + chance.below(5)) }
    : { expiresAt: later(state.at, chance.below(60 * MICROS_PER_SECOND)) }
}

const cancel: Maker = (state, chance) => {
  const { account, order } = anyOrder(state, chance)
  return { kind: 'order.cancel', account, order }
}

const cancelAll: Maker = (state, chance) => ({
  kind: 'order.cancel_all',
  account: anyAccount(state, chance),
  instrument: null,
  side: pick(chance, [null, 'buy', 'sell']),
})

const group: Maker = (state, chance) => {
  const account = anyAccount(state, chance)
  const what = chance.below(6)
  if (what < 2) {
    const after = chance.below(3) === 0 ? 0 : chance.below(20 * MICROS_PER_SECOND)
    return { kind: 'cancel_timer.set', account, after }
  }
  const own = groupsOf(state, account)
  if (own.length > 0 && what < 4) {
    const open = pick(chance, own).id
    if (what === 2) return { kind: 'group.close', account, group: open }
    return { kind: 'order.cancel_all', account, instrument: null, side: null, group: open }
  }
  const freeze = chance.below(2) * 5 * MICROS_PER_SECOND
  const terms = { limit: wt(10_000 * (1 + chance.below(12))), window: 15 * MICROS_PER_SECOND, freeze }
  return { kind: 'group.create', account, name: 'day', ...terms }
}

const cash: Maker = (state, chance) => ({
  kind: pick(chance, ['cash.deposit', 'cash.withdraw']),
  account: anyAccount(state, chance),
  amount: micros(chance.below(2_000_000)),
  reference: 'day',
})

const supply: Maker = (state, chance) => {
  const account = anyAccount(state, chance)
  const instrument = anyInstrument(state, chance)
  const quantity = lots(1 + chance.below(60))
  if (chance.below(3) === 0) return { kind: 'units.redeem', account, instrument, lots: quantity }
  return { kind: 'units.issue', account, offer: account as number as OfferId, instrument, lots: quantity }
}

const transfer: Maker = (state, chance) => ({
  kind: 'units.transfer',
  account: anyAccount(state, chance),
  instrument: anyInstrument(state, chance),
  wt: wt(1 + chance.below(90_000)),
})

const mandate: Maker = (state, chance) => {
  const account = anyAccount(state, chance)
  if (chance.below(3) === 0)
    return { kind: 'mandate.revoke', account, mandate: anyMandate(state, chance, account) }
  return {
    kind: 'mandate.grant',
    account,
    parent: anyMandate(state, chance, account),
    name: 'day',
    budget: { hour: micros(1 + chance.below(300_000)), lifetime: micros(1 + chance.below(3_000_000)) },
    instruments: null,
    sides: ['buy', 'sell'],
    priceLimit: null,
    autoBuy: true,
    expiresAt: chance.below(4) === 0 ? later(state.at, MICROS_PER_HOUR) : null,
    ...(chance.below(3) === 0 && { bounds: anyBounds(chance) }),
  }
}

function anyBounds(chance: Chance): Bounds {
  const approval = { above: micros(chance.below(60_000)), wait: 1 + chance.below(MICROS_PER_HOUR) }
  return pick(chance, [
    { approval },
    { approval, perMinute: chance.below(9) },
    { openOrders: chance.below(5), position: wt(10_000 * chance.below(60)) },
    { fixingMost: ppm(1_050_000) },
  ])
}

const approval: Maker = (state, chance) => {
  const waiting = [...state.approvals.values()].filter(({ status }) => status === 'pending')
  const [one] = waiting.slice(chance.below(Math.max(1, waiting.length)))
  const account = one?.account ?? anyAccount(state, chance)
  const mandate = anyMandate(state, chance, account)
  const approve = chance.below(3) > 0
  return {
    kind: 'approval.decide',
    account,
    mandate,
    approval: one?.id ?? (1 as ApprovalId),
    approve,
    reason: '',
  }
}

const venue: Maker = (state, chance) => {
  const instrument = anyInstrument(state, chance)
  const what = chance.below(10)
  if (what < 1)
    return { kind: 'instrument.transition', instrument, to: 'halted', reason: 'day', until: null, next: [] }
  if (what < 8)
    return { kind: 'instrument.transition', instrument, to: 'open', reason: 'day', until: null, next: [] }
  const makerFee = ppm(chance.below(3) * 1_111)
  return { kind: 'venue.configure', settings: { ...DEFAULT_SETTINGS, makerFee, takerFee: ppm(1_777) } }
}

/** Mostly open, so that there is trading; else any state, for as long as it takes until the next. */
const marketState: Maker = (state, chance) => {
  const instrument = anyInstrument(state, chance)
  const to = chance.below(2) === 0 ? 'open' : pick(chance, STATES)
  const until =
    to === 'open' || chance.below(2) === 0 ? null : later(state.at, 1 + chance.below(MICROS_PER_SECOND))
  return { kind: 'instrument.transition', instrument, to, reason: 'day', until, next: [] }
}

const STATES: readonly InstrumentStatus[] = ['post_only', 'auction', 'auction', 'cancel_only', 'halted']

const MAKERS: Record<Kind, Maker> = {
  place,
  amend,
  cancel,
  cancelAll,
  cash,
  group,
  supply,
  transfer,
  mandate,
  approval,
  venue,
  state: marketState,
}
