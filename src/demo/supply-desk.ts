import { Maker } from '../agent/maker.ts'
import type { Client } from '../client/client.ts'
import { BusbarError } from '../client/problem.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { OfferOut } from '../wire/supply.ts'
import type { DemoState } from './demo-file.ts'
import { postedUnitPrice } from './grade-price.ts'
import { unitsHeld } from './holding.ts'
import type { ModelProcess } from './model-process.ts'
import { startModelProcess } from './model-process.ts'
import type { Quotes } from './quotes.ts'
import type { SampleModel, Supplier } from './suppliers.ts'
import { modelsFor } from './suppliers.ts'

export type SupplyOptions = {
  supplier: Supplier
  client: Client
  instruments: readonly InstrumentOut[]
  quotes: Quotes
  state: DemoState
  log: (line: string) => void
}

/** One grade that a supplier sells: the model that serves it, its stock and its asks. */
type Line = { instrument: InstrumentOut; model: SampleModel; asks: Maker }

const RATE_UNITS_PER_MINUTE = '40'
const CONCURRENCY = 64
/** Units issued and on offer for each grade; topped up when half of them are gone. */
const STOCK = 60
const MARGIN = 0.05
const QUALIFICATION_TRIES = 5
/** Certificates are renewed when less than this is left of them. */
const RENEW_MS = 15 * 60_000
const SLOW_TURNS = 4
/** A shortage is said once, and again only after it has been over for so long. */
const QUIET_MS = 60_000

/** One supplier at work: its model server, its offers, its certificates, and its asks. */
export class SupplyDesk {
  private readonly options: SupplyOptions
  private readonly lines: readonly Line[]
  private process: ModelProcess | undefined
  private stopping = false
  private turns = 0
  private quietUntil = 0

  constructor(options: SupplyOptions) {
    this.options = options
    this.lines = options.instruments.flatMap((instrument) =>
      modelsFor(options.supplier, instrument).map((model) => ({
        instrument,
        model,
        asks: this.asksFor(instrument, model),
      })),
    )
  }

  get name(): string {
    return this.options.supplier.name
  }

  /**
   * Starts the model server, and registers its models as offers, or points the offers of an earlier day at
   * it.
   */
  async open(): Promise<void> {
    const { supplier, client } = this.options
    const models = Object.fromEntries(supplier.models.map((model) => [model.name, model.profile]))
    this.process = await startModelProcess({ models })
    void this.process.ended.then((how) => this.reopen(how))
    await client.orders.cancelAll()
    for (const model of supplier.models) await this.register(model, this.process.baseUrl)
  }

  /** What still has to be measured before all grades of the supplier can be delivered. */
  async unproven(): Promise<Line[]> {
    const offers = await this.options.client.offers.list()
    const isProven = ({ instrument, model }: Line) =>
      this.offerOf(offers, model)?.certificates.some(
        ({ instrument: id, expires_at: end }) =>
          id === instrument.id && Date.parse(end) > Date.now() + RENEW_MS,
      )
    return this.lines.filter((line) => !isProven(line))
  }

  /** Has the exchange measure a grade, again if the measurement met one of the model's rare failures. */
  async prove({ instrument, model }: Line): Promise<void> {
    const { client, state, supplier, log } = this.options
    const offer = state.offers[model.name] ?? ''
    for (let tries = 1; ; tries++) {
      const begun = await client.qualifications.start({ offer, instrument: instrument.id, plan: 'brief' })
      const ended = await client.qualifications.finished(begun.id)
      if (ended.status === 'passed') {
        log(`${supplier.name}: ${model.name} qualified for ${instrument.model}`)
        return
      }
      log(`${supplier.name}: ${model.name} did not qualify for ${instrument.model}: ${ended.reason ?? ''}`)
      if (tries === QUALIFICATION_TRIES)
        throw new Error(`${supplier.name} cannot qualify for ${instrument.model}: ${ended.reason ?? ''}`)
    }
  }

  /** Issues what is missing from stock and brings the asks to the market. */
  async turn(): Promise<void> {
    const { client, quotes } = this.options
    const balances = (await client.balances()).data
    const isSlow = this.turns++ % SLOW_TURNS !== 0
    for (const line of this.lines) {
      const held = unitsHeld(balances, line.instrument)
      const isShort = held < STOCK / 2
      const issued = isShort ? await this.issue(line, Math.ceil(STOCK - held)) : 0
      line.asks.know(held + issued, quotes.reference(line.instrument))
      if (isShort || !isSlow) await line.asks.quote()
    }
  }

  async close(): Promise<void> {
    this.stopping = true
    await this.process?.stop()
  }

  private asksFor(instrument: InstrumentOut, model: SampleModel): Maker {
    const { supplier, client, quotes } = this.options
    const cost = postedUnitPrice(model.priced, instrument) * supplier.costShare
    return new Maker({
      client,
      instrument,
      fair: () => Math.max(quotes.fair(instrument), cost * (1 + MARGIN)),
      halfSpread: supplier.premium,
      levels: 2,
      sides: ['sell'],
      size: STOCK / 5,
      target: 0,
    })
  }

  /** Units issued: as many as asked for, or none where the offer or the bond allows no more now. */
  private async issue({ instrument, model }: Line, missing: number): Promise<number> {
    const { client, state, log } = this.options
    const offer = state.offers[model.name] ?? ''
    try {
      await client.issue({ offer, instrument: instrument.id, quantity: String(missing) })
      return missing
    } catch (error) {
      if (!(error instanceof BusbarError) || error.outcome !== 'rejected') throw error
      if (Date.now() >= this.quietUntil)
        log(`${this.name}: ${missing} units of ${instrument.model} not issued: ${error.message}`)
      this.quietUntil = Date.now() + QUIET_MS
      return 0
    }
  }

  private offerOf(offers: readonly OfferOut[], model: SampleModel): OfferOut | undefined {
    return offers.find(({ id }) => id === this.options.state.offers[model.name])
  }

  private async register(model: SampleModel, baseUrl: string): Promise<void> {
    const { client, state, supplier, instruments } = this.options
    const endpoint = { base_url: baseUrl, model: model.name }
    const known = state.offers[model.name]
    if (known !== undefined) {
      await client.offers.update(known, { endpoint })
      return
    }
    const contexts = instruments
      .filter((instrument) => modelsFor(supplier, instrument).includes(model))
      .map(({ spec }) => spec.context_tokens)
    const offer = await client.offers.register({
      name: supplier.name,
      endpoint,
      rate: RATE_UNITS_PER_MINUTE,
      concurrency: CONCURRENCY,
      capabilities: ['tools', 'json_schema'],
      context_tokens: Math.max(...contexts),
      disclosed: supplier.disclosed,
    })
    state.offers[model.name] = offer.id
  }

  /** A model server that ends by itself is started again, at another port. */
  private async reopen(how: string): Promise<void> {
    if (this.stopping) return
    const { log } = this.options
    log(`${this.name}: the model server ended (${how}); starting it again`)
    try {
      await this.open()
    } catch (error) {
      log(`${this.name}: the model server did not start again: ${String(error)}`)
    }
  }
}
