import type { DrawId, OrderId } from '../base/ids.ts'
import { theInstrument } from '../state/account.ts'
import type { State } from '../state/state.ts'
import type { Fill } from '../store/account-event.ts'
import type { AccountEvents } from '../store/account-event.ts'
import type { DeliveryRecord, OrderRecord } from '../store/projection.ts'
import type { PrivateChannel } from '../wire/stream.ts'
import { printEvents } from '../api/print-event.ts'
import { printFill, printOrder } from '../api/print-order.ts'
import { printDelivery } from '../operations/deliveries.ts'

/** Finds the records that an account's events name. */
export type Records = {
  order(id: OrderId): Readonly<OrderRecord> | undefined
  delivery(draw: DrawId): Readonly<DeliveryRecord> | undefined
}

/** The type of a channel's updates. */
export const UPDATE_TYPES = {
  orders: 'order',
  fills: 'fill',
  balances: 'balance',
  lots: 'lot',
  deliveries: 'delivery',
  drop_copy: 'event',
} as const satisfies Record<PrivateChannel, string>

/** A frame of a private channel. Its rows have the shape that REST gives them. */
export const privateFrame = (
  type: 'snapshot' | (typeof UPDATE_TYPES)[PrivateChannel],
  channel: PrivateChannel,
  seq: number,
  data: readonly unknown[],
): Buffer => Buffer.from(JSON.stringify({ type, channel, seq, data }))

/** Orders that the events of one command touched. */
export function ordersIn({ events }: AccountEvents): OrderId[] {
  const found = new Set<OrderId>()
  for (const event of events) if (typeof event.order === 'number') found.add(event.order as OrderId)
  return [...found]
}

/** Deliveries that the events of one command touched. */
export function deliveriesIn({ events }: AccountEvents): DrawId[] {
  const found = new Set<DrawId>()
  for (const event of events) if (typeof event.draw === 'number') found.add(event.draw as DrawId)
  return [...found]
}

/**
 * What a channel tells of one command, or nothing. An order or a delivery that has changed again since is
 * left to the command that changed it last, so that no row ever shows a state before its time.
 */
export function rowsOf(
  channel: PrivateChannel,
  state: State,
  told: AccountEvents,
  records: Records,
): unknown[] {
  const { account, seq, at } = told
  switch (channel) {
    case 'drop_copy':
      return printEvents(state, told)
    case 'fills':
      return told.events.flatMap((event) => {
        if (event.kind !== 'trade') return []
        const fill = event as unknown as Fill
        const clientOrderId = records.order(fill.order)?.clientOrderId ?? null
        const { spec } = theInstrument(state, fill.instrument)
        return [printFill(spec, { ...fill, clientOrderId, seq, at })]
      })
    case 'orders':
      return ordersIn(told).flatMap((id) => {
        const order = records.order(id)
        if (order === undefined || order.account !== account || order.seq !== seq) return []
        return [printOrder(theInstrument(state, order.instrument).spec, order, order.priority)]
      })
    case 'deliveries':
      return deliveriesIn(told).flatMap((id) => {
        const delivery = records.delivery(id)
        return delivery === undefined || delivery.seq !== seq ? [] : printSides(state, delivery, account)
      })
    case 'balances':
    case 'lots':
      return []
  }
}

/** A delivery as its buyer sees it, as its supplier does, or both where one account is both. */
export function printSides(
  state: State,
  delivery: Readonly<DeliveryRecord>,
  account: DeliveryRecord['account'],
): unknown[] {
  const sides = []
  if (delivery.account === account) sides.push(printDelivery(state, delivery, 'buyer'))
  if (delivery.supplier === account) sides.push(printDelivery(state, delivery, 'supplier'))
  return sides
}
