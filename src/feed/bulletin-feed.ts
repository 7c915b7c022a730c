import type { Venue } from '../api/venue.ts'
import type { IndexFeed } from './index-feed.ts'
import { createIndexFeed } from './index-feed.ts'
import type { ScorecardFeed } from './scorecard-feed.ts'
import { createScorecardFeed } from './scorecard-feed.ts'

/** Published numbers as frames. */
export type BulletinFeed = {
  index: Pick<IndexFeed, 'follow'>
  scorecards: Pick<ScorecardFeed, 'follow'>
  /** To be called every 100 ms. */
  pulse(): void
}

/** Hears what becomes durable from now on. The folds that it reads must have been told before it is. */
export function createBulletinFeed(venue: Venue): BulletinFeed {
  const budget = { bytes: 0 }
  const index = createIndexFeed(venue, budget)
  const scorecards = createScorecardFeed(venue, budget)
  venue.sequencer.onCommit((batch) => {
    index.notice(batch)
    scorecards.notice(batch)
  })
  return {
    index,
    scorecards,
    pulse() {
      index.pulse()
      scorecards.pulse()
    },
  }
}
