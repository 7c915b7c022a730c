import { assert } from './assert.ts'
import type { Brand } from './brand.ts'

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>

export const MICROS_PER_MS = 1_000
export const MICROS_PER_SECOND = 1_000_000
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR

export const instant = (micros: number): Instant => {
  assert(Number.isSafeInteger(micros), 'an instant is a safe integer of microseconds')
  return micros as Instant
}

export const fromMs = (ms: number): Instant => instant(ms * MICROS_PER_MS)
export const toMs = (at: Instant): number => Math.floor(at / MICROS_PER_MS)

export const later = (at: Instant, micros: number): Instant => instant(at + micros)

/** The next point of a UTC grid strictly after `at`: for a 4 h period, the next of 00, 04, 08 … */
export const nextOnGrid = (at: Instant, periodMicros: number): Instant =>
  instant((Math.floor(at / periodMicros) + 1) * periodMicros)

/** The instant of an RFC 3339 text in UTC with up to six fractional digits, or `undefined`. */
export function parseRfc3339(text: string): Instant | undefined {
  const [, seconds, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text) ?? []
  if (seconds === undefined) return undefined
  const ms = Date.parse(`${seconds}Z`)
  const micros = ms * MICROS_PER_MS + Number(fraction.padEnd(6, '0'))
  // A date that rolls over, such as February 30, is none.
  if (!Number.isSafeInteger(micros) || !new Date(ms).toISOString().startsWith(seconds)) return undefined
  return micros as Instant
}

/** The second that was printed last: most instants are of the one before, or of the same. */
let printedSecond = Number.NaN
let printedText = ''

/** RFC 3339 in UTC with six fractional digits. */
export function rfc3339(at: Instant): string {
  const micros = at % MICROS_PER_SECOND
  const second = at - micros
  if (second !== printedSecond) {
    printedText = new Date(second / MICROS_PER_MS).toISOString().slice(0, 19)
    printedSecond = second
  }
  return `${printedText}.${String(micros).padStart(6, '0')}Z`
}
