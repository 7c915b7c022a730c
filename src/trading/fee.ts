import type { Micros, Ppm } from '../base/money.ts'
import { micros, mulDivDown, PPM } from '../base/money.ts'
import type { Position } from '../state/state.ts'

/**
 * The fee on one fill, rounded up on the running total of the account in the instrument: each fill pays the
 * difference, so a thousand small fills cost what one large one does. At most `limit` is taken now; of what
 * is beyond it up to 1 µ$ (the rounding of two orders that share one total) is taken with the next fee, and
 * the rest (a fee raised after the order was placed) is never owed.
 */
export function takeFee(position: Position, value: Micros, rate: Ppm, limit: Micros): Micros {
  if (rate === 0 && position.feeAhead >= 0) return 0 as Micros
  const whole = mulDivDown(value, rate, PPM)
  const fraction = ((value % PPM) * rate) % PPM
  const due = whole + Math.ceil((fraction - position.feeAhead) / PPM)
  const taken = Math.max(0, Math.min(due, limit))
  position.feeAhead = Math.max(position.feeAhead + (taken - whole) * PPM - fraction, -PPM)
  return micros(taken)
}

/** Weighted tokens for weighted ppm of tokens, likewise rounded up on the running total. */
export function takeMetered(position: Position, ppmOfTokens: number): number {
  const due = Math.max(0, Math.ceil((ppmOfTokens - position.meterAhead) / PPM))
  position.meterAhead += due * PPM - ppmOfTokens
  return due
}
