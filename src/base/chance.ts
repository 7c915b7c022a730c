/** Seeded chance: the same seed gives the same day, on any machine (mulberry32). */
export type Chance = {
  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number
  /** A fraction from 0 up to, not including, 1. */
  fraction(): number
}

export function chance(seed: number): Chance {
  let x = seed >>> 0
  const next = () => {
    x = (x + 0x6d2b79f5) >>> 0
    let z = Math.imul(x ^ (x >>> 15), x | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return (z ^ (z >>> 14)) >>> 0
  }
  return { below: (bound) => next() % bound, fraction: () => next() / 4_294_967_296 }
}
