import { Maker } from '../agent/maker.ts'
import type { Client } from '../client/client.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import { unitsHeld } from './holding.ts'
import type { Quotes } from './quotes.ts'

/** How a maker quotes, in shares of the price and in units. */
export type MakerStyle = {
  name: string
  halfSpread: number
  levels: number
  size: number
  target: number
  /** All nine books are quoted once in this time. */
  cycleMs: number
  /** Whether this maker is the one that moves the fair values. */
  leads: boolean
}

/** Two makers: one close and quick, one further off, larger and slower. */
export const makerStyles: readonly MakerStyle[] = [
  {
    name: 'Ballast Markets',
    halfSpread: 0.0025,
    levels: 4,
    size: 1.5,
    target: 30,
    cycleMs: 550,
    leads: true,
  },
  {
    name: 'Keel Liquidity',
    halfSpread: 0.0045,
    levels: 4,
    size: 3,
    target: 40,
    cycleMs: 3_000,
    leads: false,
  },
]

type Seat = { instrument: InstrumentOut; maker: Maker }

/** One maker at work in every book, one book per turn. */
export class MakerDesk {
  readonly style: MakerStyle
  private readonly client: Client
  private readonly quotes: Quotes
  private readonly seats: readonly Seat[]
  private next = 0

  constructor(style: MakerStyle, client: Client, instruments: readonly InstrumentOut[], quotes: Quotes) {
    this.style = style
    this.client = client
    this.quotes = quotes
    const { halfSpread, levels, size, target } = style
    this.seats = instruments.map((instrument) => {
      const fair = () => quotes.fair(instrument)
      return { instrument, maker: new Maker({ client, instrument, fair, halfSpread, levels, size, target }) }
    })
  }

  /** Pause before the next book, so that a cycle takes its time. */
  pauseMs(): number {
    return (this.style.cycleMs / this.seats.length) * (0.85 + 0.3 * Math.random())
  }

  /** Withdraws what an earlier day left in the books, buys a first inventory, and quotes everywhere. */
  async open(): Promise<void> {
    await this.client.orders.cancelAll()
    await this.look()
    for (const { maker } of this.seats) await maker.restock()
    for (let seat = 0; seat < this.seats.length; seat++) await this.turn()
  }

  /** Quotes the next book. At the start of a cycle it looks at what it holds and where trading stands. */
  async turn(): Promise<void> {
    const at = this.next++ % this.seats.length
    if (at === 0) await this.look()
    const seat = this.seats[at]
    if (!seat) return
    if (this.style.leads) this.quotes.step(seat.instrument)
    await seat.maker.quote()
    await seat.maker.restock()
  }

  private async look(): Promise<void> {
    const [balances, tickers] = await Promise.all([this.client.balances(), this.client.tickers()])
    this.quotes.see(tickers)
    for (const { instrument, maker } of this.seats)
      maker.know(unitsHeld(balances.data, instrument), this.quotes.reference(instrument))
  }
}
