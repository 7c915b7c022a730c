import { z } from 'zod'
import { decimalIn, decimalOut, timeOut } from '../wire/decimal.ts'
import { instrumentIn, instrumentOut } from '../wire/instrument.ts'
import { label } from '../wire/label.ts'
import { wholeText } from '../wire/page.ts'

const tier = z.enum(['A', 'B', 'C', 'D'])

/**
 * What delivering a grade on some hardware costs, in dollars, watts and weighted tokens; with its sources.
 */
export const costRequest = z.strictObject({
  hardware: label(64),
  gpus: z.number().int(),
  gpu_hour: decimalIn,
  gpu_hour_tier: z.enum(['B', 'D']),
  goodput_per_second: z.number().int(),
  goodput_tier: z.enum(['C', 'D']),
  capital_per_gpu_hour: decimalIn,
  overhead_per_gpu_hour: decimalIn,
  watts_per_gpu: z.number().int(),
  pue: decimalIn,
  kwh: decimalIn,
  own_tier: z.enum(['B', 'D']),
  source: label(300),
})
export const costAnswer = z.object({ instrument: instrumentOut, hardware: z.string(), seq: z.number().int() })

const spread = z.object({
  utilisation: decimalOut,
  /** GPU-hours a unit. */
  heat_rate: decimalOut,
  rent_spread: decimalOut,
  own_spread: decimalOut,
})

/** The spreads of one grade on one hardware, at utilisations 0.3, as observed, and 0.8. Dollars per unit. */
export const efficiency = z
  .object({
    instrument: instrumentOut,
    hardware: z.string(),
    declared_by: z.string(),
    source: z.string(),
    since: timeOut,
    /** The last hourly fixing; null: none yet, and then there is no spread. */
    price: decimalOut.nullable(),
    implied_heat_rate: decimalOut.nullable(),
    implied_tier: tier,
    rent_tier: tier,
    own_tier: tier,
    low: spread.nullable(),
    observed: spread.nullable(),
    high: spread.nullable(),
  })
  .meta({ id: 'EfficiencySpread' })
export const efficiencies = z.object({
  hour_seconds: z.number(),
  pace: z.number(),
  data: z.array(efficiency),
})

export const efficiencyPath = z.strictObject({ instrument: instrumentIn })
export const efficiencyQuery = z.strictObject({ limit: wholeText(1_000, 1).optional() })

/** Hour by hour, each at the inputs that were on record then. */
export const efficiencyHistory = z.object({
  instrument: instrumentOut,
  hour_seconds: z.number(),
  pace: z.number(),
  data: z.array(
    z.object({
      at: timeOut,
      hardware: z.string(),
      price: decimalOut,
      implied_heat_rate: decimalOut,
      rent_spread_low: decimalOut,
      own_spread_low: decimalOut,
      rent_spread_high: decimalOut,
      own_spread_high: decimalOut,
    }),
  ),
})

export type CostRequest = z.input<typeof costRequest>
export type EfficienciesOut = z.infer<typeof efficiencies>
export type EfficiencyOut = z.infer<typeof efficiency>
export type EfficiencyHistoryOut = z.infer<typeof efficiencyHistory>
