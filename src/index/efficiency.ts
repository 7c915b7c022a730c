/** How good an input is: A seen by the exchange, B a public price, C a benchmark, D the owner's word. */
export type Tier = 'A' | 'B' | 'C' | 'D'

/** What delivering a grade on some hardware costs. Money in µ$, power in watts, shares in ppm. */
export type CostInputs = {
  hardware: string
  gpus: number
  /** Rent of one GPU for an hour, power included, and how good that is known. */
  gpuHour: number
  gpuHourTier: Tier
  /** Weighted tokens a second that meet the grade's limits, all GPUs together, fully used. */
  goodput: number
  goodputTier: Tier
  /** Of whoever owns the hardware, for one GPU and hour: capital, and labour with all other overhead. */
  capitalHour: number
  overheadHour: number
  wattsPerGpu: number
  /** Power drawn in all over power of the GPUs, in ppm. */
  pue: number
  kwh: number
  ownTier: Tier
}

/** Bounds of what hardware can be, by field: least and most. */
export const PHYSICAL: Readonly<
  Record<keyof Omit<CostInputs, 'hardware' | `${string}Tier`>, readonly [number, number]>
> = {
  gpus: [1, 100_000],
  gpuHour: [10_000, 1_000_000_000],
  goodput: [1, 1_000_000_000],
  capitalHour: [0, 1_000_000_000],
  overheadHour: [0, 1_000_000_000],
  wattsPerGpu: [10, 20_000],
  pue: [1_000_000, 3_000_000],
  kwh: [1_000, 5_000_000],
}

/** The first field that no hardware can have, or nothing. */
export const physicalFault = (inputs: CostInputs): keyof typeof PHYSICAL | undefined =>
  (Object.keys(PHYSICAL) as (keyof typeof PHYSICAL)[]).find((field) => {
    const [least, most] = PHYSICAL[field]
    return !(Number.isFinite(inputs[field]) && inputs[field] >= least && inputs[field] <= most)
  })

/** GPU-hours that a unit takes at a utilisation between 0 and 1. */
export const heatRate = (
  { gpus, goodput }: Pick<CostInputs, 'gpus' | 'goodput'>,
  utilisation: number,
): number => (gpus * 1_000_000) / (3_600 * goodput * utilisation)

/** µ$ that a GPU-hour costs its owner: capital, power at the meter, overhead. */
export const ownHour = ({ capitalHour, overheadHour, wattsPerGpu, pue, kwh }: CostInputs): number =>
  capitalHour + (wattsPerGpu / 1_000) * (pue / 1_000_000) * kwh + overheadHour

/** GPU-hours that a unit pays for: it needs no model of how it is delivered. */
export const impliedHeatRate = (price: number, { gpuHour }: Pick<CostInputs, 'gpuHour'>): number =>
  price / gpuHour

/** Spreads in µ$ per unit at one utilisation: against renting, and against owning. */
export type Spread = { utilisation: number; heatRate: number; rent: number; own: number }

/** What is left of a price of so many µ$ per unit. */
export function spreadAt(price: number, inputs: CostInputs, utilisation: number): Spread {
  const rate = heatRate(inputs, utilisation)
  return {
    utilisation,
    heatRate: rate,
    rent: Math.round(price - rate * inputs.gpuHour),
    own: Math.round(price - rate * ownHour(inputs)),
  }
}

/** A number is no better than the worst input it was made of. */
export const worstTier = (tiers: readonly Tier[]): Tier =>
  (['D', 'C', 'B'] as const).find((tier) => tiers.includes(tier)) ?? 'A'

/**
 * Utilisation that the exchange saw: what was delivered over what would have been at full goodput, at most
 * 1; null where nothing was delivered.
 */
export const observedUtilisation = (
  wt: number,
  spanMicros: number,
  { goodput }: CostInputs,
): number | null =>
  wt === 0 || spanMicros === 0 ? null : Math.min(1, wt / ((goodput * spanMicros) / 1_000_000))
