import type { AccountId, OfferId, OrderId } from '../base/ids.ts'
import type { Instant } from '../base/time.ts'
import type { Event } from '../state/event.ts'
import type { Owners } from './account-event.ts'

/** A command with its events, and the owners of orders and offers that those name only by number. */
export type Told = [
  seq: number,
  at: Instant,
  events: readonly Event[],
  orders?: [OrderId, AccountId][],
  offers?: [OfferId, AccountId][],
]

const BYTES_AT_FIRST = 64 << 10

/**
 * What commands have told since it was last taken, as JSON in bytes for the writing thread: there it is laid
 * out by account. So nothing of it lives on in the first thread, and nobody's view of it is made there twice.
 */
export class ToldLog {
  /** Commands in it. */
  count = 0
  private buffer = Buffer.allocUnsafe(BYTES_AT_FIRST)
  private end = 0

  add(seq: number, at: Instant, events: readonly Event[], owners: Owners): void {
    const told: Told = [seq, at, events]
    nameOwners(told, owners)
    const text = JSON.stringify(told)
    // UTF-8 has at most three bytes for each unit of UTF-16; one more for the comma.
    this.makeRoom(1 + text.length * 3)
    if (this.count++ > 0) this.buffer[this.end++] = 0x2c
    this.end += this.buffer.write(text, this.end)
  }

  /** A copy of what was added, in a memory of its own; it begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.buffer.subarray(0, this.end))
    this.count = 0
    this.end = 0
    return bytes
  }

  private makeRoom(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes))
    this.buffer.copy(larger, 0, 0, this.end)
    this.buffer = larger
  }
}

/** Adds who owns what the events name only by number: the thread knows neither orders nor offers. */
function nameOwners(told: Told, owners: Owners): void {
  const orders: [OrderId, AccountId][] = []
  const offers: [OfferId, AccountId][] = []
  for (const event of told[2]) {
    if (event.kind === 'order.rested') orders.push([event.order, owners.ofOrder(event.order)])
    else if (event.kind === 'self_trade.prevented')
      for (const order of [event.aggressor, event.resting]) orders.push([order, owners.ofOrder(order)])
    else if (event.kind === 'draw.rerouted' || event.kind === 'draw.covered')
      for (const offer of [event.from, event.to]) offers.push([offer, owners.ofOffer(offer)])
  }
  if (orders.length + offers.length > 0) told.push(orders, offers)
}
