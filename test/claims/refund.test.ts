// What a rejected lot gives back, line by line of the rule: how much, to whom, out of what, and once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance as chanceFrom } from '../../src/base/chance.ts'
import type { InstrumentId } from '../../src/base/ids.ts'
import { ppm } from '../../src/base/money.ts'
import type { Event } from '../../src/state/event.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { all, MARKET, pick, PRIME, Stage } from '../engine/stage.ts'

const [STANDARD] = launchSpecs('0'.repeat(64))
assert.ok(STANDARD !== undefined)
const LOWER = 1 as InstrumentId
const PRICE = 8_000
/** A model of the grade below fails so much of what one at the floor fails 30 % of. */
const WEAK = 0.42

function venue() {
  const stage = new Stage([PRIME, STANDARD as typeof PRIME])
  const sun = stage.supplier('sun', 100, PRICE)
  const ada = stage.account('ada', 10)
  stage.buy(ada, 10, PRICE)
  const luck = chanceFrom(7)
  const probe = (passed: boolean): Event[] =>
    stage.done({
      kind: 'lot.probe',
      offer: sun.offer,
      instrument: MARKET,
      passed,
      expected: [
        { instrument: MARKET, failure: ppm(300_000) },
        { instrument: LOWER, failure: ppm(450_000) },
      ],
      evidence: { item: 'arithmetic.2', request: 'del_1', sha256: '0'.repeat(64) },
    })
  const until = (kind: Event['kind'], passes: () => boolean): Event[] => {
    for (let probes = 0; probes < 2_000; probes++) {
      const events = probe(passes())
      if (events.some((event) => event.kind === kind)) return events
    }
    throw new Error(`no ${kind}`)
  }
  return {
    stage,
    sun,
    ada,
    rejectedAsWeak: () => until('lot.rejected', () => luck.fraction() > WEAK),
    rejectedWhole: () => until('lot.rejected', () => false),
    accepted: () => until('lot.accepted', () => true),
    deliver: (wt: number) => {
      stage.settle(stage.open(ada, { wt, offer: sun.offer }), { outputTokens: wt })
    },
    certifyAgain: () => {
      const evidence = {
        requests: 100,
        ttftMsP95: 1,
        tokensPerSecondP5: 99,
        items: 50,
        passed: 50,
        sha256: '',
      }
      const expiresAt = (stage.now + 3_600_000_000) as typeof stage.now
      stage.done({ kind: 'offer.certify', offer: sun.offer, instrument: MARKET, expiresAt, evidence })
    },
  }
}

test('regraded to a lower grade, buyers get the difference of the two reference prices, and 10 % of it more', () => {
  const { stage, ada, deliver, rejectedAsWeak } = venue()
  deliver(50_000)
  const before = stage.free(ada)
  const events = rejectedAsWeak()
  assert.equal(pick(events, 'lot.rejected').regraded, LOWER)
  // 0.05 units at 0.80; standard is listed at 0.30: five eighths of 40,000 µ$.
  const { due, paid, insured, buyer, wt } = pick(events, 'lot.refunded')
  assert.deepEqual([due, paid, insured, buyer, wt], [25_000, 25_000, 0, ada, 50_000])
  const { due: uplift, offence } = pick(events, 'penalty.charged')
  assert.deepEqual([uplift, offence], [2_500, 'rejected_lot'])
  assert.ok(stage.free(ada) >= before + 25_000)
})

test('below every grade, buyers get all of it back, and 10 % of it more', () => {
  const { ada, deliver, rejectedWhole } = venue()
  deliver(50_000)
  const events = rejectedWhole()
  const { due, paid, buyer } = pick(events, 'lot.refunded')
  assert.deepEqual([due, paid, buyer], [40_000, 40_000, ada])
  assert.equal(pick(events, 'penalty.charged').due, 4_000)
})

test('what is withheld pays first, then the bond', () => {
  const { stage, sun, deliver, rejectedWhole } = venue()
  deliver(50_000)
  const bond = stage.position(sun.account).bond
  const withheld = stage.house('withheld')
  // The earnings less the delivery fee of 0.5 %, and the bond behind them.
  assert.equal(withheld, 40_000 - 200 + 4_000)
  rejectedWhole()
  assert.equal(stage.house('withheld'), 0)
  const paidByBond = bond - stage.position(sun.account).bond
  assert.equal(paidByBond, 40_000 + 4_000 - withheld)
})

test('what an accepted test let go is not given back', () => {
  const { deliver, accepted, rejectedWhole } = venue()
  deliver(50_000)
  accepted()
  assert.deepEqual(all(rejectedWhole(), 'lot.refunded'), [])
})

test('what was given back once is not given back again', () => {
  const { deliver, certifyAgain, rejectedWhole } = venue()
  deliver(50_000)
  assert.equal(all(rejectedWhole(), 'lot.refunded').length, 1)
  certifyAgain()
  deliver(20_000)
  const [second, ...others] = all(rejectedWhole(), 'lot.refunded')
  assert.deepEqual([second?.due, others.length], [16_000, 0])
})

test('two rejections within seven days are a default, and two further apart are not', () => {
  const near = venue()
  near.rejectedWhole()
  near.certifyAgain()
  const events = near.rejectedWhole()
  assert.equal(pick(events, 'offer.suspended').reason, 'lots_rejected')
  assert.equal(pick(events, 'supplier.defaulted').reason, 'suspended')

  const far = venue()
  far.rejectedWhole()
  far.stage.now = (far.stage.now + 7 * 86_400_000_000) as typeof far.stage.now
  far.certifyAgain()
  assert.deepEqual(all(far.rejectedWhole(), 'offer.suspended'), [])
})
