import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/base/chance.ts'
import type { AccountId, InstrumentId, OfferId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../src/base/time.ts'
import {
  closeHour,
  foldIntelligence,
  measuredAt,
  newIntelligence,
  standingOf,
} from '../../src/market/intelligence.ts'
import type { IntelligenceFold } from '../../src/market/intelligence.ts'
import { passChance } from '../../src/measure/ability.ts'
import { indexOf, thetaAt } from '../../src/measure/scale.ts'
import { familyName, itemParameters, itemsFor } from '../../src/pool/item-pool.ts'
import { PANEL } from '../../src/pool/panel.ts'
import type { Event, EventOf } from '../../src/state/event.ts'
import { DEFAULT_SETTINGS } from '../../src/state/state.ts'

const START = 1_795_564_800_000_000
const MARKET = 0 as InstrumentId
const at = (micros: number): Instant => (START + micros) as Instant

/** A certificate that says a place on the index, give or take six points. */
function certified(account: number, value: number): Event {
  const intelligence = {
    pool: '2026-11',
    value: value * 100,
    low: (value - 6) * 100,
    high: (value + 6) * 100,
    atLeast: (value - 5) * 100,
  }
  return {
    kind: 'offer.certified',
    offer: account as OfferId,
    account: account as AccountId,
    instrument: MARKET,
    expiresAt: at(30 * MICROS_PER_DAY),
    evidence: {
      requests: 65,
      ttftMsP95: 1,
      tokensPerSecondP5: 1,
      items: 50,
      passed: 40,
      sha256: '',
      intelligence,
    },
  }
}

const probed = (account: number, item: string, passed: boolean): Event => ({
  kind: 'lot.probed',
  offer: account as OfferId,
  account: account as AccountId,
  instrument: MARKET,
  passed,
  failure: 300_000 as EventOf<'lot.probed'>['failure'],
  ratio: 0,
  evidence: { item, request: 'del_1', sha256: '' },
})

/** What the fold reads of a delivery. */
const delivered = (account: number, wt: number, verdict = 'conforming') =>
  ({ kind: 'draw.settled', supplier: account, instrument: MARKET, used: wt, verdict }) as unknown as Event

function folded(events: readonly [micros: number, event: Event][]): IntelligenceFold {
  const fold = newIntelligence()
  for (const [micros, event] of events) {
    closeHour(fold, at(micros))
    foldIntelligence(fold, at(micros), event)
  }
  return fold
}

const near = (a: number | null, b: number, by = 0.02): void =>
  assert.ok(a !== null && Math.abs(a - b) < by, `${a}, not ${b}`)

test('without probes a supplier stands where its certificate says, with the interval it says', () => {
  const [one] = measuredAt(folded([[0, certified(1, 110)]]), at(MICROS_PER_DAY))
  near(one?.score.value ?? null, 110)
  near(one?.score.low ?? null, 104)
  near(one?.score.high ?? null, 116)
  const [old] = measuredAt(folded([[0, certified(1, 110)]]), at(8 * MICROS_PER_DAY))
  near((old?.score.high ?? 0) - (old?.score.low ?? 0), 2 * 1.96 * 15, 0.5)
})

test('probes of seven days move it towards what they show, and narrow the interval', () => {
  const luck = chance(2)
  const truth = 95
  const theta = thetaAt(truth, PANEL)
  const events: [number, Event][] = [[0, certified(1, 110)]]
  for (const item of itemsFor('text', theta, 300, luck)) {
    const passed = luck.fraction() < passChance(theta, itemParameters(item))
    events.push([events.length * 1_000_000, probed(1, familyName(item), passed)])
  }
  const fold = folded(events)
  const [now] = measuredAt(fold, at(MICROS_PER_DAY))
  assert.ok(now && now.score.low < truth + 3 && now.score.value < 103, `${now?.score.value}`)
  assert.ok(now.score.high - now.score.low < 12)
  assert.equal(measuredAt(fold, at(9 * MICROS_PER_DAY))[0]?.probes, 0, 'older ones say nothing any more')
})

test('the market is weighted by what was delivered and conformed; gaps are between suppliers', () => {
  const fold = folded([
    [0, certified(1, 120)],
    [0, certified(2, 105)],
    [0, certified(3, 90)],
    [1, delivered(1, 1_000_000)],
    [1, delivered(2, 3_000_000)],
    [1, delivered(3, 9_000_000, 'rejected')],
  ])
  const { market, frontier, gapSecond, gapTenth } = standingOf(fold, at(MICROS_PER_HOUR))
  near(market, (120 + 3 * 105) / 4)
  near(frontier, 120 - (1.645 / 1.96) * 6)
  near(gapSecond, 15)
  assert.equal(gapTenth, null)
  assert.equal(standingOf(fold, at(8 * MICROS_PER_DAY)).market, null, 'nothing was delivered lately')
})

test('with ten suppliers there is a gap from the first to the tenth', () => {
  const all = Array.from({ length: 11 }, (_, n): [number, Event] => [0, certified(n + 1, 120 - 2 * n)])
  near(standingOf(folded(all), at(1)).gapTenth, 18)
})

test('the end of every hour in which something happened is kept', () => {
  const fold = folded([
    [0, certified(1, 120)],
    [1, delivered(1, 10)],
    [MICROS_PER_HOUR, delivered(1, 10)],
    [2 * MICROS_PER_HOUR + 1, delivered(1, 10)],
  ])
  assert.deepEqual(
    fold.history.map((one) => one.at - START),
    [MICROS_PER_HOUR, 2 * MICROS_PER_HOUR],
  )
  near(fold.history[0]?.market ?? null, 120)
  near(fold.history[0]?.frontier ?? null, indexOf(thetaAt(120, PANEL), PANEL) - (1.645 / 1.96) * 6)
})

test('where an hour is a minute, every minute is kept; what came before keeps its hour', () => {
  const minute = MICROS_PER_HOUR / 60
  const paced: Event = { kind: 'venue.configured', settings: { ...DEFAULT_SETTINGS, hour: minute } }
  const fold = folded([
    [0, certified(1, 120)],
    [MICROS_PER_HOUR + 1, delivered(1, 10)],
    [MICROS_PER_HOUR + minute / 2, paced],
    [MICROS_PER_HOUR + minute - 1, delivered(1, 10)],
    [MICROS_PER_HOUR + minute, delivered(1, 10)],
    [MICROS_PER_HOUR + 2 * minute + 1, delivered(1, 10)],
  ])
  assert.deepEqual(
    fold.history.map((one) => [one.at - START, one.hour]),
    [
      [MICROS_PER_HOUR, MICROS_PER_HOUR],
      [MICROS_PER_HOUR + minute, minute],
      [MICROS_PER_HOUR + 2 * minute, minute],
    ],
  )
})
