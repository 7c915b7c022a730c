import type { ItemParameters } from '../measure/ability.ts'

/** How the items of one template behave: by level, the easiest first. */
export type Calibration = {
  discrimination: number
  difficulties: readonly number[]
  guess: number
  /** Whether the next pool keeps these items, so that the two can be linked. */
  anchor: boolean
}

/** A pool of items at one time. Its version changes with any template or parameter. */
export type PoolVersion = {
  version: string
  /** How the parameters were found. */
  source: 'assigned' | 'panel'
  /** Standard error, in abilities, of the link to the first pool; 0 for the first itself. */
  linkError: number
  calibrations: Readonly<Record<string, Calibration>>
}

const family = (difficulties: readonly number[], discrimination = 1.8, guess = 0): Calibration => ({
  discrimination,
  difficulties,
  guess,
  anchor: false,
})
const anchor = (...given: Parameters<typeof family>): Calibration => ({ ...family(...given), anchor: true })

/**
 * The first pool. Its parameters are assigned, not found: each level of a template is held to be harder than
 * the last by about two thirds of the panel's deviation. That makes the scale a definition. What it says of
 * real models awaits answers of real ones (docs/quality.md).
 */
export const POOL_2026_11: PoolVersion = {
  version: '2026-11',
  source: 'assigned',
  linkError: 0,
  calibrations: {
    arithmetic: anchor([-1.4, -0.6, 0.2, 0.9, 1.6]),
    remainder: anchor([-1.2, -0.5, 0.2, 0.9, 1.5]),
    binary: family([-1.5, -0.7, 0.1, 0.8, 1.5]),
    conversion: anchor([-1.6, -0.7, 0.2, 1.1]),
    stock: family([-1.5, -0.6, 0.3, 1.2]),
    shares: family([-1.3, -0.4, 0.5, 1.4]),
    price: anchor([-1.1, -0.2, 0.7, 1.5]),
    sequence: family([-1.1, 0, 1], 1.5),
    'word-order': anchor([-1.5, -0.7, 0.2, 1, 1.8]),
    'number-order': anchor([-1.6, -0.8, 0, 0.8, 1.6]),
    reversal: family([-1.3, -0.5, 0.3, 1.1, 1.9]),
    'letter-count': family([-1, -0.3, 0.4, 1, 1.6], 1.5, 0.15),
    logic: family([-1, 0.1, 1], 1.5, 0.5),
    ages: family([-0.9], 1.5, 0.25),
    date: anchor([-0.8, 0.3, 1.3]),
    arrival: family([-1, 0.2]),
    loop: family([-0.7, 0.4, 1.4]),
    comprehension: anchor([-0.9, 0.2, 1.2]),
    slice: family([-1]),
    pipeline: family([-1.2, -0.4, 0.4, 1.1, 1.7]),
    extraction: anchor([-1.8]),
    selection: family([-1.4, -0.4, 0.6, 1.4]),
  },
}

/**
 * The pool in use: the first, with items whose answers are programs, fill forms, or are
 * compared with a reference. Families of the first kept
 * their parameters, so the link to it has no error.
 */
export const POOL_2026_11_25: PoolVersion = {
  ...POOL_2026_11,
  version: '2026-11-25',
  calibrations: {
    ...POOL_2026_11.calibrations,
    form: family([-1.5, -0.5, 0.5, 1.4]),
    'list-program': family([-1.3, -0.5, 0.3, 1, 1.7]),
    'word-program': family([-1.1, -0.3, 0.5, 1.2, 1.9]),
    notice: family([-1.5, -0.5, 0.5, 1.5], 1.2),
  },
}

/** The parameters of a template's items at a level; undefined where the pool has none. */
export function parametersOf(pool: PoolVersion, template: string, level: number): ItemParameters | undefined {
  const found = pool.calibrations[template]
  const difficulty = found?.difficulties[level]
  if (found === undefined || difficulty === undefined) return undefined
  return { discrimination: found.discrimination, difficulty, guess: found.guess }
}
