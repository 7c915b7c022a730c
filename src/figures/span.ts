import type { Instant } from '../base/time.ts'
import { instant, MICROS_PER_SECOND } from '../base/time.ts'
import { DAY_HOURS, paceOf } from '../index/week.ts'
import type { Problem } from '../api/problem.ts'
import { faultAt } from '../api/problem.ts'
import type { Venue } from '../api/venue.ts'
import type { HourSpan } from '../store/hour-query.ts'

/** Where closed hours end: no command that could still belong to one of them can come. */
export const closedUntil = ({ market, sequencer }: Venue): Instant => {
  const { hour } = sequencer.state.settings
  return instant(Math.floor(market.at / hour) * hour)
}

/** How the venue counts hours, as every answer says. */
export const paced = ({ sequencer }: Venue) => {
  const { hour } = sequencer.state.settings
  return { hour_seconds: hour / MICROS_PER_SECOND, pace: paceOf(hour) }
}

/** All closed hours. */
export const everyHour = (venue: Venue): HourSpan => ({
  hour: venue.sequencer.state.settings.hour,
  from: 0,
  to: closedUntil(venue),
})

/** A span of whole closed hours; by default the last 24. */
export function spanOf(
  venue: Venue,
  { from, to }: { from?: Instant | undefined; to?: Instant | undefined },
): HourSpan | Problem {
  const { hour } = venue.sequencer.state.settings
  const closed = closedUntil(venue)
  const end = to ?? closed
  const begin = from ?? instant(Math.max(0, end - DAY_HOURS * hour))
  if (end % hour !== 0 || end > closed)
    return faultAt('invalid_request', '/query/to', 'the end of a closed hour')
  if (begin % hour !== 0 || begin >= end)
    return faultAt('invalid_request', '/query/from', 'the start of an hour before the end')
  return { hour, from: begin, to: end }
}
