import type { Client } from '../client/client.ts'
import { BusbarError } from '../client/problem.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { OrderOut } from '../wire/order.ts'
import { printAt, stepsIn, printSteps } from './increment.ts'
import type { Side } from './quote.ts'
import { awayFrom, quotePrice } from './quote.ts'

export type MakerOptions = {
  client: Client
  instrument: InstrumentOut
  /** What a unit is worth to the maker now, in dollars. */
  fair: () => number
  /**
   * Distance of the best quotes from the fair value, as a share of it; each further level adds as much
   * again.
   */
  halfSpread: number
  /** Quotes on either side. */
  levels: number
  /** A supplier that only sells quotes one side. */
  sides?: readonly Side[]
  /** Units quoted at the best level; each further level quotes as much again. */
  size: number
  /** Units the maker wants to hold. It leans its quotes to get there. */
  target: number
  /** Hears of quotes the exchange refused. */
  onRefusal?: (refusal: BusbarError) => void
}

type Slot = { side: Side; level: number; order: OrderOut | undefined }

/** How far quotes lean, as a share of the price, when the inventory is a whole target away. */
const LEAN = 0.004
/** Turns between two refreshments of a deeper level. */
const DEEPER_EVERY = 4

/**
 * Keeps quotes in one instrument at a value that somebody else knows, many times a minute: what the sample
 * market's makers and suppliers quote with. It never crosses, and leans against its inventory. The maker that
 * finds the value by itself is `marketMaker`.
 */
export class Maker {
  private readonly options: MakerOptions
  private readonly slots: Slot[]
  private turn = 0
  private held = 0
  private reference = 0

  constructor(options: MakerOptions) {
    this.options = options
    const sides = options.sides ?? ['buy', 'sell']
    this.slots = Array.from({ length: options.levels }, (_, level) => level).flatMap((level) =>
      sides.map((side) => ({ side, level, order: undefined })),
    )
  }

  /**
   * Tells the maker what it holds, its open sell orders included, and the price that bands are drawn around.
   */
  know(held: number, reference: number): void {
    this.held = held
    this.reference = reference
  }

  /** Brings the quotes to the fair value. */
  async quote(): Promise<void> {
    this.turn++
    const due = this.slots.filter((slot) => this.isDue(slot))
    const best = this.slots[0]?.order
    const rising = best !== undefined && this.priceOf(best.side, 0) > Number(best.price)
    // The side that moves away goes first, so that our own quotes never meet.
    for (const side of rising ? (['sell', 'buy'] as const) : (['buy', 'sell'] as const))
      for (const slot of due) if (slot.side === side) await this.refresh(slot)
  }

  /** Buys what is missing to half of the target at once, at most a percent through the best ask. */
  async restock(): Promise<void> {
    const { client, instrument, target } = this.options
    if (this.held >= target / 2) return
    const [best] = (await client.book(instrument.id, { depth: 1 })).asks
    if (!best) return
    const price = printAt(Number(best[0]) * 1.01, instrument.price_increment, 'down')
    await this.tried(() =>
      client.orders.place({
        instrument: instrument.id,
        side: 'buy',
        time_in_force: 'ioc',
        price,
        quantity: this.quantity(target - this.held),
      }),
    )
  }

  /** Withdraws every quote. */
  async withdraw(): Promise<void> {
    for (const slot of this.slots) slot.order = undefined
    await this.options.client.orders.cancelAll({ instrument: this.options.instrument.id })
  }

  /**
   * The best quotes each turn; a deeper one when its turn comes, when it is missing, or when the price left
   * it.
   */
  private isDue({ side, level, order }: Slot): boolean {
    if (level === 0 || order === undefined) return true
    const round = Math.floor(this.turn / DEEPER_EVERY)
    const isTurn = this.turn % DEEPER_EVERY === 0 && level === 1 + (round % (this.options.levels - 1))
    const wanted = this.priceOf(side, level)
    return isTurn || Math.abs(Number(order.price) / wanted - 1) > this.options.halfSpread / 2
  }

  private priceOf(side: Side, level: number): number {
    const { fair, halfSpread, target, instrument } = this.options
    const away = awayFrom(this.held, target)
    const around = this.reference > 0 ? this.reference : Number(instrument.reference_price)
    return quotePrice(
      { fair: fair(), around, halfSpread, lean: LEAN, away },
      side,
      level,
      instrument.price_increment,
    )
  }

  private quantity(units: number): string {
    const { quantity_increment: lot } = this.options.instrument
    return printSteps(Math.max(1, stepsIn(units, lot, 'down')), lot)
  }

  /** Units to quote in a slot: sizes grow with the level and vary a little; asks share what is held. */
  private sizeOf(slot: Slot): number {
    const { size, levels } = this.options
    const wanted = size * (slot.level + 1) * (0.8 + 0.4 * Math.random())
    return slot.side === 'buy' ? wanted : Math.min(wanted, this.held / levels)
  }

  private async refresh(slot: Slot): Promise<void> {
    const { client, instrument } = this.options
    const price = String(this.priceOf(slot.side, slot.level))
    const size = this.sizeOf(slot)
    if (size < Number(instrument.min_quantity)) return
    const { order } = slot
    slot.order = order && (await this.amended(order, price, size))
    if (slot.order === undefined)
      slot.order = await this.tried(() =>
        client.orders.place({
          instrument: instrument.id,
          side: slot.side,
          post_only: 'reject',
          price,
          quantity: this.quantity(size),
        }),
      )
    if (slot.order?.status !== 'open') slot.order = undefined
  }

  /** The order at its new place, or nothing: it has gone, or was withdrawn because it could not be moved. */
  private async amended(order: OrderOut, price: string, size: number): Promise<OrderOut | undefined> {
    const { client } = this.options
    const quantity = this.quantity(Number(order.filled_quantity) + size)
    const moved = await this.tried(() => client.orders.amend(order.id, { price, quantity }))
    if (moved?.status === 'open') return moved
    if (moved === undefined) await this.tried(() => client.orders.cancel(order.id))
    return undefined
  }

  /** The order, or nothing where the exchange refused it: a refused quote is tried again at the next turn. */
  private async tried(ask: () => Promise<OrderOut>): Promise<OrderOut | undefined> {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof BusbarError) || error.outcome !== 'rejected') throw error
      this.options.onRefusal?.(error)
      return undefined
    }
  }
}
