import { assert, known } from '../base/assert.ts'
import type { AccountId, InstrumentId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros, mulDivDown, mulDivUp, shareUp, valueFall, valueUp, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_HOUR } from '../base/time.ts'
import { freeCash, inTrading, obligationOf, theAccount } from '../state/account.ts'
import type { Cell } from '../state/ledger.ts'
import { countSale, newTurnover } from '../state/turnover.ts'
import { move } from '../state/ledger.ts'
import type { Bought, Withheld } from '../state/conduct.ts'
import type { EscrowLot, Position, State } from '../state/state.ts'

/**
 * The escrowed quantity: obligation less units held in trading, and never less than what draws have called.
 * The escrow of a called unit stays until its draw ends, even if its supplier buys units back meanwhile.
 */
export const escrowTarget = (state: State, position: Position): Wt =>
  wt(position.escrowed - escrowExcess(state, position))

/** How much more is in escrow than that; below zero, how much less. */
function escrowExcess(state: State, position: Position): number {
  const sold = obligationOf(state, position) - inTrading(state, position)
  return position.escrowed - Math.max(0, sold, position.reserved)
}

/** Sold obligations that no draw has called yet. */
export const unreserved = (position: Position): Wt => wt(Math.max(0, position.escrowed - position.reserved))

/** Money that stands behind a lot: what remains of it at its price, rounded up. */
const standing = (lot: EscrowLot): Micros => valueUp(lot.remaining, lot.price)

/** The part of a sale that raises the seller's escrowed quantity. Call it once the units have left. */
export const primaryPart = (state: State, seller: Position): Wt =>
  wt(Math.max(0, 0 - escrowExcess(state, seller)))

/** Puts the proceeds of a primary sale in escrow, out of `payer`, and returns how much that was. */
export function escrowSale(state: State, seller: Position, payer: Cell, quantity: Wt, price: Micros): Micros {
  const last = seller.escrow.at(-1)
  const amount = valueUp(quantity, price)
  const mergeable =
    last !== undefined &&
    last.price === price &&
    last.released === 0 &&
    standing(last) + amount === valueUp(wt(last.remaining + quantity), price)
  if (mergeable) last.remaining = wt(last.remaining + quantity)
  else seller.escrow.push(newLot(state.seq, price, quantity))
  seller.escrowed = wt(seller.escrowed + quantity)
  const account = theAccount(state, seller.account)
  account.turnover ??= newTurnover(state.at)
  countSale(account.turnover, state, amount)
  move(state.ledger, payer, state.house.escrow, amount)
  return amount
}

/** Lowers a lot by `quantity` and returns the fall of the money behind it. */
function lower(lot: EscrowLot, quantity: number): Micros {
  const before = lot.remaining
  lot.remaining = (before - quantity) as Wt
  return valueFall(before, lot.remaining, lot.price)
}

/** Lots that were emptied, for the next sale: selling and buying back allocates nothing in the long run. */
const spare: EscrowLot[] = []

function dropEmpty({ escrow }: Position): void {
  let kept = 0
  for (let at = 0; at < escrow.length; at++) {
    const lot = escrow[at] as EscrowLot
    if (lot.remaining === 0) spare.push(lot)
    else escrow[kept++] = lot
  }
  while (escrow.length > kept) escrow.pop()
}

/** A lot of units that are sold now. */
function newLot(born: number, price: Micros, remaining: Wt): EscrowLot {
  const lot = spare.pop()
  if (lot === undefined) return { born, price, remaining, released: micros(0), feeTaken: micros(0) }
  lot.born = born
  lot.price = price
  lot.remaining = remaining
  lot.released = micros(0)
  lot.feeTaken = micros(0)
  return lot
}

function cheapestLot({ escrow }: Position): EscrowLot {
  let cheapest: EscrowLot | undefined
  for (const lot of escrow)
    if (lot.remaining > 0 && (cheapest === undefined || lot.price < cheapest.price)) cheapest = lot
  return known(cheapest, 'what is escrowed stands in a lot')
}

/**
 * After a buy-back or a redemption: frees escrow down to the target, cheapest lots first and oldest among
 * equals, to the supplier's free cash.
 */
export function trimEscrow(state: State, position: Position): void {
  let excess = escrowExcess(state, position)
  if (excess <= 0) return
  const account = theAccount(state, position.account)
  while (excess > 0) {
    const lot = cheapestLot(position)
    const part = Math.min(excess, lot.remaining)
    move(state.ledger, state.house.escrow, account.free, lower(lot, part))
    position.escrowed = (position.escrowed - part) as Wt
    excess -= part
  }
  if (position.missed > position.escrowed) position.missed = position.escrowed
  dropEmpty(position)
}

/** The oldest lots of an escrow that make up a quantity, as far as they do, and how much of each. */
function* oldestOf({ escrow }: Position, quantity: Wt): Generator<readonly [lot: EscrowLot, part: Wt]> {
  let left = quantity as number
  for (const lot of escrow) {
    if (left === 0) return
    const part = wt(Math.min(left, lot.remaining))
    left -= part
    yield [lot, part]
  }
}

/** What the oldest `quantity` of an escrow stands for at its own prices, each lot rounded up. */
export function contractValue(position: Position, quantity: Wt): Micros {
  let value = 0
  for (const [lot, part] of oldestOf(position, quantity)) value += valueUp(part, lot.price)
  return micros(value)
}

/** What taking the oldest `quantity` out of an escrow would free: the fall of what stands behind its lots. */
export function escrowBehind(position: Position, quantity: Wt): Micros {
  let fall = 0
  for (const [lot, part] of oldestOf(position, quantity))
    fall += standing(lot) - valueUp(wt(lot.remaining - part), lot.price)
  return micros(fall)
}

/** Takes the oldest `quantity` out of an escrow with the money behind it: its units will be cancelled. */
export function takeEscrow(state: State, position: Position, quantity: Wt, to: Cell): Micros {
  let taken = 0
  let found = 0
  for (const [lot, part] of oldestOf(position, quantity)) {
    taken += lower(lot, part)
    found += part
  }
  assert(found === quantity, 'what is taken out of escrow was there')
  shrink(position, quantity)
  move(state.ledger, state.house.escrow, to, taken)
  return micros(taken)
}

/** Counts what has left an escrow; what was missed is the oldest of it, and leaves first. */
function shrink(position: Position, quantity: Wt): void {
  position.escrowed = wt(position.escrowed - quantity)
  position.missed = wt(Math.max(0, position.missed - quantity))
  dropEmpty(position)
}

export type Release = { proceeds: Micros; fee: Micros }

/**
 * Releases the escrow of `quantity`, oldest lots first, into the withheld cell: what the supplier earned, and
 * the delivery fee of it, rounded up on each lot's running total. Moves no money out of the withheld cell.
 */
export function releaseEscrow(state: State, position: Position, quantity: Wt): Release {
  let found = 0
  let proceeds = 0
  let fee = 0
  for (const [lot, part] of oldestOf(position, quantity)) {
    const fall = lower(lot, part)
    lot.released = micros(lot.released + fall)
    const owing = shareUp(lot.released, state.settings.deliveryFee) - lot.feeTaken
    const due = Math.max(0, Math.min(owing, fall))
    lot.feeTaken = micros(lot.feeTaken + due)
    proceeds += fall
    fee += due
    found += part
  }
  assert(found === quantity, 'what is delivered stood in escrow')
  shrink(position, quantity)
  move(state.ledger, state.house.escrow, state.house.withheld, proceeds)
  return { proceeds: micros(proceeds), fee: micros(fee) }
}

/**
 * The bond behind `quantity` of an obligation, leaving the bonds cell: rounded down, all of it with the last
 * unit.
 */
export function freeBond(state: State, position: Position, quantity: Wt, to: Cell): Micros {
  const owed = obligationOf(state, position)
  const part = micros(mulDivDown(position.bond, quantity, owed))
  position.bond = micros(position.bond - part)
  move(state.ledger, state.house.bonds, to, part)
  return part
}

/** Whose request earned what is withheld, and what its units had cost. */
export type Purchase = Bought & { buyer: AccountId }

/**
 * Leaves released money in the withheld cell, due to its account later; one entry per position and hour,
 * oldest first, which remembers who bought.
 */
export function withhold(
  state: State,
  { account, instrument }: Position,
  amount: number,
  at: Instant,
  purchase: Purchase | null,
): void {
  if (amount === 0) return
  if (state.settings.withhold === 0) {
    move(state.ledger, state.house.withheld, theAccount(state, account).free, amount)
    return
  }
  const exact = at + state.settings.withhold
  const due = (Math.ceil(exact / MICROS_PER_HOUR) * MICROS_PER_HOUR) as Instant
  const entry = withheldUntil(state, account, instrument, due)
  entry.amount = micros(entry.amount + amount)
  if (purchase === null) return
  const { buyer, cost, proceeds } = purchase
  const before = entry.bought[buyer]
  entry.bought[buyer] = {
    wt: wt((before?.wt ?? 0) + purchase.wt),
    cost: micros((before?.cost ?? 0) + cost),
    proceeds: micros((before?.proceeds ?? 0) + proceeds),
  }
}

function withheldUntil(state: State, account: AccountId, instrument: InstrumentId, due: Instant): Withheld {
  const { withheld } = state
  for (let i = withheld.length - 1; i >= 0; i--) {
    const entry = withheld[i]
    if (entry === undefined || entry.due < due) break
    if (entry.account === account && entry.instrument === instrument && entry.due === due) return entry
  }
  let place = withheld.length
  while (place > 0 && (withheld[place - 1]?.due ?? 0) > due) place--
  const fresh: Withheld = { account, instrument, amount: micros(0), due, bought: {} }
  withheld.splice(place, 0, fresh)
  if (due < state.nextDue) state.nextDue = due
  return fresh
}

/**
 * Moves `quantity` of the oldest uncalled obligations of others to the supplier that will deliver, with the
 * escrow behind them. It posts its own bond for them and theirs is freed: a supplier never earns another's
 * bond by being quicker. Returns the amounts moved, or `undefined` (and no effect) if that cannot be done.
 */
export function takeOver(
  state: State,
  taker: Position,
  suppliers: readonly Position[],
  quantity: Wt,
): { from: Position; wt: Wt; escrow: Micros }[] | undefined {
  const account = theAccount(state, taker.account)
  const plan = planTakeOver(suppliers, taker, quantity)
  if (plan === undefined || obligationOf(state, taker) < inTrading(state, taker)) return undefined
  if (taker.unbackedSells > 0) return undefined
  let bond = 0
  let lotsAtMost = 0
  for (const { from, part } of plan) {
    bond += mulDivUp(from.bond, part, obligationOf(state, from))
    lotsAtMost += from.escrow.length
  }
  if (bond + lotsAtMost > freeCash(state, account)) return undefined

  // Nothing below this line can fail.
  move(state.ledger, account.free, state.house.bonds, bond)
  taker.bond = micros(taker.bond + bond)
  return plan.map(({ from, part }) => {
    freeBond(state, from, part, theAccount(state, from.account).free)
    move(state.ledger, taker.owed, from.owed, part)
    return { from, wt: part, escrow: moveLots(state, from, taker, part) }
  })
}

function planTakeOver(suppliers: readonly Position[], taker: Position, quantity: Wt) {
  const oldest = suppliers
    .filter((position) => position !== taker && unreserved(position) > 0)
    .sort((a, b) => (a.escrow[0]?.born ?? 0) - (b.escrow[0]?.born ?? 0) || a.account - b.account)
  const plan: { from: Position; part: Wt }[] = []
  let left = quantity as number
  for (const from of oldest) {
    if (left === 0) break
    const part = wt(Math.min(left, unreserved(from)))
    plan.push({ from, part })
    left -= part
  }
  return left === 0 ? plan : undefined
}

/** Escrow changes hands but not place. Where splitting a lot rounds up twice, the taker adds the µ$. */
function moveLots(state: State, from: Position, to: Position, quantity: Wt): Micros {
  const { free } = theAccount(state, to.account)
  let left = quantity as number
  let moved = 0
  for (const lot of from.escrow) {
    if (left === 0) break
    const part = Math.min(left, lot.remaining)
    const fall = lower(lot, part)
    const split: EscrowLot = { ...lot, remaining: wt(part), released: micros(0), feeTaken: micros(0) }
    move(state.ledger, free, state.house.escrow, standing(split) - fall)
    moved += fall
    to.escrow.push(split)
    left -= part
  }
  dropEmpty(from)
  to.escrow.sort((a, b) => a.born - b.born)
  from.escrowed = wt(from.escrowed - quantity)
  from.missed = wt(Math.min(from.missed, from.escrowed))
  to.escrowed = wt(to.escrowed + quantity)
  return micros(moved)
}
