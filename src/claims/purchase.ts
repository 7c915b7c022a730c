import { assert } from '../base/assert.ts'
import type { AccountId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import { lots, micros, mulDivDown, mulDivUp, PPM, wt } from '../base/money.ts'
import { priceCeiling } from '../mandate/bound.ts'
import type { EventLog } from '../state/event-log.ts'
import { fillOrders } from '../trading/fill.ts'
import { buyHold, feeOwing, settleHold } from '../trading/hold.ts'
import { lotTick } from '../state/instrument.ts'
import { closeOrder, endSlice } from '../trading/match.ts'
import type { Sale, Sales } from '../trading/obligation.ts'
import { BUY } from '../state/order.ts'
import type { Turn } from '../state/slice.ts'
import { turnsAgainst } from '../state/slice.ts'
import { marketLimit } from '../trading/band.ts'
import { openOrder } from '../trading/place.ts'
import { valueOf } from '../trading/risk.ts'
import type { Account, Instrument, State } from '../state/state.ts'
import { highestFee } from '../state/state.ts'

/** What a draw would buy at market: how many lots it finds up to its limit, at what cost, and from whom. */
export type Purchase = {
  lots: Lots
  limit: Ticks
  value: Micros
  worst: Micros
  sales: Sales
  /** Bought from the bonded asks of this supplier alone; null: from anybody. */
  from: AccountId | null
}

/** How high a draw's buy may reach: its own limit, the venue's protection and band, its mandate's ceiling. */
export function buyCeiling(
  state: State,
  instrument: Instrument,
  mandate: MandateId,
  buyLimit: Ticks,
): { limit: Ticks; byMandate: boolean } {
  const market = marketLimit(state, instrument, BUY, buyLimit)
  const ceiling = priceCeiling(state, mandate, instrument.id)
  return { limit: Math.min(market, ceiling) as Ticks, byMandate: ceiling < market }
}

/** What is asked up to a limit, in its turn, but for the buyer's own member: its orders never trade. */
function* asksOfOthers(
  state: State,
  instrument: Instrument,
  member: number,
  limit: Ticks,
  from: AccountId | null = null,
): Generator<Turn> {
  const pool = state.orders
  for (const turn of turnsAgainst(instrument.book, pool, BUY)) {
    const { slot } = turn
    if ((pool.price[slot] as number) > limit) return
    const wanted = from === null || (pool.account[slot] === from && (pool.backing[slot] as number) >= 0)
    if (wanted && pool.member[slot] !== member) yield turn
  }
}

/** Walks the book as `buyAtMarket` would, touching nothing. Finds at most `wanted` lots. */
export function planPurchase(
  state: State,
  instrument: Instrument,
  account: Account,
  limit: Ticks,
  wanted: Lots,
  from: AccountId | null = null,
): Purchase {
  const pool = state.orders
  const { lot } = instrument.spec
  const bySeller = new Map<AccountId, Sale>()
  let found = 0
  let value = 0
  for (const { slot, lots: offered } of asksOfOthers(state, instrument, account.member, limit, from)) {
    const part = Math.min(wanted - found, offered)
    const seller = pool.account[slot] as AccountId
    const backing = Math.max(0, pool.backing[slot] as number)
    const sale = bySeller.get(seller) ?? { wt: wt(0), fills: 0, bondAtMost: micros(0) }
    bySeller.set(seller, {
      wt: wt(sale.wt + part * lot),
      fills: sale.fills + 1,
      bondAtMost: micros(sale.bondAtMost + mulDivUp(backing, part * lot, lot)),
    })
    found += part
    value += valueOf(instrument, pool.price[slot] as number, part)
    if (found === wanted) break
  }
  const worst = buyHold(state, account.positions[instrument.id], value)
  const sales = { bySeller, buyer: account.id, bought: wt(found * lot), cost: worst }
  return { lots: lots(found), limit, value: micros(value), worst, sales, from }
}

/** How many of `wanted` lots a sum of money buys in the book up to a limit, fees included. */
export function lotsFor(
  state: State,
  instrument: Instrument,
  account: Account,
  limit: Ticks,
  wanted: number,
  money: number,
): Lots {
  const pool = state.orders
  const fee = highestFee(state.settings)
  const ready = Math.max(0, money - feeOwing(account.positions[instrument.id]))
  let found = 0
  let value = 0
  for (const { slot, lots: offered } of asksOfOthers(state, instrument, account.member, limit)) {
    const perLot = (pool.price[slot] as number) * lotTick(instrument.spec)
    const spendable = mulDivDown(ready, PPM, PPM + fee) - value
    const part = Math.min(wanted - found, offered, Math.floor(spendable / perLot))
    if (part <= 0) break
    found += part
    value += part * perLot
  }
  return lots(found)
}

/** Buys what was planned, at once and whole, as an order of its own; its fills are ordinary trades. */
export function buyAtMarket(
  state: State,
  instrument: Instrument,
  account: Account,
  mandate: MandateId,
  purchase: Purchase,
  events: EventLog,
): void {
  const pool = state.orders
  const { lots: quantity, limit, worst: hold, from } = purchase
  const terms = {
    type: 'market',
    timeInForce: 'ioc',
    postOnly: 'none',
    clientOrderId: null,
    special: null,
  } as const
  const order = openOrder(
    state,
    account,
    instrument,
    { side: BUY, limit, hold, backing: -1 },
    quantity,
    mandate,
    { ...terms, selfTrade: 'cancel_newest' },
  )
  events.push({
    kind: 'order.accepted',
    ...terms,
    order: pool.id[order] as OrderId,
    account: account.id,
    instrument: instrument.id,
    side: 'buy',
    price: limit,
    lots: quantity,
    mandate,
  })
  while ((pool.remaining[order] as number) > 0) {
    // Looked for anew each time: what was filled has left the book, or stands elsewhere in it.
    const first = asksOfOthers(state, instrument, account.member, limit, from).next()
    if (first.done === true) break
    const { slot, lots: offered } = first.value
    const part = Math.min(pool.remaining[order] as number, offered) as Lots
    fillOrders(state, instrument, order, slot, part, events)
    if (part === offered) endSlice(state, instrument, slot, 'filled', events)
    else settleHold(state, instrument, slot)
  }
  assert(pool.remaining[order] === 0, 'a purchase that was planned is filled')
  closeOrder(state, instrument, order, 'filled', false, events)
}
