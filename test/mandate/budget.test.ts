import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Instant } from '../../src/base/time.ts'
import { fromMs } from '../../src/base/time.ts'
import { windowStart } from '../../src/mandate/budget.ts'

const at = (text: string): Instant => fromMs(Date.parse(text))

test('budget windows are those of the calendar in UTC, and weeks begin on Monday', () => {
  const now = at('2026-11-25T13:45:30Z')
  assert.equal(windowStart('hour', now), at('2026-11-25T13:00:00Z'))
  assert.equal(windowStart('day', now), at('2026-11-25T00:00:00Z'))
  assert.equal(windowStart('week', now), at('2026-11-23T00:00:00Z'))
  assert.equal(windowStart('month', now), at('2026-11-01T00:00:00Z'))
  assert.equal(windowStart('lifetime', now), 0)
})

test('a month begins where the calendar says, in leap years and centuries too', () => {
  const date = fc.date({
    min: new Date('1970-01-01T00:00:00Z'),
    max: new Date('2200-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(date, (when) => {
      const month = Date.UTC(when.getUTCFullYear(), when.getUTCMonth(), 1)
      assert.equal(windowStart('month', fromMs(when.getTime())), fromMs(month))
      const monday = (when.getUTCDay() + 6) % 7
      const week = Date.UTC(when.getUTCFullYear(), when.getUTCMonth(), when.getUTCDate() - monday)
      // The week of the epoch began before it.
      if (week >= 0) assert.equal(windowStart('week', fromMs(when.getTime())), fromMs(week))
    }),
  )
})
