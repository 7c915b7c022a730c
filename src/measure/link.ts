import type { ItemParameters } from './ability.ts'
import type { Panel } from './scale.ts'

/** One item that two pools share, with the parameters that each found. */
export type Anchor = { name: string; old: ItemParameters; fresh: ItemParameters }

/** θ of the old scale = slope × θ of the new + shift. `error` is its standard error, on the old scale. */
export type Link = { slope: number; shift: number; error: number; anchors: number; drifted: string[] }

/** At least this share of a new pool must be anchors. */
const ANCHOR_SHARE = 0.3
/** An anchor whose difficulty moved by more than this is no anchor. */
const DRIFT_MAX = 0.3
/** In points of the index. */
const ERROR_MAX = 1
const POINTS = 15
/** Fewer anchors say nothing of their own spread. */
const ANCHORS_LEAST = 3

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** Mean/sigma (Marco 1977): the line that gives the new difficulties the mean and spread of the old. */
function meanSigma(anchors: readonly Anchor[]): { slope: number; shift: number } {
  const old = anchors.map((anchor) => anchor.old.difficulty)
  const fresh = anchors.map((anchor) => anchor.fresh.difficulty)
  const slope = deviationOf(old) / deviationOf(fresh)
  return { slope, shift: meanOf(old) - slope * meanOf(fresh) }
}

/** Leaves each anchor out in turn (jackknife), and sees how far the place of an ability moves. */
function linkErrorAt(theta: number, anchors: readonly Anchor[]): number {
  const places = anchors.map((_, out) => {
    const { slope, shift } = meanSigma(anchors.filter((_, at) => at !== out))
    return slope * theta + shift
  })
  const mean = meanOf(places)
  const squares = places.reduce((sum, place) => sum + (place - mean) ** 2, 0)
  return Math.sqrt(((places.length - 1) / places.length) * squares)
}

/** Where one anchor lies far from the line of the others, it has drifted; the farthest goes first. */
function withoutDrift(anchors: readonly Anchor[]): { kept: Anchor[]; drifted: string[] } {
  let kept = [...anchors]
  const drifted: string[] = []
  while (kept.length >= ANCHORS_LEAST) {
    const { slope, shift } = meanSigma(kept)
    const away = ({ old, fresh }: Anchor) => Math.abs(slope * fresh.difficulty + shift - old.difficulty)
    const worst = kept.reduce((most, one) => (away(one) > away(most) ? one : most))
    if (!(away(worst) > DRIFT_MAX)) break
    kept = kept.filter((one) => one !== worst)
    drifted.push(worst.name)
  }
  return { kept, drifted }
}

/**
 * Puts a new pool of so many items on the scale of an old one, or says in words why it is refused: too few
 * anchors, too few left that kept their difficulty, or a link that is off by more than a point of the index.
 * The error is the worst over the span of the grades' floors, which is where it decides something.
 */
export function linkPools(anchors: readonly Anchor[], items: number, panel: Panel): Link | string {
  if (anchors.length === 0) return 'the pool has no anchors'
  const least = Math.max(ANCHORS_LEAST, Math.ceil(ANCHOR_SHARE * items))
  const { kept, drifted } = anchors.length < least ? { kept: [], drifted: [] } : withoutDrift(anchors)
  if (anchors.length < least)
    return `${anchors.length} of ${items} items are anchors; at least ${least} must be`
  if (kept.length < least)
    return `${kept.length} anchors kept their difficulty; at least ${least} must (${drifted.join(', ')} drifted)`
  const { slope, shift } = meanSigma(kept)
  if (!Number.isFinite(slope) || slope <= 0) return 'all anchors are equally difficult'
  const ends = [panel.mean - panel.deviation, panel.mean + panel.deviation]
  const error = Math.max(...ends.map((end) => linkErrorAt((end - shift) / slope, kept)))
  const points = (POINTS * error) / panel.deviation
  if (points > ERROR_MAX)
    return `the link is off by ${points.toFixed(2)} points of the index; at most 1 may be`
  return { slope, shift, error, anchors: kept.length, drifted }
}

/** An item's parameters on the old scale. */
export const linked = (item: ItemParameters, { slope, shift }: Link): ItemParameters => ({
  discrimination: item.discrimination / slope,
  difficulty: slope * item.difficulty + shift,
  guess: item.guess,
})
