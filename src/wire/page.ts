import { z } from 'zod'

/** A list answer: up to `limit` rows, and where to go on, or null at the end. */
export const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() })

/** Whole numbers in a query string arrive as text. */
export const wholeText = (most: number, least = 0) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, 'a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `a whole number from ${least} to ${most}`)
    .meta({ type: 'integer', minimum: least, maximum: most })

/** `?after=<cursor>&limit=` as every list takes them. */
export const pageQuery = {
  after: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional(),
  limit: wholeText(1_000, 1).optional(),
}
