import { parseDecimal, printDecimal } from '../base/decimal.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import { lots, micros, ticks, wt } from '../base/money.ts'
import type { Spec } from '../state/instrument.ts'
import { MONEY_PLACES, UNIT_PLACES } from '../wire/decimal.ts'
import type { Problem } from './problem.ts'
import { faultAt } from './problem.ts'

/** Decimal places of an instrument's prices and quantities: as many as its tick and lot need. */
type Places = { price: number; quantity: number; priceStep: number; quantityStep: number }

const placesBySpec = new WeakMap<Spec, Places>()

function placesOf(step: number, most: number): number {
  let places = most
  while (places > 0 && step % 10 === 0) {
    step /= 10
    places--
  }
  return places
}

/** How many decimals a spec's numbers have, and how many of the last decimal one step is. */
export function decimalsOf(spec: Spec): Places {
  let known = placesBySpec.get(spec)
  if (known === undefined) {
    const price = placesOf(spec.tick, MONEY_PLACES)
    const quantity = placesOf(spec.lot, UNIT_PLACES)
    known = {
      price,
      quantity,
      priceStep: spec.tick / 10 ** (MONEY_PLACES - price),
      quantityStep: spec.lot / 10 ** (UNIT_PLACES - quantity),
    }
    placesBySpec.set(spec, known)
  }
  return known
}

/** Ticks as dollars per unit. */
export function printPrice(spec: Spec, price: number): string {
  const { price: places, priceStep } = decimalsOf(spec)
  return printDecimal(price * priceStep, places)
}

/** Lots as units. */
export function printQuantity(spec: Spec, quantity: number): string {
  const { quantity: places, quantityStep } = decimalsOf(spec)
  return printDecimal(quantity * quantityStep, places)
}

/**
 * The average price of a fill, at the precision of money and rounded half up; null while nothing is filled.
 */
export function printAverage(spec: Spec, value: number, filled: number): string | null {
  if (filled === 0) return null
  const weighted = BigInt(filled) * BigInt(spec.lot)
  const average = (BigInt(value) * 1_000_000n * 2n + weighted) / (weighted * 2n)
  return printDecimal(Number(average), MONEY_PLACES)
}

/** Steps of 10^-6 in decimal text, or why not. */
function microsOf(text: string, pointer: string): number | Problem {
  const value = parseDecimal(text, MONEY_PLACES)
  if (value !== undefined) return value
  if (/^-?\d{10}/.test(text))
    return faultAt('amount_too_large', pointer, 'the amount is too large', { value: text })
  return faultAt('amount_too_precise', pointer, `at most ${MONEY_PLACES} decimals are kept`, { value: text })
}

/** A price in ticks, or a problem that names the nearest price on the grid. */
export function readPrice(spec: Spec, text: string, pointer: string): Ticks | Problem {
  const value = microsOf(text, pointer)
  if (typeof value !== 'number') return value
  if (value % spec.tick === 0) return ticks(value / spec.tick)
  const nearest = printPrice(spec, Math.max(1, Math.round(value / spec.tick)))
  const step = printPrice(spec, 1)
  return faultAt('price_off_increment', pointer, `prices are multiples of ${step}`, { value: text, nearest })
}

/** A quantity in lots, or a problem that names the nearest quantity on the grid. */
export function readQuantity(spec: Spec, text: string, pointer: string): Lots | Problem {
  const value = microsOf(text, pointer)
  if (typeof value !== 'number') return value
  if (value % spec.lot === 0) return lots(value / spec.lot)
  const nearest = printQuantity(spec, Math.max(1, Math.round(value / spec.lot)))
  const step = printQuantity(spec, 1)
  return faultAt('quantity_off_increment', pointer, `quantities are multiples of ${step}`, {
    value: text,
    nearest,
  })
}

/** Dollars as µ$, or the problem. */
export function readMoney(text: string, pointer: string): Micros | Problem {
  const value = microsOf(text, pointer)
  return typeof value === 'number' ? micros(value) : value
}

/** Units as weighted tokens, or the problem. */
export function readUnits(text: string, pointer: string): Wt | Problem {
  const value = microsOf(text, pointer)
  return typeof value === 'number' ? wt(value) : value
}
