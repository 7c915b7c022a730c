import type { Basket, GradePrice } from './fisher.ts'
import { chainWeeks, directLevel, slopeOfIntelligence } from './fisher.ts'
import { realOf } from './machine-gdp.ts'
import type { Interval } from './week.ts'
import { lengthOf, startOfInterval } from './week.ts'

/** What final users got of one grade in one interval, and paid, in weighted tokens and µ$. */
export type GradeHour = { start: number; instrument: number; wt: number; paid: number }

/** One interval of the series. Levels are 100 in the base period; null where nothing was delivered. */
export type SeriesPoint = {
  start: number
  end: number
  wt: number
  nominal: number
  priceLevel: number | null
  /** Nominal in prices of the base period. */
  real: number | null
  /** Share by which one more point of the Intelligence Index costs more. */
  slope: number | null
}

const basketsBy = (rows: readonly GradeHour[], keyOf: (start: number) => number): Map<number, Basket> => {
  const found = new Map<number, Map<number, { wt: number; paid: number }>>()
  for (const { start, instrument, wt, paid } of rows) {
    const key = keyOf(start)
    const basket = found.get(key) ?? new Map<number, { wt: number; paid: number }>()
    const sum = basket.get(instrument)
    if (sum === undefined) basket.set(instrument, { wt, paid })
    else {
      sum.wt += wt
      sum.paid += paid
    }
    found.set(key, basket)
  }
  return found
}

/** What prices are held against in a week: the last closed week with deliveries before it, and its level. */
type Reference = { basket: Basket; level: number }

/**
 * References by the start of a week. The base is the first hour with a delivery, at 100; from there one link
 * a week. Within a week everything is held directly against its reference: nothing is chained more often.
 */
function referencesOf(rows: readonly GradeHour[], hour: number): (week: number) => Reference | null {
  const sorted = [...rows].sort((a, b) => a.start - b.start)
  const first = sorted.find(({ wt, paid }) => wt > 0 && paid > 0)?.start
  if (first === undefined) return () => null
  const base = basketsBy(
    sorted.filter(({ start }) => start === first),
    (start) => start,
  ).get(first)
  if (base === undefined) return () => null
  const weeks = [...basketsBy(sorted, (start) => startOfInterval(start, 'week', hour))]
    .map(([start, basket]) => ({ start, basket }))
    .sort((a, b) => a.start - b.start)
  const chain = chainWeeks(base, weeks)
  return (week) => {
    const closed = chain.findLast(({ start }) => start < week)
    return closed === undefined
      ? { basket: base, level: 100 }
      : { basket: closed.reference, level: closed.level }
  }
}

/**
 * The series at an interval, from everything delivered since the first hour. `gradeOf` tells task and floor
 * of an instrument, for the slope.
 */
export function seriesOf(
  rows: readonly GradeHour[],
  interval: Interval,
  hour: number,
  gradeOf: (instrument: number) => Omit<GradePrice, 'price'> | undefined,
): SeriesPoint[] {
  const referenceOf = referencesOf(rows, hour)
  return [...basketsBy(rows, (start) => startOfInterval(start, interval, hour))]
    .sort(([a], [b]) => a - b)
    .map(([start, basket]) => {
      const nominal = [...basket.values()].reduce((sum, { paid }) => sum + paid, 0)
      const reference = referenceOf(startOfInterval(start, 'week', hour))
      const level = reference && directLevel(reference.basket, reference.level, basket)
      return {
        start,
        end: start + lengthOf(interval, hour),
        wt: [...basket.values()].reduce((sum, { wt }) => sum + wt, 0),
        nominal,
        priceLevel: level,
        real: level === null ? null : realOf(nominal, level),
        slope: slopeOfIntelligence(pricesOf(basket, gradeOf)),
      }
    })
}

/** Unit values of a basket, in dollars per unit, with what is known of each grade. */
function pricesOf(
  basket: Basket,
  gradeOf: (instrument: number) => Omit<GradePrice, 'price'> | undefined,
): GradePrice[] {
  return [...basket].flatMap(([instrument, { wt, paid }]) => {
    const grade = gradeOf(instrument)
    return grade === undefined || wt === 0 || paid <= 0 ? [] : [{ ...grade, price: paid / wt }]
  })
}
