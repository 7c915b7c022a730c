import type { AccountId, OrderId } from '../base/ids.ts'
import { accountOf, theInstrument } from '../state/account.ts'
import { findOrder, NO_SLOT, queueAhead, viewOrder } from '../state/order.ts'
import type { State } from '../state/state.ts'
import type { OrderOut } from '../wire/order.ts'
import { openFacts, printOrder } from '../api/print-order.ts'
import { printQuantity } from '../api/amount.ts'
import type { Venue } from '../api/venue.ts'

/** An open order of an account, as it stands in the engine. */
function openOrder(state: State, account: AccountId, id: OrderId): OrderOut | undefined {
  const slot = findOrder(state.orders, id)
  if (slot === NO_SLOT || state.orders.account[slot] !== account) return undefined
  const view = viewOrder(state.orders, slot)
  const { spec } = theInstrument(state, view.instrument)
  const printed = printOrder(spec, openFacts(view))
  if (!view.waits) printed.queue_ahead = printQuantity(spec, queueAhead(state.orders, slot))
  return printed
}

/** An order of an account, open or done; nothing where there is none, or another's. */
export async function findOwnOrder(
  venue: Venue,
  account: AccountId,
  id: OrderId,
): Promise<OrderOut | undefined> {
  const open = await venue.sequencer.read((state) => openOrder(state, account, id))
  if (open !== undefined) return open
  const done = await venue.history.orderById(id)
  if (done === undefined || done.account !== account) return undefined
  return printOrder(theInstrument(venue.sequencer.state, done.instrument).spec, done, done.priority)
}

/** The order that carries a client's own id. */
export const orderOfClientId = (
  venue: Venue,
  account: AccountId,
  clientOrderId: string,
): Promise<OrderId | undefined> =>
  venue.sequencer.read((state) => accountOf(state, account)?.clientOrders.get(clientOrderId)?.order)
