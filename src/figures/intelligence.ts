import { instant, rfc3339 } from '../base/time.ts'
import type { IntelligenceOut } from '../bulletin/intelligence.ts'
import { intelligence, intelligenceHistory, intelligenceQuery } from '../bulletin/intelligence.ts'
import { supplierName } from '../delivery/settlement.ts'
import { marketName } from '../api/instrument-name.ts'
import { publicOperation } from '../api/operation.ts'
import type { Venue } from '../api/venue.ts'
import { paceOf } from '../index/week.ts'
import type { Standing } from '../market/intelligence.ts'
import { measuredAt, standingOf } from '../market/intelligence.ts'
import { POOL } from '../pool/item-pool.ts'
import { theInstrument } from '../state/account.ts'
import { money } from '../wire/decimal.ts'

const METHOD = 'docs/quality.md'
const HOURS = 168
const HUNDREDTHS = 100
const MILLIONTHS_OF_ONE = 10_000

/** Points are told to the hundredth: the interval is hundreds of times wider. */
const points = (value: number): string => money(Math.round(value * HUNDREDTHS) * MILLIONTHS_OF_ONE)
const some = (value: number | null): string | null => (value === null ? null : points(value))

const printStanding = ({ market, frontier, gapSecond, gapTenth }: Standing) => ({
  market: some(market),
  frontier: some(frontier),
  gap_second: some(gapSecond),
  gap_tenth: some(gapTenth),
})

/** The Intelligence Index as it stands now. */
export function printIntelligence({ market, clock, sequencer: { state } }: Venue): IntelligenceOut {
  const now = clock()
  const fold = market.intelligence()
  return {
    at: rfc3339(now),
    pool: POOL.version,
    source: POOL.source,
    method: METHOD,
    ...printStanding(standingOf(fold, now)),
    data: measuredAt(fold, now).map(({ account, instrument, offer, score, probes, delivered }) => ({
      supplier: supplierName(state, offer, account),
      instrument: marketName(theInstrument(state, instrument)),
      value: points(score.value),
      low: points(score.low),
      high: points(score.high),
      at_least: points(score.atLeast),
      probes,
      delivered: money(delivered),
    })),
  }
}

const get = publicOperation({
  id: 'intelligence.get',
  method: 'GET',
  path: '/v1/indices/intelligence',
  tag: 'Markets',
  summary:
    'The Intelligence Index: of the market, and of every supplier in every instrument with its interval.',
  answer: intelligence,
  run: (venue) => Promise.resolve(printIntelligence(venue)),
})

const history = publicOperation({
  id: 'intelligence.history',
  method: 'GET',
  path: '/v1/indices/intelligence/hours',
  tag: 'Markets',
  summary: 'The Intelligence Index of the market at the end of each closed hour, oldest first.',
  query: intelligenceQuery,
  answer: intelligenceHistory,
  async run({ market }, { query }) {
    const hours = market.intelligence().history.slice(-(query.limit ?? HOURS))
    return {
      data: hours.map((closed) => ({
        at: rfc3339(instant(closed.at)),
        pace: paceOf(closed.hour),
        ...printStanding(closed),
      })),
    }
  },
})

export const intelligenceOperations = [get, history]
