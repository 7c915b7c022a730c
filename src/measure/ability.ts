/**
 * Three numbers of an item: how sharply it tells abilities apart, where, and how often a guess is right.
 */
export type ItemParameters = { discrimination: number; difficulty: number; guess: number }

/** What is believed before anything was asked: a normal distribution of abilities. */
export type Prior = { mean: number; deviation: number }

/** One answered item. The weight, 1 if left out, tells how much it still says: old answers fade. */
export type Outcome = { item: ItemParameters; passed: boolean; weight?: number }

/** An ability, and its standard error. */
export type Ability = { theta: number; error: number; items: number }

/** Pr(pass) = γ + (1 − γ) σ(a (θ − b)): the three-parameter logistic model (Birnbaum 1968). */
export function passChance(theta: number, { discrimination, difficulty, guess }: ItemParameters): number {
  return guess + (1 - guess) / (1 + Math.exp(-discrimination * (theta - difficulty)))
}

/** Fisher information of an item at an ability: a² ((P − γ) / (1 − γ))² (1 − P) / P. */
export function informationAt(theta: number, item: ItemParameters): number {
  const pass = passChance(theta, item)
  const known = (pass - item.guess) / (1 - item.guess)
  return item.discrimination ** 2 * known ** 2 * ((1 - pass) / pass)
}

/** Abilities are looked for this far from the prior's mean, in its deviations. */
const REACH = 6
const STEPS = 120
const SCORINGS = 25
const CLOSE = 1e-9

function logPosterior(theta: number, outcomes: readonly Outcome[], prior: Prior): number {
  let sum = -0.5 * ((theta - prior.mean) / prior.deviation) ** 2
  for (const { item, passed, weight = 1 } of outcomes) {
    const pass = passChance(theta, item)
    sum += weight * Math.log(passed ? pass : 1 - pass)
  }
  return sum
}

/** Slope of the log posterior, and its expected curvature: prior precision and Fisher information. */
function slopeAt(theta: number, outcomes: readonly Outcome[], prior: Prior) {
  const precision = prior.deviation ** -2
  let slope = (prior.mean - theta) * precision
  let curvature = precision
  for (const { item, passed, weight = 1 } of outcomes) {
    const pass = passChance(theta, item)
    const known = (pass - item.guess) / (1 - item.guess)
    slope += (weight * item.discrimination * known * ((passed ? 1 : 0) - pass)) / pass
    curvature += weight * informationAt(theta, item)
  }
  return { slope, curvature }
}

/**
 * The most probable ability (MAP) and its standard error, the inverse root of the expected curvature. Where
 * guessing gives the posterior several peaks, a grid finds the highest; Fisher scoring then climbs it.
 * Weights below 1 count for less in both, so that old answers widen the interval.
 */
export function abilityFrom(outcomes: readonly Outcome[], prior: Prior): Ability {
  let theta = prior.mean
  let best = Number.NEGATIVE_INFINITY
  for (let step = 0; step <= STEPS; step++) {
    const at = prior.mean + prior.deviation * REACH * ((2 * step) / STEPS - 1)
    const height = logPosterior(at, outcomes, prior)
    if (height > best) [theta, best] = [at, height]
  }
  const width = (prior.deviation * REACH * 2) / STEPS
  const [low, high] = [theta - width, theta + width]
  for (let scoring = 0; scoring < SCORINGS; scoring++) {
    const { slope, curvature } = slopeAt(theta, outcomes, prior)
    const next = Math.min(high, Math.max(low, theta + slope / curvature))
    if (Math.abs(next - theta) < CLOSE) break
    theta = next
  }
  const { curvature } = slopeAt(theta, outcomes, prior)
  return { theta, error: curvature ** -0.5, items: outcomes.length }
}
