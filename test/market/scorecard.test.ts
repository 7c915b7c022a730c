import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId, DrawId, InstrumentId, MandateId, MemberId, OfferId } from '../../src/base/ids.ts'
import { micros, ppm, wt } from '../../src/base/money.ts'
import type { Instant } from '../../src/base/time.ts'
import { later, MICROS_PER_DAY } from '../../src/base/time.ts'
import { wilsonLower } from '../../src/index/score.ts'
import { foldScores, newScoreFold, scorecardsOf } from '../../src/market/scorecard.ts'
import type { DrawSettled, Event } from '../../src/state/event.ts'
import { PRIME, reading } from '../engine/stage.ts'

const START = (Date.UTC(2026, 10, 25) * 1_000) as Instant
const SUN = 1 as AccountId
const MARKET = 0 as InstrumentId

/** A fold that knows one supplier, whose member has a second account, and buyers of members of their own. */
class Venue {
  fold = newScoreFold()
  now = START

  constructor() {
    this.tell({ kind: 'instrument.listed', instrument: MARKET, spec: PRIME })
    for (let account = 1; account <= 40; account++) {
      const member = (account <= 2 ? 1 : account) as MemberId
      const roles = ['consumer'] as const
      this.tell({ kind: 'account.opened', account: account as AccountId, member, name: 'any', roles })
    }
  }

  tell(event: Event): void {
    foldScores(this.fold, this.now, event)
  }

  settle(buyer: number, part: Partial<DrawSettled> = {}): void {
    this.tell({
      kind: 'draw.settled',
      draw: 1 as DrawId,
      account: buyer as AccountId,
      mandate: 0 as MandateId,
      instrument: MARKET,
      offer: 1 as OfferId,
      supplier: SUN,
      request: 'req',
      reading: reading(),
      verdict: 'conforming',
      used: wt(1),
      returned: wt(0),
      cost: micros(0),
      proceeds: micros(0),
      deliveryFee: micros(0),
      refund: micros(0),
      ...part,
    })
  }

  miss(buyer: number): void {
    const who = { account: buyer as AccountId, supplier: SUN, instrument: MARKET, offer: 1 as OfferId }
    const what = { request: 'req', wt: wt(1), failure: 'reset', fault: 'supplier' } as const
    this.tell({ kind: 'draw.failed', draw: 1 as DrawId, ...who, ...what })
  }

  card() {
    const [card, ...others] = scorecardsOf(this.fold, MARKET, this.now)
    assert.equal(others.length, 0)
    assert.ok(card !== undefined)
    return card
  }
}

test('twenty buyers and 200 good requests: A, on all of them', () => {
  const venue = new Venue()
  for (let i = 0; i < 200; i++) venue.settle(3 + (i % 20))
  const { standing, requests, parts, score } = venue.card()
  assert.equal(standing, 'A')
  assert.equal(requests, 200)
  const bound = wilsonLower({ of: 200, good: 200 })
  assert.deepEqual(parts, { fulfilment: bound, latency: bound, throughput: bound })
  assert.ok(Math.abs(score - 100 * bound) < 1e-9)
})

test('one buyer counts for a tenth of all at most, and one of the supplier’s own member for nothing', () => {
  const venue = new Venue()
  for (let i = 0; i < 900; i++) venue.settle(3)
  assert.equal(venue.card().requests, 90)
  assert.equal(venue.card().standing, 'probation')
  for (let i = 0; i < 900; i++) venue.settle(2)
  assert.equal(venue.card().requests, 90)
})

test('a weight halves in seven days', () => {
  const venue = new Venue()
  for (let i = 0; i < 400; i++) venue.settle(3 + (i % 20))
  venue.now = later(START, 7 * MICROS_PER_DAY)
  assert.equal(venue.card().requests, 200)
  for (let i = 0; i < 20; i++) venue.miss(3 + i)
  assert.equal(venue.card().parts.fulfilment, wilsonLower({ of: 220, good: 200 }))
})

test('misses, late and slow answers and padded counts each lower their own part', () => {
  const venue = new Venue()
  for (let i = 0; i < 200; i++) venue.settle(3 + (i % 20))
  for (let i = 0; i < 20; i++) venue.settle(3 + i, { reading: reading({ ttft: 9_000_000 }) })
  for (let i = 0; i < 20; i++) venue.settle(3 + i, { reading: reading({ generation: 60_000_000 }) })
  for (let i = 0; i < 20; i++) venue.settle(3 + i, { reading: reading({ claimedOutput: 110 }) })
  for (let i = 0; i < 20; i++)
    venue.settle(3 + i, { reading: reading({ claimedOutput: 106, claimedInput: 0 }) })
  for (let i = 0; i < 40; i++) venue.settle(3 + (i % 20), { verdict: 'excused' })
  const { parts } = venue.card()
  const all = wilsonLower({ of: 280, good: 260 })
  assert.deepEqual([parts.latency, parts.throughput], [all, all])
  assert.equal(parts.meter, wilsonLower({ of: 40, good: 20 }))
  assert.equal(parts.fulfilment, wilsonLower({ of: 280, good: 280 }))
})

test('a count that fits the band learned of its supplier is honest, however far from ours', () => {
  const venue = new Venue()
  const claims = { claimedInput: 40, claimedOutput: 160 }
  for (let i = 0; i < 20; i++) venue.settle(3 + i, { reading: reading({ ...claims, claimFits: true }) })
  for (let i = 0; i < 20; i++)
    venue.settle(3 + i, { reading: reading({ claimedOutput: 100, claimFits: false }) })
  assert.equal(venue.card().parts.meter, wilsonLower({ of: 40, good: 20 }))
})

test('probes count against what a model at the floor would pass', () => {
  const venue = new Venue()
  for (let i = 0; i < 100; i++) {
    const evidence = { item: 'sum', request: 'req', sha256: '' }
    const who = { offer: 1 as OfferId, account: SUN, instrument: MARKET }
    venue.tell({ kind: 'lot.probed', ...who, passed: i % 5 > 0, failure: ppm(200_000), ratio: 0, evidence })
  }
  const quality = venue.card().parts.quality ?? 0
  assert.ok(Math.abs(quality - wilsonLower({ of: 100, good: 80 }) / 0.8) < 1e-9)
})

test('who was suspended begins another card when it qualifies again', () => {
  const venue = new Venue()
  for (let i = 0; i < 200; i++) venue.miss(3 + (i % 20))
  assert.equal(venue.card().standing, 'suspended')
  const who = { account: SUN, instrument: MARKET }
  venue.tell({ kind: 'supplier.graded', ...who, standing: 'suspended', score: 0, requests: 200 })
  const evidence = { requests: 1, ttftMsP95: 1, tokensPerSecondP5: 1, items: 1, passed: 1, sha256: '' }
  venue.tell({ kind: 'offer.certified', offer: 1 as OfferId, ...who, expiresAt: venue.now, evidence })
  assert.deepEqual(scorecardsOf(venue.fold, MARKET, venue.now), [])
})
