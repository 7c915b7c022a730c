import type { Ability, Prior } from './ability.ts'

/** Mean and standard deviation of the abilities of the models that the index is measured against. */
export type Panel = { mean: number; deviation: number }

/** A score on the Intelligence Index, its two-sided 95 % interval, and the bound that floors are held to. */
export type Score = {
  value: number
  low: number
  high: number
  /** One-sided: with 95 % confidence no less than this. */
  atLeast: number
  items: number
}

const CENTRE = 100
const POINTS = 15
const TWO_SIDED = 1.96
const ONE_SIDED = 1.645

/** II = 100 + 15 (θ − μ) / sd. */
export const indexOf = (theta: number, { mean, deviation }: Panel): number =>
  CENTRE + (POINTS * (theta - mean)) / deviation

/** The ability that stands at a place on the index. */
export const thetaAt = (index: number, { mean, deviation }: Panel): number =>
  mean + ((index - CENTRE) * deviation) / POINTS

/** The ability's standard error and that of the link between pools are independent: their squares add. */
export function scoreOf({ theta, error, items }: Ability, panel: Panel, linkError: number): Score {
  const value = indexOf(theta, panel)
  const spread = (POINTS / panel.deviation) * Math.hypot(error, linkError)
  return {
    value,
    low: value - TWO_SIDED * spread,
    high: value + TWO_SIDED * spread,
    atLeast: value - ONE_SIDED * spread,
    items,
  }
}

/** Before an offer is measured for a grade it is believed to stand at its floor, give or take a deviation. */
export const priorAt = (floor: number, panel: Panel): Prior => ({
  mean: thetaAt(floor, panel),
  deviation: panel.deviation,
})
