import { z } from 'zod'
import { DECIMAL, printDecimal } from '../base/decimal.ts'
import type { Instant } from '../base/time.ts'
import { parseRfc3339 } from '../base/time.ts'

/** Decimal places of money (µ$) and of weighted tokens in units. */
export const MONEY_PLACES = 6
export const UNIT_PLACES = 6

/** A decimal number in an answer: text, canonical to its own number of places. */
export const decimalOut = z
  .string()
  .regex(DECIMAL)
  .meta({ examples: ['0.8125'] })

/**
 * A decimal number in a request: text without exponent, plus sign or leading zeros. Its places are checked
 * later.
 */
export const decimalIn = z
  .string()
  .max(32)
  .regex(DECIMAL, 'a decimal number in quotes, such as "0.8125"')
  .meta({
    examples: ['0.8125'],
  })

/** µ$ as dollars with six places. */
export const money = (micros: number): string => printDecimal(micros, MONEY_PLACES)

/** Weighted tokens as units with six places. */
export const units = (wt: number): string => printDecimal(wt, UNIT_PLACES)

/** An RFC 3339 instant in UTC with six fractional digits. */
export const timeOut = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  .meta({ examples: ['2026-11-25T09:30:00.000000Z'] })

/** An RFC 3339 instant in a request, in UTC, with up to six fractional digits. */
export const timeIn = z
  .string()
  .max(32)
  .refine((text) => parseRfc3339(text) !== undefined, 'a UTC time such as "2026-11-25T09:30:00Z"')
  .transform((text) => parseRfc3339(text) as Instant)
  .meta({ examples: ['2026-11-25T09:30:00Z'] })
