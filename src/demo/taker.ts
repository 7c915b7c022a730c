import type { Chance } from '../base/chance.ts'
import type { Client } from '../client/client.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import { demandOf } from './grade-price.ts'
import { cashFree, unitsHeld } from './holding.ts'

/** One arrival of the trace stands for this many requests like it. */
const REQUESTS_PER_ARRIVAL = 1_500
const BUYS = 0.68
const UNITS_MAX = 6
const WEIGHTED_TOKENS_PER_UNIT = 1_000_000

/**
 * A trader whose orders arrive and are sized as the requests of the demand trace, and who takes what is
 * offered.
 */
export class Taker {
  private readonly client: Client
  private readonly instruments: readonly InstrumentOut[]
  private readonly chance: Chance
  private arrival: number

  constructor(client: Client, instruments: readonly InstrumentOut[], chance: Chance) {
    this.client = client
    this.instruments = instruments
    this.chance = chance
    this.arrival = chance.below(1_000)
  }

  /** Buys or sells at market, for the next arrival. */
  async turn(): Promise<void> {
    const { instrument, units } = this.nextArrival()
    const balances = (await this.client.balances()).data
    const isBuy = this.chance.fraction() < BUYS
    const most = isBuy
      ? cashFree(balances) / (Number(instrument.reference_price) * 2)
      : unitsHeld(balances, instrument)
    const hundredths = Math.floor(Math.min(units, most) * 100)
    if (hundredths < 1) return
    await this.client.orders.place({
      instrument: instrument.id,
      side: isBuy ? 'buy' : 'sell',
      type: 'market',
      quantity: (hundredths / 100).toFixed(2),
    })
  }

  private nextArrival(): { instrument: InstrumentOut; units: number } {
    const instrument = this.instruments[this.chance.below(this.instruments.length)]
    if (!instrument) throw new Error('the venue lists no instrument')
    const demand = demandOf(instrument.spec.task)
    const { inputTokens, outputTokens } = demand[this.arrival++ % demand.length] ?? {
      inputTokens: 0,
      outputTokens: 0,
    }
    const { input, output } = instrument.spec.weights
    const weighted = inputTokens * Number(input) + outputTokens * Number(output)
    const units = (weighted * REQUESTS_PER_ARRIVAL) / WEIGHTED_TOKENS_PER_UNIT
    return { instrument, units: Math.max(0.01, Math.min(UNITS_MAX, units)) }
  }
}
