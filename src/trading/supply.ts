import { MICROS_PER_SECOND } from '../base/time.ts'
import type { Instant } from '../base/time.ts'
import type { AccountId, InstrumentId, OfferId } from '../base/ids.ts'
import type { Lots, Micros, Wt } from '../base/money.ts'
import { micros, mulDivDown, mulDivUp, PPM, ppm, shareUp, wt } from '../base/money.ts'
import {
  accountOf,
  freeCash,
  instrumentOf,
  obligationOf,
  offerOf,
  openPosition,
  positionOf,
} from '../state/account.ts'
import type { CommandOf } from '../state/command.ts'
import type { Standing } from '../state/conduct.ts'
import { freeBond, trimEscrow, unreserved } from './escrow.ts'
import type { Event } from '../state/event.ts'
import { costOf } from './fill.ts'
import { balanceOf, move } from '../state/ledger.ts'
import { inMaintenance } from './maintenance.ts'
import { lowerBacked } from './obligation.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import { bondReference, valueOf } from './risk.ts'
import type { Account, Instrument, Offer, State } from '../state/state.ts'

/** Highest committed rate of one offer, in wt per minute: keeps every sum of obligations a safe integer. */
const RATE_MAX = 1_000_000_000_000
const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND

const isSupplier = (account: Account | undefined): boolean =>
  account === undefined || account.roles.includes('supplier')

/** A supplier says what it can serve; nothing may be issued on it before the exchange has measured it. */
export function registerOffer(state: State, command: CommandOf<'offer.register'>): Event[] | Refusal {
  const { kind: _, ...terms } = command
  const account = accountOf(state, terms.account)
  for (const field of ['rate', 'concurrency', 'contextTokens'] as const)
    if (!(terms[field] > 0)) return refuse('quantity_not_positive', { field })
  if (terms.name.trim() === '') return refuse('name_empty')
  if (!isSupplier(account)) return refuse('role_missing', { role: 'supplier' })
  if (account === undefined) return refuse('account_not_found')
  if (isSuspended(state, account.id)) return refuse('supplier_suspended')
  if (terms.rate > RATE_MAX) return refuse('quantity_above_maximum', { maximum: RATE_MAX })

  // Nothing below this line can fail.
  const offer = (state.offers.length + 1) as OfferId
  state.offers.push({ id: offer, terms, suspended: false, notice: null, certified: [], backed: wt(0) })
  return [{ kind: 'offer.registered', offer, terms: command }]
}

/** Records that an offer was measured and clears an instrument's spec until the certificate expires. */
export function certifyOffer(state: State, command: CommandOf<'offer.certify'>): Event[] | Refusal {
  const { instrument: id, expiresAt, evidence } = command
  const instrument = instrumentOf(state, id)
  if (instrument === undefined) return refuse('instrument_not_found')
  const offer = offerOf(state, command.offer)
  if (offer === undefined) return refuse('offer_not_found')
  if (offer.suspended) return refuse('offer_suspended')

  // Nothing below this line can fail.
  grantCertificate(offer, instrument, expiresAt)
  const { account } = offer.terms
  const conduct = positionOf(state, account, id)?.conduct
  if (conduct?.standing === 'suspended') conduct.standing = 'probation'
  return [{ kind: 'offer.certified', offer: offer.id, account, instrument: id, expiresAt, evidence }]
}

/** From now on the offer may be called for the instrument, until the certificate expires. */
export function grantCertificate(offer: Offer, { id, suppliers }: Instrument, expiresAt: Instant): void {
  while (offer.certified.length <= id) offer.certified.push(0 as Instant)
  offer.certified[id] = expiresAt
  const { account } = offer.terms
  if (!suppliers.includes(account)) suppliers.push(account)
}

/** Whether all that a supplier has ever offered is suspended. Another offer would be a way around it. */
const isSuspended = (state: State, account: AccountId): boolean =>
  state.offers.some(({ terms }) => terms.account === account) && !mayServe(state, account)

/** Whether a supplier has an offer left that is not suspended. */
const mayServe = (state: State, account: AccountId): boolean =>
  state.offers.some(({ terms, suspended }) => terms.account === account && !suspended)

/** No more calls, no more issues. With its last offer a supplier is in default of what it owes. */
export function suspendOffer(state: State, command: CommandOf<'offer.suspend'>): Event[] | Refusal {
  const offer = offerOf(state, command.offer)
  if (offer === undefined) return refuse('offer_not_found')

  // Nothing below this line can fail.
  offer.suspended = true
  const { account } = offer.terms
  if (!mayServe(state, account)) state.failing.push({ account, instrument: null, reason: 'suspended' })
  return [{ kind: 'offer.suspended', offer: offer.id, account, reason: command.reason }]
}

/**
 * Ends a suspension, once what the supplier owed is dealt with. The offer's certificates speak of what it was
 * before: it has to be measured again before it is called or backs anything.
 */
export function liftOffer(state: State, command: CommandOf<'offer.lift'>): Event[] | Refusal {
  const offer = offerOf(state, command.offer)
  if (offer === undefined) return refuse('offer_not_found')
  if (!offer.suspended) return refuse('offer_not_suspended')
  const { account } = offer.terms
  if (state.defaults.some((one) => one.account === account)) return refuse('default_open')

  // Nothing below this line can fail.
  offer.suspended = false
  offer.certified = offer.certified.map((until) => (until > state.at ? state.at : until))
  return [{ kind: 'offer.lifted', offer: offer.id, account, reason: command.reason }]
}

const isCertified = (offer: Offer, instrument: InstrumentId, at: Instant): boolean =>
  (offer.certified[instrument] ?? 0) > at

/** Certified, and neither suspended nor in maintenance. */
export const isCallable = (offer: Offer, instrument: InstrumentId, at: Instant): boolean =>
  !offer.suspended && !inMaintenance(offer, at) && isCertified(offer, instrument, at)

/** Takes on the obligation to deliver new units, and posts the bond for them at the bond reference. */
export function issueUnits(state: State, command: CommandOf<'units.issue'>): Event[] | Refusal {
  const account = accountOf(state, command.account)
  const instrument = instrumentOf(state, command.instrument)
  const offer = offerOf(state, command.offer)
  if (command.lots <= 0) return refuse('quantity_not_positive')
  if (!isSupplier(account)) return refuse('role_missing', { role: 'supplier' })
  if (account === undefined) return refuse('account_not_found')
  if (instrument === undefined) return refuse('instrument_not_found')
  if (offer === undefined || offer.terms.account !== account.id) return refuse('offer_not_found')
  if (offer.suspended) return refuse('offer_suspended')
  if (!isCertified(offer, instrument.id, state.at)) return refuse('offer_not_certified')
  const most = issueMax(state, instrument)
  if (command.lots > most) return refuse('quantity_above_maximum', { maximum: most })
  const quantity = wt(command.lots * instrument.spec.lot)
  const bond = bondFor(state, instrument, command.lots, account)
  const cash = freeCash(state, account)
  if (bond > cash) return refuse('bond_short', { needed: bond, free: cash })
  const room = capacityOf(offer, instrument) - offer.backed
  if (quantity > room) return refuse('offer_rate_exceeded', { needed: quantity, room: Math.max(0, room) })
  if ((account.positions[instrument.id]?.unbackedSells ?? 0) > 0) return refuse('sells_without_bond')

  // Nothing below this line can fail.
  const position = openPosition(state, account, instrument.id)
  move(state.ledger, account.free, state.house.bonds, bond)
  position.bond = micros(position.bond + bond)
  move(state.ledger, position.owed, position.free, quantity)
  offer.backed = wt(offer.backed + quantity)
  const { id } = instrument
  return [{ kind: 'units.issued', account: account.id, offer: offer.id, instrument: id, wt: quantity, bond }]
}

/** What the standing of a supplier makes of its bond: better ones post less. */
const BOND_OF: Record<Standing, number> = {
  A: 750_000,
  B: 1_000_000,
  C: 1_500_000,
  probation: 2_000_000,
  suspended: 2_000_000,
}

/** The bond of an issue: a share of its value at the bond reference, rounded up. */
function bondFor(state: State, instrument: Instrument, quantity: Lots, account: Account): Micros {
  const value = valueOf(instrument, bondReference(state, instrument), quantity)
  const standing = account.positions[instrument.id]?.conduct?.standing
  const share = mulDivUp(state.settings.bond, standing ? BOND_OF[standing] : PPM, PPM)
  return shareUp(value, ppm(share))
}

/** Lots of one issue: their value, and all units of the instrument, must stay safe integers. */
function issueMax(state: State, instrument: Instrument): number {
  const { spec } = instrument
  let outstanding = 0
  for (const account of instrument.suppliers) {
    const position = positionOf(state, account, instrument.id)
    if (position !== undefined) outstanding += obligationOf(state, position)
  }
  const byUnits = (Number.MAX_SAFE_INTEGER - outstanding) / spec.lot
  const byValue = Number.MAX_SAFE_INTEGER / valueOf(instrument, bondReference(state, instrument), 1)
  return Math.floor(Math.min(byUnits, byValue))
}

/** The obligation that an offer can back: its committed rate times the life of a lot, in wt. */
const capacityOf = (offer: Offer, { spec }: Instrument): number =>
  mulDivDown(offer.terms.rate, spec.window, MICROS_PER_MINUTE)

/** Takes unsold units back off the market, with the obligation and the bond behind them. */
export function redeemUnits(state: State, command: CommandOf<'units.redeem'>): Event[] | Refusal {
  const account = accountOf(state, command.account)
  const instrument = instrumentOf(state, command.instrument)
  if (command.lots <= 0) return refuse('quantity_not_positive')
  if (account === undefined) return refuse('account_not_found')
  if (instrument === undefined) return refuse('instrument_not_found')
  const position = account.positions[instrument.id]
  const quantity = command.lots * instrument.spec.lot
  const free = position === undefined ? 0 : balanceOf(state.ledger, position.free)
  const owed = position === undefined ? 0 : obligationOf(state, position)
  if (position === undefined || quantity > free || quantity > owed)
    return refuse('insufficient_units', { needed: quantity, free: Math.min(free, owed) })
  const uncalled = owed - position.reserved
  if (quantity > uncalled) return refuse('units_reserved', { needed: quantity, free: uncalled })

  // Nothing below this line can fail.
  const bond = freeBond(state, position, wt(quantity), account.free)
  position.cost = micros(position.cost - costOf(state, position, quantity))
  move(state.ledger, position.free, position.owed, quantity)
  lowerBacked(state, account.id, null, quantity)
  trimEscrow(state, position)
  const { id } = instrument
  return [
    { kind: 'units.redeemed', account: account.id, instrument: id, wt: wt(quantity), bond, reason: 'user' },
  ]
}

/**
 * An offer that may be called for an instrument, how much its account owes that nothing has called yet, and
 * when it took on the oldest of it, as a sequence number.
 */
export type Candidate = { offer: OfferId; account: AccountId; unreserved: Wt; oldest: number }

/**
 * Who may be called now: certified, neither suspended nor in maintenance, and owing. In the order the offers
 * were registered.
 */
export function candidates(state: State, instrument: InstrumentId, at: Instant): Candidate[] {
  const found: Candidate[] = []
  for (const offer of state.offers) {
    if (!isCallable(offer, instrument, at)) continue
    const { account } = offer.terms
    const position = accountOf(state, account)?.positions[instrument]
    if (position === undefined || obligationOf(state, position) === 0) continue
    const oldest = position.escrow[0]?.born ?? Number.MAX_SAFE_INTEGER
    found.push({ offer: offer.id, account, unreserved: unreserved(position), oldest })
  }
  return found
}
