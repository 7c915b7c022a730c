import type { Panel } from '../measure/scale.ts'

/**
 * Abilities of the eight reference models at the base date, frozen: the index counts from their mean, in
 * their standard deviation. They are the models that the parameters of the first pool were assigned with.
 */
const REFERENCES = [-1.5, -1, -0.5, -0.2, 0.2, 0.5, 1, 1.5] as const

const mean = REFERENCES.reduce((sum, theta) => sum + theta, 0) / REFERENCES.length
const squares = REFERENCES.reduce((sum, theta) => sum + (theta - mean) ** 2, 0)

/** Never changes: a new pool is linked to this scale. */
export const PANEL: Panel = { mean, deviation: Math.sqrt(squares / (REFERENCES.length - 1)) }
