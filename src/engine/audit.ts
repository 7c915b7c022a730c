import { assert } from '../base/assert.ts'
import type { AccountId } from '../base/ids.ts'
import { valueUp } from '../base/money.ts'
import { accountOf, obligationOf, theInstrument } from '../state/account.ts'
import { auditBook, isCrossed, restingOrders } from '../state/book.ts'
import { escrowTarget } from '../trading/escrow.ts'
import { coreHold, standingHold } from '../trading/hold.ts'
import { balanceOf, CASH, unitsOf } from '../state/ledger.ts'
import type { Slot } from '../state/order.ts'
import { BUY, findOrder, NO_SLOT, SELL, termsOf } from '../state/order.ts'
import { nextOf, olderOf, prevOf } from '../state/order-link.ts'
import type { Account, Instrument, Position, State } from '../state/state.ts'
import { DELAY, hasReached, rankOf, WHOLE } from '../state/waiting.ts'
import { fillsWhole } from '../trading/wait.ts'
import { ADMITS } from '../state/status.ts'
import { auditMandates } from './audit-mandates.ts'

/**
 * Throws at the first promise that the state breaks. Numbers are those of the ten promises of the exchange; 6
 * (no acknowledged command is lost, replay gives the same digest) is the journal's, and 9 (nobody trades with
 * itself) is held by fill.ts.
 */
export function audit(state: State): void {
  auditLedger(state)
  auditUnits(state)
  auditOrders(state)
  for (const account of state.accounts) auditAccount(state, account)
  auditDraws(state)
  auditMandates(state)
  auditEscrow(state)
  auditOffers(state)
}

/** 1: every posting balances, so each asset sums to zero. 2: no balance is on the wrong side of zero. */
function auditLedger({ ledger, instruments }: State): void {
  const sums = [CASH, ...instruments.map(({ id }) => unitsOf(id))].map(() => 0)
  for (let cell = 0; cell < ledger.used; cell++) {
    const balance = ledger.balance[cell] as number
    const asset = ledger.asset[cell] as number
    assert(Number.isSafeInteger(balance), '1: a balance is a safe integer')
    assert(ledger.contra[cell] === 1 ? balance <= 0 : balance >= 0, '2: no available balance is negative')
    sums[asset] = (sums[asset] ?? 0) + balance
  }
  assert(
    sums.every((sum) => sum === 0),
    '1: every asset is conserved',
  )
}

/**
 * 3: all units of an instrument, wherever held, are all outstanding obligations; lots are what consumption
 * holds.
 */
function auditUnits(state: State): void {
  const { ledger } = state
  const inLots = new Map<Position, number>()
  for (const lot of state.lots.values()) {
    const position = accountOf(state, lot.account)?.positions[lot.instrument]
    assert(position?.lots.includes(lot.id) === true, '3: a lot is listed where it belongs')
    assert(lot.drawn >= 0 && lot.wt > 0 && lot.drawn <= lot.wt, '3: a lot holds what draws have of it')
    inLots.set(position, (inLots.get(position) ?? 0) + lot.wt - lot.drawn)
  }
  for (const { id } of state.instruments) {
    let held = 0
    let owed = 0
    for (const { positions } of state.accounts) {
      const position = positions[id]
      if (position === undefined) continue
      const { free, consumption, drawn } = position
      for (const cell of [free, position.held, consumption, drawn]) held += balanceOf(ledger, cell)
      owed += obligationOf(state, position)
      assert(balanceOf(ledger, consumption) === (inLots.get(position) ?? 0), '3: consumption is in lots')
    }
    assert(held === owed, '3: all units are all obligations')
  }
}

/**
 * 4: the books are in order and hold every live order once. 5: an id finds its order. 2: a hold is what it
 * needs.
 */
function auditOrders(state: State): void {
  const pool = state.orders
  let resting = 0
  let waiting = 0
  for (const instrument of state.instruments) {
    const { book } = instrument
    auditBook(book, pool)
    if (isCrossed(book)) auditCall(state, instrument)
    waiting += auditWaiting(state, instrument)
    for (const ladder of [book.bids, book.asks])
      for (let level = 0; level < ladder.size; level++)
        for (let slot = ladder.head[level] as Slot; slot !== NO_SLOT; slot = nextOf(pool.links, slot)) {
          resting++
          auditOrder(state, instrument, slot, ladder.base + level)
        }
  }
  assert(waiting === state.waiting, '4: waiting orders are counted')
  assert(resting + waiting === pool.live, '4: every live order rests in a book or waits, once')
}

/** 4: only where nothing trades may a book be crossed. 9: and no member's own orders cross in it. */
function auditCall(state: State, { status, book }: Instrument): void {
  const pool = state.orders
  assert(!ADMITS[status].trades, '4: the book is never crossed outside a call')
  const bids = new Map<number, number>()
  for (const slot of restingOrders(book, pool, BUY)) {
    const member = pool.member[slot] as number
    bids.set(member, Math.max(bids.get(member) ?? 0, pool.price[slot] as number))
  }
  for (const slot of restingOrders(book, pool, SELL))
    assert(
      (bids.get(pool.member[slot] as number) ?? 0) < (pool.price[slot] as number),
      '9: no orders of one member cross',
    )
}

/** 4: what waits stands in its order, and none of it has come to what it waits for. */
function auditWaiting(state: State, instrument: Instrument): number {
  const pool = state.orders
  const { buyStops, sellStops, buyBlocks, sellBlocks, delayed } = instrument.waiting
  for (const [side, ids, isWhat] of [
    [BUY, buyStops, (what: number) => what > 0],
    [SELL, sellStops, (what: number) => what > 0],
    [BUY, buyBlocks, (what: number) => what === WHOLE],
    [SELL, sellBlocks, (what: number) => what === WHOLE],
    [null, delayed, (what: number) => what === DELAY],
  ] as const) {
    let before = NO_SLOT
    for (const id of ids) {
      const slot = findOrder(pool, id)
      assert(slot !== NO_SLOT && isWhat(pool.waits[slot] as number), '4: what waits is a live order')
      assert(side === null || pool.side[slot] === side, '4: what waits is of its side')
      auditWaitingOrder(state, instrument, slot)
      const isSorted = before === NO_SLOT || rankOf(pool, before) <= rankOf(pool, slot)
      assert(isSorted, '4: waiting orders are sorted')
      before = slot
    }
  }
  return buyStops.length + sellStops.length + buyBlocks.length + sellBlocks.length + delayed.length
}

function auditWaitingOrder(state: State, instrument: Instrument, slot: Slot): void {
  const pool = state.orders
  const what = pool.waits[slot] as number
  const held = pool.held[slot] as number
  assert(held <= standingHold(state, instrument, slot), '2: an order holds what it needs')
  assert(held >= coreHold(state, instrument, slot, pool.remaining[slot] as number), '2: and no less')
  assert(pool.hidden[slot] === 0, '4: what waits hides nothing')
  if (instrument.status !== 'open') return
  const reached = what > 0 && hasReached(instrument.lastPrice, pool.side[slot] as number, what)
  assert(!reached, '4: no stop order that is reached still waits')
  assert(what !== WHOLE || !fillsWhole(state, instrument, slot), '4: no block that can be filled still waits')
}

function auditOrder(state: State, instrument: Instrument, slot: Slot, price: number): void {
  const pool = state.orders
  const remaining = pool.remaining[slot] as number
  const held = pool.held[slot] as number
  const core = coreHold(state, instrument, slot, remaining)
  const after = nextOf(pool.links, slot)
  assert(
    pool.instrument[slot] === instrument.id && pool.price[slot] === price,
    '4: an order is where it says',
  )
  assert(after === NO_SLOT || pool.side[after] === pool.side[slot], '4: a level has one side')
  assert(after === NO_SLOT || prevOf(pool.links, after) === slot, '4: a queue reads the same both ways')
  assert(remaining > 0, '4: a resting order has something left')
  const hidden = pool.hidden[slot] as number
  assert(hidden >= 0 && hidden < remaining, '4: a resting order shows something')
  assert(hidden === 0 || termsOf(pool, slot).special?.display !== undefined, '4: only an iceberg hides')
  assert(findOrder(pool, pool.id[slot] as never) === slot, '5: an order is found by its id')
  assert(held >= core && held <= standingHold(state, instrument, slot), '2: an order holds what it needs')
}

/** 2: what an account holds is what its open orders need. 5: one client order id, one order. */
function auditAccount(state: State, account: Account): void {
  const pool = state.orders
  const { ledger } = state
  const forSale = new Map<number, number>()
  const unbacked = new Map<number, number>()
  let count = 0
  let cash = 0
  for (let slot = account.orderHead; slot !== NO_SLOT; slot = olderOf(pool.links, slot)) {
    count++
    cash += pool.held[slot] as number
    assert(pool.account[slot] === account.id, '2: an order is in the list of its own account')
    if (pool.side[slot] === BUY) continue
    const instrument = pool.instrument[slot] as Instrument['id']
    const lots = pool.remaining[slot] as number
    const units = lots * theInstrument(state, instrument).spec.lot
    forSale.set(instrument, (forSale.get(instrument) ?? 0) + units)
    if (pool.backing[slot] === -1) unbacked.set(instrument, (unbacked.get(instrument) ?? 0) + lots)
  }
  const due = account.cancelAt
  assert(due === 0 || due > state.at, '4: no timer has run out')
  assert(count === account.openOrders, '2: an account counts its open orders')
  assert(cash === balanceOf(ledger, account.held), '2: cash held is what open orders hold')
  for (const position of account.positions) {
    if (position === undefined) continue
    const { instrument } = position
    const held = balanceOf(ledger, position.held)
    assert(held === (forSale.get(instrument) ?? 0), '2: units held are what is for sale')
    assert(position.unbackedSells === (unbacked.get(instrument) ?? 0), '2: sales without a bond are counted')
    assert(position.cost >= 0, '2: what units cost is not negative')
  }
  const orders = new Set<number>()
  for (const [name, { order, first }] of account.clientOrders) {
    assert(!orders.has(order) && first.accepted.order === order, '5: one client order id, one order')
    orders.add(order)
    const slot = findOrder(pool, order)
    const terms = slot === NO_SLOT ? undefined : termsOf(pool, slot)
    assert(terms === undefined || terms.clientOrderId === name, '5: an order keeps its client order id')
  }
}

/** 7: what is drawn is held by live draws, and called from a supplier that owes it. */
function auditDraws(state: State): void {
  const drawn = new Map<Position, number>()
  const called = new Map<Position, number>()
  const add = (sums: Map<Position, number>, account: AccountId, instrument: number, amount: number) => {
    const position = accountOf(state, account)?.positions[instrument]
    assert(position !== undefined, '7: a draw is between accounts that have positions')
    sums.set(position, (sums.get(position) ?? 0) + amount)
  }
  for (const draw of state.draws.values()) {
    const sum = draw.sources.reduce((total, source) => total + source.wt, 0)
    assert(sum === draw.wt, '7: a draw holds what it says')
    assert(state.drawByRequest.get(draw.request) === draw.id, '7: a draw is found by its request')
    add(drawn, draw.account, draw.instrument, draw.wt)
    add(called, draw.supplier, draw.instrument, draw.wt)
  }
  for (const { positions } of state.accounts)
    for (const position of positions) {
      if (position === undefined) continue
      const units = balanceOf(state.ledger, position.drawn)
      assert(units === (drawn.get(position) ?? 0), '7: units drawn are what draws hold')
      assert(position.reserved === (called.get(position) ?? 0), '7: obligations called are what draws call')
      assert(position.reserved <= position.escrowed, '7: what is called stands in escrow')
    }
}

/**
 * 10: escrow is the sum over lots of what remains at its price, rounded up; bonds and withheld money add up
 * too.
 */
function auditEscrow(state: State): void {
  const { house, ledger } = state
  let escrow = 0
  let bonds = 0
  for (const { positions } of state.accounts)
    for (const position of positions) {
      if (position === undefined) continue
      let escrowed = 0
      for (const [at, lot] of position.escrow.entries()) {
        escrow += valueUp(lot.remaining, lot.price)
        escrowed += lot.remaining
        assert(lot.remaining > 0, '10: an escrow lot has something left')
        assert((position.escrow[at - 1]?.born ?? 0) <= lot.born, '10: escrow lots are oldest first')
      }
      bonds += position.bond
      assert(position.bond === 0 || isBound(state, position), '10: a bond stands behind what is owed')
      assert(position.missed >= 0 && position.missed <= escrowed, '10: what was missed is owed')
      assert(position.escrowed === escrowed, '10: the escrowed quantity is in lots')
      assert(escrowed === escrowTarget(state, position), '10: the escrowed quantity is what was sold')
    }
  assert(state.failing.length === 0, '10: no default is left undealt with')
  const withheld = state.withheld.reduce((sum, { amount }) => sum + amount, 0)
  let penalties = 0
  for (const { to, amount } of state.penalties.values()) if (to === null) penalties += amount
  assert(balanceOf(ledger, house.penalties) === penalties, '10: penalties held are open to dispute')
  assert(balanceOf(ledger, house.escrow) === escrow, '10: escrow is what its lots are worth')
  assert(balanceOf(ledger, house.bonds) === bonds, '10: bonds are what positions have posted')
  assert(balanceOf(ledger, house.withheld) === withheld, '10: withheld money is all due to somebody')
}

/** Whether a position owes something, or is being bought in until the next sweep. */
const isBound = (state: State, position: Position): boolean =>
  obligationOf(state, position) > 0 ||
  state.defaults.some(
    ({ account, instrument }) => account === position.account && instrument === position.instrument,
  )

/** 3: the offers of an account back exactly what it owes. */
function auditOffers(state: State): void {
  const backed = new Map<AccountId, number>()
  for (const { terms, backed: part } of state.offers) {
    assert(part >= 0, '3: an offer backs no less than nothing')
    backed.set(terms.account, (backed.get(terms.account) ?? 0) + part)
  }
  for (const { id, positions } of state.accounts) {
    let owed = 0
    for (const position of positions) if (position !== undefined) owed += obligationOf(state, position)
    assert((backed.get(id) ?? 0) === owed, '3: offers back what is owed')
  }
}
