import { crosses, firstAgainst, nextAgainst } from '../state/book.ts'
import type { SelfTrade } from '../state/command.ts'
import type { CloseReason } from '../state/event.ts'
import type { EventLog } from '../state/event-log.ts'
import type { Slot } from '../state/order.ts'
import { BUY, mayRest, NO_SLOT, termsOf } from '../state/order.ts'
import type { Instrument, State } from '../state/state.ts'
import { isCall } from '../state/status.ts'
import { interrupt } from './market-state.ts'
import { waitBefore, wait } from './wait.ts'
import { closeOrder, matchOrder, preventSelfTrade, restOrder } from './match.ts'

/**
 * Trades an order on its way in; what remains rests if its terms let it, else it ends. One that the book does
 * not fill whole though it must, or that would trade while takers are delayed (`delays`), waits instead. A
 * call collects it without a trade. Where what would rest could trade only further away than the corridor
 * allows, continuous trading stops for a call. Returns why the order has ended, or nothing if it has not.
 */
export function enterBook(
  state: State,
  instrument: Instrument,
  slot: Slot,
  events: EventLog,
  delays = true,
): CloseReason | undefined {
  const pool = state.orders
  const terms = termsOf(pool, slot)
  const what =
    terms.special === null && instrument.rules.takerDelay === 0
      ? 0
      : waitBefore(state, instrument, slot, delays)
  if (what !== 0) {
    wait(state, instrument, slot, what, events)
    return undefined
  }
  let end: CloseReason | undefined
  if (isCall(instrument.status)) end = giveWay(state, instrument, slot, terms.selfTrade, events)
  else {
    end = matchOrder(state, instrument, slot, terms.selfTrade, events)
    if (end === undefined && !mayRest(terms)) end = 'ioc_remainder'
    if (
      end === undefined &&
      crosses(instrument.book, pool.side[slot] as number, pool.price[slot] as number)
    ) {
      interrupt(state, instrument, events)
      end = giveWay(state, instrument, slot, terms.selfTrade, events)
    }
  }
  if (end === undefined) restOrder(state, instrument, slot, events)
  else closeOrder(state, instrument, slot, end, false, events)
  return end
}

/**
 * Self-trade prevention of a call: it collects no two orders of one member that cross, so that none can meet
 * when it ends. Returns why the order must end, or nothing.
 */
function giveWay(
  state: State,
  instrument: Instrument,
  slot: Slot,
  mode: SelfTrade,
  events: EventLog,
): CloseReason | undefined {
  const pool = state.orders
  const { book } = instrument
  const side = pool.side[slot] as number
  const limit = pool.price[slot] as number
  for (let other = firstAgainst(book, side); other !== NO_SLOT; ) {
    const price = pool.price[other] as number
    if (side === BUY ? price > limit : price < limit) return undefined
    const next = nextAgainst(book, pool, side, other)
    const end =
      pool.member[other] === pool.member[slot]
        ? preventSelfTrade(state, instrument, slot, other, mode, events)
        : undefined
    if (end !== undefined) return end
    other = next
  }
  return undefined
}
