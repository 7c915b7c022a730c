import { parseDecimal, printDecimal } from '../base/decimal.ts'

const PLACES = 9
const MICRO_PLACES = 6

/** Half a millionth of an increment: what arithmetic on fractions may have added or taken. */
const DUST = 5e-7

/** Whole increments in an amount. What is a whole number but for the dust of fractions counts as one. */
export function stepsIn(amount: number, increment: string, direction: 'down' | 'up'): number {
  const count = amount / ((parseDecimal(increment, PLACES) ?? 1) / 10 ** PLACES)
  return direction === 'down' ? Math.floor(count + DUST) : Math.ceil(count - DUST)
}

const placesOf = (increment: string): number =>
  increment.includes('.') ? increment.length - increment.indexOf('.') - 1 : 0

/** Decimal text of so many increments, with the increment's own places. */
export function printSteps(count: number, increment: string): string {
  const places = placesOf(increment)
  return printDecimal(count * (parseDecimal(increment, places) ?? 1), places)
}

/** An amount as the exchange takes it: a whole number of increments, rounded in the direction given. */
export const printAt = (amount: number, increment: string, direction: 'down' | 'up'): string =>
  printSteps(stepsIn(amount, increment, direction), increment)

/** An amount rounded to whole increments. */
export const rounded = (amount: number, increment: string, direction: 'down' | 'up'): number =>
  Number(printAt(amount, increment, direction))

/** µ$ in the exchange's decimal text of dollars. */
export const microsOf = (dollars: string): number => parseDecimal(dollars, MICRO_PLACES) ?? 0

/** The whole µ$ that an amount in dollars takes at most. */
export const microsUp = (dollars: number): number => Math.ceil(dollars * 1e6 - 1e-3)
