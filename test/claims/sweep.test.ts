import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lots } from '../../src/base/money.ts'
import { wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { all, at, HOUR, MARKET, pick, PRIME, Stage } from '../engine/stage.ts'

/** A supplier with 20 lots on sale at 8,000 ticks ($0.008 a lot), of which a buyer has bought some. */
function venue(bought = 10) {
  const stage = new Stage()
  const sun = stage.supplier('sun', 20, 8_000)
  const buyer = stage.account('ada', 100)
  if (bought > 0) stage.buy(buyer, bought, 8_000)
  return { stage, sun, buyer }
}

test('at the sweep, units in trading enter consumption as a lot of one window', () => {
  const { stage, buyer } = venue()
  assert.deepEqual(stage.until((at(4) - 1) as Instant), [])
  const events = stage.until(at(4))
  const opened = pick(events, 'lot.opened')
  assert.deepEqual(
    [opened.account, opened.wt, opened.expiresAt, opened.reason],
    [buyer, 100_000, at(8), 'sweep'],
  )
  assert.equal(pick(events, 'window.swept').at, at(4))
  assert.deepEqual(stage.units(buyer), { trading: 0, lots: 100_000, drawn: 0, owed: 0, escrowed: 0 })
  assert.equal(stage.state.lots.get(opened.lot)?.cost, 80_160)
})

test('open sells close with the reason sweep, and their units go the same way; open buys stay', () => {
  const { stage, sun, buyer } = venue()
  const sell = stage.sell(buyer, 4, 9_000)
  stage.buy(buyer, 1, 7_000)
  const closed = all(stage.until(at(4)), 'order.closed')
  assert.deepEqual(
    closed.map(({ account, reason, remaining }) => [account, reason, remaining]),
    [
      [sun.account, 'sweep', 10],
      [buyer, 'sweep', 4],
    ],
  )
  assert.ok(closed.some(({ order }) => order === sell))
  assert.equal(stage.units(buyer).lots, 100_000)
  assert.ok(stage.state.instruments[MARKET]?.book.bids.best === 7_000)
})

test("a supplier's own unsold units cancel against what it owes, and their bond is free", () => {
  const { stage, sun } = venue()
  const before = stage.free(sun.account)
  const redeemed = pick(stage.until(at(4)), 'units.redeemed')
  assert.deepEqual(
    [redeemed.account, redeemed.wt, redeemed.bond, redeemed.reason],
    [sun.account, 100_000, 8_000, 'sweep'],
  )
  assert.deepEqual(stage.units(sun.account), {
    trading: 0,
    lots: 0,
    drawn: 0,
    owed: 100_000,
    escrowed: 100_000,
  })
  // The bond comes free, and so does the fee that the open sell held.
  assert.ok(stage.free(sun.account) - before >= 8_000)
  assert.equal(stage.state.offers[sun.offer - 1]?.backed, 100_000)
})

test('a lot that is not used expires, and the supplier that stood ready is paid', () => {
  const { stage, sun, buyer } = venue()
  stage.until(at(4))
  const events = stage.until(at(8))
  assert.equal(pick(events, 'lot.expired').wt, 100_000)
  const paid = pick(events, 'standby.paid')
  assert.deepEqual([paid.account, paid.wt, paid.proceeds, paid.fee], [sun.account, 100_000, 80_000, 400])
  assert.equal(stage.units(buyer).lots, 0)
  assert.equal(stage.units(sun.account).owed, 0)
  // Proceeds less 50 bps, and the bond behind them.
  assert.equal(stage.house('withheld'), 80_000 - 400 + 8_000)
  stage.until(at(32))
  assert.equal(stage.house('withheld'), 0)
  assert.equal(stage.house('escrow') + stage.house('bonds'), 0)
})

test('a lot by transfer lives exactly one window, across the sweep', () => {
  const { stage, buyer } = venue()
  stage.until(at(2, 17))
  stage.transfer(buyer, 50_000)
  stage.until(at(4))
  assert.equal(stage.position(buyer).lots.length, 2)
  assert.deepEqual(stage.until((at(6, 17) - 1) as Instant), [])
  assert.equal(pick(stage.until(at(6, 17)), 'lot.expired').wt, 50_000)
})

test('the oldest obligation is paid first for units that expire, whoever owes it', () => {
  const { stage, sun, buyer } = venue()
  const wind = stage.supplier('wind', 10, 7_900)
  stage.buy(buyer, 10, 7_900)
  stage.transfer(buyer, 150_000)
  const paid = all(stage.until((stage.now + 4 * HOUR) as Instant), 'standby.paid')
  // sun sold 10 lots first, then wind 10: of 15 lots, all of sun's and half of wind's.
  assert.deepEqual(
    paid.map((one) => [one.account, one.wt]),
    [
      [sun.account, 100_000],
      [wind.account, 50_000],
    ],
  )
})

test('units in a draw are not swept away nor expired; what it returns after the expiry expires then', () => {
  const { stage, buyer } = venue()
  stage.transfer(buyer, 50_000)
  const draw = stage.open(buyer, { wt: 80_000, deadline: at(12) })
  const swept = pick(stage.until(at(4)), 'lot.opened')
  // 20,000 were free in trading, and 30,000 in the draw came from there.
  assert.deepEqual([swept.wt, stage.units(buyer).drawn, stage.units(buyer).lots], [50_000, 80_000, 20_000])
  assert.equal(all(stage.until(at(5)), 'lot.expired').length, 0)
  const ended = stage.done({ kind: 'draw.release', draw, reason: 'test' })
  assert.deepEqual(
    ended.map(({ kind }) => kind),
    ['draw.released', 'lot.expired', 'standby.paid'],
  )
  assert.equal(pick(ended, 'lot.expired').wt, 50_000)
  assert.equal(stage.units(buyer).lots, 50_000)
  assert.equal(pick(stage.until(at(8)), 'lot.expired').wt, 50_000)
})

test('a draw settles first, and only the rest of an expired lot expires', () => {
  const { stage, buyer } = venue()
  stage.transfer(buyer, 50_000)
  const draw = stage.open(buyer, { wt: 50_000, deadline: at(12) })
  stage.until(at(5))
  assert.equal(stage.settle(draw, { outputTokens: 20_000, generation: 1 }).used, 20_000)
  assert.equal(stage.units(buyer).drawn, 0)
  assert.equal(stage.position(buyer).lots.length, 1)
})

test('called obligations are not cancelled at the sweep, even if the supplier holds units again', () => {
  const { stage, sun, buyer } = venue()
  const draw = stage.open(buyer, { wt: 50_000, deadline: at(12) })
  stage.done({ kind: 'order.cancel_all', account: sun.account, instrument: null, side: null })
  stage.sell(buyer, 5, 8_000)
  stage.buy(sun.account, 5, 8_000)
  assert.equal(stage.units(sun.account).trading, 150_000)
  stage.until(at(4))
  assert.deepEqual(stage.units(sun.account), {
    trading: 0,
    lots: 0,
    drawn: 0,
    owed: 50_000,
    escrowed: 50_000,
  })
  assert.equal(stage.settle(draw, { outputTokens: 50_000, generation: 1 }).proceeds, 40_000)
})

test('when the clock jumps, everything happens in the order of its own time', () => {
  const { stage, buyer } = venue()
  stage.transfer(buyer, 20_000)
  stage.open(buyer, { wt: 30_000, deadline: at(3) })
  const events = stage.until(at(40))
  const told = events.map((event) => {
    if (event.kind === 'window.swept') return `swept ${(event.at - at(0)) / HOUR}`
    if (event.kind === 'lot.expired' || event.kind === 'lot.opened') return `${event.kind} ${event.wt}`
    return event.kind
  })
  assert.deepEqual(told, [
    'draw.released',
    'order.closed',
    'units.redeemed',
    'lot.opened 80000',
    'insurance.funded',
    'swept 4',
    'lot.expired 20000',
    'standby.paid',
    'lot.expired 80000',
    'standby.paid',
    'insurance.funded',
    'swept 8',
    'swept 12',
    'swept 16',
    'swept 20',
    'swept 24',
    'swept 28',
    'cash.unwithheld',
    'swept 32',
    'cash.unwithheld',
    'swept 36',
    'swept 40',
  ])
  assert.equal(stage.state.nextDue, at(44))
})

test('instruments are swept in the order they were listed, each on the grid of its own window', () => {
  const [standard, , max] = launchSpecs('0'.repeat(64))
  assert.ok(standard !== undefined && max !== undefined)
  const stage = new Stage([standard, { ...PRIME, window: 3 * HOUR }, max])
  const swept = all(stage.until(at(9)), 'window.swept')
  assert.deepEqual(
    swept.map((event) => [event.instrument, (event.at - at(0)) / HOUR]),
    [
      [1, 3],
      [0, 4],
      [2, 4],
      [1, 6],
      [0, 8],
      [2, 8],
      [1, 9],
    ],
  )
})

test('nothing due is nothing done', () => {
  const { stage } = venue()
  assert.equal(stage.state.nextDue, at(4))
  assert.deepEqual(stage.until(at(3, 59)), [])
})

test('due things happen before the command that brings the time, and stay even if it is refused', () => {
  const { stage, buyer } = venue()
  stage.now = at(4)
  const events = stage.ask({ kind: 'units.transfer', account: buyer, instrument: MARKET, wt: wt(1) })
  assert.equal(events.at(-1)?.kind, 'command.rejected')
  assert.equal(pick(events, 'lot.opened').wt, 100_000)
})

test('a supplier issues anew after the sweep, as much as its rate allows', () => {
  const { stage, sun } = venue(0)
  const issue = (quantity: number) =>
    ({ kind: 'units.issue', ...sun, instrument: MARKET, lots: quantity as Lots }) as const
  stage.until(at(4))
  assert.equal(stage.units(sun.account).owed, 0)
  stage.done(issue(1_000_000))
  stage.refused(issue(1), 'offer_rate_exceeded')
})
