import type { AccountId, InstrumentId, OrderId } from '../src/base/ids.ts'
import { NO_MANDATE } from '../src/base/ids.ts'
import type { Instant } from '../src/base/time.ts'
import { ticks, lots } from '../src/base/money.ts'
import { perform } from '../src/engine/engine.ts'
import type { Command, OrderAmend, OrderPlace } from '../src/state/command.ts'
import { EventLog } from '../src/state/event-log.ts'
import type { State } from '../src/state/state.ts'
import { emptyState } from '../src/state/state.ts'
import type { Shape } from './day.ts'
import { opening, order, START } from './day.ts'
import type { Workload } from './workload.ts'
import { CANCEL, REPLACE, TAKE } from './workload.ts'

/**
 * An exchange whose day is played without allocating: one command of each kind is filled in again and again,
 * as a reader of fixed records would, and events stay numbers in the log.
 */
export class Desk {
  readonly state: State = emptyState()
  readonly log = new EventLog()
  events = 0
  private readonly place: OrderPlace = order(1 as AccountId, 0 as InstrumentId, 0, 1, 1)
  private readonly amend: OrderAmend = {
    kind: 'order.amend',
    account: 1 as AccountId,
    order: 1 as OrderId,
    price: ticks(1),
    lots: lots(1),
    mandate: NO_MANDATE,
  }
  private readonly cancel = { kind: 'order.cancel' as const, account: 1 as AccountId, order: 1 as OrderId }
  private readonly instruments: number
  private first = 1

  constructor(shape: Shape) {
    this.instruments = shape.instruments
    this.state.at = START
    for (const command of opening(shape)) this.ask(command)
    this.openDay()
  }

  /** The next day begins: its orders are numbered from here on. */
  openDay(): void {
    this.first = this.state.nextOrder
  }

  ask(command: Command): void {
    const { state, log } = this
    log.clear()
    // What `stamp` does: a time that is passed on is boxed, where V8 does not inline the call.
    state.seq = state.seq + 1
    state.at = (state.at + 1) as Instant
    perform(state, command, log)
    this.events += log.count
  }

  /** Does one command of a day. */
  play(work: Workload, owners: Int32Array, at: number): void {
    this.ask(this.command(work, owners, at))
  }

  private command(work: Workload, owners: Int32Array, at: number): Command {
    const id = work.id[at] as number
    const account = owners[id] as AccountId
    const name = (this.first + id - 1) as OrderId
    const op = work.op[at]
    if (op === CANCEL) {
      this.cancel.account = account
      this.cancel.order = name
      return this.cancel
    }
    const price = work.price[at] as OrderPlace['price']
    const quantity = work.lots[at] as OrderPlace['lots']
    if (op === REPLACE) {
      this.amend.account = account
      this.amend.order = name
      this.amend.price = price
      this.amend.lots = quantity
      return this.amend
    }
    const { place } = this
    place.account = account
    place.instrument = (id % this.instruments) as InstrumentId
    place.side = work.side[at] === 0 ? 'buy' : 'sell'
    place.price = price
    place.lots = quantity
    place.timeInForce = op === TAKE ? 'ioc' : 'gtc'
    return place
  }
}
