import { z } from 'zod'
import { decimalOut, timeIn, timeOut } from '../wire/decimal.ts'
import { instrumentOut } from '../wire/instrument.ts'
import { label } from '../wire/label.ts'
import { wholeText } from '../wire/page.ts'

export const indexName = z.enum([
  'machine_gdp',
  'real_machine_gdp',
  'price_of_intelligence',
  'intelligence_slope',
])
export const indexInterval = z.enum(['hour', 'day', 'week'])

const described = {
  name: indexName,
  title: z.string(),
  unit: z.string(),
  /** The page that defines it. */
  method: z.string(),
}

/** How long the venue's hour is, and how many of them pass in a real one. */
const paced = { hour_seconds: z.number(), pace: z.number() }

/** The last closed hour of every index. Null: nothing was delivered, so there is no number. */
export const indices = z
  .object({
    ...paced,
    start: timeOut,
    end: timeOut,
    data: z.array(z.object({ ...described, value: decimalOut.nullable() })),
  })
  .meta({ id: 'Indices' })

/** Closed intervals, oldest first. */
export const indexHistory = z
  .object({
    ...described,
    ...paced,
    interval: indexInterval,
    data: z.array(z.object({ start: timeOut, end: timeOut, value: decimalOut.nullable() })),
  })
  .meta({ id: 'IndexHistory' })

export const indexPath = z.strictObject({ name: indexName })
export const indexQuery = z.strictObject({
  interval: indexInterval.optional(),
  limit: wholeText(2_000, 1).optional(),
})

const slice = z.object({
  name: z.string(),
  deliveries: z.number().int(),
  units: decimalOut,
  value: decimalOut,
})

/** Machine GDP of a span of closed hours by its three sides, and everything beside it. Dollars and units. */
export const machineGdp = z
  .object({
    ...paced,
    from: timeOut,
    to: timeOut,
    deliveries: z.number().int(),
    units: decimalOut,
    expenditure: decimalOut,
    production: z.object({ output: decimalOut, intermediate: decimalOut, total: decimalOut }),
    income: z.object({
      suppliers: decimalOut,
      exchange: decimalOut,
      trade: decimalOut,
      total: decimalOut,
    }),
    /** Whether the three sides are equal to the micro-dollar; else which rows break it. */
    identity: z.object({ holds: z.boolean(), faults: z.array(z.string()) }),
    by_task: z.array(slice),
    by_grade: z.array(slice),
    by_instrument: z.array(slice),
    by_supplier_class: z.array(slice),
    /** What was delivered and is no part of it. */
    outside: z.array(slice),
    /** What buyers would have paid more, and sellers taken less, over orders that named a limit. */
    surplus: z.object({
      buyers: decimalOut,
      buyers_coverage: decimalOut,
      sellers: decimalOut,
      sellers_coverage: decimalOut,
    }),
    /** Parts per million of a human GDP figure, if one is on record. */
    human: z.object({ dollars_per_year: decimalOut, source: z.string(), ppm: decimalOut }).nullable(),
  })
  .meta({ id: 'MachineGdp' })

export const spanQuery = z.strictObject({ from: timeIn.optional(), to: timeIn.optional() })

/** The public record under the indices: one row an hour, grade and use. */
export const gdpHour = z
  .object({
    start: timeOut,
    instrument: instrumentOut,
    use: z.enum(['final', 'intermediate', 'affiliate', 'probe', 'unjudged']),
    deliveries: z.number().int(),
    units: decimalOut,
    cost: decimalOut,
    refund: decimalOut,
    net: decimalOut,
    fee: decimalOut,
    margin: decimalOut,
  })
  .meta({ id: 'MachineGdpHour' })
export const gdpHours = z.object({ ...paced, data: z.array(gdpHour), next_from: timeOut.nullable() })

export const humanGdpRequest = z.strictObject({
  /** Whole dollars a year. */
  dollars_per_year: z
    .string()
    .max(18)
    .regex(/^[1-9]\d{5,15}$/, 'whole dollars a year, such as "111000000000000"'),
  source: label(200),
})
export const humanGdp = z.object({ dollars_per_year: decimalOut, source: z.string(), seq: z.number().int() })

export const useRequest = z.strictObject({ use: z.enum(['final', 'intermediate']), reason: label(200) })
export const useAnswer = z.object({ use: z.enum(['final', 'intermediate']), seq: z.number().int() })

export type IndexName = z.infer<typeof indexName>
export type IndexInterval = z.infer<typeof indexInterval>
export type IndicesOut = z.infer<typeof indices>
export type IndexHistoryOut = z.infer<typeof indexHistory>
export type MachineGdpOut = z.infer<typeof machineGdp>
export type GdpHourOut = z.infer<typeof gdpHour>
export type GdpHoursOut = z.infer<typeof gdpHours>
