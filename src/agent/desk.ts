import type { ChatCompletion } from '../client/chat.ts'
import type { Client } from '../client/client.ts'
import { rowsOf } from '../client/page.ts'
import { BusbarError } from '../client/problem.ts'
import type { BalanceOut, LotOut } from '../wire/account.ts'
import type { InstrumentOut } from '../wire/instrument.ts'
import type { FillOut, OrderOut } from '../wire/order.ts'
import type { ApprovalOut } from '../wire/mandate.ts'
import { microsOf, microsUp, printAt } from './increment.ts'
import type { Step } from './step.ts'
import type { Holding } from './view.ts'
import { holdingOf } from './view.ts'

export type DeskOptions = {
  client: Client
  /** The agent's name: every order that it sends is called `name.1`, `name.2` and so on. */
  name: string
  /** Dollars that the agent may be out of pocket at most, over its whole life. */
  spendLimit: string
}

/** What became of a step. */
export type Outcome = {
  order?: OrderOut
  answer?: ChatCompletion
  /** Why nothing was done: the exchange's code, or `spend_limit`. */
  refused?: { code: string; detail: string }
}

/**
 * Of one instrument, by the agent's own orders: units bought less sold, µ$ paid less received, and what the
 * units that are left have cost on average, in µ$ for all of them.
 */
export type Account = { units: number; outlay: number; cost: number }

const NAME = /^[a-z][a-z0-9-]{0,31}$/
const KEY_CHARS_MAX = 64
/** Fills asked for at a time: at first all that there are, then the few since the last look. */
const FIRST_FILLS = 1_000
const FRESH_FILLS = 20
/** Sums of units are kept free of the dust of fractions. */
const GRAINS = 1e9

/**
 * Sends what an agent decides, under its name and within its spend limit, and knows from the exchange's own
 * record what it has sent before: an agent that is started again goes on where it was.
 */
export class Desk {
  readonly client: Client
  readonly name: string
  readonly limit: number
  /** What its account has, as it was at the last look. */
  balances: readonly BalanceOut[] = []
  /** The agent's open orders. */
  open: readonly OrderOut[] = []
  /** Its orders that wait for a person. */
  waiting: readonly ApprovalOut[] = []
  private hasMandate = false
  /** µ$ that stand as a bond in the account. */
  private bond = 0
  private readonly books = new Map<string, Account>()
  private readonly specs = new Map<string, InstrumentOut>()
  private lastId = 0
  private lastFill = 0

  constructor({ client, name, spendLimit }: DeskOptions) {
    if (!NAME.test(name))
      throw new RangeError(`name must be 1 to 32 of a-z, 0-9 and -, a letter first, not "${name}"`)
    this.limit = microsOf(spendLimit)
    if (!(this.limit > 0))
      throw new RangeError(`the spend limit must be dollars above 0, such as 5.00, not "${spendLimit}"`)
    this.client = client
    this.name = name
  }

  /** Learns from the exchange what the agent has sent before. */
  async start(): Promise<void> {
    for (const instrument of await this.client.instruments.list()) this.specs.set(instrument.id, instrument)
    this.hasMandate = (await this.client.account()).mandate !== null
    const recent = (await this.client.orders.list({ limit: 1_000 })).data.map((order) => this.idIn(order))
    const asked = (await this.approvals()).map((approval) => this.idIn(approval))
    this.lastId = Math.max(await this.findLastId(), ...recent, ...asked)
    await this.look()
  }

  /** Takes in the agent's open orders, its fills since the last look, and the account's balances. */
  async look(): Promise<void> {
    // In this order: what becomes the next between two looks counts twice for a moment, and never not at all.
    this.waiting = (await this.approvals('pending')).filter((one) => this.isOwn(one.client_order_id))
    const open: OrderOut[] = []
    for await (const order of this.client.orders.all({ status: 'open' }))
      if (this.isOwn(order.client_order_id)) open.push(order)
    this.open = open
    await this.readFills()
    this.balances = (await this.client.balances()).data
    this.bond = microsOf(this.balances.find(({ asset }) => asset === 'USD')?.bond ?? '0')
  }

  /** An instrument under any of its names. */
  instrument(name: string): InstrumentOut {
    const found = [...this.specs.values()].find(({ id, model, symbol }) =>
      [id, model, symbol].some((one) => one.toLowerCase() === name.toLowerCase()),
    )
    if (found === undefined) throw new RangeError(`the exchange lists no ${name}`)
    return found
  }

  get instruments(): InstrumentOut[] {
    return [...this.specs.values()]
  }

  account(instrument: string): Account {
    return this.books.get(instrument) ?? { units: 0, outlay: 0, cost: 0 }
  }

  /** What its account has of an instrument, with what is in lots where they are given. */
  holding(instrument: string, lots: readonly LotOut[] = []): Holding {
    return holdingOf(instrument, this.balances, lots, this.open)
  }

  /** Dollars that the agent's trades have cost so far, less what they brought. */
  get outlay(): number {
    return [...this.books.values()].reduce((sum, { outlay }) => sum + outlay, 0) / 1e6
  }

  /** Dollars that it may still spend: the limit less what is paid, in bids, before a person, and in bonds. */
  get room(): number {
    const inBids = this.open.reduce((sum, order) => sum + this.worstOf(order), 0)
    const asked = this.waiting.reduce((sum, { cost }) => sum + microsOf(cost), 0)
    return (this.limit - Math.max(0, this.outlay * 1e6) - inBids - asked - this.bond) / 1e6
  }

  /** Dollars behind its bids in one instrument. */
  bidding(instrument: string): number {
    const here = this.open.filter((order) => order.instrument === instrument)
    return here.reduce((sum, order) => sum + this.worstOf(order), 0) / 1e6
  }

  /** Does one step. `filled`: units that the step before it traded. */
  async carry(step: Step, filled: number): Promise<Outcome> {
    const asked = this.askedFor(step)
    if (asked !== undefined) return { refused: { code: 'approval_needed', detail: asked } }
    const over = this.overLimit(step)
    if (over !== undefined) return { refused: { code: 'spend_limit', detail: over } }
    try {
      return await this.send(step, filled)
    } catch (error) {
      if (!(error instanceof BusbarError) || error.outcome === 'unknown') throw error
      // Another run of this name was faster, or a person is asked: the next look sees what has the id.
      if (error.code === 'client_order_id_reused' || error.code === 'approval_needed') this.lastId++
      return { refused: { code: error.code, detail: error.message } }
    }
  }

  /** Cancels every open order of the agent, and says which. Orders of others in the account stay. */
  async withdraw(): Promise<string[]> {
    await this.look()
    const ended: string[] = []
    for (const { id } of this.open) {
      const { refused } = await this.carry({ act: 'cancel', id, why: 'the agent stops', facts: {} }, 0)
      if (refused === undefined) ended.push(id)
    }
    this.open = []
    return ended
  }

  /** While a person is asked about an order, no other is sent on that side of its market. */
  private askedFor(step: Step): string | undefined {
    if (step.act !== 'place') return undefined
    const { instrument, side } = step.order
    const asked = this.waiting.find((one) => one.instrument === instrument && one.side === side)
    return asked && `${asked.id} waits for a person: ${side} ${asked.quantity} for at most $${asked.cost}`
  }

  private overLimit(step: Step): string | undefined {
    const needs = this.needs(step)
    if (needs <= 0 || needs <= this.room * 1e6) return undefined
    const left = Math.max(0, this.room)
    return `it may cost $${(needs / 1e6).toFixed(4)}, and $${left.toFixed(4)} of the spend limit is left`
  }

  /** µ$ that a step may cost beyond what is reserved already. */
  private needs(step: Step): number {
    if (step.act === 'issue') return microsUp(step.bond)
    if (step.act === 'place' && step.order.side === 'buy')
      return this.worst(step.order.instrument, Number(step.order.price), Number(step.order.quantity))
    if (step.act !== 'amend') return 0
    const order = this.open.find(({ id }) => id === step.id)
    if (order?.side !== 'buy') return 0
    const left = Number(step.quantity) - Number(order.filled_quantity)
    return this.worst(order.instrument, Number(step.price), left) - this.worstOf(order)
  }

  private worst(instrument: string, price: number, units: number): number {
    return microsUp(price * units * (1 + Number(this.instrument(instrument).taker_fee)))
  }

  private worstOf({ side, instrument, price, remaining_quantity: left }: OrderOut): number {
    return side === 'buy' ? this.worst(instrument, Number(price), Number(left)) : 0
  }

  private async send(step: Step, filled: number): Promise<Outcome> {
    const { client } = this
    switch (step.act) {
      case 'place':
        return this.place(step, filled)
      case 'amend': {
        const order = await client.orders.amend(step.id, { price: step.price, quantity: step.quantity })
        this.keep(order)
        return { order }
      }
      case 'cancel': {
        const order = await client.orders.cancel(step.id)
        this.keep(order)
        return { order }
      }
      case 'issue': {
        const { offer, instrument, quantity } = step
        await client.issue({ offer, instrument, quantity })
        this.bond += microsUp(step.bond)
        return {}
      }
      case 'redeem':
        await client.redeem({ instrument: step.instrument, quantity: step.quantity })
        return {}
      case 'ask': {
        // What it may use has been bought before: the request itself buys nothing, and under its key it is
        // delivered once.
        const { completion: answer } = await client.chat.create(step.request, {
          maxPrice: this.instrument(step.request.model).price_increment,
          once: `${this.name}.${step.task}.${step.request.model}`.slice(0, KEY_CHARS_MAX),
        })
        return { answer }
      }
      case 'wait':
      case 'finish':
        return {}
    }
  }

  private async place(step: Step & { act: 'place' }, filled: number): Promise<Outcome> {
    const { quantity_increment: lot } = this.instrument(step.order.instrument)
    const units = step.asFilled ? Math.min(filled, Number(step.order.quantity)) : Number(step.order.quantity)
    if (units < Number(lot))
      return { refused: { code: 'nothing_filled', detail: 'nothing to sell was bought' } }
    const id = `${this.name}.${this.lastId + 1}`
    const quantity = printAt(units, lot, 'down')
    const order = await this.client.orders.place({ ...step.order, quantity, client_order_id: id })
    this.lastId++
    this.keep(order)
    await this.readFills()
    return { order }
  }

  private keep(order: OrderOut): void {
    const others = this.open.filter(({ id }) => id !== order.id)
    this.open = order.status === 'open' ? [...others, order] : others
  }

  private isOwn(id: string | null): boolean {
    return id !== null && id.startsWith(`${this.name}.`) && /^\d+$/.test(id.slice(this.name.length + 1))
  }

  /** Only a key under a mandate has to ask anybody. */
  private async approvals(status?: 'pending'): Promise<ApprovalOut[]> {
    const found: ApprovalOut[] = []
    if (!this.hasMandate) return found
    for await (const one of this.client.approvals.all(status === undefined ? {} : { status })) found.push(one)
    return found
  }

  private idIn({ client_order_id: id }: Pick<OrderOut, 'client_order_id'>): number {
    return this.isOwn(id) ? Number(id?.slice(this.name.length + 1)) : 0
  }

  /** Ids are used up with hardly a gap, so the last one is found by doubling and halving. */
  private async findLastId(): Promise<number> {
    let known = 0
    let above = 1
    while (await this.isUsed(above)) {
      known = above
      above *= 2
    }
    while (above - known > 1) {
      const middle = Math.floor((known + above) / 2)
      if (await this.isUsed(middle)) known = middle
      else above = middle
    }
    return known
  }

  private async isUsed(id: number): Promise<boolean> {
    try {
      await this.client.orders.getByClientId(`${this.name}.${id}`)
      return true
    } catch (error) {
      if (error instanceof BusbarError && error.status === 404) return false
      throw error
    }
  }

  /** Books the agent's fills, the newest first, until one that is booked already. */
  private async readFills(): Promise<void> {
    const fresh: FillOut[] = []
    let newest = this.lastFill
    const limit = this.lastFill === 0 ? FIRST_FILLS : FRESH_FILLS
    for await (const fill of rowsOf((after) => this.client.fills.list({ after, limit }))) {
      const id = Number(fill.id.replace(/^\D+/, ''))
      if (id <= this.lastFill) break
      newest = Math.max(newest, id)
      if (this.isOwn(fill.client_order_id)) fresh.push(fill)
    }
    this.lastFill = newest
    for (const fill of fresh.reverse()) this.book(fill)
  }

  private book({ instrument, side, price, quantity, fee }: FillOut): void {
    const { units, outlay, cost } = this.account(instrument)
    const isBuy = side === 'buy'
    const traded = Number(quantity)
    // A fill costs whole µ$.
    const value = Math.round(microsOf(price) * traded)
    const paid = (isBuy ? value : -value) + microsOf(fee.amount)
    this.books.set(instrument, {
      units: Math.round((units + (isBuy ? traded : -traded)) * GRAINS) / GRAINS,
      outlay: outlay + paid,
      cost: isBuy ? cost + paid : cost * Math.max(0, 1 - traded / Math.max(traded, units)),
    })
  }
}
