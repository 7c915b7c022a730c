import { known } from '../base/assert.ts'
import type { AccountId, InstrumentId, MandateId, OrderId, TradeId } from '../base/ids.ts'
import type { Lots, Micros, Ticks, Wt } from '../base/money.ts'
import type { CloseReason, Event, OrderAccepted, OrderAmended, OrderClosed, Trade } from './event.ts'
import type { OrderPool, Slot } from './order.ts'
import { sideName, termsByCode } from './order.ts'
import type { Reject } from './reject.ts'

/** Where a rare event is said: an array, or the log of a command that says the frequent ones too. */
export type Events = { push(...events: Event[]): unknown }

/** Numbers of one event: two cache lines. The first says what it is. */
const ROW = 16

const WHOLE = 0
const ACCEPTED = 1
const TRADE = 2
const RESTED = 3
const CLOSED = 4
const AMENDED = 5
const REFUSED = 6

/** What stands beside a row: the event, where it is kept whole, or why it came to that. */
type Word = Event | CloseReason | Reject

/**
 * What commands have said since it was last cleared, in order. The frequent events are rows of numbers, with
 * a word beside them where they need one, so that saying them allocates nothing; the others are kept whole.
 * `read` turns all of them into events. Once it has its size it is used again and again.
 */
export class EventLog implements Events {
  count = 0
  private rows: Float64Array
  private readonly words: (Word | undefined)[] = []

  /** `room`: for so many events at first. */
  constructor(room = 64) {
    this.rows = new Float64Array(room * ROW)
  }

  clear(): void {
    this.count = 0
  }

  push(...events: Event[]): void {
    for (const event of events) this.begin(WHOLE, event)
  }

  /** Begins a row and returns where its numbers go. */
  private begin(kind: number, word?: Word): number {
    const at = this.count * ROW
    if (at === this.rows.length) this.widen()
    this.rows[at] = kind
    this.words[this.count++] = word
    return at
  }

  private widen(): void {
    const wider = new Float64Array(2 * this.rows.length)
    wider.set(this.rows)
    this.rows = wider
  }

  /** An order with neither a client order id nor special terms was accepted. `lots`: all that was asked. */
  accepted(pool: OrderPool, slot: Slot, lots: number): void {
    const at = this.begin(ACCEPTED)
    const { rows } = this
    this.naming(at, pool, slot)
    rows[at + 5] = pool.price[slot] as number
    rows[at + 6] = lots
    rows[at + 7] = pool.mandate[slot] as number
    rows[at + 8] = pool.kind[slot] as number
  }

  /** What most events say of their order: itself, its account, its market, its side. */
  private naming(at: number, pool: OrderPool, slot: Slot): void {
    const { rows } = this
    rows[at + 1] = pool.id[slot] as number
    rows[at + 2] = pool.account[slot] as number
    rows[at + 3] = pool.instrument[slot] as number
    rows[at + 4] = pool.side[slot] as number
  }

  /** A resting order met an aggressor. */
  trade(
    pool: OrderPool,
    aggressor: Slot,
    resting: Slot,
    trade: number,
    price: number,
    lots: number,
    aggressorFee: number,
    restingFee: number,
    primary: number,
  ): void {
    const at = this.begin(TRADE)
    const { rows } = this
    this.naming(at, pool, aggressor)
    rows[at + 5] = price
    rows[at + 6] = lots
    rows[at + 7] = pool.id[resting] as number
    rows[at + 8] = pool.account[resting] as number
    rows[at + 9] = aggressorFee
    rows[at + 10] = restingFee
    rows[at + 11] = primary
    rows[at + 12] = trade
  }

  /** It stands in the book behind the others at its price, and shows so many lots. */
  rested(pool: OrderPool, slot: Slot): void {
    const at = this.begin(RESTED)
    const { rows } = this
    this.naming(at, pool, slot)
    rows[at + 5] = pool.price[slot] as number
    rows[at + 6] = (pool.remaining[slot] as number) - (pool.hidden[slot] as number)
  }

  /** It ends, and its record still says with what. `rested`: whether its remainder stood in the book. */
  closed(pool: OrderPool, slot: Slot, reason: CloseReason, rested: boolean): void {
    const at = this.begin(CLOSED, reason)
    const { rows } = this
    this.naming(at, pool, slot)
    rows[at + 5] = pool.price[slot] as number
    rows[at + 6] = pool.remaining[slot] as number
    rows[at + 7] = rested ? 1 : 0
  }

  /** It has its new price and quantity; its special terms are as they were. */
  amended(pool: OrderPool, slot: Slot, oldPrice: number, oldRemaining: number, kept: boolean): void {
    const at = this.begin(AMENDED)
    const { rows } = this
    const remaining = pool.remaining[slot] as number
    this.naming(at, pool, slot)
    rows[at + 5] = pool.price[slot] as number
    rows[at + 6] = remaining
    rows[at + 7] = remaining + (pool.filled[slot] as number)
    rows[at + 8] = kept ? remaining - (pool.hidden[slot] as number) : 0
    rows[at + 9] = oldPrice
    rows[at + 10] = oldRemaining
    rows[at + 11] = kept ? 1 : 0
  }

  /** The command was refused for a reason that needs no detail. */
  refused(reason: Reject): void {
    this.begin(REFUSED, reason)
  }

  /** Everything that was said, in order; or from an event on, by number, and up to another. */
  read(from = 0, to = this.count): Event[] {
    const events: Event[] = []
    for (let row = from; row < to; row++) events.push(this.eventAt(row))
    return events
  }

  private eventAt(row: number): Event {
    const { rows } = this
    const at = row * ROW
    const word = this.words[row]
    switch (rows[at]) {
      case ACCEPTED:
        return readAccepted(rows, at)
      case TRADE:
        return readTrade(rows, at)
      case RESTED:
        return readRested(rows, at)
      case CLOSED:
        return readClosed(rows, at, word as CloseReason)
      case AMENDED:
        return readAmended(rows, at)
      case REFUSED:
        return { kind: 'command.rejected', reason: word as Reject, detail: {} }
      default:
        return known(word, 'an event that is kept whole is kept') as Event
    }
  }
}

const number = (rows: Float64Array, at: number): number => rows[at] as number

const readAccepted = (rows: Float64Array, at: number): OrderAccepted => {
  const terms = termsByCode(number(rows, at + 8), null, null)
  return {
    kind: 'order.accepted',
    order: number(rows, at + 1) as OrderId,
    account: number(rows, at + 2) as AccountId,
    instrument: number(rows, at + 3) as InstrumentId,
    side: sideName(number(rows, at + 4)),
    type: terms.type,
    timeInForce: terms.timeInForce,
    postOnly: terms.postOnly,
    price: number(rows, at + 5) as Ticks,
    lots: number(rows, at + 6) as Lots,
    clientOrderId: null,
    mandate: number(rows, at + 7) as MandateId,
    special: null,
  }
}

const readTrade = (rows: Float64Array, at: number): Trade => ({
  kind: 'trade',
  trade: number(rows, at + 12) as TradeId,
  instrument: number(rows, at + 3) as InstrumentId,
  price: number(rows, at + 5) as Ticks,
  lots: number(rows, at + 6) as Lots,
  side: sideName(number(rows, at + 4)),
  aggressor: number(rows, at + 1) as OrderId,
  resting: number(rows, at + 7) as OrderId,
  aggressorAccount: number(rows, at + 2) as AccountId,
  restingAccount: number(rows, at + 8) as AccountId,
  aggressorFee: number(rows, at + 9) as Micros,
  restingFee: number(rows, at + 10) as Micros,
  primary: number(rows, at + 11) as Wt,
})

const readRested = (rows: Float64Array, at: number): Event => ({
  kind: 'order.rested',
  order: number(rows, at + 1) as OrderId,
  instrument: number(rows, at + 3) as InstrumentId,
  side: sideName(number(rows, at + 4)),
  price: number(rows, at + 5) as Ticks,
  lots: number(rows, at + 6) as Lots,
})

const readClosed = (rows: Float64Array, at: number, reason: CloseReason): OrderClosed => ({
  kind: 'order.closed',
  order: number(rows, at + 1) as OrderId,
  account: number(rows, at + 2) as AccountId,
  instrument: number(rows, at + 3) as InstrumentId,
  side: sideName(number(rows, at + 4)),
  price: number(rows, at + 5) as Ticks,
  status: reason === 'filled' || reason === 'expired' ? reason : 'canceled',
  reason,
  remaining: number(rows, at + 6) as Lots,
  rested: number(rows, at + 7) === 1,
})

const readAmended = (rows: Float64Array, at: number): OrderAmended => ({
  kind: 'order.amended',
  order: number(rows, at + 1) as OrderId,
  account: number(rows, at + 2) as AccountId,
  instrument: number(rows, at + 3) as InstrumentId,
  side: sideName(number(rows, at + 4)),
  oldPrice: number(rows, at + 9) as Ticks,
  oldRemaining: number(rows, at + 10) as Lots,
  price: number(rows, at + 5) as Ticks,
  lots: number(rows, at + 7) as Lots,
  remaining: number(rows, at + 6) as Lots,
  shown: number(rows, at + 8) as Lots,
  priority: number(rows, at + 11) === 1 ? 'kept' : 'lost',
})
