import { assert } from '../base/assert.ts'
import type { AccountId, InstrumentId, OrderId } from '../base/ids.ts'
import type { Lots, Ticks } from '../base/money.ts'
import { theAccount, theInstrument } from '../state/account.ts'
import { rest, restingOrders } from '../state/book.ts'
import type { SpecialTerms } from '../state/command.ts'
import type { OrderPool, OrderTerms, Slot } from '../state/order.ts'
import { BUY, SELL, setTerms, takeSlot, termsByCode, termsCode, termsOf } from '../state/order.ts'
import { joinAccount } from '../state/order-link.ts'
import type { State } from '../state/state.ts'
import { waitingOrders } from '../state/waiting.ts'
import type { Reader, Tape } from './tape.ts'
import { put, take } from './tape.ts'

/** What each live order is, apart from where it stands: links and slots are rebuilt, not stored. */
const COLUMNS = [
  'id',
  'account',
  'instrument',
  'side',
  'price',
  'remaining',
  'hidden',
  'filled',
  'held',
  'value',
  'fees',
  'backing',
  'mandate',
  'group',
  'waits',
  'createdAt',
  'updatedAt',
  'createdSeq',
  'updatedSeq',
  'version',
] as const satisfies readonly (keyof OrderPool)[]

/** What each live order has beside its numbers, in the order of the tape. */
export type OrderTexts = { orderNames: (string | null)[]; orderSpecials: (SpecialTerms | null)[] }

/**
 * Writes every live order, market by market and best first, the queues in their order; then what
 * waits. Returns their client
 * ids and special terms.
 */
export function packOrders(state: State, tape: Tape): OrderTexts {
  const pool = state.orders
  const orderNames: OrderTexts['orderNames'] = []
  const orderSpecials: OrderTexts['orderSpecials'] = []
  const columns = COLUMNS.map((name) => pool[name])
  put(tape, pool.live)
  for (const { book } of state.instruments)
    for (const side of [BUY, SELL]) for (const slot of restingOrders(book, pool, side)) packOne(slot)
  for (const instrument of state.instruments)
    for (const slot of waitingOrders(pool, instrument)) packOne(slot)
  assert(orderNames.length === pool.live, 'between commands every live order is in a book or waits')
  return { orderNames, orderSpecials }

  function packOne(slot: Slot): void {
    for (const column of columns) put(tape, column[slot] as number)
    const terms = termsOf(pool, slot)
    put(tape, termsCode(terms))
    orderNames.push(terms.clientOrderId)
    orderSpecials.push(terms.special)
  }
}

/**
 * Puts the orders back into a state with empty books. Within an account they are listed as they were placed,
 * and an id is given out once, so taking places by id restores that list; resting them as stored restores the
 * queues.
 */
export function unpackOrders(state: State, reader: Reader, texts: OrderTexts): void {
  const { orderNames, orderSpecials } = texts
  const count = take(reader)
  const { values, at } = reader
  const width = COLUMNS.length + 1
  reader.at += count * width
  const field = (row: number, column: number): number => values[at + row * width + column] as number
  const byId = Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) => field(a, 0) - field(b, 0))
  const slots = new Int32Array(count)
  for (const row of byId) {
    const code = field(row, COLUMNS.length)
    const terms = termsByCode(code, orderNames[row] ?? null, orderSpecials[row] ?? null)
    slots[row] = restore(state, (column) => field(row, column), terms)
  }
  for (const slot of slots) {
    if (state.orders.waits[slot] !== 0) continue
    const instrument = theInstrument(state, state.orders.instrument[slot] as InstrumentId)
    rest(instrument.book, state.orders, slot)
  }
}

function restore(state: State, field: (column: number) => number, terms: OrderTerms): Slot {
  const pool = state.orders
  const [id, accountId, instrument, side, price, remaining] = [0, 1, 2, 3, 4, 5].map(field)
  const account = theAccount(state, accountId as AccountId)
  const slot = takeSlot(
    pool,
    id as OrderId,
    account.id,
    account.member,
    instrument as InstrumentId,
    side as number,
    price as Ticks,
    remaining as Lots,
  )
  for (const [column, name] of COLUMNS.entries()) pool[name][slot] = field(column)
  setTerms(pool, slot, terms)
  joinAccount(pool.links, account.orderHead, slot)
  account.orderHead = slot
  account.openOrders++
  return slot
}
