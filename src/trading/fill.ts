import { assert, known } from '../base/assert.ts'
import type { AccountId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import { micros, mulDivDown, mulDivUp, wt } from '../base/money.ts'
import { inTrading, theAccount } from '../state/account.ts'
import { prepayUnits, unprepay } from '../mandate/budget.ts'
import { escrowSale, primaryPart, trimEscrow } from './escrow.ts'
import type { SelfTradeTransferred } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import { takeFee } from './fee.ts'
import { countGroupFill } from '../state/group.ts'
import { coreHold, payFromHold, spendHold } from './hold.ts'
import { lotTick } from '../state/instrument.ts'
import { move } from '../state/ledger.ts'
import type { Slot } from '../state/order.ts'
import { BUY, NO_SLOT } from '../state/order.ts'
import { recordTrade, valueOf } from './risk.ts'
import type { Instrument, Position, State } from '../state/state.ts'

/** One meeting of two orders, with everything its parts need. */
class Fill {
  instrument!: Instrument
  aggressor: Slot = NO_SLOT
  buying: Slot = NO_SLOT
  selling: Slot = NO_SLOT
  bought!: Position
  sold!: Position
  price = 0 as Ticks
  lots = 0 as Lots
  value = 0 as Micros
  units = 0 as Wt
  /** At the uniform price of a call, where neither side takes. */
  call = false
  buyFee = 0 as Micros
  sellFee = 0 as Micros
}

/** The fill under way: one for all, so that trading allocates nothing. */
const FILL = new Fill()

/** Takes down what two orders trade. */
function fillOf(
  state: State,
  instrument: Instrument,
  aggressor: Slot,
  resting: Slot,
  price: Ticks,
  lots: Lots,
  call: boolean,
): Fill {
  const isBuy = state.orders.side[aggressor] === BUY
  FILL.instrument = instrument
  FILL.aggressor = aggressor
  FILL.buying = isBuy ? aggressor : resting
  FILL.selling = isBuy ? resting : aggressor
  FILL.bought = positionBehind(state, FILL.buying)
  FILL.sold = positionBehind(state, FILL.selling)
  FILL.price = price
  FILL.lots = lots
  FILL.value = valueOf(instrument, price, lots)
  FILL.units = wt(lots * instrument.spec.lot)
  FILL.call = call
  return FILL
}

/**
 * Moves the units, the money and the fees of one fill and says what it was. Its price is the resting order's;
 * in a call, where both rest, the uniform price.
 */
export function fillOrders(
  state: State,
  instrument: Instrument,
  aggressor: Slot,
  resting: Slot,
  quantity: Lots,
  events: EventLog,
  uniform: Ticks | null = null,
): void {
  const pool = state.orders
  assert(pool.member[aggressor] !== pool.member[resting], 'nobody trades with itself')
  const price = uniform ?? (pool.price[resting] as Ticks)
  const fill = fillOf(state, instrument, aggressor, resting, price, quantity, uniform !== null)
  const { buying, selling, bought } = fill
  const primary = moveUnits(state, fill)
  takeFees(state, fill)
  const { buyFee, sellFee } = fill
  bought.cost = micros(bought.cost + fill.value + buyFee)
  prepayUnits(state, pool.mandate[buying] as MandateId, instrument.id, fill.units)
  unprepay(state, pool.mandate[selling] as MandateId, instrument.id, fill.units)
  if (bought.escrowed > 0) trimEscrow(state, bought)
  recordTrade(state, instrument, price, quantity)
  countFill(state, buying, fill, buyFee)
  countFill(state, selling, fill, sellFee)
  const takes = buying === aggressor ? buyFee : sellFee
  const makes = buying === aggressor ? sellFee : buyFee
  events.trade(pool, aggressor, resting, state.nextTrade++, price, quantity, takes, makes, primary)
}

/**
 * Moves what two orders of one member would have traded between its accounts, at the resting price: money and
 * escrow as in a trade, without a fee and without a mark on last price or volume.
 */
export function transferOwn(
  state: State,
  instrument: Instrument,
  aggressor: Slot,
  resting: Slot,
  quantity: Lots,
): SelfTradeTransferred {
  const pool = state.orders
  const price = pool.price[resting] as Ticks
  const fill = fillOf(state, instrument, aggressor, resting, price, quantity, false)
  const { buying, selling, bought, sold, value, units } = fill
  const primary = moveUnits(state, fill)
  if ((pool.backing[selling] as number) < 0) sold.unbackedSells = (sold.unbackedSells - quantity) as Lots
  bought.cost = micros(bought.cost + value)
  prepayUnits(state, pool.mandate[buying] as MandateId, instrument.id, units)
  unprepay(state, pool.mandate[selling] as MandateId, instrument.id, units)
  if (bought.escrowed > 0) trimEscrow(state, bought)
  return {
    kind: 'self_trade.transferred',
    instrument: instrument.id,
    aggressor: pool.id[aggressor] as OrderId,
    resting: pool.id[resting] as OrderId,
    price,
    lots: quantity,
    seller: sold.account,
    buyer: bought.account,
    primary,
  }
}

function positionBehind(state: State, slot: Slot): Position {
  const account = theAccount(state, state.orders.account[slot] as AccountId)
  const instrument = state.orders.instrument[slot] as number
  return known(account.positions[instrument], 'who has an order has a position')
}

/**
 * Units to the buyer; money of a primary sale into escrow, of a resale to the seller. Returns the primary
 * part.
 */
function moveUnits(state: State, fill: Fill): Wt {
  const { instrument, buying, bought, sold, price, value, units } = fill
  const seller = theAccount(state, sold.account)
  sold.cost = micros(sold.cost - costOf(state, sold, units))
  move(state.ledger, sold.held, bought.free, units)
  const primary = primaryPart(state, sold)
  let escrowed = 0
  if (primary > 0) {
    const payer = theAccount(state, bought.account).held
    escrowed = escrowSale(state, sold, payer, primary, micros(price * instrument.spec.tick))
    spendHold(state, buying, escrowed)
    addShortfall(state, fill, primary)
  }
  if (value > escrowed) payFromHold(state, buying, seller.free, value - escrowed)
  return primary
}

/** A primary sale below the bond reference adds the difference to the bond. */
function addShortfall(state: State, fill: Fill, primary: Wt): void {
  const pool = state.orders
  const { selling, sold } = fill
  const { spec } = fill.instrument
  const improvement = (fill.price - (pool.price[selling] as number)) * lotTick(spec)
  const perLot = Math.max(0, (pool.backing[selling] as number) - improvement)
  const shortfall = mulDivUp(perLot, primary, spec.lot)
  if (shortfall === 0) return
  payFromHold(state, selling, state.house.bonds, shortfall)
  sold.bond = micros(sold.bond + shortfall)
}

/** The most that an order can pay in fees now and still keep what its remainder needs. */
function feeLimit(state: State, fill: Fill, slot: Slot): Micros {
  const pool = state.orders
  const held = pool.held[slot] as number
  // A buy on its way in was held for exactly what it walks through, not for its limit.
  if (slot === fill.aggressor && slot === fill.buying && !fill.call) return micros(held)
  const left = (pool.remaining[slot] as number) - fill.lots
  return micros(Math.max(0, held - coreHold(state, fill.instrument, slot, left)))
}

/** Takes what both sides pay, and notes it in the fill. */
function takeFees(state: State, fill: Fill): void {
  const pool = state.orders
  const { makerFee, takerFee, auctionFee } = state.settings
  const { buying, selling, bought, sold, value, call } = fill
  const buyRate = call ? auctionFee : buying === fill.aggressor ? takerFee : makerFee
  const sellRate = call ? auctionFee : selling === fill.aggressor ? takerFee : makerFee
  fill.buyFee = takeFee(bought, value, buyRate, feeLimit(state, fill, buying))
  payFromHold(state, buying, state.house.fees, fill.buyFee)
  if ((pool.backing[selling] as number) >= 0) {
    fill.sellFee = takeFee(sold, value, sellRate, feeLimit(state, fill, selling))
    payFromHold(state, selling, state.house.fees, fill.sellFee)
    return
  }
  fill.sellFee = takeFee(sold, value, sellRate, value)
  move(state.ledger, theAccount(state, sold.account).free, state.house.fees, fill.sellFee)
  sold.unbackedSells = (sold.unbackedSells - fill.lots) as Lots
}

function countFill(state: State, slot: Slot, { lots: quantity, value, units }: Fill, fee: Micros): void {
  const pool = state.orders
  pool.remaining[slot] = (pool.remaining[slot] as number) - quantity
  pool.filled[slot] = (pool.filled[slot] as number) + quantity
  pool.value[slot] = (pool.value[slot] as number) + value
  pool.fees[slot] = (pool.fees[slot] as number) + fee
  pool.updatedAt[slot] = state.at
  pool.updatedSeq[slot] = state.seq
  const group = pool.group[slot] as number
  if (group !== 0) countGroupFill(state, group, units)
}

/**
 * What `units` of a position in trading had cost, pro rata and rounded down; all of it with the last unit.
 */
export function costOf(state: State, position: Position, units: number): Micros {
  const total = inTrading(state, position)
  return total === 0 ? micros(0) : micros(mulDivDown(position.cost, units, total))
}
