import { LOCALE } from './number.ts'

const timeOfDay = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

const dayAndTime = new Intl.DateTimeFormat(LOCALE, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** `14:03:27` in the reader's own time zone. */
export const clock = (at: string): string => timeOfDay.format(new Date(at))

/** `Nov 25, 14:03` in the reader's own time zone. */
export const moment = (at: string): string => dayAndTime.format(new Date(at))

const two = (value: number): string => String(value).padStart(2, '0')

/** What is left of `ms` as `3:07:42`, or `07:42` below an hour. Never negative. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}

/** `4.6 s`, `850 ms`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Number(ms.toFixed(1))} ms`
  return `${Number((ms / 1000).toFixed(2))} s`
}

/** `4 h`, `15 min`, `30 s`: whole periods of a spec. */
export function period(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  if (seconds % 60 === 0) return `${seconds / 60} min`
  return `${seconds} s`
}
