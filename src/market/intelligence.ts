import type { AccountId, InstrumentId, OfferId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import { instant, MICROS_PER_DAY, MICROS_PER_HOUR, nextOnGrid } from '../base/time.ts'
import type { Outcome } from '../measure/ability.ts'
import { abilityFrom } from '../measure/ability.ts'
import type { Score } from '../measure/scale.ts'
import { scoreOf, thetaAt } from '../measure/scale.ts'
import { parametersOf } from '../pool/calibration.ts'
import { POOL } from '../pool/item-pool.ts'
import { PANEL } from '../pool/panel.ts'
import type { Event } from '../state/event.ts'

/** What is known of the intelligence that one supplier delivers in one instrument. */
type Place = {
  account: AccountId
  instrument: InstrumentId
  /** The offer that was measured last. */
  offer: OfferId
  /** The certificate's score, as an ability, and when it was made. */
  theta: number
  error: number
  at: number
  /** Probes of the last days, oldest first: when, which family, whether passed. */
  probes: [at: number, template: string, level: number, passed: boolean][]
  /** Weighted tokens delivered and conforming, by day. */
  delivered: [day: number, wt: number][]
}

/** The market's intelligence at one time, in points of the index; null where too few are measured. */
export type Standing = {
  at: number
  market: number | null
  frontier: number | null
  gapSecond: number | null
  gapTenth: number | null
}

/** The market at the end of an hour of the venue, and how long that hour was, in microseconds. */
export type HourStanding = Standing & { hour: number }

/**
 * Plain data: it is kept beside a snapshot as it is. `hour`: the venue's, in microseconds. `next`: the end of
 * the hour under way; 0 until the first event.
 */
export type IntelligenceFold = { places: Place[]; hour: number; next: number; history: HourStanding[] }

/** One supplier's score in one instrument, and what it delivered in the last seven days. */
export type Measured = Pick<Place, 'account' | 'instrument' | 'offer'> & {
  score: Score
  probes: number
  delivered: number
}

const SPAN = 7 * MICROS_PER_DAY
const PROBES_MOST = 5_000
const HOURS_KEPT = 24 * 31
/** Of the certificate's two-sided interval. */
const HUNDREDTHS = 100
const WIDTH = 2 * 1.96

export const newIntelligence = (): IntelligenceFold => ({
  places: [],
  hour: MICROS_PER_HOUR,
  next: 0,
  history: [],
})

/** Folds one event in. Scores are computed when they are asked for, and by `closeHour`. */
export function foldIntelligence(fold: IntelligenceFold, at: Instant, event: Event): void {
  switch (event.kind) {
    case 'offer.certified':
      return foldCertificate(fold, at, event)
    case 'lot.probed': {
      const place = placeOf(fold, event.account, event.instrument)
      const [template = '', level] = event.evidence.item.split('.')
      place?.probes.push([at, template, Number(level), event.passed])
      if (place !== undefined && place.probes.length > PROBES_MOST) place.probes.shift()
      return
    }
    case 'draw.settled':
      if (event.verdict === 'conforming' || event.verdict === 'soft_miss')
        foldDelivery(placeOf(fold, event.supplier, event.instrument), at, event.used)
      return
    case 'venue.configured':
      if (event.settings.hour === fold.hour) return
      fold.hour = event.settings.hour
      fold.next = nextOnGrid(at, fold.hour)
      return
    default:
  }
}

/** Takes the standing of an hour that has ended down, before what happens at `at` is folded in. */
export function closeHour(fold: IntelligenceFold, at: Instant): void {
  if (at < fold.next) return
  if (fold.next > 0 && fold.places.length > 0)
    fold.history.push({ ...standingOf(fold, instant(fold.next)), hour: fold.hour })
  if (fold.history.length > HOURS_KEPT) fold.history.shift()
  fold.next = nextOnGrid(at, fold.hour)
}

const placeOf = ({ places }: IntelligenceFold, account: AccountId, instrument: InstrumentId) =>
  places.find((place) => place.account === account && place.instrument === instrument)

type Certified = Extract<Event, { kind: 'offer.certified' }>

function foldCertificate(fold: IntelligenceFold, at: Instant, event: Certified): void {
  const { account, instrument, offer, evidence } = event
  if (evidence.intelligence === undefined) return
  const { value, low, high } = evidence.intelligence
  const theta = thetaAt(value / HUNDREDTHS, PANEL)
  const error = (thetaAt(high / HUNDREDTHS, PANEL) - thetaAt(low / HUNDREDTHS, PANEL)) / WIDTH
  const place = placeOf(fold, account, instrument)
  if (place === undefined)
    fold.places.push({ account, instrument, offer, theta, error, at, probes: [], delivered: [] })
  // Another measurement begins anew: what was probed before it may have been another model.
  else Object.assign(place, { offer, theta, error, at, probes: [] })
}

function foldDelivery(place: Place | undefined, at: Instant, wt: number): void {
  if (place === undefined) return
  const day = Math.floor(at / MICROS_PER_DAY)
  const last = place.delivered.at(-1)
  if (last !== undefined && last[0] === day) last[1] += wt
  else place.delivered.push([day, wt])
  while ((place.delivered[0]?.[0] ?? day) <= day - 7) place.delivered.shift()
}

/**
 * MAP over the probes of seven days. What was believed before them is the certificate: with its own error
 * while it is no older than they are, with the panel's deviation after.
 */
function scoreAt({ theta, error, at, probes }: Place, now: Instant): { score: Score; probes: number } {
  const outcomes: Outcome[] = []
  for (const [time, template, level, passed] of probes) {
    const item = time > now - SPAN ? parametersOf(POOL, template, level) : undefined
    if (item !== undefined) outcomes.push({ item, passed })
  }
  const deviation = at > now - SPAN ? error : PANEL.deviation
  const score = scoreOf(abilityFrom(outcomes, { mean: theta, deviation }), PANEL, POOL.linkError)
  return { score, probes: outcomes.length }
}

/** Every supplier in every instrument that it was measured for, best first. */
export function measuredAt({ places }: IntelligenceFold, now: Instant): Measured[] {
  const since = Math.floor(now / MICROS_PER_DAY) - 7
  return places
    .map((place) => {
      const { account, instrument, offer } = place
      const delivered = place.delivered.reduce((sum, [day, wt]) => sum + (day > since ? wt : 0), 0)
      return { account, instrument, offer, delivered, ...scoreAt(place, now) }
    })
    .sort((a, b) => b.score.value - a.score.value)
}

/**
 * Market: scores weighted by what was delivered in seven days. Frontier: the highest lower bound. Gaps: from
 * the best score of the first supplier to that of the second, and of the tenth.
 */
export function standingOf(fold: IntelligenceFold, now: Instant): Standing {
  const all = measuredAt(fold, now)
  const wt = all.reduce((sum, { delivered }) => sum + delivered, 0)
  const weighted = all.reduce((sum, { delivered, score }) => sum + delivered * score.value, 0)
  const best = new Map<AccountId, number>()
  for (const { account, score } of all) if (!best.has(account)) best.set(account, score.value)
  const ranked = [...best.values()]
  const gap = (place: number): number | null =>
    ranked.length < place ? null : (ranked[0] ?? 0) - (ranked[place - 1] ?? 0)
  return {
    at: now,
    market: wt === 0 ? null : weighted / wt,
    frontier: all.length === 0 ? null : Math.max(...all.map(({ score }) => score.atLeast)),
    gapSecond: gap(2),
    gapTenth: gap(10),
  }
}
