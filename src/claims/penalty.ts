import { known } from '../base/assert.ts'
import type { AccountId, DrawId, PenaltyId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros } from '../base/money.ts'
import { later } from '../base/time.ts'
import { accountOf, positionOf, theAccount } from '../state/account.ts'
import { schedule } from '../state/agenda.ts'
import type { CommandOf } from '../state/command.ts'
import type { Event } from '../state/event.ts'
import type { Events } from '../state/event-log.ts'
import type { Cell } from '../state/ledger.ts'
import { balanceOf, move } from '../state/ledger.ts'
import type { Offence, Penalty } from '../state/penalty.ts'
import { DISPUTE_WINDOW } from '../state/penalty.ts'
import type { Refusal } from '../state/reject.ts'
import { refuse } from '../state/reject.ts'
import type { Position, State } from '../state/state.ts'
import { NEVER } from '../state/state.ts'
import { countPenalty, newTurnover, penaltyRoom } from '../state/turnover.ts'
import { obligationOf } from '../state/account.ts'

/** A supplier's money in one instrument, in which a claim may be met. */
export type Source = 'withheld' | 'bond' | 'penalties'

/**
 * Takes up to `want` of a supplier's money, from its sources in the order given, and returns how much it got.
 * Penalties that are still held come last and only for what ranks above them.
 */
export function collect(
  state: State,
  position: Position,
  want: number,
  to: Cell,
  sources: readonly Source[],
): Micros {
  let left = want
  for (const source of sources) left -= TAKE[source](state, position, left, to)
  return micros(want - left)
}

/** What `collect` could take from those sources at most. */
export function available(
  state: State,
  { account, instrument, bond }: Position,
  sources: readonly Source[],
): Micros {
  const isOwn = (one: { account: AccountId; instrument: number }) =>
    one.account === account && one.instrument === instrument
  let sum = sources.includes('bond') ? (bond as number) : 0
  if (sources.includes('withheld')) for (const entry of state.withheld) if (isOwn(entry)) sum += entry.amount
  if (sources.includes('penalties'))
    for (const penalty of state.penalties.values())
      if (penalty.to === null && isOwn(penalty)) sum += penalty.amount
  return micros(sum)
}

type Take = (state: State, position: Position, want: number, to: Cell) => number

/** What is due first is taken first, because it would be gone first. Who bought stays known. */
const takeWithheld: Take = (state, { account, instrument }, want, to) => {
  let taken = 0
  for (const entry of state.withheld) {
    if (taken === want) break
    if (entry.account !== account || entry.instrument !== instrument) continue
    const part = Math.min(want - taken, entry.amount)
    entry.amount = micros(entry.amount - part)
    taken += part
  }
  move(state.ledger, state.house.withheld, to, taken)
  return taken
}

const takeBond: Take = (state, position, want, to) => {
  const taken = Math.min(want, position.bond)
  position.bond = micros(position.bond - taken)
  move(state.ledger, state.house.bonds, to, taken)
  return taken
}

/** The newest penalty first: the older one is nearer to being final. */
const takePenalties: Take = (state, { account, instrument }, want, to) => {
  let taken = 0
  for (const penalty of [...state.penalties.values()].reverse()) {
    if (taken === want) break
    const isHeld = penalty.to === null && penalty.instrument === instrument
    if (!isHeld || penalty.account !== account) continue
    const part = Math.min(want - taken, penalty.amount)
    penalty.amount = micros(penalty.amount - part)
    taken += part
  }
  move(state.ledger, state.house.penalties, to, taken)
  return taken
}

const TAKE: Record<Source, Take> = { withheld: takeWithheld, bond: takeBond, penalties: takePenalties }

/** What a supplier is charged, for what, and on which evidence. */
export type Charge = {
  offence: Offence
  due: Micros
  /** Null: the insurance fund. */
  buyer: AccountId | null
  wt: Wt
  draw: DrawId | null
  failure: string
}

/** What a supplier may still be charged in penalties over all instruments. */
export const roomFor = (state: State, account: AccountId): number =>
  penaltyRoom(theAccount(state, account).turnover, state.at)

/**
 * Charges a penalty, as far as the cap and the money behind it reach: from `sources`, or where it is `'paid'`
 * what the caller has given the buyer already. What is for the insurance fund is held while it is disputable.
 */
export function charge(
  state: State,
  position: Position,
  { offence, due, buyer, wt, draw, failure }: Charge,
  sources: readonly Source[] | 'paid',
  events: Events,
): Micros {
  const { account, instrument } = position
  const wanted = Math.min(due, roomFor(state, account))
  const to = buyer === null ? state.house.penalties : theAccount(state, buyer).free
  const amount = sources === 'paid' ? micros(wanted) : collect(state, position, wanted, to, sources)
  if (amount === 0) return amount
  const owner = theAccount(state, account)
  owner.turnover ??= newTurnover(state.at)
  countPenalty(owner.turnover, state.at, amount)
  const id = state.nextPenalty++ as PenaltyId
  const until = later(state.at, DISPUTE_WINDOW)
  const facts = { account, instrument, offence, amount, wt, draw, failure }
  state.penalties.set(id, { id, ...facts, to: buyer, at: state.at, due: until, dispute: null })
  schedule(state, { at: until, kind: 'penalty', id })
  events.push({ kind: 'penalty.charged', penalty: id, ...facts, due, buyer, until })
  return amount
}

/** The window has passed, or the penalty was upheld: what was held is the insurance fund's. */
export function closePenalty(state: State, penalty: Penalty, reason: string): Event {
  const { id, account, instrument, amount, to } = penalty
  state.penalties.delete(id)
  if (to === null) move(state.ledger, state.house.penalties, state.house.insurance, amount)
  const held = to === null
  return { kind: 'penalty.closed', penalty: id, account, instrument, held, amount, upheld: true, reason }
}

/** A supplier says why a penalty is wrong, within its window: it stays open until the operator decides. */
export function disputePenalty(state: State, command: CommandOf<'penalty.dispute'>): Event[] | Refusal {
  const { statement } = command
  const account = accountOf(state, command.account)
  const penalty = state.penalties.get(command.penalty)
  if (statement.trim() === '') return refuse('name_empty', { field: 'statement' })
  if (account === undefined) return refuse('account_not_found')
  if (penalty === undefined || penalty.account !== account.id) return refuse('penalty_not_found')

  // Nothing below this line can fail.
  penalty.dispute = statement
  penalty.due = NEVER
  return [{ kind: 'penalty.disputed', penalty: penalty.id, account: account.id, statement }]
}

/**
 * The operator decides. A penalty that does not stand goes back to the supplier, behind what it owes or free;
 * where a buyer has it already, out of the fees of the exchange, which judged wrongly.
 */
export function decidePenalty(state: State, command: CommandOf<'penalty.decide'>): Event[] | Refusal {
  const { upheld, reason } = command
  const penalty = state.penalties.get(command.penalty)
  if (reason.trim() === '') return refuse('name_empty', { field: 'reason' })
  if (penalty === undefined) return refuse('penalty_not_found')
  const { ledger, house } = state
  const from = penalty.to === null ? house.penalties : house.fees
  const free = balanceOf(ledger, from)
  const { id, account, instrument, amount } = penalty
  if (!upheld && amount > free) return refuse('insufficient_funds', { needed: amount, free })

  // Nothing below this line can fail.
  if (upheld) return [closePenalty(state, penalty, reason)]
  state.penalties.delete(id)
  const owner = theAccount(state, account)
  if (owner.turnover !== null) countPenalty(owner.turnover, state.at, 0 - amount)
  const position = known(positionOf(state, account, instrument), 'who was charged has a position')
  unmark(position, penalty)
  const owes = obligationOf(state, position) > 0
  move(ledger, from, owes ? house.bonds : owner.free, amount)
  if (owes) position.bond = micros(position.bond + amount)
  const held = penalty.to === null
  return [{ kind: 'penalty.closed', penalty: id, account, instrument, held, amount, upheld, reason }]
}

/** A hard failure that was none leaves no mark. */
function unmark(position: Position, { offence, wt: marked }: Penalty): void {
  if (offence === 'hard_failure') position.missed = Math.max(0, position.missed - marked) as Wt
}
