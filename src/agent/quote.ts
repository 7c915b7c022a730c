import type { InstrumentOut } from '../wire/instrument.ts'
import type { OrderOut } from '../wire/order.ts'
import { printAt, printSteps, rounded, stepsIn } from './increment.ts'
import type { Facts, Placement, Step } from './step.ts'
import { dollars, unitsText } from './step.ts'
import { DUST } from './view.ts'

export type Side = 'buy' | 'sell'

/** A price an agent wants to stand at, with how much, and why. Level 0 is its best. */
export type Quote = { side: Side; price: number; units: number; why: string; facts: Facts }

type Increments = Pick<InstrumentOut, 'price_increment' | 'quantity_increment' | 'min_quantity'>

/** Quotes stay within this share of the reference, inside the venue's own band. */
const REACH = 0.18

/** Where the quotes of a maker stand. Shares are of the price. */
export type Stance = {
  /** What a unit is worth, in dollars. */
  fair: number
  /** The price that bands are drawn around. */
  around: number
  halfSpread: number
  /** How far quotes lean when the inventory is a whole target away, and how far it is: from −1 to 1. */
  lean: number
  away: number
}

/**
 * The price of a quote: its side of the fair value, leaning against the inventory, each level as far again;
 * inside the band, rounded away from the other side.
 */
export function quotePrice(
  { fair, around, halfSpread, lean, away }: Stance,
  side: Side,
  level: number,
  increment: string,
): number {
  const middle = fair * (1 - lean * away)
  const wanted = middle * (1 + (side === 'buy' ? -1 : 1) * halfSpread * (level + 1))
  const bounded = Math.max(around * (1 - REACH), Math.min(around * (1 + REACH), wanted))
  const steps = stepsIn(bounded, increment, side === 'buy' ? 'down' : 'up')
  return Number(printSteps(Math.max(1, steps), increment))
}

/** How an inventory stands to its target, from −1 (nothing) to 1 (twice the target or more). */
export const awayFrom = (held: number, target: number): number =>
  target === 0 ? 0 : Math.max(-1, Math.min(1, (held - target) / target))

/** What a placed quote carries besides its price and size. */
export type Terms = Partial<Placement>

/**
 * The steps from an agent's open orders in one instrument to the quotes it wants. An order that stands
 * within `tolerance` of its price, as a share, and has no more than the size wanted and half of it at least,
 * keeps its place. What moves away from the other side goes first, so that an agent never meets itself.
 */
export function requote(
  instrument: InstrumentOut,
  open: readonly OrderOut[],
  wanted: readonly Quote[],
  tolerance: number,
  terms: Terms = {},
): Step[] {
  const here = open.filter((order) => order.instrument === instrument.id)
  const sides = (['buy', 'sell'] as const).map((side) => {
    const towards = side === 'buy' ? -1 : 1
    const orders = here
      .filter((order) => order.side === side)
      .sort((a, b) => towards * (Number(a.price) - Number(b.price)))
    const quotes = wanted.filter((quote) => quote.side === side && isTradable(instrument, quote))
    return { side, orders, quotes }
  })
  const best = sides[0]?.orders[0]
  const isRising = best !== undefined && (sides[0]?.quotes[0]?.price ?? 0) > Number(best.price)
  if (isRising) sides.reverse()
  const surplus = sides.flatMap(({ orders, quotes }) => orders.slice(quotes.length))
  return [
    ...surplus.map(
      ({ id, side, price }): Step => ({
        act: 'cancel',
        id,
        why: `a ${side} at $${price} is no longer wanted`,
        facts: { price: Number(price) },
      }),
    ),
    ...sides.flatMap(({ orders, quotes }) =>
      quotes.flatMap((quote, at) => towardsQuote(instrument, orders[at], quote, tolerance, terms)),
    ),
  ]
}

/** Takes back an agent's open orders in one instrument. */
export const cancelsIn = (
  { id: instrument }: Pick<InstrumentOut, 'id'>,
  open: readonly OrderOut[],
  why: string,
  facts: Facts,
): Step[] =>
  open
    .filter((order) => order.instrument === instrument)
    .map(({ id }): Step => ({ act: 'cancel', id, why, facts }))

const isTradable = ({ min_quantity: least }: Increments, { units }: Quote): boolean => units >= Number(least)

function towardsQuote(
  instrument: InstrumentOut,
  order: OrderOut | undefined,
  { side, price, units, why, facts }: Quote,
  tolerance: number,
  terms: Terms,
): Step[] {
  const { price_increment: tick, quantity_increment: lot } = instrument
  const printed = printAt(price, tick, side === 'buy' ? 'down' : 'up')
  if (order === undefined) {
    const quantity = printAt(units, lot, 'down')
    const placed: Placement = { instrument: instrument.id, side, price: printed, quantity, ...terms }
    return [{ act: 'place', order: placed, why, facts }]
  }
  const left = Number(order.remaining_quantity)
  const isNear = Math.abs(Number(order.price) / Number(printed) - 1) <= tolerance
  const most = rounded(units, lot, 'down')
  if (isNear && left >= most / 2 && left <= most + DUST) return []
  const quantity = printAt(Number(order.filled_quantity) + most, lot, 'down')
  const from = `it stands at ${dollars(Number(order.price))} with ${unitsText(left)}`
  return [{ act: 'amend', id: order.id, price: printed, quantity, why: `${why}; ${from}`, facts }]
}
