// The sequential test of what a supplier delivers: when it decides, and what the decision does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance as chanceFrom } from '../../src/base/chance.ts'
import type { InstrumentId, OfferId, Seq } from '../../src/base/ids.ts'
import { ppm } from '../../src/base/money.ts'
import { apply } from '../../src/engine/engine.ts'
import type { Event } from '../../src/state/event.ts'
import { launchSpecs } from '../../src/state/grade.ts'
import { all, MARKET, pick, PRIME, Stage } from '../engine/stage.ts'

const [STANDARD] = launchSpecs('0'.repeat(64))
assert.ok(STANDARD !== undefined)
const LOWER = 1 as InstrumentId
const evidence = { item: 'sum-17', request: 'req_probe', sha256: '0'.repeat(64) }

/** Of these probes, a model at the floor of prime fails 30 %, and one at that of standard 45 %. */
const expected = [
  { instrument: MARKET, failure: ppm(300_000) },
  { instrument: LOWER, failure: ppm(450_000) },
]
const probed = (offer: OfferId, passed: boolean) =>
  ({ kind: 'lot.probe', offer, instrument: MARKET, passed, expected, evidence }) as const

const probe = (stage: Stage, offer: OfferId, passed: boolean): Event[] => stage.done(probed(offer, passed))

function venue() {
  const stage = new Stage([PRIME, STANDARD as typeof PRIME])
  const sun = stage.supplier('sun', 100, 8_000)
  const ada = stage.account('ada', 10)
  stage.buy(ada, 10, 8_000)
  return { stage, sun, ada }
}

test('passing without a failure is accepted after as many probes as the ratio says, and frees what waits', () => {
  const { stage, sun, ada } = venue()
  const draw = stage.open(ada, { wt: 50_000, offer: sun.offer })
  stage.settle(draw, { outputTokens: 50_000 })
  const waits = stage.house('withheld')
  assert.ok(waits > 0)
  const before = stage.free(sun.account)
  let probes = 0
  for (let events: Event[] = []; all(events, 'lot.accepted').length === 0; probes++)
    events = probe(stage, sun.offer, true)
  assert.equal(probes, Math.ceil(Math.log(999 / 50) / Math.log(0.7 / 0.64)))
  assert.equal(stage.house('withheld'), 0)
  assert.equal(stage.free(sun.account), before + waits)
  assert.equal(pick(probe(stage, sun.offer, true), 'lot.probed').ratio, -89_612, 'a new test has begun')
})

test('failing alone is rejected; a grade that the probes do not favour is not given either', () => {
  const { stage, sun } = venue()
  let probes = 0
  let events: Event[] = []
  for (; all(events, 'lot.rejected').length === 0; probes++) events = probe(stage, sun.offer, false)
  assert.equal(probes, Math.ceil(Math.log(950) / Math.log(0.36 / 0.3)))
  assert.equal(pick(events, 'lot.rejected').regraded, null)
  const again = { kind: 'lot.probe', offer: sun.offer, instrument: MARKET, passed: true, evidence } as const
  stage.refused(
    { ...again, expected: [{ instrument: MARKET, failure: ppm(300_000) }] },
    'offer_not_certified',
  )
  stage.refused(stage.opening(sun.account, { wt: 1, offer: sun.offer }), 'offer_not_certified')
})

test('a model of the grade below loses the higher one and keeps the lower, as long as it was certified', () => {
  const { stage, sun } = venue()
  const chance = chanceFrom(7)
  const until = stage.state.offers[0]?.certified[MARKET]
  let events: Event[] = []
  while (all(events, 'lot.rejected').length === 0) events = probe(stage, sun.offer, chance.fraction() > 0.42)
  assert.equal(pick(events, 'lot.rejected').regraded, LOWER)
  assert.deepEqual(stage.state.offers[0]?.certified, [stage.state.at, until])
})

test('a second rejection within a week suspends the supplier', () => {
  const { stage, sun } = venue()
  let events: Event[] = []
  for (let rejected = 0; rejected < 2; ) {
    events = probe(stage, sun.offer, false)
    if (all(events, 'lot.rejected').length === 0) continue
    rejected++
    const told = { requests: 100, ttftMsP95: 1, tokensPerSecondP5: 99, items: 50, passed: 50, sha256: '' }
    const expiresAt = (stage.now + 3_600_000_000) as typeof stage.now
    if (rejected === 1)
      stage.done({ kind: 'offer.certify', offer: sun.offer, instrument: MARKET, expiresAt, evidence: told })
  }
  assert.equal(pick(events, 'offer.suspended').reason, 'lots_rejected')
})

test('a probe says what a model at the floor would do, of its own grade and lower ones of its task', () => {
  const { stage, sun } = venue()
  const ask = { kind: 'lot.probe', offer: sun.offer, instrument: MARKET, passed: true, evidence } as const
  const at = (instrument: number, failure: number) => ({
    instrument: instrument as InstrumentId,
    failure: ppm(failure),
  })
  for (const wrong of [
    [],
    [at(1, 300_000)],
    [at(0, 0)],
    [at(0, 940_000)],
    [at(0, 300_000), at(0, 300_000)],
    [at(0, 300_000), at(9, 400_000)],
  ])
    stage.refused({ ...ask, expected: wrong }, 'probe_invalid')
  const lower = { ...ask, instrument: LOWER, expected: [at(1, 300_000)] }
  stage.refused(lower, 'offer_not_certified')
  stage.refused({ ...lower, expected: [at(1, 300_000), at(0, 400_000)] }, 'probe_invalid')
})

/** Share of 1,000 lots of a model that fails so often which the test rejects. */
function rejectedOf(failing: number, seed: number): number {
  const chance = chanceFrom(seed)
  const { stage, sun } = venue()
  const { state } = stage
  let rejected = 0
  for (let lots = 0; lots < 1_000; ) {
    const command = probed(sun.offer, chance.fraction() >= failing)
    const events = apply(state, (state.seq + 1) as Seq, state.at, command)
    const bad = all(events, 'lot.rejected').length
    if (bad + all(events, 'lot.accepted').length === 0) continue
    lots++
    rejected += bad
    if (bad === 0) continue
    const offer = stage.state.offers[0]
    const conduct = stage.position(sun.account).conduct
    assert.ok(offer !== undefined && conduct !== null)
    offer.certified[MARKET] = (stage.now + 3_600_000_000) as typeof stage.now
    offer.suspended = false
    conduct.rejections = []
  }
  return rejected / 1_000
}

test('a model at the floor is hardly ever rejected, and one 6 points worse nearly always', () => {
  assert.ok(rejectedOf(0.3, 1) <= 0.005)
  assert.ok(rejectedOf(0.36, 2) >= 0.94)
})
