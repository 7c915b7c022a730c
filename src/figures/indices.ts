import type { Instant } from '../base/time.ts'
import { instant, rfc3339 } from '../base/time.ts'
import { INDICES, valueOf } from '../index/index-value.ts'
import type { SeriesPoint } from '../index/series.ts'
import { seriesOf } from '../index/series.ts'
import type { Interval } from '../index/week.ts'
import { lengthOf, startOfInterval } from '../index/week.ts'
import { publicOperation } from '../api/operation.ts'
import type { Venue } from '../api/venue.ts'
import { money } from '../wire/decimal.ts'
import type { IndexName, IndicesOut } from '../bulletin/indices.ts'
import { indexHistory, indexPath, indexQuery, indices } from '../bulletin/indices.ts'
import { closedUntil, everyHour, paced } from './span.ts'

const ROWS = 336

type Kept = { until: Instant; hour: number; points: SeriesPoint[] }
const kept = new WeakMap<Venue, Map<Interval, Kept>>()

/** The series up to the last closed interval. Computed once an hour: what is closed does not change. */
export async function closedSeries(venue: Venue, interval: Interval): Promise<SeriesPoint[]> {
  const { hour } = venue.sequencer.state.settings
  const until = instant(Math.max(0, startOfInterval(closedUntil(venue), interval, hour)))
  const known = kept.get(venue)?.get(interval)
  if (known?.until === until && known.hour === hour) return known.points
  const rows = await venue.history.hours.gradeHours({ hour, from: 0, to: until })
  const { instruments } = venue.sequencer.state
  const points = seriesOf(rows, interval, hour, (instrument) => {
    const spec = instruments[instrument]?.spec
    return spec && { task: spec.task, floor: spec.intelligenceFloor }
  })
  const byInterval = kept.get(venue) ?? new Map<Interval, Kept>()
  kept.set(venue, byInterval.set(interval, { until, hour, points }))
  return points
}

const printed = (value: number | null): string | null => (value === null ? null : money(value))
const time = (at: number): string => rfc3339(instant(at))

/** Every index in the last closed hour. */
export async function lastIndices(venue: Venue): Promise<IndicesOut> {
  const { hour, to } = everyHour(venue)
  const last = (await closedSeries(venue, 'hour')).find(({ end }) => end === to)
  const data = Object.entries(INDICES).map(([key, described]) => {
    const name = key as IndexName
    return { name, ...described, value: last === undefined ? null : printed(valueOf(name, last)) }
  })
  return { ...paced(venue), start: time(Math.max(0, to - hour)), end: time(to), data }
}

const listIndices = publicOperation({
  id: 'index.list',
  method: 'GET',
  path: '/v1/indices',
  tag: 'Markets',
  summary: 'Every index in the last closed hour.',
  answer: indices,
  run: (venue) => lastIndices(venue),
})

const getHistory = publicOperation({
  id: 'index.history',
  method: 'GET',
  path: '/v1/indices/{name}/history',
  tag: 'Markets',
  summary: 'One index over closed intervals in which something was delivered, oldest first.',
  params: indexPath,
  query: indexQuery,
  answer: indexHistory,
  async run(venue, { path, query }) {
    const interval = query.interval ?? 'hour'
    const points = (await closedSeries(venue, interval)).slice(-(query.limit ?? ROWS))
    return {
      name: path.name,
      ...INDICES[path.name],
      ...paced(venue),
      interval,
      data: points.map((point) => ({
        start: time(point.start),
        end: time(point.start + lengthOf(interval, venue.sequencer.state.settings.hour)),
        value: printed(valueOf(path.name, point)),
      })),
    }
  },
})

export const indexOperations = [listIndices, getHistory]
