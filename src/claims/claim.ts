import { assert, known } from '../base/assert.ts'
import type { LotId } from '../base/ids.ts'
import type { Micros, Wt } from '../base/money.ts'
import { micros, mulDivDown, wt } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { later, MICROS_PER_SECOND } from '../base/time.ts'
import { inTrading, obligationOf, theInstrument } from '../state/account.ts'
import { schedule } from '../state/agenda.ts'
import { capPrepaid } from '../mandate/budget.ts'
import { trimEscrow } from '../trading/escrow.ts'
import type { EventOf } from '../state/event.ts'
import type { Events } from '../state/event-log.ts'
import { costOf } from '../trading/fill.ts'
import { balanceOf, move } from '../state/ledger.ts'
import { payStandby } from '../trading/obligation.ts'
import type { ClaimLot, Draw, DrawSource, Position, State } from '../state/state.ts'

/** A draw's source that is not a lot: units in trading. */
export const FROM_TRADING = 0 as LotId

/** All units an account has of an instrument, wherever they are. */
export const unitsHeld = (state: State, position: Position): Wt => {
  const { ledger } = state
  const used = balanceOf(ledger, position.consumption) + balanceOf(ledger, position.drawn)
  return wt(inTrading(state, position) + used)
}

/** Units that are gone are no longer units that were compensated. */
export function forgetCompensated(state: State, position: Position): void {
  if (position.compensated === 0) return
  position.compensated = wt(Math.min(position.compensated, unitsHeld(state, position)))
}

/** Units that may leave trading: free, and above what the account owes. Negative where it lacks some. */
export const spareUnits = (state: State, position: Position): number =>
  Math.min(balanceOf(state.ledger, position.free), inTrading(state, position) - obligationOf(state, position))

/** Units on their way into consumption. */
type Entering = { wt: Wt; drawn: Wt; cost: Micros; reason: EventOf<'lot.opened'>['reason'] }

/** Opens a lot of units that entered consumption at `entered`; the posting is the caller's. */
export function openLot(
  state: State,
  position: Position,
  lot: Entering & { entered: Instant },
): EventOf<'lot.opened'> {
  const expiresAt = later(lot.entered, theInstrument(state, position.instrument).spec.window)
  return addLot(state, position, lot, expiresAt, 0 as Instant)
}

function addLot(
  state: State,
  position: Position,
  { wt: size, drawn, cost, reason }: Entering,
  expiresAt: Instant,
  restoredTo: Instant,
): EventOf<'lot.opened'> {
  const id = state.nextLot++ as LotId
  const { account, instrument } = position
  state.lots.set(id, { id, account, instrument, wt: size, drawn, cost, expiresAt, restoredTo })
  let place = position.lots.length
  while (place > 0 && lotOf(state, position.lots[place - 1]).expiresAt > expiresAt) place--
  position.lots.splice(place, 0, id)
  schedule(state, { at: expiresAt, kind: 'lot', id })
  return { kind: 'lot.opened', lot: id, account, instrument, wt: size, expiresAt, reason }
}

const lotOf = (state: State, id: LotId | undefined): ClaimLot =>
  known(id === undefined ? undefined : state.lots.get(id), 'a lot that is listed exists')

/** Holds units of a draw out of the account's lots, first-expiring first. */
export function drawLots(state: State, position: Position, draw: Draw, quantity: Wt): void {
  let left = quantity as number
  for (const id of position.lots) {
    if (left === 0) break
    const lot = lotOf(state, id)
    const free = lot.wt - lot.drawn
    const part = wt(Math.min(left, free))
    if (part === 0) continue
    const cost = micros(mulDivDown(lot.cost, part, free))
    lot.drawn = wt(lot.drawn + part)
    lot.cost = micros(lot.cost - cost)
    addSource(draw, id, part, cost)
    left -= part
  }
  assert(left === 0, 'what is drawn from lots is in lots')
  move(state.ledger, position.consumption, position.drawn, quantity)
}

/** Holds free trading units of the account for a draw. */
export function drawTrading(state: State, position: Position, draw: Draw, quantity: Wt): void {
  if (quantity === 0) return
  const cost = costOf(state, position, quantity)
  position.cost = micros(position.cost - cost)
  move(state.ledger, position.free, position.drawn, quantity)
  addSource(draw, FROM_TRADING, quantity, cost)
}

/** What the units that `drawLots` would hold had cost. */
export function costOfLots(state: State, position: Position, quantity: Wt): Micros {
  let left = quantity as number
  let cost = 0
  for (const id of position.lots) {
    if (left === 0) break
    const lot = lotOf(state, id)
    const free = lot.wt - lot.drawn
    const part = Math.min(left, free)
    if (part > 0) cost += mulDivDown(lot.cost, part, free)
    left -= part
  }
  return micros(cost)
}

function addSource(draw: Draw, lot: LotId, quantity: Wt, cost: Micros): void {
  const last = draw.sources.at(-1)
  if (last === undefined || last.lot !== lot) draw.sources.push({ lot, wt: quantity, cost })
  else {
    last.wt = wt(last.wt + quantity)
    last.cost = micros(last.cost + cost)
  }
}

/** Takes `used` units of a draw's sources away, in the order they were drawn, and returns their cost. */
export function useSources(state: State, position: Position, draw: Draw, used: Wt): Micros {
  let left = used as number
  let cost = 0
  for (const source of draw.sources) {
    if (left === 0) break
    const part = Math.min(left, source.wt)
    const paid = mulDivDown(source.cost, part, source.wt)
    source.wt = wt(source.wt - part)
    source.cost = micros(source.cost - paid)
    cost += paid
    left -= part
    if (source.lot === FROM_TRADING) continue
    const lot = lotOf(state, source.lot)
    lot.wt = wt(lot.wt - part)
    lot.drawn = wt(lot.drawn - part)
    dropIfEmpty(state, position, lot)
  }
  assert(left === 0, 'a draw uses what it holds')
  return micros(cost)
}

/**
 * Gives what is left in a draw's sources back to where it came from; in an expired lot it expires now. Where
 * nobody could serve it, since `outage`, units of lots live on for as long as that has lasted.
 */
export function returnSources(
  state: State,
  position: Position,
  draw: Draw,
  at: Instant,
  outage: Instant | null,
  events: Events,
): void {
  const { ledger } = state
  const expired: ClaimLot[] = []
  for (const source of draw.sources) {
    if (source.wt === 0) continue
    if (source.lot === FROM_TRADING) {
      move(ledger, position.drawn, position.free, source.wt)
      position.cost = micros(position.cost + source.cost)
      continue
    }
    const lot = lotOf(state, source.lot)
    move(ledger, position.drawn, position.consumption, source.wt)
    lot.drawn = wt(lot.drawn - source.wt)
    if (outage !== null && restore(state, position, lot, source, { since: outage, until: at }, events))
      continue
    lot.cost = micros(lot.cost + source.cost)
    if (lot.expiresAt <= at) expired.push(lot)
  }
  trimEscrow(state, position)
  for (const lot of expired) expireLot(state, position, lot, at, events)
}

/**
 * Moves what a draw returns to a lot that lives longer by the outage, in whole seconds, less what the units
 * have been given of the same outage before. False where that would not save them.
 */
function restore(
  state: State,
  position: Position,
  lot: ClaimLot,
  { wt: size, cost }: DrawSource,
  { since, until }: { since: Instant; until: Instant },
  events: Events,
): boolean {
  const from = Math.max(since, lot.restoredTo)
  const longer = Math.ceil(Math.max(0, until - from) / MICROS_PER_SECOND) * MICROS_PER_SECOND
  const expiresAt = later(lot.expiresAt, longer)
  if (longer === 0 || expiresAt <= until) return false
  lot.wt = wt(lot.wt - size)
  dropIfEmpty(state, position, lot)
  const restoredTo = later(from as Instant, longer)
  const like = position.lots.map((id) => lotOf(state, id)).find((other) => other.expiresAt === expiresAt)
  if (like === undefined || like.restoredTo !== restoredTo) {
    const drawn = wt(0)
    events.push(addLot(state, position, { wt: size, drawn, cost, reason: 'restored' }, expiresAt, restoredTo))
    return true
  }
  like.wt = wt(like.wt + size)
  like.cost = micros(like.cost + cost)
  return true
}

/** Ends what no draw holds of a lot: use it or lose it. The suppliers that stood ready are paid. */
export function expireLot(
  state: State,
  position: Position,
  lot: ClaimLot,
  at: Instant,
  events: Events,
): void {
  const quantity = wt(lot.wt - lot.drawn)
  if (quantity === 0) return
  lot.wt = lot.drawn
  lot.cost = micros(0)
  dropIfEmpty(state, position, lot)
  const { id, account, instrument } = lot
  events.push({ kind: 'lot.expired', lot: id, account, instrument, wt: quantity })
  payStandby(state, theInstrument(state, instrument), position.consumption, quantity, at, events)
  const { ledger } = state
  forgetCompensated(state, position)
  const held = inTrading(state, position) + balanceOf(ledger, position.consumption)
  capPrepaid(state, account, instrument, held)
}

/** A lot of which nothing is left is none. */
export function dropIfEmpty(state: State, position: Position, lot: ClaimLot): void {
  if (lot.wt > 0) return
  state.lots.delete(lot.id)
  position.lots.splice(position.lots.indexOf(lot.id), 1)
}
