import type { Client } from '../client/client.ts'
import { BusbarError } from '../client/problem.ts'
import type { OrderOut } from '../wire/order.ts'
import { cashOf, holdingOf, onHand } from './view.ts'

/** A task that somebody pays for. */
export type Job = { id: string; pays: number; prompt: string; maxTokens: number }

export type EarnerOptions = {
  client: Client
  instrument: string
  /** Dollars that are not spent on units: what it lives on when there is no work. */
  reserve: number
  /** Least profit of a job, as a share of what it pays. */
  margin: number
  /** Hours of work that it buys units for; no more than a lot lives. */
  hoursAhead: number
  /** Units it expects a job to use until it has seen some. */
  unitsPerJob: number
  /** Hears of every decision and its reason. */
  say?: (line: string) => void
}

/** Whether a job is taken, and why. */
export type Verdict = { take: boolean; why: string }

/** What the agent sees of the market and of itself. Dollars and units as numbers: it only decides by them. */
type View = { cash: number; units: number; ask: number | null; lotUnits: number }

/** The weight of a new observation in what it has learned. */
const FRESH = 0.1

/**
 * An agent that lives on its work: it is paid for results, buys its own inference, keeps a reserve, and takes
 * no job that it cannot deliver at a profit. It knows only the SDK.
 */
export class Earner {
  private readonly options: EarnerOptions
  private view: View = { cash: 0, units: 0, ask: null, lotUnits: 0.01 }
  /** Learned: units that a job uses, the share of calls that fail, and jobs taken in an hour. */
  private unitsPerJob: number
  private failing = 0
  private jobsPerHour = 0
  private takenThisHour = 0
  /** What a unit on hand has cost, on average. */
  private unitCost = 0
  /** What jobs that were taken have lately paid. */
  private payPerJob = 0
  private open: { id: string; counted: number; limit: number } | null = null

  constructor(options: EarnerOptions) {
    this.options = options
    this.unitsPerJob = options.unitsPerJob
  }

  /** Looks at the market and its own books, and buys ahead what work is likely to need, if it pays for it. */
  async beginHour(): Promise<void> {
    this.jobsPerHour += FRESH * (this.takenThisHour - this.jobsPerHour)
    this.takenThisHour = 0
    await this.closeOrder()
    await this.look()
    const { units, ask, cash, lotUnits } = this.view
    const wanted = this.jobsPerHour * this.options.hoursAhead * this.unitsPerJob
    const short = Math.ceil((wanted - units) / lotUnits) * lotUnits
    if (short <= 0) return
    const worth = this.worthOfUnit()
    if (ask === null) return this.say(`no units are offered; ${units.toFixed(4)} on hand`)
    if (ask > worth)
      return this.say(`a unit costs $${ask.toFixed(4)} and earns $${worth.toFixed(4)}: it buys none`)
    const affordable = Math.floor((cash - this.options.reserve) / (ask * lotUnits)) * lotUnits
    const size = Math.min(short, affordable)
    if (size <= 0) return this.say(`buying would touch the reserve of $${this.options.reserve}`)
    await this.buy(size, Math.min(worth, ask * 1.02))
  }

  /** Whether a job pays for itself, by what units cost, failures included, without touching the reserve. */
  consider(job: Job): Verdict {
    const { units, ask, cash } = this.view
    const onHand = units >= this.unitsPerJob
    const price = onHand ? this.unitCost : ask
    if (price === null) return { take: false, why: 'no units on hand and none offered' }
    const cost = (this.unitsPerJob * price) / (1 - Math.min(0.9, this.failing))
    if (job.pays - cost < this.options.margin * job.pays)
      return { take: false, why: `it would cost $${cost.toFixed(5)} and pays $${job.pays.toFixed(5)}` }
    if (!onHand && cash - cost < this.options.reserve)
      return { take: false, why: `buying for it would touch the reserve of $${this.options.reserve}` }
    this.takenThisHour++
    this.payPerJob += (this.payPerJob === 0 ? 1 : FRESH) * (job.pays - this.payPerJob)
    return { take: true, why: `it costs $${cost.toFixed(5)} and pays $${job.pays.toFixed(5)}` }
  }

  /** Does a job. Null where nobody could deliver it: then it has cost nothing, and pays nothing. */
  async work(job: Job): Promise<string | null> {
    const { client, instrument } = this.options
    try {
      const { completion } = await client.chat.create({
        model: instrument,
        messages: [{ role: 'user', content: job.prompt }],
        max_tokens: job.maxTokens,
      })
      this.learn(Number(completion.busbar?.units ?? 0), false)
      return completion.choices[0]?.message.content ?? ''
    } catch (error) {
      if (!(error instanceof BusbarError)) throw error
      this.learn(0, true)
      this.say(`${job.id} was not delivered: ${error.code}`)
      return null
    }
  }

  private learn(used: number, failed: boolean): void {
    this.failing += FRESH * ((failed ? 1 : 0) - this.failing)
    if (failed || used === 0) return
    this.unitsPerJob += FRESH * (used - this.unitsPerJob)
    this.view.units = Math.max(0, this.view.units - used)
  }

  /** The most that a unit may cost so that jobs like the last ones still leave the margin. */
  private worthOfUnit(): number {
    if (this.payPerJob === 0) return Infinity
    return (this.payPerJob * (1 - this.options.margin) * (1 - this.failing)) / this.unitsPerJob
  }

  private async look(): Promise<void> {
    const { client, instrument } = this.options
    const [{ data: balances }, { data: lots }, book, spec] = await Promise.all([
      client.balances(),
      client.lots(),
      client.book(instrument, { depth: 1 }),
      client.instruments.get(instrument),
    ])
    const ask = book.asks[0]
    this.view = {
      cash: cashOf(balances),
      units: onHand(holdingOf(spec.id, balances, lots, [])),
      ask: ask === undefined ? null : Number(ask[0]),
      lotUnits: Number(spec.quantity_increment),
    }
  }

  /** Bids for units, and leaves for an hour what does not fill: a market in a call fills it later. */
  private async buy(size: number, limit: number): Promise<void> {
    const { client, instrument } = this.options
    const quantity = size.toFixed(2)
    const order = await client.orders.place({ instrument, side: 'buy', price: limit.toFixed(4), quantity })
    this.open = { id: order.id, counted: 0, limit }
    this.count(order)
    await this.look()
  }

  /** Takes back what is left of the last hour's bid. */
  private async closeOrder(): Promise<void> {
    if (this.open === null) return
    const { orders } = this.options.client
    const { id } = this.open
    const order = await orders.cancel(id).catch((error: unknown) => {
      if (error instanceof BusbarError && error.code === 'order_done') return orders.get(id)
      throw error
    })
    this.count(order)
    this.open = null
  }

  /** Books what an order has filled since it was last looked at. */
  private count({ filled_quantity, average_price }: OrderOut): void {
    if (this.open === null) return
    const bought = Number(filled_quantity) - this.open.counted
    if (bought <= 0) return this.say(`bids $${this.open.limit.toFixed(4)} for units`)
    const price = Number(average_price)
    const { units } = this.view
    this.unitCost = (this.unitCost * units + price * bought) / (units + bought)
    this.open.counted += bought
    this.say(`bought ${bought.toFixed(2)} units at $${price.toFixed(4)}`)
  }

  private say(line: string): void {
    this.options.say?.(line)
  }
}
