import { namedInstrument, marketName } from '../api/instrument-name.ts'
import { publicOperation } from '../api/operation.ts'
import { notFound, Problem } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import type { AccountId } from '../base/ids.ts'
import { rfc3339 } from '../base/time.ts'
import type { Scorecard } from '../market/scorecard.ts'
import { accountOf, theInstrument } from '../state/account.ts'
import type { State } from '../state/state.ts'
import { printId } from '../wire/id.ts'
import { instrumentPath } from '../wire/instrument.ts'
import type { ScorecardOut } from '../wire/conduct.ts'
import { scorecards, supplierPath } from '../wire/conduct.ts'

/** A supplier's name, where one of its offers discloses it. */
function nameOf(state: State, account: AccountId): string {
  const isDisclosed = state.offers.some(({ terms }) => terms.account === account && terms.disclosed)
  return (isDisclosed ? accountOf(state, account)?.name : undefined) ?? 'undisclosed'
}

const rounded = (value: number | undefined, places: number): number | null =>
  value === undefined ? null : Math.floor(value * 10 ** places) / 10 ** places

/** A card as anyone may see it. */
export const printScorecard = (state: State, card: Scorecard): ScorecardOut => ({
  supplier: printId('account', card.account),
  name: nameOf(state, card.account),
  instrument: marketName(theInstrument(state, card.instrument)),
  score: rounded(card.score, 2) ?? 0,
  standing: card.standing,
  effective_requests: Math.round(card.requests * 100) / 100,
  fulfilment: rounded(card.parts.fulfilment, 4),
  latency: rounded(card.parts.latency, 4),
  throughput: rounded(card.parts.throughput, 4),
  quality: rounded(card.parts.quality, 4),
  meter: rounded(card.parts.meter, 4),
})

const answer = ({ sequencer, clock }: Venue, cards: Scorecard[]) => ({
  data: cards.map((card) => printScorecard(sequencer.state, card)),
  as_of: rfc3339(clock()),
})

const ofInstrument = publicOperation({
  id: 'scorecard.list',
  method: 'GET',
  path: '/v1/instruments/{id}/scorecards',
  tag: 'Markets',
  summary: 'How suppliers of an instrument keep their promises, the best first.',
  params: instrumentPath,
  answer: scorecards,
  run(venue, { path }) {
    const found = namedInstrument(venue.sequencer.state, path.id, '/path/id')
    if (found instanceof Problem) return Promise.resolve(found)
    return Promise.resolve(answer(venue, venue.market.scorecards(found.id, venue.clock())))
  },
})

const ofSupplier = publicOperation({
  id: 'supplier.scorecards',
  method: 'GET',
  path: '/v1/suppliers/{id}/scorecards',
  tag: 'Markets',
  summary: 'How one supplier keeps its promises, by instrument.',
  params: supplierPath,
  answer: scorecards,
  run(venue, { path }) {
    const { instruments } = venue.sequencer.state
    const isSupplier = instruments.some(({ suppliers }) => suppliers.includes(path.id))
    if (!isSupplier) return Promise.resolve(notFound('supplier', '/path/id'))
    const cards = instruments.flatMap(({ id }) => venue.market.scorecards(id, venue.clock()))
    return Promise.resolve(
      answer(
        venue,
        cards.filter(({ account }) => account === path.id),
      ),
    )
  },
})

export const scorecardOperations = [ofInstrument, ofSupplier]
