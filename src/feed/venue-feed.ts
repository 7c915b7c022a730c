import type { Venue } from '../api/venue.ts'
import type { IndexFeed } from './index-feed.ts'
import { createIndexFeed } from './index-feed.ts'
import type { QualificationFeed } from './qualification-feed.ts'
import { createQualificationFeed } from './qualification-feed.ts'
import type { ScorecardFeed } from './scorecard-feed.ts'
import { createScorecardFeed } from './scorecard-feed.ts'

/** What is told of the venue as a whole, beside its markets and accounts. */
export type VenueFeeds = {
  index: IndexFeed
  scorecards: ScorecardFeed
  qualifications: QualificationFeed
}

/** Hears what becomes durable from now on. The folds that it reads must have been told before it is. */
export function createVenueFeeds(venue: Venue): VenueFeeds {
  const budget = { bytes: 0 }
  const index = createIndexFeed(venue, budget)
  const scorecards = createScorecardFeed(venue, budget)
  venue.sequencer.onCommit((batch) => {
    index.notice(batch)
    scorecards.notice(batch)
  })
  return { index, scorecards, qualifications: createQualificationFeed(venue) }
}
