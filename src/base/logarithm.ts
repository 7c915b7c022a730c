import { assert } from './assert.ts'

const LN2 = 0.693_147_180_559_945_3
const TERMS = 24

/**
 * The natural logarithm of `a / b` in millionths, to the nearest one, of positive numbers. Only additions,
 * products and quotients, which every machine rounds alike: `Math.log` may differ between engines, and a
 * replay must not.
 */
export function lnMillionths(a: number, b: number): number {
  assert(a > 0 && b > 0, 'only a positive number has a logarithm')
  let x = a / b
  let twos = 0
  for (; x > 1.5; twos++) x /= 2
  for (; x < 0.75; twos--) x *= 2
  // ln x = 2 artanh y = 2 (y + y³/3 + y⁵/5 + …), with y = (x − 1) / (x + 1), here at most 0.2.
  const y = (x - 1) / (x + 1)
  const square = y * y
  let sum = 0
  let power = y
  for (let n = 0; n < TERMS; n++) {
    sum += power / (2 * n + 1)
    power *= square
  }
  return Math.round((2 * sum + twos * LN2) * 1_000_000)
}
