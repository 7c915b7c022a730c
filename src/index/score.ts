import type { Standing } from '../state/conduct.ts'

/** Standard normal quantile of a one-sided bound of 90 %. */
const Z = 1.281_551_565_544_6

/** Observations as decayed weights: how many there were, and how many of them were good. */
export type Tally = { of: number; good: number }

/** The parts of a score, by their names in the formula, and their exponents. */
export const PARTS = { fulfilment: 0.35, latency: 0.2, throughput: 0.15, quality: 0.25, meter: 0.05 } as const
export type Part = keyof typeof PARTS

/** Fewer effective requests than these say nothing yet. */
const PROBATION_BELOW = 100

/** The lower end of Wilson's score interval (1927) for a share, at 90 % from one side. */
export function wilsonLower({ of: n, good }: Tally): number {
  if (n <= 0) return 0
  const share = good / n
  const z2 = Z * Z
  const centre = share + z2 / (2 * n)
  const spread = Z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))
  return Math.max(0, (centre - spread) / (1 + z2 / n))
}

/**
 * 100 · F^0.35 · L^0.20 · R^0.15 · Q^0.25 · M^0.05. A part of which nothing is known is left out, and the
 * exponents of the others are scaled to one.
 */
export function scoreOf(parts: Partial<Record<Part, number>>): number {
  let sum = 0
  let weights = 0
  for (const [name, weight] of Object.entries(PARTS) as [Part, number][]) {
    const value = parts[name]
    if (value === undefined) continue
    if (value <= 0) return 0
    sum += weight * Math.log(value)
    weights += weight
  }
  return weights === 0 ? 0 : 100 * Math.exp(sum / weights)
}

/** The standing that a score over so many effective requests earns. */
export function standingOf(score: number, requests: number): Standing {
  if (requests < PROBATION_BELOW) return 'probation'
  if (score >= 98) return 'A'
  if (score >= 95) return 'B'
  return score >= 90 ? 'C' : 'suspended'
}
