// A plain twin of the tree of mandates: lists of what happened, added up anew for every question.
import type { Event } from '../../src/state/event.ts'
import type { MandateGrant } from '../../src/state/mandate-terms.ts'
import type { OrderPlace } from '../../src/state/command.ts'
import type { Spec } from '../../src/state/instrument.ts'
import type { Reject } from '../../src/state/reject.ts'

const MINUTE = 60_000_000

type Granted = { id: number; terms: MandateGrant; over: boolean }
type Open = { id: number; mandate: number; side: string; left: number }

/** Start of the calendar window of an instant, by the calendar of the language. */
function startOf(window: string, at: number): number {
  const day = new Date(at / 1_000)
  const [y, m, d] = [day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()]
  if (window === 'hour') return Math.floor(at / 3_600_000_000) * 3_600_000_000
  if (window === 'day') return Date.UTC(y, m, d) * 1_000
  if (window === 'week') return Date.UTC(y, m, d - ((day.getUTCDay() + 6) % 7)) * 1_000
  return window === 'month' ? Date.UTC(y, m) * 1_000 : 0
}

export class NaiveTree {
  readonly mandates: Granted[] = []
  private readonly spends: { mandate: number; at: number; amount: number }[] = []
  private readonly taken: { mandate: number; at: number }[] = []
  private readonly open: Open[] = []
  /** Lots bought under each mandate itself and not sold under it. */
  private readonly lots = new Map<number, number>()
  private readonly mandateOf = new Map<number, number>()
  fixing = 0
  private readonly spec: Spec

  constructor(spec: Spec) {
    this.spec = spec
  }

  private one(id: number): Granted {
    const found = this.mandates.find((each) => each.id === id)
    if (found === undefined) throw new Error(`mandate ${id} was granted`)
    return found
  }

  /** A mandate and those above it. */
  above(id: number): Granted[] {
    return id === 0 ? [] : [this.one(id), ...this.above(this.one(id).terms.parent)]
  }

  private isUnder = (id: number, level: number): boolean => this.above(id).some((one) => one.id === level)

  /** Takes down what happened at an instant. */
  hear(events: readonly Event[], at: number): void {
    for (const event of events) {
      if (event.kind === 'mandate.granted')
        this.mandates.push({ id: event.mandate, terms: event.terms, over: false })
      if (event.kind === 'mandate.revoked' || event.kind === 'mandate.expired')
        this.one(event.mandate).over = true
      if (event.kind === 'order.accepted') {
        const { order: id, mandate, side, lots } = event
        this.mandateOf.set(id, mandate)
        this.open.push({ id, mandate, side, left: lots })
        this.taken.push({ mandate, at })
      }
      if (event.kind === 'order.amended') {
        const order = this.open.find(({ id }) => id === event.order)
        if (order !== undefined) order.left = event.remaining
        if (event.priority === 'lost') this.taken.push({ mandate: this.mandateOf.get(event.order) ?? 0, at })
      }
      if (event.kind === 'trade') this.hearTrade(event, at)
      if (event.kind === 'order.closed')
        this.open.splice(
          this.open.findIndex(({ id }) => id === event.order),
          1,
        )
    }
  }

  private hearTrade(event: Extract<Event, { kind: 'trade' }>, at: number): void {
    const isBuy = event.side === 'buy'
    const [buying, selling] = isBuy ? [event.aggressor, event.resting] : [event.resting, event.aggressor]
    const fee = isBuy ? event.aggressorFee : event.restingFee
    const value = (event.price * event.lots * this.spec.tick * this.spec.lot) / 1_000_000
    const buyer = this.mandateOf.get(buying) ?? 0
    const seller = this.mandateOf.get(selling) ?? 0
    this.spends.push({ mandate: buyer, at, amount: value + fee })
    this.lots.set(buyer, (this.lots.get(buyer) ?? 0) + event.lots)
    this.lots.set(seller, Math.max(0, (this.lots.get(seller) ?? 0) - event.lots))
    for (const id of [buying, selling]) {
      const order = this.open.find((one) => one.id === id)
      if (order !== undefined) order.left -= event.lots
    }
  }

  /** µ$ spent under a mandate and all below it in the window that an instant lies in. */
  spent(level: number, window: string, at: number): number {
    return this.spends
      .filter((one) => one.at >= startOf(window, at) && this.isUnder(one.mandate, level))
      .reduce((sum, { amount }) => sum + amount, 0)
  }

  /** The most that may still be spent under a mandate, where so much is reserved on each. */
  left(id: number, at: number, reserved: (level: number) => number): number {
    const rooms = this.above(id).flatMap(({ id: level, terms }) =>
      Object.entries(terms.budget).map(([window, most]) =>
        window === 'order' ? most : most - this.spent(level, window, at) - reserved(level),
      ),
    )
    return Math.min(Infinity, ...rooms)
  }

  /** Every bound that an order would pass, by the code that says so. */
  faults(order: OrderPlace, at: number): Set<Reject> {
    const found = new Set<Reject>()
    const limit = order.price ?? 0
    const price = limit * this.spec.tick
    const isBuy = order.side === 'buy'
    for (const { id, terms, over } of this.above(order.mandate)) {
      const { bounds = {}, priceLimit, sides } = terms
      if (over) found.add('mandate_revoked').add('mandate_expired')
      if (!sides.includes(order.side)) found.add('mandate_side')
      if (isBuy && priceLimit !== null && price > priceLimit) found.add('mandate_price')
      if (!isBuy && price < (bounds.priceFloor ?? 0)) found.add('mandate_price')
      const share = isBuy ? bounds.fixingMost : bounds.fixingLeast
      if (share !== undefined && this.fixing === 0) found.add('fixing_missing')
      const edge = (this.fixing * (share ?? 0)) / 1_000_000
      if (share !== undefined && (isBuy ? limit > edge : limit < edge)) found.add('mandate_fixing')
      if (isBuy && this.lotsAhead(id) + order.lots > (bounds.position ?? Infinity) / this.spec.lot)
        found.add('mandate_position')
      const open = this.open.filter((one) => this.isUnder(one.mandate, id))
      if (open.length >= (bounds.openOrders ?? Infinity)) found.add('mandate_open_orders')
      const since = Math.floor(at / MINUTE) * MINUTE
      const taken = this.taken.filter((one) => one.at >= since && this.isUnder(one.mandate, id))
      if (taken.length >= (bounds.perMinute ?? Infinity)) found.add('mandate_rate')
    }
    return found
  }

  /** Lots bought under a mandate and below it and not sold, and what open buys there would add. */
  private lotsAhead(level: number): number {
    const bidding = this.open.filter((one) => one.side === 'buy' && this.isUnder(one.mandate, level))
    const bought = [...this.lots].filter(([id]) => id !== 0 && this.isUnder(id, level))
    return bidding.reduce((sum, { left }) => sum + left, 0) + bought.reduce((sum, [, lots]) => sum + lots, 0)
  }

  /** The lowest threshold above which a person is asked. */
  threshold(id: number): number {
    return Math.min(Infinity, ...this.above(id).map(({ terms }) => terms.bounds?.approval?.above ?? Infinity))
  }
}
