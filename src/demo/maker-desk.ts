import { Maker } from '../agent/maker.ts'
import type { Rhythm } from '../agent/rhythm.ts'
import { startRhythm } from '../agent/rhythm.ts'
import type { Client } from '../client/client.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import { unitsHeld } from './holding.ts'
import { pooled } from './pool.ts'
import type { Quotes } from './quotes.ts'
import { pauseToSweepMs } from './sweep.ts'

/** How a maker quotes, in shares of the price and in units. */
export type MakerStyle = {
  name: string
  halfSpread: number
  levels: number
  size: number
  target: number
  /** Between two quotes in the same book. */
  pauseMs: number
  /** Whether this maker is the one that moves the fair values. */
  leads: boolean
}

/** Two makers: one close and quick, one further off, larger and slower. */
export const makerStyles: readonly MakerStyle[] = [
  {
    name: 'Ballast Markets',
    halfSpread: 0.0025,
    levels: 4,
    size: 0.8,
    target: 8,
    pauseMs: 550,
    leads: true,
  },
  {
    name: 'Keel Liquidity',
    halfSpread: 0.0045,
    levels: 4,
    size: 1.2,
    target: 12,
    pauseMs: 2_500,
    leads: false,
  },
]

type Seat = { instrument: InstrumentOut; maker: Maker }

/** How often a maker looks at what it holds and at where trading stands. */
const LOOK_MS = 1_000
/** After a sweep, once suppliers offer again. */
const RESTOCK_MS = 400
const SEATS_AT_ONCE = 3

/** One maker at work in every book. */
export class MakerDesk {
  private readonly style: MakerStyle
  private readonly client: Client
  private readonly quotes: Quotes
  private readonly instruments: readonly InstrumentOut[]
  private readonly seats: readonly Seat[]

  constructor(style: MakerStyle, client: Client, instruments: readonly InstrumentOut[], quotes: Quotes) {
    this.style = style
    this.client = client
    this.quotes = quotes
    this.instruments = instruments
    const { halfSpread, levels, size, target } = style
    this.seats = instruments.map((instrument) => {
      const fair = () => quotes.fair(instrument)
      return { instrument, maker: new Maker({ client, instrument, fair, halfSpread, levels, size, target }) }
    })
  }

  get name(): string {
    return this.style.name
  }

  /** Withdraws what an earlier day left in the books, buys a first inventory, and quotes everywhere. */
  async open(): Promise<void> {
    await this.client.orders.cancelAll()
    // The second look sees what the first one bought.
    await this.look()
    await this.look()
    await pooled(this.seats, SEATS_AT_ONCE, ({ maker }) => maker.quote())
  }

  /** Quotes every book in its own rhythm, so that a slow answer in one holds up no other. */
  start(pace: number, onError: (error: unknown) => void): Rhythm[] {
    const quoting = this.seats.map((seat) =>
      startRhythm({
        pauseMs: () => (this.style.pauseMs * (0.8 + 0.4 * Math.random())) / pace,
        turn: () => this.quote(seat),
        onError,
      }),
    )
    return [
      ...quoting,
      startRhythm({
        pauseMs: () => pauseToSweepMs(LOOK_MS / pace, RESTOCK_MS, this.instruments),
        turn: () => this.look(),
        onError,
      }),
    ]
  }

  private async quote({ instrument, maker }: Seat): Promise<void> {
    if (this.style.leads) this.quotes.step(instrument)
    await maker.quote()
  }

  /** Takes in holdings and prices, and buys where little is left to sell, as after a sweep. */
  private async look(): Promise<void> {
    const [balances, tickers] = await Promise.all([this.client.balances(), this.client.tickers()])
    this.quotes.see(tickers)
    for (const { instrument, maker } of this.seats) {
      maker.know(unitsHeld(balances.data, instrument), this.quotes.reference(instrument))
      await maker.restock()
    }
  }
}
