import { known } from '../base/assert.ts'
import type { AccountId, InstrumentId, MandateId, MemberId, OfferId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { CommandOf } from './command.ts'
import type { Event } from './event.ts'
import { balanceOf, CASH, move, openCell, unitsOf } from './ledger.ts'
import { NO_SLOT } from './order.ts'
import type { Refusal } from './reject.ts'
import { refuse } from './reject.ts'
import type { Mandate } from './mandate.ts'
import type { Account, Instrument, Member, Offer, Position, State } from './state.ts'

export const memberOf = (state: State, id: MemberId): Member | undefined => state.members[id - 1]
export const accountOf = (state: State, id: AccountId): Account | undefined => state.accounts[id - 1]
export const instrumentOf = (state: State, id: InstrumentId): Instrument | undefined => state.instruments[id]
export const offerOf = (state: State, id: OfferId): Offer | undefined => state.offers[id - 1]
export const mandateOf = (state: State, id: MandateId): Mandate | undefined => state.mandates[id - 1]

/** An account that the code has already met. */
export const theAccount = (state: State, id: AccountId): Account =>
  known(accountOf(state, id), 'the account exists')
/** An instrument that the code has already met. */
export const theInstrument = (state: State, id: InstrumentId): Instrument =>
  known(state.instruments[id], 'the instrument exists')

/** What an account has and owes in an instrument, or `undefined` if it never had anything to do with it. */
export const positionOf = (
  state: State,
  account: AccountId,
  instrument: InstrumentId,
): Position | undefined => accountOf(state, account)?.positions[instrument]

/** The account's position, opened with empty cells at first use. */
export function openPosition(state: State, account: Account, instrument: InstrumentId): Position {
  const existing = account.positions[instrument]
  if (existing !== undefined) return existing
  const { ledger } = state
  const asset = unitsOf(instrument)
  while (account.positions.length < instrument) account.positions.push(undefined)
  const position: Position = {
    account: account.id,
    instrument,
    free: openCell(ledger, asset),
    held: openCell(ledger, asset),
    consumption: openCell(ledger, asset),
    drawn: openCell(ledger, asset),
    owed: openCell(ledger, asset, true),
    cost: micros(0),
    feeAhead: 0,
    meterAhead: 0,
    lots: [],
    compensated: wt(0),
    escrow: [],
    escrowed: wt(0),
    missed: wt(0),
    reserved: wt(0),
    bond: micros(0),
    conduct: null,
    unbackedSells: 0 as Position['unbackedSells'],
  }
  account.positions[instrument] = position
  return position
}

export const freeCash = (state: State, account: Account): Micros =>
  balanceOf(state.ledger, account.free) as Micros

/** Units in trading: free and in open sell orders. */
export const inTrading = (state: State, position: Position): Wt =>
  (balanceOf(state.ledger, position.free) + balanceOf(state.ledger, position.held)) as Wt

/** Units the account still has to deliver, sold or not. */
export const obligationOf = (state: State, position: Position): Wt =>
  (0 - balanceOf(state.ledger, position.owed)) as Wt

export function admitMember(state: State, { name }: CommandOf<'member.admit'>): Event[] | Refusal {
  if (name.trim() === '') return refuse('name_empty')

  // Nothing below this line can fail.
  const member = (state.members.length + 1) as MemberId
  state.members.push({ id: member, name })
  return [{ kind: 'member.admitted', member, name }]
}

export function openAccount(state: State, command: CommandOf<'account.open'>): Event[] | Refusal {
  const { member, name, roles } = command
  if (name.trim() === '') return refuse('name_empty')
  if (memberOf(state, member) === undefined) return refuse('member_not_found')

  // Nothing below this line can fail.
  const account = (state.accounts.length + 1) as AccountId
  state.accounts.push({
    id: account,
    member,
    name,
    roles,
    free: openCell(state.ledger, CASH),
    held: openCell(state.ledger, CASH),
    positions: [],
    orderHead: NO_SLOT,
    openOrders: 0,
    cancelAt: 0 as Instant,
    turnover: null,
    clientOrders: new Map(),
    limits: null,
    killed: null,
  })
  return [{ kind: 'account.opened', account, member, name, roles }]
}

export function deposit(state: State, command: CommandOf<'cash.deposit'>): Event[] | Refusal {
  const account = accountOf(state, command.account)
  if (command.amount <= 0) return refuse('amount_not_positive')
  if (account === undefined) return refuse('account_not_found')
  const room = Number.MAX_SAFE_INTEGER + balanceOf(state.ledger, state.house.world)
  if (command.amount > room) return refuse('amount_above_maximum', { maximum: room })

  // Nothing below this line can fail.
  move(state.ledger, state.house.world, account.free, command.amount)
  return [{ ...command, kind: 'cash.deposited' }]
}

export function withdraw(state: State, command: CommandOf<'cash.withdraw'>): Event[] | Refusal {
  const account = accountOf(state, command.account)
  if (command.amount <= 0) return refuse('amount_not_positive')
  if (account === undefined) return refuse('account_not_found')
  const free = freeCash(state, account)
  if (command.amount > free) return refuse('insufficient_funds', { needed: command.amount, free })

  // Nothing below this line can fail.
  move(state.ledger, account.free, state.house.world, command.amount)
  return [{ ...command, kind: 'cash.withdrawn' }]
}
