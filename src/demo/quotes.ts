import type { Chance } from '../base/chance.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { TickerOut } from '../wire/market.ts'
import { FairValue } from './fair-value.ts'
import { anchorPrice } from './grade-price.ts'
import type { Supplier } from './suppliers.ts'

/** A first quote strays at most this far from the reference, well inside the venue's band. */
const FIRST_REACH = 0.14

/** What the sample market believes each grade to be worth, and where trading last stood. */
export class Quotes {
  private readonly values = new Map<string, FairValue>()
  private readonly lasts = new Map<string, number>()
  private readonly listed = new Map<string, number>()

  constructor(
    suppliers: readonly Supplier[],
    instruments: readonly InstrumentOut[],
    tickers: readonly TickerOut[],
    chance: Chance,
  ) {
    for (const instrument of instruments) this.listed.set(instrument.id, Number(instrument.reference_price))
    this.see(tickers)
    for (const instrument of instruments) {
      const anchor = anchorPrice(suppliers, instrument)
      const listed = this.reference(instrument)
      const first = Math.min(listed * (1 + FIRST_REACH), Math.max(listed * (1 - FIRST_REACH), anchor))
      // Where there was trading before, the value goes on from its last price.
      const start = this.lasts.get(instrument.id) ?? first
      this.values.set(instrument.id, new FairValue(start, anchor, chance))
    }
  }

  /** Takes in where trading stands now. */
  see(tickers: readonly TickerOut[]): void {
    for (const { instrument, last } of tickers) if (last !== null) this.lasts.set(instrument, Number(last))
  }

  /** Dollars per unit that bands are drawn around: the last trade, or the listing price. */
  reference({ id }: InstrumentOut): number {
    return this.lasts.get(id) ?? this.listed.get(id) ?? 0
  }

  /** The fair value, kept inside the venue's band. */
  fair(instrument: InstrumentOut): number {
    const around = this.reference(instrument)
    const value = this.values.get(instrument.id)?.now() ?? around
    return Math.min(around * (1 + FIRST_REACH), Math.max(around * (1 - FIRST_REACH), value))
  }

  /** Moves the fair value on by one step. */
  step({ id }: InstrumentOut): void {
    this.values.get(id)?.step()
  }
}
