import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrawId, OfferId } from '../../src/base/ids.ts'
import { micros, ticks, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { later } from '../../src/base/time.ts'
import { candidates } from '../../src/trading/supply.ts'
import { all, at, HOUR, MARKET, NOTHING_RELAYED, pick, Stage } from '../engine/stage.ts'

/** A supplier with 100 lots on sale at 8,000 ticks ($0.008 a lot), and a buyer with $100. */
function venue(bought = 0) {
  const stage = new Stage()
  const sun = stage.supplier('sun', 100, 8_000)
  const buyer = stage.account('ada', 100)
  if (bought > 0) stage.buy(buyer, bought, 8_000)
  return { stage, sun, buyer }
}

test('a draw holds lots first, first-expiring first, then free trading units', () => {
  const { stage, sun, buyer } = venue(10)
  const early = pick(stage.transfer(buyer, 20_000), 'lot.opened').lot
  stage.until(at(1, 30))
  const late = pick(stage.transfer(buyer, 20_000), 'lot.opened').lot
  const opened = pick(stage.done(stage.opening(buyer, { wt: 50_000 })), 'draw.opened')
  assert.deepEqual(
    stage.state.draws.get(opened.draw)?.sources.map((source) => [source.lot, source.wt]),
    [
      [early, 20_000],
      [late, 20_000],
      [0, 10_000],
    ],
  )
  assert.deepEqual(stage.units(buyer), { trading: 50_000, lots: 0, drawn: 50_000, owed: 0, escrowed: 0 })
  assert.equal(opened.supplier, sun.account)
  assert.equal(opened.bought, 0)
})

test('a draw reserves as much of what the supplier called has sold', () => {
  const { stage, sun, buyer } = venue(10)
  stage.open(buyer, { wt: 60_000 })
  assert.equal(stage.position(sun.account).reserved, 60_000)
  stage.open(buyer, { wt: 40_000 })
  assert.equal(stage.position(sun.account).reserved, 100_000)
})

test('what lacks is bought at market in whole lots, in one command; the surplus stays in trading', () => {
  const { stage, buyer } = venue(1)
  const events = stage.done(stage.opening(buyer, { wt: 25_001, buyLimit: 8_000 }))
  assert.equal(pick(events, 'draw.opened').bought, 2)
  assert.equal(pick(events, 'trade').lots, 2)
  assert.equal(pick(events, 'order.accepted').timeInForce, 'ioc')
  assert.equal(stage.units(buyer).trading, 4_999)
  assert.equal(stage.units(buyer).drawn, 25_001)
})

test('an account with money and no units is served by one draw', () => {
  const { stage, sun, buyer } = venue()
  const before = stage.free(buyer)
  stage.open(buyer, { wt: 10_000, buyLimit: 8_000 })
  assert.equal(before - stage.free(buyer), 8_000 + 16)
  assert.deepEqual(stage.units(sun.account), {
    trading: 990_000,
    lots: 0,
    drawn: 0,
    owed: 1_000_000,
    escrowed: 10_000,
  })
})

test('a draw that may not buy, or cannot pay, says how much could be drawn', () => {
  const { stage, buyer } = venue(2)
  const open = (quantity: number, buyLimit?: number) =>
    stage.opening(buyer, buyLimit === undefined ? { wt: quantity } : { wt: quantity, buyLimit })
  assert.equal(stage.refused(open(20_001), 'insufficient_units').affordable_wt, 20_000)
  stage.done({
    kind: 'cash.withdraw',
    account: buyer,
    amount: micros(stage.free(buyer) - 24_050),
    reference: '',
  })
  assert.equal(stage.refused(open(60_000, 8_000), 'insufficient_funds').affordable_wt, 50_000)
  stage.open(buyer, { wt: 50_000, buyLimit: 8_000 })
})

test('a buy reaches no further than its limit, and tells what the market had', () => {
  const { stage, buyer } = venue()
  stage.supplier('wind', 50, 8_100)
  const detail = stage.refused(stage.opening(buyer, { wt: 1_100_000, buyLimit: 8_050 }), 'no_liquidity')
  assert.deepEqual([detail.found, detail.wanted, detail.affordable_wt], [100, 110, 1_000_000])
  const events = stage.done(stage.opening(buyer, { wt: 1_100_000, buyLimit: 8_100 }))
  assert.deepEqual(
    all(events, 'trade').map((trade) => [trade.price, trade.lots]),
    [
      [8_000, 100],
      [8_100, 10],
    ],
  )
})

test('a halted market stops buying, not the use of what is owned', () => {
  const { stage, buyer } = venue(1)
  stage.done({
    kind: 'instrument.transition',
    instrument: MARKET,
    to: 'halted',
    reason: 'test',
    until: null,
    next: [],
  })
  stage.refused(stage.opening(buyer, { wt: 10_001, buyLimit: 8_000 }), 'market_halted')
  stage.open(buyer, { wt: 10_000 })
})

test('a draw steps over the orders of its own member: it never trades with itself, and they stay', () => {
  const { stage, buyer } = venue(5)
  const sibling = stage.account('ada2', 100, stage.state.accounts[buyer - 1]?.member)
  const mine = stage.sell(buyer, 5, 7_990)
  const events = stage.done(stage.opening(sibling, { wt: 30_000, buyLimit: 8_000 }))
  assert.equal(pick(events, 'trade').price, 8_000)
  assert.ok(!all(events, 'order.closed').some(({ order }) => order === mine))
})

test('a supplier that owes too little takes over the oldest of others, and posts its own bond', () => {
  const { stage, sun, buyer } = venue(10)
  const wind = stage.supplier('wind', 5, 8_000)
  const bond = stage.position(sun.account).bond
  const events = stage.done(stage.opening(buyer, { wt: 40_000, offer: wind.offer }))
  const moved = pick(events, 'obligation.moved')
  assert.deepEqual(
    [moved.from, moved.to, moved.wt, moved.escrow],
    [sun.account, wind.account, 40_000, 32_000],
  )
  assert.equal(stage.units(sun.account).owed, 960_000)
  assert.equal(stage.units(wind.account).owed, 90_000)
  assert.equal(stage.position(sun.account).bond, bond * 0.96)
  assert.equal(stage.position(wind.account).bond, 4_000 + 3_200)
})

test('obligations just created by the buy can be taken over at once', () => {
  const { stage, sun, buyer } = venue()
  const wind = stage.supplier('wind', 0, 0)
  const events = stage.done(stage.opening(buyer, { wt: 20_000, offer: wind.offer, buyLimit: 8_000 }))
  assert.equal(pick(events, 'obligation.moved').from, sun.account)
  assert.equal(stage.position(wind.account).reserved, 20_000)
  assert.equal(stage.units(sun.account).escrowed, 0)
})

test('when nobody owes enough, or the supplier cannot post the bond, the draw is refused whole', () => {
  const { stage, sun, buyer } = venue()
  const poor = stage.account('poor', 0)
  const offer = stage.offer(poor)
  const before = stage.free(buyer)
  stage.refused(stage.opening(buyer, { wt: 20_000, offer, buyLimit: 8_000 }), 'supply_short')
  assert.equal(stage.free(buyer), before)
  assert.equal(stage.units(sun.account).escrowed, 0)
})

test('who is called is certified and not suspended, and who asks exists', () => {
  const { stage, sun, buyer } = venue(5)
  const ask = stage.opening(buyer, { wt: 1 })
  stage.refused({ ...ask, wt: wt(0) }, 'quantity_not_positive')
  stage.refused({ ...ask, account: 99 as typeof buyer }, 'account_not_found')
  stage.refused({ ...ask, instrument: 9 as typeof MARKET }, 'instrument_not_found')
  stage.refused({ ...ask, offer: 9 as OfferId }, 'offer_not_found')
  stage.refused({ ...ask, mandate: 9 as never }, 'mandate_not_found')
  const raw = {
    name: 'raw',
    rate: wt(1),
    concurrency: 1,
    capabilities: [],
    contextTokens: 1,
    disclosed: true,
  }
  const [registered] = stage.done({ kind: 'offer.register', account: sun.account, ...raw })
  assert.ok(registered?.kind === 'offer.registered')
  stage.refused({ ...ask, offer: registered.offer }, 'offer_not_certified')
  stage.done({ kind: 'offer.suspend', offer: sun.offer, reason: 'test' })
  stage.refused(ask, 'offer_suspended')
})

test('an offer in maintenance takes no calls, in the time its supplier has announced', () => {
  const { stage, sun, buyer } = venue(5)
  const ask = stage.opening(buyer, { wt: 1 })
  const at = stage.state.at
  const notice = (from: number, until: number | null, account = sun.account) => ({
    kind: 'offer.notice' as const,
    account,
    offer: sun.offer,
    notice: { from: later(at, from), until: until === null ? null : later(at, until) },
  })
  stage.refused(notice(10, 10), 'notice_ends_early')
  stage.refused(notice(10, null, buyer), 'offer_not_found')
  stage.refused(notice(-10, -5), 'notice_is_over')
  stage.done(notice(1_000, 2_000))
  const { draw } = pick(stage.done(ask), 'draw.opened')
  assert.equal(candidates(stage.state, MARKET, later(at, 999)).length, 1)
  assert.equal(candidates(stage.state, MARKET, later(at, 1_000)).length, 0)
  assert.equal(candidates(stage.state, MARKET, later(at, 2_000)).length, 1)
  stage.done(notice(0, null))
  stage.refused({ ...ask, request: 'second' }, 'offer_in_maintenance')
  stage.done({ kind: 'draw.release', draw, reason: 'test' })
  stage.done({ kind: 'offer.notice', account: sun.account, offer: sun.offer, notice: null })
  stage.done({ ...ask, request: 'third' })
})

test('a request id names one live draw', () => {
  const { stage, buyer } = venue(5)
  const ask = stage.opening(buyer, { wt: 10_000 })
  const { draw } = pick(stage.done(ask), 'draw.opened')
  assert.deepEqual(stage.refused(ask, 'request_id_reused'), { draw })
  stage.done({ kind: 'draw.release', draw, reason: 'test' })
  stage.done(ask)
})

test('an account that owes more than it has cannot draw from trading, nor buy for a draw', () => {
  const { stage, sun } = venue(10)
  const wind = stage.supplier('wind', 100, 8_000)
  const ask = stage.opening(sun.account, { wt: 10_000, offer: wind.offer, buyLimit: 8_000 })
  stage.refused(ask, 'units_owed')
})

test('an extension holds more in the same way, from the limit the draw was opened with', () => {
  const { stage, sun, buyer } = venue(1)
  const draw = stage.open(buyer, { wt: 10_000, buyLimit: 8_000 })
  const events = stage.done({ kind: 'draw.extend', draw, wt: wt(15_000) })
  assert.equal(pick(events, 'draw.extended').bought, 2)
  assert.equal(stage.state.draws.get(draw)?.wt, 25_000)
  assert.equal(stage.position(sun.account).reserved, 25_000)
  const unlimited = stage.open(buyer, { wt: 5_000 })
  stage.refused({ kind: 'draw.extend', draw: unlimited, wt: wt(1) }, 'insufficient_units')
  stage.refused({ kind: 'draw.extend', draw, wt: wt(0) }, 'quantity_not_positive')
  stage.refused({ kind: 'draw.extend', draw: 99 as DrawId, wt: wt(1) }, 'draw_not_found')
})

test('a reroute calls another supplier, and the one that failed keeps what it owes', () => {
  const { stage, sun, buyer } = venue(10)
  const wind = stage.supplier('wind', 5, 8_000)
  const poor = stage.offer(stage.account('poor', 0))
  const draw = stage.open(buyer, { wt: 40_000 })
  const reroute = (offer: OfferId) =>
    ({ kind: 'draw.reroute', draw, offer, failure: 'timeout', fault: 'supplier' }) as const
  // wind has sold nothing, and may not take it over from sun, which failed.
  stage.refused(reroute(wind.offer), 'supply_short')
  stage.refused(reroute(poor), 'supply_short')
  const bob = stage.account('bob', 100)
  stage.buy(bob, 95, 8_000)
  const events = stage.done(reroute(wind.offer))
  assert.equal(pick(events, 'draw.rerouted').failure, 'timeout')
  assert.equal(stage.position(sun.account).reserved, 0)
  assert.equal(stage.position(wind.account).reserved, 40_000)
  assert.equal(stage.units(sun.account).owed, 1_000_000)
  // Nor is it relieved of anything when the draw grows.
  stage.refused({ kind: 'draw.extend', draw, wt: wt(60_001) }, 'insufficient_units')
  stage.sell(bob, 1, 8_000)
  stage.buy(buyer, 1, 8_000)
  stage.refused({ kind: 'draw.extend', draw, wt: wt(60_001) }, 'supply_short')
})

test('a released draw gives every unit back to where it came from, at its cost', () => {
  const { stage, buyer } = venue(10)
  const { lot } = pick(stage.transfer(buyer, 30_000), 'lot.opened')
  const before = { ...stage.units(buyer), cost: stage.position(buyer).cost }
  const draw = stage.open(buyer, { wt: 55_555 })
  const events = stage.done({ kind: 'draw.release', draw, reason: 'no_route' })
  assert.equal(pick(events, 'draw.released').reason, 'no_route')
  assert.deepEqual({ ...stage.units(buyer), cost: stage.position(buyer).cost }, before)
  assert.equal(stage.state.lots.get(lot)?.drawn, 0)
})

test('a failed draw is not charged, and the event says who failed and how', () => {
  const { stage, sun, buyer } = venue(10)
  const draw = stage.open(buyer, { wt: 55_555 })
  const events = stage.done({
    kind: 'draw.fail',
    draw,
    failure: 'truncated',
    fault: 'supplier',
    relayed: NOTHING_RELAYED,
  })
  const { supplier, offer, failure, fault, wt: held } = pick(events, 'draw.failed')
  assert.deepEqual(
    [supplier, offer, failure, fault, held],
    [sun.account, sun.offer, 'truncated', 'supplier', 55_555],
  )
  assert.deepEqual(stage.units(buyer), { trading: 100_000, lots: 0, drawn: 0, owed: 0, escrowed: 0 })
  assert.equal(stage.units(sun.account).escrowed, 100_000)
})

test('at its deadline a draw gives its units back by itself', () => {
  const { stage, buyer } = venue(10)
  const deadline = at(1, 0)
  const draw = stage.open(buyer, { wt: 10_000, deadline })
  assert.equal(stage.state.nextDue, deadline)
  stage.until((deadline - 1) as Instant)
  assert.ok(stage.state.draws.has(draw))
  assert.equal(pick(stage.until(deadline), 'draw.released').reason, 'deadline')
  assert.equal(stage.units(buyer).trading, 100_000)
  stage.refused({ kind: 'draw.release', draw, reason: 'late' }, 'draw_not_found')
})

test('a supplier that bought its called units back has them trimmed from escrow when the call ends', () => {
  const { stage, sun, buyer } = venue(10)
  const bob = stage.account('bob', 100)
  const draw = stage.open(buyer, { wt: 20_000 })
  stage.done({ kind: 'order.cancel_all', account: sun.account, instrument: null, side: null })
  stage.sell(buyer, 8, 8_000)
  stage.buy(sun.account, 8, 8_000)
  assert.equal(stage.units(sun.account).escrowed, 20_000)
  stage.done({ kind: 'draw.release', draw, reason: 'test' })
  stage.sell(buyer, 2, 8_000)
  stage.buy(sun.account, 2, 8_000)
  assert.equal(stage.units(sun.account).escrowed, 0)
  assert.equal(stage.house('escrow'), 0)
  assert.equal(stage.free(bob), 100_000_000)
})

test('a mandate bounds what a draw may buy: price, permission and one budget test on every ancestor', () => {
  const { stage, buyer } = venue()
  const parent = stage.mandate(buyer, { lifetime: micros(50_000) })
  const child = stage.mandate(buyer, {}, { parent })
  const open = (mandate: typeof child, quantity: number) =>
    stage.opening(buyer, { wt: quantity, buyLimit: 9_000, mandate })
  assert.equal(stage.refused(open(child, 70_000), 'budget_exceeded').affordable_wt, 60_000)
  const capped = stage.mandate(buyer, {}, { priceLimit: micros(7_999 * 100) })
  stage.refused(open(capped, 1), 'mandate_price')
  stage.refused(open(stage.mandate(buyer, {}, { autoBuy: false }), 1), 'mandate_auto_buy')
  stage.refused(open(stage.mandate(buyer, {}, { sides: ['sell'] }), 1), 'mandate_side')
  stage.open(buyer, { wt: 60_000, buyLimit: 9_000, mandate: child })
  // 6 lots at $0.008 and 20 bps: spent when bought, and not once more when used.
  assert.equal(stage.state.mandates[parent - 1]?.spent.lifetime.amount, 48_096)
  assert.equal(stage.state.mandates[parent - 1]?.reserved, 0)
  stage.done({ kind: 'mandate.revoke', account: buyer, mandate: child })
  stage.refused({ kind: 'draw.extend', draw: 1 as DrawId, wt: wt(1) }, 'mandate_revoked')
})

test('the budget of one order bounds a draw with all its extensions', () => {
  const { stage, buyer } = venue(20)
  const mandate = stage.mandate(buyer, { order: micros(20_000) })
  const draw = stage.open(buyer, { wt: 20_000, mandate })
  assert.equal(stage.state.mandates[mandate - 1]?.reserved, 16_032)
  const detail = stage.refused({ kind: 'draw.extend', draw, wt: wt(10_000) }, 'budget_exceeded')
  assert.deepEqual([detail.needed, detail.left], [16_032 + 8_016, 20_000])
})

test('N draws at once cannot reserve more than the budget', () => {
  const { stage, buyer } = venue(100)
  const mandate = stage.mandate(buyer, { hour: micros(40_000) })
  const outcomes = Array.from(
    { length: 10 },
    () => stage.ask(stage.opening(buyer, { wt: 10_000, mandate })).at(-1)?.kind,
  )
  assert.equal(outcomes.filter((kind) => kind === 'draw.opened').length, 4)
})

test('the deadline of a draw that ended is no longer due', () => {
  const { stage, buyer } = venue(10)
  for (let i = 0; i < 300; i++) {
    const draw = stage.open(buyer, { wt: 1, deadline: (stage.now + HOUR - i) as Instant })
    stage.done({ kind: 'draw.release', draw, reason: 'test' })
  }
  assert.ok(stage.state.agenda.length < 100, 'the agenda is cleared of what has ended')
  assert.deepEqual(stage.until((stage.now + HOUR) as Instant), [])
})

test('buying stays within the venue protection and what the ticket says', () => {
  const { stage, buyer } = venue()
  stage.supplier('dear', 50, 8_500)
  const detail = stage.refused(stage.opening(buyer, { wt: 1_010_000, buyLimit: 9_000 }), 'no_liquidity')
  assert.equal(detail.limit, ticks(8_400))
})
