import { known } from '../base/assert.ts'
import type { InstrumentId, MandateId, OrderId } from '../base/ids.ts'
import type { Lots, Micros, Ticks } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { OrderPlace, SpecialTerms } from '../state/command.ts'
import type { CloseReason } from '../state/event.ts'
import { sideCode, sideName, termsByCode, termsCode } from '../state/order.ts'
import { specialOf } from '../trading/terms.ts'
import { acceptedEvent } from '../trading/place.ts'
import type { Account, ClientOrder, State } from '../state/state.ts'
import type { Reader, Tape } from './tape.ts'
import { put, take } from './tape.ts'

/** How an order can have ended within its own command. Its place here is stored: append, never reorder. */
const REASONS = ['filled', 'self_trade', 'ioc_remainder'] as const satisfies readonly CloseReason[]
/** How it can stand instead. */
const OPEN = -1
const PENDING = -2

/** What each client order has beside its numbers, in the order of the tape. */
export type ClientTexts = { clientOrderNames: string[]; clientOrderSpecials: (SpecialTerms | null)[] }

/**
 * Writes what every client order id was first told, account by account. Returns the ids and special terms.
 */
export function packClientOrders(state: State, tape: Tape): ClientTexts {
  const clientOrderNames: string[] = []
  const clientOrderSpecials: ClientTexts['clientOrderSpecials'] = []
  for (const { clientOrders } of state.accounts) {
    put(tape, clientOrders.size)
    for (const [name, order] of clientOrders) {
      clientOrderNames.push(name)
      clientOrderSpecials.push(order.asked.special ?? null)
      packOne(tape, order)
    }
  }
  return { clientOrderNames, clientOrderSpecials }
}

function packOne(tape: Tape, { asked, first }: ClientOrder): void {
  const { accepted, closed } = first
  put(tape, asked.instrument)
  put(tape, sideCode(asked.side))
  put(tape, termsCode(asked))
  put(tape, asked.price ?? 0)
  put(tape, asked.lots)
  put(tape, asked.mandate)
  put(tape, accepted.order)
  put(tape, accepted.price)
  put(tape, first.seq)
  put(tape, first.at)
  put(tape, first.filled)
  put(tape, first.value)
  put(tape, first.fees)
  const open = first.pending ? PENDING : OPEN
  put(tape, closed === null ? open : REASONS.findIndex((reason) => reason === closed.reason))
}

/** Gives every account its client order ids back. */
export function unpackClientOrders(state: State, reader: Reader, texts: ClientTexts): void {
  const { clientOrderNames, clientOrderSpecials } = texts
  let next = 0
  for (const account of state.accounts) {
    const count = take(reader)
    for (let i = 0; i < count; i++) {
      const name = known(clientOrderNames[next], 'every client order has its id')
      const special = clientOrderSpecials[next++] ?? null
      account.clientOrders.set(name, unpackOne(reader, account, name, special))
    }
  }
}

function unpackOne(
  reader: Reader,
  account: Account,
  clientOrderId: string,
  special: SpecialTerms | null,
): ClientOrder {
  const instrument = take(reader) as InstrumentId
  const side = sideName(take(reader))
  const { special: _, ...terms } = termsByCode(take(reader), clientOrderId, null)
  const price = take(reader)
  const asked: OrderPlace = {
    kind: 'order.place',
    account: account.id,
    instrument,
    side,
    ...terms,
    price: price === 0 ? null : (price as Ticks),
    lots: take(reader) as Lots,
    mandate: take(reader) as MandateId,
    ...(special === null ? {} : { special }),
  }
  const order = take(reader) as OrderId
  const limit = take(reader) as Ticks
  const seq = take(reader)
  const at = take(reader) as Instant
  const first = {
    seq,
    at,
    accepted: acceptedEvent(order, asked, limit, specialOf(asked, at)),
    filled: take(reader) as Lots,
    value: take(reader) as Micros,
    fees: take(reader) as Micros,
  }
  const ended = take(reader)
  if (ended < 0) return { order, asked, first: { ...first, closed: null, pending: ended === PENDING } }
  const reason = known(REASONS[ended], 'a stored reason is known')
  const closed = { status: reason === 'filled' ? 'filled' : 'canceled', reason } as const
  return { order, asked, first: { ...first, closed, pending: false } }
}
