import { z } from 'zod'
import { decimalOut, timeOut } from '../wire/decimal.ts'
import { instrumentOut } from '../wire/instrument.ts'
import { wholeText } from '../wire/page.ts'

/** Points of the Intelligence Index, with two places. */
const points = decimalOut

const standing = {
  market: points.nullable(),
  frontier: points.nullable(),
  gap_second: points.nullable(),
  gap_tenth: points.nullable(),
}

/** The Intelligence Index now: of the market, and of every supplier in every instrument, best first. */
export const intelligence = z
  .object({
    at: timeOut,
    pool: z.string(),
    /** How the pool's parameters were found. */
    source: z.enum(['assigned', 'panel']),
    method: z.string(),
    ...standing,
    data: z.array(
      z.object({
        supplier: z.string(),
        instrument: instrumentOut,
        value: points,
        /** Two-sided, 95 %. */
        low: points,
        high: points,
        /** One-sided, 95 %: what floors are held to. */
        at_least: points,
        probes: z.number().int(),
        delivered: decimalOut,
      }),
    ),
  })
  .meta({ id: 'IntelligenceIndex' })

/** The market at the end of closed hours of the venue, oldest first; each says how long it was. */
export const intelligenceHistory = z
  .object({ data: z.array(z.object({ at: timeOut, pace: z.number(), ...standing })) })
  .meta({ id: 'IntelligenceHistory' })

export const intelligenceQuery = z.strictObject({ limit: wholeText(744, 1).optional() })

export type IntelligenceHistoryOut = z.infer<typeof intelligenceHistory>
export type IntelligenceOut = z.infer<typeof intelligence>
