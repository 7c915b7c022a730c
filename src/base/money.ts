import { assert } from './assert.ts'
import type { Brand } from './brand.ts'

/** Whole micro-dollars (µ$). A safe integer holds about $9.0 billion of them. */
export type Micros = Brand<number, 'Micros'>
/** A price in ticks of its instrument. Times the tick it is µ$ per unit. */
export type Ticks = Brand<number, 'Ticks'>
/** A tradable quantity: whole lots of one instrument. */
export type Lots = Brand<number, 'Lots'>
/** Weighted tokens, the smallest deliverable quantity. 1 unit = 1,000,000 wt. */
export type Wt = Brand<number, 'Wt'>
/** A ratio in parts per million. */
export type Ppm = Brand<number, 'Ppm'>

export const WT_PER_UNIT = 1_000_000
export const PPM = 1_000_000

const whole = (n: number): number => {
  assert(Number.isSafeInteger(n), 'an amount is a safe integer')
  return n
}

export const micros = (n: number): Micros => whole(n) as Micros
export const ticks = (n: number): Ticks => whole(n) as Ticks
export const lots = (n: number): Lots => whole(n) as Lots
export const wt = (n: number): Wt => whole(n) as Wt
export const ppm = (n: number): Ppm => whole(n) as Ppm

/** floor(a × b / by) on non-negative integers, exact for any safe operands. */
export function mulDivDown(a: number, b: number, by: number): number {
  const product = a * b
  return product <= Number.MAX_SAFE_INTEGER ? Math.floor(product / by) : bigMulDiv(a, b, by, 0)
}

/** ceil(a × b / by) on non-negative integers, exact for any safe operands. */
export function mulDivUp(a: number, b: number, by: number): number {
  const product = a * b
  return product <= Number.MAX_SAFE_INTEGER - by
    ? Math.floor((product + by - 1) / by)
    : bigMulDiv(a, b, by, by - 1)
}

/**
 * floor((a × b + plus) / by) where the product is no safe integer: a = q × by + r, so that it is q × b and
 * floor((r × b + plus) / by); in big integers where even that does not fit.
 */
function bigMulDiv(a: number, b: number, by: number, plus: number): number {
  // The quotient of two safe integers, rounded to a float, never reaches the next whole number.
  const q = Math.floor(a / by)
  const low = (a - q * by) * b + plus
  if (low > Number.MAX_SAFE_INTEGER) return whole(Number((BigInt(a) * BigInt(b) + BigInt(plus)) / BigInt(by)))
  return whole(q * b + Math.floor(low / by))
}

/** A share of an amount, rounded up. */
export const shareUp = (of: Micros, share: Ppm): Micros => mulDivUp(of, share, PPM) as Micros
/** A share of an amount, rounded down. */
export const shareDown = (of: Micros, share: Ppm): Micros => mulDivDown(of, share, PPM) as Micros

/** What `quantity` costs at `price` µ$ per unit, rounded up. */
export const valueUp = (quantity: Wt, price: Micros): Micros =>
  mulDivUp(quantity, price, WT_PER_UNIT) as Micros

/** By how much that falls as the quantity does: one number that is small where both values are large. */
export function valueFall(from: Wt, to: Wt, price: Micros): Micros {
  const most = from * price + WT_PER_UNIT - 1
  if (most > Number.MAX_SAFE_INTEGER) return (valueUp(from, price) - valueUp(to, price)) as Micros
  const left = to * price + WT_PER_UNIT - 1
  return (Math.floor(most / WT_PER_UNIT) - Math.floor(left / WT_PER_UNIT)) as Micros
}
