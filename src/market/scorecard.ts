import type { AccountId, InstrumentId, MemberId } from '../base/ids.ts'
import { PPM } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { MICROS_PER_DAY } from '../base/time.ts'
import type { Part, Tally } from '../index/score.ts'
import { scoreOf, standingOf, wilsonLower } from '../index/score.ts'
import type { Reading } from '../state/command.ts'
import type { Standing } from '../state/conduct.ts'
import type { DrawSettled, Event } from '../state/event.ts'
import type { Spec } from '../state/instrument.ts'
import { JUDGED_OUTPUT_TOKENS, latencyMiss, throughputMiss } from '../state/speed.ts'

/** Weight halves in so many microseconds. */
const HALF_LIFE = 7 * MICROS_PER_DAY
/** What one buyer may count for at most, as a share of all. */
const BUYER_SHARE = 0.1
/** A supplier's own count may differ from ours by 2 % and 5 tokens. */
const HONEST_SHARE = 0.02
const HONEST_TOKENS = 5

/** One supplier in one instrument: its score over the parts known, and on how much it rests. */
export type Scorecard = {
  account: AccountId
  instrument: InstrumentId
  score: number
  standing: Standing
  /** Effective requests: decayed, and of one buyer at most a tenth. */
  requests: number
  /** Lower bounds, 0 to 1. */
  parts: Partial<Record<Part, number>>
}

/** What one buyer has seen of a supplier. */
type Seen = { fulfilment: Tally; latency: Tally; throughput: Tally; meter: Tally }
type Card = {
  account: AccountId
  instrument: InstrumentId
  at: Instant
  /** Until it qualifies anew, which begins another card. */
  suspended: boolean
  buyers: Record<AccountId, Seen>
  /** Probes; `floor` is how many of them a model at the floor would have passed. */
  probes: Tally & { floor: number }
}

/** The fold behind all scorecards. */
export type ScoreFold = { cards: Card[]; members: Record<AccountId, MemberId>; specs: Spec[] }

const SCORED = [
  'draw.settled',
  'draw.failed',
  'draw.rerouted',
  'draw.covered',
  'supplier.graded',
  'offer.certified',
  'lot.probed',
] as const
type Scored = Extract<Event, { kind: (typeof SCORED)[number] }>

/** Whether an event may change a card of its instrument. */
export const isScored = (event: Event): event is Scored =>
  (SCORED as readonly Event['kind'][]).includes(event.kind)

export const newScoreFold = (): ScoreFold => ({ cards: [], members: {}, specs: [] })

export function foldScores(fold: ScoreFold, at: Instant, event: Event): void {
  switch (event.kind) {
    case 'account.opened':
      fold.members[event.account] = event.member
      return
    case 'instrument.listed':
      fold.specs[event.instrument] = event.spec
      return
    case 'draw.settled':
      countSettled(fold, at, event)
      return
    case 'draw.failed':
    case 'draw.rerouted':
      if (event.fault === 'supplier') countMissed(fold, at, event)
      return
    case 'draw.covered':
      countMissed(fold, at, event)
      return
    case 'supplier.graded':
      cardOf(fold, at, event.account, event.instrument).suspended = event.standing === 'suspended'
      return
    case 'offer.certified':
      fold.cards = fold.cards.filter(
        ({ account, instrument, suspended }) =>
          !suspended || account !== event.account || instrument !== event.instrument,
      )
      return
    case 'lot.probed': {
      const { probes } = cardOf(fold, at, event.account, event.instrument)
      probes.of++
      if (event.passed) probes.good++
      probes.floor += 1 - event.failure / PPM
      return
    }
    default:
      return
  }
}

type Parties = { supplier: AccountId; account: AccountId; instrument: InstrumentId }

/** A supplier and a buyer of one member prove nothing about it. */
function seenBy(fold: ScoreFold, at: Instant, { supplier, account, instrument }: Parties): Seen | undefined {
  if (fold.members[supplier] === fold.members[account]) return undefined
  const { buyers } = cardOf(fold, at, supplier, instrument)
  const known = buyers[account]
  if (known !== undefined) return known
  const fresh: Seen = { fulfilment: tally(), latency: tally(), throughput: tally(), meter: tally() }
  buyers[account] = fresh
  return fresh
}

const tally = (): Tally => ({ of: 0, good: 0 })

const count = (tally: Tally, good: boolean): void => {
  tally.of++
  if (good) tally.good++
}

function countMissed(fold: ScoreFold, at: Instant, parties: Parties): void {
  const seen = seenBy(fold, at, parties)
  if (seen !== undefined) count(seen.fulfilment, false)
}

function countSettled(fold: ScoreFold, at: Instant, settled: DrawSettled): void {
  const spec = fold.specs[settled.instrument]
  if (settled.verdict === 'excused' || spec === undefined) return
  const seen = seenBy(fold, at, settled)
  if (seen === undefined) return
  const { reading } = settled
  count(seen.fulfilment, settled.verdict !== 'rejected')
  count(seen.latency, latencyMiss(spec, reading) === 0)
  if (reading.outputTokens >= JUDGED_OUTPUT_TOKENS)
    count(seen.throughput, throughputMiss(spec, reading) === 0)
  if (reading.claimedInput !== null || reading.claimedOutput !== null) count(seen.meter, isHonest(reading))
}

/** The gateway's verdict by the band that it has learned of the supplier; where it has none, nearness. */
function isHonest({ claimFits, claimedInput, claimedOutput, inputTokens, outputTokens }: Reading): boolean {
  if (claimFits !== undefined) return claimFits
  const near = (claimed: number | null, ours: number) =>
    claimed === null || Math.abs(claimed - ours) <= ours * HONEST_SHARE + HONEST_TOKENS
  return near(claimedInput, inputTokens) && near(claimedOutput, outputTokens)
}

/** The card of a supplier, its weights decayed to `at`. */
function cardOf(fold: ScoreFold, at: Instant, account: AccountId, instrument: InstrumentId): Card {
  const card = fold.cards.find((one) => one.account === account && one.instrument === instrument)
  if (card === undefined) {
    const fresh: Card = {
      account,
      instrument,
      at,
      suspended: false,
      buyers: {},
      probes: { of: 0, good: 0, floor: 0 },
    }
    fold.cards.push(fresh)
    return fresh
  }
  const left = 0.5 ** ((at - card.at) / HALF_LIFE)
  card.at = at
  if (left === 1) return card
  for (const seen of Object.values(card.buyers)) for (const each of Object.values(seen)) decay(each, left)
  decay(card.probes, left)
  card.probes.floor *= left
  return card
}

function decay(tally: Tally, left: number): void {
  tally.of *= left
  tally.good *= left
}

/** Every supplier's card in an instrument as of `at`, the best first. */
export function scorecardsOf(fold: ScoreFold, instrument: InstrumentId, at: Instant): Scorecard[] {
  return fold.cards
    .filter((card) => card.instrument === instrument)
    .map((card) => printCard(card, 0.5 ** (Math.max(0, at - card.at) / HALF_LIFE)))
    .sort((a, b) => b.score - a.score || a.account - b.account)
}

function printCard({ account, instrument, buyers, probes }: Card, left: number): Scorecard {
  const all = Object.values(buyers).reduce((sum, { fulfilment }) => sum + fulfilment.of, 0)
  const sums = { fulfilment: tally(), latency: tally(), throughput: tally(), meter: tally() }
  for (const seen of Object.values(buyers)) {
    const share = Math.min(1, (BUYER_SHARE * all) / seen.fulfilment.of) * left
    for (const [name, sum] of Object.entries(sums) as [keyof Seen, Tally][]) {
      sum.of += seen[name].of * share
      sum.good += seen[name].good * share
    }
  }
  const parts: Scorecard['parts'] = {}
  for (const [name, sum] of Object.entries(sums) as [keyof Seen, Tally][])
    if (sum.of > 0) parts[name] = wilsonLower(sum)
  if (probes.of > 0) {
    const atFloor = probes.floor / probes.of
    const bound = wilsonLower({ of: probes.of * left, good: probes.good * left })
    parts.quality = Math.min(1, bound / atFloor)
  }
  const score = scoreOf(parts)
  const requests = sums.fulfilment.of
  return { account, instrument, score, standing: standingOf(score, requests), requests, parts }
}
