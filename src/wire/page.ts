import { z } from 'zod'

/** A list answer: up to `limit` rows, and where to go on, or null at the end. */
export const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() })

/** Whole numbers in a query string arrive as text. */
export const wholeText = (most: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, 'a whole number')
    .transform(Number)
    .refine((value) => value <= most, `at most ${most}`)

/** `?after=<cursor>&limit=` as every list takes them. */
export const pageQuery = {
  after: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional(),
  limit: wholeText(1000).optional(),
}
