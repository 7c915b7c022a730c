import { MICROS_PER_HOUR } from '../base/time.ts'

/** Hours of a day and of a week, whatever an hour of the venue is. */
export const DAY_HOURS = 24
export const WEEK_HOURS = 168
/** 1970 began on a Thursday: its first Monday came 96 hours later. */
const FIRST_MONDAY_HOURS = 96

export type Interval = 'hour' | 'day' | 'week'

const HOURS: Record<Interval, number> = { hour: 1, day: DAY_HOURS, week: WEEK_HOURS }

/** Length of an interval in microseconds, where an hour is `hour` microseconds long. */
export const lengthOf = (interval: Interval, hour: number): number => HOURS[interval] * hour

/** Where the interval that holds `at` begins. Weeks begin on Monday, UTC, where an hour is an hour. */
export function startOfInterval(at: number, interval: Interval, hour: number): number {
  const length = lengthOf(interval, hour)
  const offset = interval === 'week' ? FIRST_MONDAY_HOURS * hour : 0
  return Math.floor((at - offset) / length) * length + offset
}

/** How many hours of the venue pass in a real one. */
export const paceOf = (hour: number): number => MICROS_PER_HOUR / hour
